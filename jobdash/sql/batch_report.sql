-- What readers want to know of batches. Counts come from lanes, which triggers keep: no statement
-- looks at more jobs than it returns.

-- name: batch_rows
SELECT id, name, queue, task, tags, source, total, created_at, closed_at, paused_at, cancelled_at,
    cancelled_why, finished_at, priority, concurrency, rate, after_job, then_job, notify_job
  FROM batch WHERE {which}

-- name: newest
id <= :upto ORDER BY id DESC LIMIT :most

-- name: by_id
id = :id

-- name: by_name
name = :name

-- name: tasks_left
SELECT task, sum(jobs) FROM lane
  WHERE batch = :name AND phase NOT IN ('succeeded', 'failed', 'cancelled', 'expired', 'discarded')
  GROUP BY task HAVING sum(jobs) > 0

-- name: counts
SELECT phase, sum(jobs) FROM lane WHERE batch = :name AND jobs > 0 GROUP BY phase
UNION ALL
SELECT 'running', count(*) FROM job INDEXED BY job_running WHERE state = 'running' AND batch = :name

-- name: recent_ends
-- When the jobs ended that lie behind those that run: of a batch most run in the order of numbers.
SELECT finished_at FROM job
  WHERE batch = :name AND seq <= coalesce(
    (SELECT max(seq) FROM job INDEXED BY job_running WHERE state = 'running' AND batch = :name),
    9223372036854775807)
  ORDER BY seq DESC LIMIT :most

-- name: first_start
SELECT started_at FROM job WHERE batch = :name ORDER BY seq LIMIT 1

-- name: count
SELECT count(*) FROM batch

-- name: inputs
SELECT number, seq, data FROM input WHERE batch = :batch AND number > :after
  ORDER BY number LIMIT :most

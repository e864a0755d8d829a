-- Numbers about time and about tasks, for those who watch.

-- name: noted_points
-- The last note in each column; and what the first column started from, which is the last note
-- before it, or else the first of all.
SELECT queue, max(at), arrived, ended, failed, pending FROM sample
  WHERE at >= :first_at AND (:queue = '' OR queue = :queue)
  GROUP BY queue, at / :width
UNION
SELECT queue, max(at), arrived, ended, failed, pending FROM sample
  WHERE at < :first_at AND (:queue = '' OR queue = :queue)
  GROUP BY queue
UNION
SELECT queue, min(at), arrived, ended, failed, pending FROM sample
  WHERE at >= :first_at AND (:queue = '' OR queue = :queue)
  GROUP BY queue
ORDER BY 1, 2

-- name: first_job
SELECT seq, created_at FROM job ORDER BY seq LIMIT 1

-- name: points_now
-- As a note is taken; see take_sample.
SELECT queue, sum(jobs),
    coalesce(sum(jobs) FILTER (WHERE state IN (
      'succeeded', 'failed', 'cancelled', 'expired', 'discarded', 'pruned')), 0),
    coalesce(sum(jobs) FILTER (WHERE state IN ('failed', 'discarded')), 0),
    coalesce(sum(jobs) FILTER (WHERE state = 'pending'), 0)
  FROM (
    SELECT queue, state, jobs FROM tally
    UNION ALL
    SELECT queue, 'running', 1 FROM job WHERE state = 'running')
  WHERE :queue = '' OR queue = :queue
  GROUP BY queue

-- name: task_counts
SELECT queue, task, state, sum(jobs) FROM tally
  WHERE jobs <> 0 AND state <> 'pruned' AND (:queue = '' OR queue = :queue)
  GROUP BY queue, task, state
UNION ALL
SELECT queue, task, 'running', count(*) FROM job
  WHERE state = 'running' AND (:queue = '' OR queue = :queue)
  GROUP BY queue, task

-- name: newest_runs
-- What ended by a run of its own among the newest numbers. When a job became ready is its place,
-- which is a time; what a lost worker had begun keeps its place, so its wait is not known.
SELECT queue, task, seq, state, started_at, finished_at,
    CASE WHEN rescues = 0 THEN max(created_at, place) END, cpu, memory
  FROM job
  WHERE seq > :above AND seq <= :upto AND started_at IS NOT NULL
    AND +state IN ('succeeded', 'failed') AND (:queue = '' OR +queue = :queue)
    AND (:task = '' OR +task = :task)
  ORDER BY seq DESC LIMIT :most

-- name: newest_number
SELECT coalesce(max(seq), 0) FROM job

-- name: chunks_of_tasks
-- The newest chunk that holds ended jobs of each task.
SELECT queue, task, max(chunk) FROM tally
  WHERE jobs > 0 AND chunk >= 0 AND state IN ('succeeded', 'failed')
    AND (:queue = '' OR queue = :queue)
  GROUP BY queue, task

-- name: enqueued_at
SELECT seq, created_at FROM job WHERE seq >= :seq ORDER BY seq LIMIT 1

-- name: ends_of
SELECT queue, task, finished_at FROM json_each(:seqs) JOIN job ON job.seq = value
  WHERE finished_at IS NOT NULL AND (:queue = '' OR queue = :queue)

-- name: last_failed_seqs
-- Those that failed last, among the newest numbers: the index leads to these, not to the times.
SELECT seq FROM (
    SELECT seq, finished_at FROM job INDEXED BY job_state
      WHERE state = 'failed' AND state <> 'pending' AND state <> 'running' AND state <> 'succeeded'
        AND (:queue = '' OR +queue = :queue)
      ORDER BY seq DESC LIMIT :looked_at)
  ORDER BY finished_at DESC, seq DESC LIMIT :most

-- name: next_due_seqs
SELECT seq FROM job INDEXED BY job_due
  WHERE queue = :queue AND (state = 'scheduled' OR state = 'retrying')
  ORDER BY eta LIMIT :most

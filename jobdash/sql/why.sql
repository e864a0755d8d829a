-- What the question asks why a job does not run. Each is a look at an index or at a bounded stretch.

-- name: pauses_of_job
SELECT task, since, why FROM pause WHERE queue = :queue AND task IN ('', :task) ORDER BY task

-- name: is_task_revoked
-- How long a revocation of a task holds is pickled, so only a worker can tell.
SELECT 1 FROM kv WHERE queue = :queue AND key = 'rt:' || :task

-- name: registered
SELECT count(*), coalesce(sum(name = :task), 0) FROM task_type WHERE queue = :queue

-- name: ahead
-- How many jobs a worker would take before this one, at most `:most`. Places are unique within a
-- priority.
WITH this AS (SELECT priority, place FROM job WHERE seq = :seq)
SELECT count(*) FROM (
  SELECT 1 FROM this CROSS JOIN job
    WHERE job.queue = :queue AND job.state = 'pending' AND job.held = 0
      AND job.priority > this.priority
  UNION ALL
  SELECT 1 FROM this CROSS JOIN job
    WHERE job.queue = :queue AND job.state = 'pending' AND job.held = 0
      AND job.priority = this.priority AND job.place < this.place
  LIMIT :most)

-- name: chord_progress
SELECT count(*), count(value) FROM chord JOIN chord_member USING (cid) WHERE callback = :seq

-- name: chord_missing
SELECT member, state FROM chord JOIN chord_member USING (cid) JOIN job ON job.seq = member
  WHERE callback = :seq AND value IS NULL ORDER BY position LIMIT :most

-- name: locks_of_queue
-- The names of the locks that are held, each with the job that holds it. What is not readable as
-- JSON has been taken by plain huey.
SELECT name, holder ->> '$.seq', holder ->> '$.pid', holder ->> '$.at' FROM (
    SELECT substr(key, length(queue) + length('.lock.') + 1) AS name,
        CASE WHEN json_valid(CAST(value AS TEXT)) THEN CAST(value AS TEXT) ELSE '{}' END AS holder
      FROM kv WHERE queue = :queue AND key >= queue || '.lock.' AND key < queue || '.lock/')
  WHERE holder ->> '$.seq' IS NULL OR holder ->> '$.is_kept' OR EXISTS (
    SELECT 1 FROM job WHERE job.seq = holder ->> '$.seq' AND state = 'running'
      AND claims = holder ->> '$.number')
  LIMIT :most

-- name: followed_batch
SELECT name FROM batch WHERE :seq IN (then_job, notify_job) AND finished_at IS NULL

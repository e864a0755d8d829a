-- How many jobs of a task may run at once.

-- name: known
SELECT task, concurrency FROM task_limit WHERE queue = :queue

-- name: set
INSERT INTO task_limit (queue, task, concurrency) VALUES (:queue, :task, :concurrency)
  ON CONFLICT DO UPDATE SET concurrency = excluded.concurrency

-- name: lift
DELETE FROM task_limit WHERE queue = :queue AND task = :task

-- name: count_running
-- What runs is counted from now on.
UPDATE job SET in_lane = 1
  WHERE state = 'running' AND +task = :task AND +queue = :queue AND in_lane = 0

-- name: pull_back
-- What has been let through so far may be too much for the new limit.
UPDATE job SET held = 2 WHERE seq IN (
  SELECT job.seq FROM lane CROSS JOIN job
    WHERE lane.queue = :queue AND lane.task = :task AND phase = 'admitted' AND jobs > 0
      AND job.batch IS nullif(lane.batch, '') AND job.task = lane.task AND job.queue = lane.queue
      AND job.held = 0 AND job.in_lane = 1 AND job.state = 'pending')

-- name: uncounted
SELECT seq FROM job
  WHERE seq BETWEEN :chunk * 32768 AND :chunk * 32768 + 32767
    AND state IN ('pending', 'scheduled', 'retrying', 'waiting')
    AND +task = :task AND +queue = :queue AND +in_lane = 0
  LIMIT :most

-- name: count_in
UPDATE job SET in_lane = 1, held = iif(held = 1, 1, 2)
  WHERE seq IN (SELECT value FROM json_each(:seqs))

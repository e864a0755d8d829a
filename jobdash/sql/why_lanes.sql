-- What the question asks why a batch, or the limit of a task, does not let a job run yet.

-- name: batch_of
SELECT paused_at, cancelled_at, after_job, is_whole AND closed_at IS NULL, concurrency, rate,
    coalesce(next_start_at, created_at),
    (SELECT coalesce(sum(jobs), 0) FROM lane WHERE lane.batch = :batch AND phase = 'admitted')
  FROM batch WHERE name = :batch

-- name: limit_of
SELECT concurrency, (
      SELECT coalesce(sum(jobs), 0) FROM lane
        WHERE queue = :queue AND task = :task AND phase = 'admitted')
  FROM task_limit WHERE queue = :queue AND task = :task

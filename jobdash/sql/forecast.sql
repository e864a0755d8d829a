-- What the future is told from: recent runs, and who stands in line.

-- name: recent_runs
-- How long jobs ran that ended lately, in their last run and before it, and how often and after what
-- delays they were tried again: those next to the head of the queue, and the newest jobs. A
-- job of a long queue has both far apart.
WITH
  head (seq) AS (
    SELECT seq FROM job WHERE queue = :queue AND state = 'pending' AND held = 0
      ORDER BY priority DESC, place LIMIT 1),
  near (seq) AS (
    SELECT seq FROM job WHERE seq BETWEEN (SELECT seq FROM head) - :span AND (SELECT seq FROM head)
    UNION
    SELECT seq FROM job WHERE seq > (SELECT max(seq) FROM job) - :span)
SELECT task, args || kwargs, finished_at - started_at,
    CASE WHEN claims - idle > 1 THEN coalesce(
      (SELECT sum(ended_at - attempt.started_at) FROM attempt
        WHERE attempt.seq = job.seq AND number < claims AND outcome IN ('failed', 'retried')), 0)
      ELSE 0 END,
    failures - (state = 'failed'), retry_delay, retry_backoff
  FROM near CROSS JOIN job USING (seq)
  WHERE queue = :queue AND state IN ('succeeded', 'failed') AND started_at IS NOT NULL
  ORDER BY finished_at DESC LIMIT :most

-- name: line
-- In the order in which workers take them.
SELECT seq, task, args || kwargs FROM job WHERE queue = :queue AND state = 'pending' AND held = 0
  ORDER BY priority DESC, place LIMIT :most

-- name: members
-- A paused one is held, be it by its task or its batch. Of those that only wait for room: how many of
-- them may run at once, NULL if that is no limit, and how many may start in a second.
SELECT seq, job.queue, state, held = 1 OR paused_at IS NOT NULL OR after_job IS NOT NULL, job.task, args || kwargs, eta,
    failures, iif(held = 2, coalesce(job.batch, job.task), ''),
    nullif(min(coalesce(batch.concurrency, 9e9), coalesce(task_limit.concurrency, 9e9)), 9e9), rate
  FROM json_each(:seqs) JOIN job ON job.seq = value
    LEFT JOIN batch ON batch.name = job.batch
    LEFT JOIN task_limit ON task_limit.queue = job.queue AND task_limit.task = job.task

-- name: is_queue_paused
SELECT 1 FROM pause WHERE queue = :queue AND task = ''

-- name: silent_jobs
-- The running jobs from which nothing has come for some time: no progress, no end.
SELECT seq, queue, task, max(started_at, coalesce(progress_at, 0)) AS since FROM job
  WHERE state = 'running' AND since <= :before

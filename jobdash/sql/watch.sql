-- What a pool watches beside the work: alerts, and tasks that keep failing.

-- name: alerts
SELECT queue, name, level, since, rising_at, falling_at, what FROM alert
  WHERE :queue = '' OR queue = :queue ORDER BY level DESC, queue, name

-- name: keep_alert
INSERT INTO alert (queue, name, level, since, rising_at, falling_at, what, told, looked_at)
  VALUES (:queue, :name, :level, :since, :rising_at, :falling_at, :what, :told, :now)
  ON CONFLICT DO UPDATE SET level = :level, since = :since, rising_at = :rising_at,
    falling_at = :falling_at, what = :what, told = min(told, :told), looked_at = :now

-- name: forget_alerts
DELETE FROM alert WHERE queue = :queue AND name NOT IN (SELECT value FROM json_each(:names))

-- name: untold_alerts
SELECT name, level, since, what FROM alert WHERE queue = :queue AND told = 0 ORDER BY since, name

-- name: mark_told
UPDATE alert SET told = 1 WHERE queue = :queue AND name = :name AND since IS :since

-- name: failures_after
-- The tries of a queue's jobs that have failed since then, in the order in which they did.
SELECT attempt.seq, number, task, ended_at, attempt.error_type, attempt.error_message
  FROM attempt INDEXED BY attempt_end JOIN job ON job.seq = attempt.seq
  WHERE ended_at > :since AND outcome IN ('failed', 'lost') AND +job.queue = :queue
  ORDER BY ended_at LIMIT :most

-- name: succeeded
SELECT task, sum(jobs) FROM tally WHERE queue = :queue AND state = 'succeeded' GROUP BY task

-- name: broken
-- What no person has paused.
SELECT queue, task, since, why FROM pause WHERE why <> '' ORDER BY queue, task

-- Making batches, filling them and giving them up. What they hold back: see lanes.sql.

-- name: insert_batch
INSERT INTO batch (queue, name, task, tags, source, total, created_at, is_whole, paused_at,
    priority, concurrency, rate, stop_failures, stop_percent, stops_now, after_job)
  VALUES (:queue, :name, :task, :tags, :source, :total, :now, :is_whole, iif(:is_paused, :now, NULL),
    :priority, :concurrency, :rate, :stop_failures, :stop_percent, :stops_now, :after_job)

-- name: named
SELECT id, name, queue, closed_at, cancelled_at, finished_at FROM batch WHERE name = :name

-- name: count_like
SELECT count(*) FROM batch WHERE name >= :name || '-' AND name < :name || '.'

-- name: insert_input
INSERT INTO input (batch, number, seq, hash, data) VALUES (?1, ?2, ?3, ?4, ?5)

-- name: close
UPDATE batch SET closed_at = :now, total = coalesce(total, (
    SELECT coalesce(max(number), 0) FROM input WHERE input.batch = batch.id))
  WHERE id = :id AND closed_at IS NULL

-- name: last_number
SELECT coalesce(max(number), 0) FROM input WHERE batch = :id

-- name: never_begun
SELECT seq FROM job WHERE batch = :name AND claims = 0 ORDER BY seq DESC LIMIT :most

-- name: drop_inputs
-- Numbers rise as those of the jobs do.
DELETE FROM input
  WHERE batch = :id AND number > (SELECT max(number) - :most FROM input WHERE batch = :id)
    AND seq IN (SELECT value FROM json_each(:seqs))

-- name: drop_batch
DELETE FROM batch WHERE id = :id

-- name: drop_memberships
DELETE FROM chord_member WHERE member IN (SELECT value FROM json_each(:seqs))

-- name: drop_lanes
DELETE FROM lane WHERE batch = :name

-- name: pause_batch
UPDATE batch SET paused_at = :now
  WHERE name = :name AND queue = :queue AND paused_at IS NULL AND finished_at IS NULL

-- name: resume_batch
-- The rate starts anew: nobody wants at once what was not started meanwhile.
UPDATE batch SET paused_at = NULL, next_start_at = :now
  WHERE name = :name AND queue = :queue AND paused_at IS NOT NULL

-- name: cancel_batch
UPDATE batch SET cancelled_at = :now, cancelled_why = :reason,
    closed_at = coalesce(closed_at, :now)
  WHERE name = :name AND queue = :queue AND cancelled_at IS NULL AND finished_at IS NULL

-- name: being_cancelled
SELECT name, cancelled_why FROM batch
  WHERE queue = :queue AND finished_at IS NULL AND cancelled_at IS NOT NULL
    AND EXISTS (
      SELECT 1 FROM lane WHERE lane.batch = batch.name AND jobs > 0
        AND phase IN ('held', 'waiting', 'scheduled', 'retrying'))

-- name: to_cancel
SELECT seq FROM job
  WHERE batch = :name AND seq > :last
    AND state IN ('waiting', 'scheduled', 'pending', 'retrying')
  ORDER BY seq LIMIT :most

-- name: after_an_end
-- What waits for a job that has ended, or that nobody knows any more; and how that has ended.
SELECT name, after_job, state FROM batch LEFT JOIN job ON job.seq = after_job
  WHERE batch.queue = :queue AND batch.finished_at IS NULL AND cancelled_at IS NULL
    AND after_job IS NOT NULL AND (state IS NULL OR job.finished_at IS NOT NULL)

-- name: begin
UPDATE batch SET after_job = NULL, next_start_at = :now WHERE name = :name AND after_job = :after

-- name: next_start
-- When the next job of a batch with a rate may start. A fiftieth of a second's worth at once, so
-- that a high rate costs few wake-ups; 0 for what there is to cancel, or to begin after a job.
SELECT min(at) FROM (
  SELECT coalesce(next_start_at, 0) + iif(rate > 50, 20000, 0) AS at FROM batch
    WHERE {starts_by_rate}
  UNION ALL SELECT 0 FROM ({being_cancelled})
  UNION ALL SELECT 0 FROM ({after_an_end}))

-- name: starts_by_rate
queue = :queue AND finished_at IS NULL AND rate IS NOT NULL AND paused_at IS NULL
    AND after_job IS NULL AND cancelled_at IS NULL AND (closed_at IS NOT NULL OR NOT is_whole)
    AND EXISTS (
      SELECT 1 FROM lane WHERE lane.batch = batch.name AND phase = 'held' AND jobs > 0)

-- name: due_by_rate
-- With how many jobs of each have been let through and have not begun.
SELECT name, rate, coalesce(next_start_at, :now), (
      SELECT coalesce(sum(jobs), 0) FROM lane
        WHERE lane.batch = batch.name AND phase = 'admitted') - (
      SELECT count(*) FROM job WHERE state = 'running' AND job.batch = batch.name)
  FROM batch WHERE {starts_by_rate} AND coalesce(next_start_at, 0) <= :now

-- name: set_next_start
UPDATE batch SET next_start_at = :at WHERE name = :name

-- name: resumable
SELECT id, name, queue, task, total, priority, is_whole, cancelled_at IS NOT NULL FROM batch
  WHERE name = :name

-- name: reopen
-- It has not ended while something of it is missing.
UPDATE batch SET cancelled_at = NULL, cancelled_why = NULL,
    closed_at = iif(:is_complete, closed_at, NULL),
    finished_at = iif(:is_complete, finished_at, NULL)
  WHERE id = :id

-- name: entered
SELECT number, hash FROM input WHERE batch = :id AND number > :after ORDER BY number LIMIT :most

-- name: unsuccessful
SELECT number, input.seq FROM input JOIN job USING (seq)
  WHERE input.batch = :id AND number > :after AND state IN ('failed', 'cancelled', 'expired')
  ORDER BY number LIMIT :most

-- name: followers
SELECT seq, eta FROM batch JOIN job ON job.seq IN (then_job, notify_job)
  WHERE batch.id = :id AND job.state = 'waiting' AND job.after IS NULL

-- name: all_followers
SELECT seq FROM batch JOIN job ON job.seq IN (then_job, notify_job) WHERE batch.id = :id

-- name: has_then
SELECT then_job IS NOT NULL FROM batch WHERE id = :id

-- name: set_then
UPDATE batch SET then_job = :seq WHERE id = :id

-- name: has_notify
SELECT notify_job IS NOT NULL FROM batch WHERE id = :id

-- name: set_notify
UPDATE batch SET notify_job = :seq WHERE id = :id

-- name: summary
SELECT id, name, queue, task, created_at, finished_at, cancelled_why, (
    SELECT json_group_object(phase, jobs) FROM (
      SELECT phase, sum(jobs) AS jobs FROM lane WHERE lane.batch = batch.name AND jobs > 0
        GROUP BY phase))
  FROM batch WHERE id = :id

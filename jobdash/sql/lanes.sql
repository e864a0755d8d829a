-- Letting jobs through: from pending and held to pending and in the index that claims read.

-- name: most_at_once
-- How many jobs of a batch may be admitted, one with a rate only when its time has come; a window where there is no limit, so that a pause is
-- never long in coming: as many as a pool may have workers.
SELECT CASE
    WHEN paused_at IS NOT NULL OR cancelled_at IS NOT NULL OR after_job IS NOT NULL THEN 0
    WHEN is_whole AND closed_at IS NULL OR rate IS NOT NULL AND name IS NOT :rated THEN 0
    ELSE coalesce(concurrency, 1000) END
  FROM batch WHERE name = lane.batch

-- name: is_in_paused_task
EXISTS (SELECT 1 FROM pause WHERE pause.queue = lane.queue AND pause.task = lane.task)

-- name: has_batch_room
(lane.batch = '' OR coalesce(({most_at_once}), 1000) > (
      SELECT coalesce(sum(jobs), 0) FROM lane AS other
        WHERE other.batch = lane.batch AND other.phase = 'admitted'))

-- name: has_task_room
coalesce((
      SELECT concurrency FROM task_limit
        WHERE task_limit.queue = lane.queue AND task_limit.task = lane.task), 9e9) > (
      SELECT coalesce(sum(jobs), 0) FROM lane AS other
        WHERE other.queue = lane.queue AND other.task = lane.task AND other.phase = 'admitted')

-- name: has_room
NOT {is_in_paused_task} AND {has_batch_room} AND {has_task_room}

-- name: first_held
SELECT seq FROM job
  WHERE batch IS nullif(lane.batch, '') AND task = lane.task AND queue = lane.queue AND held = 2
    AND in_lane = 1 AND state = 'pending'
  ORDER BY priority DESC, place LIMIT 1

-- name: let_one_through
-- The most urgent of those at the heads of lanes that have room; of all lanes, or of those that a
-- job of one batch and task may have made room in.
UPDATE OR ROLLBACK job SET held = 0 WHERE seq = (
  SELECT job.seq FROM (
      SELECT ({first_held}) AS head FROM lane
        WHERE queue = :queue AND phase = 'held' AND jobs > 0
          AND (:batch IS NULL OR batch = :batch OR task = :task) AND {has_room}) AS open
    JOIN job ON job.seq = open.head
    ORDER BY priority DESC, place, job.seq LIMIT 1)

-- name: push_one_out
-- The least urgent of those that have been let through and do not run, if it is in the way of a more
-- urgent one that came later.
UPDATE job SET held = 2 WHERE seq = (
  SELECT last.seq FROM (
      SELECT batch, task, queue, ({first_held}) AS head, {has_batch_room} AS has_batch_room,
          {has_task_room} AS has_task_room
        FROM lane
        WHERE queue = :queue AND phase = 'held' AND jobs > 0 AND NOT {is_in_paused_task}
          AND (batch = '' OR coalesce(({most_at_once}), 1) > 0)) AS waits
    JOIN job AS head ON head.seq = waits.head
    JOIN lane AS full ON full.queue = waits.queue AND full.phase = 'admitted' AND full.jobs > 0
      AND (full.task = waits.task OR full.batch = waits.batch AND full.batch <> '')
      AND (full.task = waits.task OR has_task_room) AND (full.batch = waits.batch OR has_batch_room)
    JOIN job AS last ON last.seq = (
      SELECT seq FROM job
        WHERE batch IS nullif(full.batch, '') AND task = full.task AND queue = full.queue
          AND held = 0 AND in_lane = 1 AND state = 'pending'
        ORDER BY priority, place DESC LIMIT 1)
    WHERE (-head.priority, head.place, head.seq) < (-last.priority, last.place, last.seq)
    ORDER BY last.priority, last.place DESC, last.seq DESC LIMIT 1)

-- name: is_anybody_held
SELECT 1 FROM lane WHERE queue = :queue AND phase = 'held' AND jobs > 0 LIMIT 1

-- name: finish_batches
UPDATE batch SET finished_at = :now
  WHERE queue = :queue AND finished_at IS NULL AND closed_at IS NOT NULL
    AND (:batch IS NULL OR name = :batch)
    AND NOT EXISTS (
      SELECT 1 FROM lane WHERE lane.batch = batch.name AND jobs > 0
        AND phase IN ('admitted', 'held', 'waiting', 'scheduled', 'retrying'))
  RETURNING id, name

-- name: standing
-- Of a batch: how many of its jobs have not ended, how many of its lanes hold some back, how many
-- are admitted, how many may be; and whether the task has a limit of its own.
SELECT coalesce(sum(jobs) FILTER (
      WHERE phase IN ('admitted', 'held', 'waiting', 'scheduled', 'retrying')), 0),
    count(*) FILTER (WHERE phase = 'held' AND jobs > 0),
    coalesce(sum(jobs) FILTER (WHERE phase = 'admitted'), 0),
    (SELECT concurrency FROM batch WHERE name = :batch),
    EXISTS (SELECT 1 FROM task_limit WHERE queue = :queue AND task = :task)
  FROM lane WHERE batch = :batch

-- name: let_some_through
-- Of a batch with one lane.
UPDATE OR ROLLBACK job SET held = 0 WHERE seq IN (
  SELECT job.seq FROM lane CROSS JOIN job
    WHERE lane.batch = :batch AND phase = 'held' AND jobs > 0 AND {has_room}
      AND job.batch = lane.batch AND job.task = lane.task AND job.queue = lane.queue
      AND job.held = 2 AND job.in_lane = 1 AND job.state = 'pending'
    ORDER BY job.priority DESC, job.place LIMIT :most)

-- name: stop_failing
-- Not what waits: that is many rows, and is cancelled bit by bit.
UPDATE batch SET cancelled_at = :now, closed_at = coalesce(closed_at, :now),
    cancelled_why = 'it was to stop after ' || iif(stop_failures IS NULL,
      format('%g%% failures', stop_percent), stop_failures || iif(stop_failures = 1, ' failure', ' failures'))
  WHERE name = :batch AND finished_at IS NULL AND cancelled_at IS NULL
    AND (stop_failures IS NOT NULL OR stop_percent IS NOT NULL)
    AND (SELECT coalesce(sum(jobs), 0) FROM lane
        WHERE lane.batch = batch.name AND phase = 'failed')
      >= max(1, coalesce(stop_failures, 0.01 * stop_percent * coalesce(total,
        (SELECT sum(jobs) FROM lane WHERE lane.batch = batch.name))))
  RETURNING name, stops_now, cancelled_why

-- name: pull_back
-- Out of the index that claims read: what of a batch has been let through and does not run yet.
UPDATE job SET held = 2 WHERE seq IN (
  SELECT job.seq FROM lane CROSS JOIN job
    WHERE lane.batch = :batch AND phase = 'admitted' AND jobs > 0
      AND job.batch = lane.batch AND job.task = lane.task AND job.queue = lane.queue
      AND job.held = 0 AND job.in_lane = 1 AND job.state = 'pending')

-- name: stop_running
UPDATE job SET cancel_requested_at = :now
  WHERE state = 'running' AND batch = :batch AND cancel_requested_at IS NULL

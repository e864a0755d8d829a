-- Who works: pools, workers, guests, and the tasks that they have registered.

-- name: register
INSERT INTO worker (queue, kind, name, pool, pid, pgid, boot, born, started_at, size, wish, app)
VALUES (:queue, :kind, :name, :pool, :pid, :pgid, :boot, :born, :now, :size, :wish, :app)

-- name: retire
UPDATE worker SET ended_at = :now, ended_how = :how WHERE id = :worker AND ended_at IS NULL

-- name: present
SELECT id, kind, name, pool, pid, pgid, boot, born FROM worker
  WHERE queue = :queue AND ended_at IS NULL ORDER BY id

-- name: count
UPDATE worker SET done = done + :done, failed = failed + :failed WHERE id = :worker

-- name: forget_tasks
DELETE FROM task_type WHERE queue = :queue

-- name: record_task
INSERT INTO task_type (queue, name, parameters, doc, retries, retry_delay, priority, timeout,
    periodic, rule, registered_at)
VALUES (:queue, :name, :parameters, :doc, :retries, :retry_delay, :priority, :timeout,
    :periodic, :rule, :now)

-- name: rules
SELECT name, rule FROM task_type WHERE queue = :queue AND rule IS NOT NULL

-- name: keep_rule
UPDATE task_type SET rule = :rule WHERE queue = :queue AND name = :name AND rule IS NOT NULL

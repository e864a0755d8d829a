-- Faults on purpose, for a task's next runs.

-- name: arm
INSERT INTO chaos (queue, task, fault, left, armed_at) VALUES (:queue, :task, :fault, :left, :now)
  ON CONFLICT DO UPDATE SET fault = :fault, left = :left, armed_at = :now

-- name: disarm
DELETE FROM chaos WHERE queue = :queue AND (task = :task OR :task = '')
  RETURNING task, fault, left

-- name: forget_spent
DELETE FROM chaos WHERE queue = :queue AND task = :task AND left = 1

-- name: spend
UPDATE chaos SET left = left - 1 WHERE queue = :queue AND task = :task

-- name: armed
SELECT queue, task, fault, left, armed_at FROM chaos ORDER BY queue, task

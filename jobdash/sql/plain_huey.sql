-- What a plain huey left in its own tables of the same file.

-- name: tables
SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('task', 'schedule')

-- name: queued
SELECT 'task', id, data, priority, NULL FROM task WHERE queue = :queue
  ORDER BY priority DESC, id

-- name: scheduled
SELECT 'schedule', id, data, 0.0, timestamp FROM schedule WHERE queue = :queue
  ORDER BY timestamp, id

-- name: take_task
DELETE FROM task WHERE id = :id AND queue = :queue RETURNING id

-- name: take_schedule
DELETE FROM schedule WHERE id = :id AND queue = :queue RETURNING id

-- name: chord_known
SELECT callback FROM chord WHERE cid = :cid

-- name: finished_member
DELETE FROM kv WHERE queue = :queue AND key = 'chord:' || :cid || ':' || :position
  RETURNING value

-- name: forget_count
DELETE FROM counter WHERE queue = :queue AND key = 'chord:' || :cid

-- name: insert_member
INSERT INTO chord_member (cid, position, member, value)
  VALUES (:cid, :position, :member, :value)
  ON CONFLICT DO UPDATE SET member = excluded.member, value = excluded.value

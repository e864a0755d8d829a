-- huey's task locks, kept in its own table. What is readable as JSON names its holder.

-- name: holder
SELECT value FROM kv WHERE queue = :queue AND key = :key

-- name: take
INSERT INTO kv (queue, key, value) VALUES (:queue, :key, :value)
  ON CONFLICT DO UPDATE SET value = excluded.value

-- name: let_go
DELETE FROM kv WHERE queue = :queue AND key = :key

-- name: runs
SELECT 1 FROM job WHERE seq = :seq AND claims = :number AND state = 'running'

-- name: all
SELECT key, value FROM kv
  WHERE queue = :queue AND key >= :queue || '.lock.' AND key < :queue || '.lock/'

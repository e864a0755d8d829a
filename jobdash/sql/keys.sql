-- What huey stores by key: results (with the jobs), locks, revocations, rate limits.

-- name: peek
SELECT result.data, result.seq FROM job JOIN result USING (seq)
  WHERE job.id = :key AND job.queue = :queue AND result.unread = 1
UNION ALL SELECT value, NULL FROM kv WHERE queue = :queue AND key = :key
LIMIT 1

-- name: read_result
UPDATE result SET unread = 0
  WHERE seq = (SELECT seq FROM job WHERE id = :key AND queue = :queue) AND unread = 1
  RETURNING data, seq

-- name: pop
DELETE FROM kv WHERE queue = :queue AND key = :key RETURNING value, NULL

-- name: put
INSERT INTO kv (queue, key, value) VALUES (:queue, :key, :value)
  ON CONFLICT DO UPDATE SET value = excluded.value

-- name: put_if_empty
INSERT INTO kv (queue, key, value) VALUES (:queue, :key, :value)
  ON CONFLICT DO NOTHING RETURNING key

-- name: job_of
SELECT seq FROM job WHERE id = :key AND queue = :queue

-- name: increase
INSERT INTO counter (queue, key, value) VALUES (:queue, :key, :amount)
  ON CONFLICT DO UPDATE SET value = value + :amount RETURNING value

-- name: delete_counter
DELETE FROM counter WHERE queue = :queue AND key = :key

-- name: size
SELECT (SELECT count(*) FROM kv WHERE queue = :queue)
  + (SELECT count(*) FROM result JOIN job USING (seq) WHERE queue = :queue AND unread = 1)

-- name: items
SELECT key, value, NULL FROM kv WHERE queue = :queue
UNION ALL SELECT job.id, result.data, result.seq FROM result JOIN job USING (seq)
  WHERE queue = :queue AND unread = 1

-- name: flush_results
UPDATE result SET unread = 0
  WHERE unread = 1 AND seq IN (SELECT seq FROM job WHERE queue = :queue)

-- name: flush_keys
DELETE FROM kv WHERE queue = :queue

-- name: flush_counters
DELETE FROM counter WHERE queue = :queue

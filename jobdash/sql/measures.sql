-- Counting what has ended, once and for all, a while after it has.

-- name: begin_measuring
INSERT OR IGNORE INTO measured (queue, upto) VALUES (:queue, :now)

-- name: measured_upto
SELECT upto FROM measured WHERE queue = :queue

-- name: ended_chunks
-- What is different for a chunk of jobs as soon as one more of them has ended.
SELECT chunk, group_concat(task || state || jobs) FROM tally
  WHERE chunk >= 0 AND queue = :queue
    AND state IN ('succeeded', 'failed', 'cancelled', 'expired', 'discarded')
  GROUP BY chunk

-- name: counted_chunks
SELECT chunk, mark FROM measured_chunk WHERE queue = :queue

-- name: count_chunk
INSERT INTO measured_chunk (queue, chunk, mark) VALUES (:queue, :chunk, :mark)
  ON CONFLICT DO UPDATE SET mark = excluded.mark

-- name: uncount_chunk
DELETE FROM measured_chunk WHERE queue = :queue AND chunk = :chunk

-- name: ends_between
-- As `newest_runs` of the figures, when a job became ready is its place.
SELECT task, state, started_at, finished_at,
    CASE WHEN rescues = 0 AND state IN ('succeeded', 'failed') THEN max(created_at, place) END
  FROM job
  WHERE seq BETWEEN :low AND :high AND +queue = :queue
    AND finished_at > :since AND finished_at <= :upto

-- name: attempts_between
-- A try that was not the last one of its job is a retry.
SELECT task, outcome, attempt.started_at, ended_at,
    attempt.outcome IN ('failed', 'retried') AND (number < claims OR finished_at IS NULL)
  FROM attempt INDEXED BY attempt_end JOIN job ON job.seq = attempt.seq
  WHERE ended_at > :since AND ended_at <= :upto AND +job.queue = :queue

-- name: measured_tasks
SELECT DISTINCT task FROM measure WHERE queue = :queue

-- name: advance
-- Nothing if another pool has counted that time meanwhile.
UPDATE measured SET upto = :upto WHERE queue = :queue AND upto = :since

-- name: add
INSERT INTO measure (queue, task, name, label, amount)
  VALUES (:queue, :task, :name, :label, :amount)
  ON CONFLICT DO UPDATE SET amount = amount + excluded.amount

-- name: measures
SELECT queue, task, name, label, amount FROM measure ORDER BY queue, task, name, label

-- name: all_measured
SELECT queue, upto FROM measured ORDER BY queue

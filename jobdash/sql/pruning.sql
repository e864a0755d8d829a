-- Deleting what ended long ago. Chunks, cuts and the rest: see jobdash/ledger/pruning.py.

-- name: cut
-- Jobs of a state that ended before this are too old; NULL: of this state none is.
CASE state WHEN 'succeeded' THEN :succeeded WHEN 'failed' THEN :failed
    WHEN 'cancelled' THEN :cancelled WHEN 'expired' THEN :expired
    WHEN 'discarded' THEN :discarded END

-- name: chosen
seq BETWEEN :low AND :high AND (:queue = '' OR +queue = :queue) AND +task BETWEEN :start AND :end

-- name: unneeded
-- Who stays, however old: whom a later step has still to follow; who is retried along with the job
-- that it was cancelled for; the members of a chord, without whom its callback could not run again;
-- whose key still holds; and the newest job, for the next one is numbered after it.
NOT EXISTS (SELECT 1 FROM job AS later
      WHERE later.after = job.seq AND later.finished_at IS NULL)
    AND NOT EXISTS (SELECT 1 FROM job AS cause WHERE cause.seq = job.cancelled_because)
    AND NOT EXISTS (SELECT 1 FROM chord_member WHERE member = job.seq)
    AND (key_until IS NULL OR key_until <= :now)
    AND seq < (SELECT max(seq) FROM job)

-- name: chunks
SELECT chunk FROM tally
  WHERE jobs > 0 AND chunk >= 0 AND instr(:states, ' ' || state || ' ')
    AND (:queue = '' OR queue = :queue) AND task BETWEEN :start AND :end
  GROUP BY chunk ORDER BY chunk

-- name: first_created
SELECT created_at FROM job WHERE seq >= :low ORDER BY seq LIMIT 1

-- name: next_due
-- In how many microseconds the next one is too old.
SELECT min(finished_at - {cut}) FROM job WHERE {chosen}

-- name: too_old
SELECT count(*) FROM job WHERE {chosen} AND finished_at < {cut}

-- name: prunable
SELECT seq FROM job WHERE {chosen} AND finished_at < {cut} AND {unneeded}
  ORDER BY seq LIMIT :most

-- name: still_prunable
SELECT seq, queue, task, state FROM job
  WHERE seq IN (SELECT value FROM json_each(:seqs)) AND finished_at < {cut} AND {unneeded}

-- name: drop_messages
-- Of every version: a job that was enqueued again has earlier ones.
DELETE FROM message WHERE id IN (
  SELECT message FROM job WHERE seq IN (SELECT value FROM json_each(:seqs))
  UNION ALL
  SELECT message FROM attempt WHERE seq IN (SELECT value FROM json_each(:seqs)))

-- name: drop_results
DELETE FROM result WHERE seq IN (SELECT value FROM json_each(:seqs))

-- name: drop_attempts
DELETE FROM attempt WHERE seq IN (SELECT value FROM json_each(:seqs))

-- name: drop_events
DELETE FROM event WHERE seq IN (SELECT value FROM json_each(:seqs))

-- name: drop_revocations
DELETE FROM kv WHERE rowid IN (
  SELECT kv.rowid FROM json_each(:seqs) AS chosen JOIN job ON job.seq = chosen.value
    JOIN kv ON kv.queue = job.queue AND kv.key = 'r:' || job.id)

-- name: dissolve_chords
UPDATE chord SET callback = NULL WHERE callback IN (SELECT value FROM json_each(:seqs))

-- name: drop_jobs
DELETE FROM job WHERE seq IN (SELECT value FROM json_each(:seqs))

-- name: dissolved_chords
SELECT 1 FROM chord WHERE callback IS NULL LIMIT 1

-- name: drop_members
DELETE FROM chord_member WHERE (cid, position) IN (
  SELECT cid, position FROM chord JOIN chord_member USING (cid)
    WHERE callback IS NULL LIMIT :most)

-- name: drop_chords
DELETE FROM chord WHERE callback IS NULL
  AND NOT EXISTS (SELECT 1 FROM chord_member WHERE chord_member.cid = chord.cid)

-- name: empty_tally
-- Not where jobs are coming in: they would write the row anew.
SELECT 1 FROM tally
  WHERE chunk = :chunk AND jobs = 0 AND chunk < (SELECT max(seq) / 32768 FROM job) LIMIT 1

-- name: drop_empty_tally
DELETE FROM tally WHERE chunk = :chunk AND jobs = 0

-- name: drop_empty_log_use
DELETE FROM log_use WHERE block >> 5 = :chunk
  AND NOT EXISTS (SELECT 1 FROM job WHERE seq BETWEEN block << 10 AND block << 10 | 1023)

-- name: is_forgotten
-- A batch that ended so long ago that none of its jobs is left.
finished_at < :cut AND (:queue = '' OR queue = :queue)
  AND NOT EXISTS (SELECT 1 FROM job WHERE job.batch = batch.name)

-- name: forgotten_batches
SELECT id, name FROM batch WHERE {is_forgotten} ORDER BY id LIMIT :most

-- name: still_forgotten
SELECT 1 FROM batch WHERE id = :id AND {is_forgotten}

-- name: drop_inputs
DELETE FROM input WHERE batch = :id
  AND number IN (SELECT number FROM input WHERE batch = :id ORDER BY number LIMIT :most)
  RETURNING number

-- name: drop_lanes
DELETE FROM lane WHERE batch = :name

-- name: drop_batch
DELETE FROM batch WHERE id = :id

-- name: is_log_needed
-- Its worker may still write to its newest file; in the others lies what jobs have printed.
SELECT :is_newest AND EXISTS (SELECT 1 FROM worker WHERE id = :worker AND ended_at IS NULL)
  OR EXISTS (
    SELECT 1 FROM log_use CROSS JOIN job ON job.seq BETWEEN block << 10 AND block << 10 | 1023
      WHERE stretch BETWEEN :start >> 20 AND :stop >> 20 AND log_end > :start AND log_end <= :stop)
  OR EXISTS (
    SELECT 1 FROM attempt
      WHERE log_start >= :start AND log_start < :stop AND (log_end IS NULL OR log_end > log_start))

-- What tasks have done once and for all, and who is doing it. See `jobdash.once`.

-- name: standing
-- It goes on only while the claim under which it was begun is the job's newest and runs.
SELECT seq, number, started_at, done_at, result, EXISTS (
    SELECT 1 FROM job WHERE job.seq = work.seq AND state = 'running' AND claims = number)
  FROM work WHERE queue = :queue AND key = :key

-- name: begin
INSERT INTO work (queue, key, seq, number, started_at)
  VALUES (:queue, :key, :seq, :number, :now)
  ON CONFLICT DO UPDATE SET seq = excluded.seq, number = excluded.number,
    started_at = excluded.started_at

-- name: finish
UPDATE work SET done_at = :now, result = :result
  WHERE queue = :queue AND key = :key AND seq = :seq AND number = :number AND done_at IS NULL

-- name: abandon
DELETE FROM work
  WHERE queue = :queue AND key = :key AND seq = :seq AND number = :number AND done_at IS NULL

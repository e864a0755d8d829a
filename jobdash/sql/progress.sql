-- How far a running job has come.

-- name: note_progress
-- The claim number turns away a run that lost its claim.
UPDATE job SET progress_done = :done, progress_total = :total, progress_note = :note,
    progress_rate = :rate, progress_mean = :mean, progress_at = :now
  WHERE seq = :seq AND state = 'running' AND claims = :number

-- A batch may wait for a job that was there before it.

-- Its number. No job of the batch is started before it has succeeded; then this is NULL. If it ends
-- otherwise the batch is cancelled.
ALTER TABLE batch ADD COLUMN after_job INTEGER;

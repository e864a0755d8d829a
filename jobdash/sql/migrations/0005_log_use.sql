-- An index of all jobs that printed was a page of its own in every end of such a job.

-- In which stretches of the output (2^20 places each, see jobdash/logfiles.py) jobs have printed that
-- ended well, by their numbers in blocks of 1024: what a job printed keeps its log file from being
-- deleted. Most ends find their row there and write nothing.
CREATE TABLE log_use (
  stretch INTEGER NOT NULL,
  block INTEGER NOT NULL,
  PRIMARY KEY (stretch, block)
) STRICT, WITHOUT ROWID;
INSERT INTO log_use SELECT DISTINCT log_end >> 20, seq >> 10 FROM job WHERE log_end IS NOT NULL;
DROP INDEX job_log;
CREATE TRIGGER log_use_reach AFTER UPDATE OF log_end ON job WHEN NEW.log_end IS NOT NULL BEGIN
  INSERT INTO log_use (stretch, block) VALUES (NEW.log_end >> 20, NEW.seq >> 10)
    ON CONFLICT DO NOTHING;
END;

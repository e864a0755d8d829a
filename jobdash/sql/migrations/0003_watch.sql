-- What a pool counts and watches beside the work: measures for graphs, and alerts.

-- Failed attempts by time, for who counts them. Those that succeed pay nothing for it: they have no
-- row there.
CREATE INDEX attempt_end ON attempt (ended_at);

-- Sums over all that has ended since a pool first counted: they only rise, whatever is pruned or
-- retried. Labels are a state, or the number of a bucket of a histogram.
CREATE TABLE measure (
  queue TEXT NOT NULL,
  task TEXT NOT NULL,
  name TEXT NOT NULL,
  label TEXT NOT NULL,
  amount INTEGER NOT NULL,
  PRIMARY KEY (queue, task, name, label)
) STRICT, WITHOUT ROWID;

-- Up to which moment the ends of a queue are in its measures.
CREATE TABLE measured (
  queue TEXT PRIMARY KEY,
  upto INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What has been found of each rule when somebody last looked, see jobdash/alert.py.
CREATE TABLE alert (
  queue TEXT NOT NULL,
  name TEXT NOT NULL,
  level INTEGER NOT NULL,
  since INTEGER,
  rising_at INTEGER,
  falling_at INTEGER,
  told INTEGER NOT NULL DEFAULT 0,
  what TEXT NOT NULL DEFAULT '',
  looked_at INTEGER NOT NULL,
  PRIMARY KEY (queue, name)
) STRICT, WITHOUT ROWID;

-- Why something is paused, if it was no person who did it.
ALTER TABLE pause ADD COLUMN why TEXT NOT NULL DEFAULT '';

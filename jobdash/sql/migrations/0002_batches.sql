-- Batches, and limits to how many jobs of a batch or of a task may run at once.

-- Jobs that somebody wants as one: named, counted, limited, paused, stopped and ended together.
CREATE TABLE batch (
  -- never reused
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  queue TEXT NOT NULL,
  -- what people type, and what its jobs have in their column `batch`
  name TEXT NOT NULL UNIQUE,
  -- '' if they are of several tasks
  task TEXT NOT NULL DEFAULT '',
  -- a JSON list of texts
  tags TEXT NOT NULL DEFAULT '[]',
  -- where its inputs came from, as JSON, for who wants to read them again
  source TEXT NOT NULL DEFAULT '{}',
  -- how many inputs it has, NULL while nobody knows
  total INTEGER,
  created_at INTEGER NOT NULL,
  -- None of it runs before all of it has been enqueued.
  is_whole INTEGER NOT NULL DEFAULT 1,
  -- All of it has been enqueued.
  closed_at INTEGER,
  paused_at INTEGER,
  -- No more of it is started; what waits is being cancelled, for this reason.
  cancelled_at INTEGER,
  cancelled_why TEXT,
  -- The last of its jobs has ended; NULL again while one of them is retried.
  finished_at INTEGER,

  priority REAL,
  -- how many of its jobs may run at once
  concurrency INTEGER CHECK (concurrency > 0),
  -- how many of its jobs may start in a second, and when the next one may
  rate REAL CHECK (rate > 0),
  next_start_at INTEGER,
  -- It is cancelled after so many failures, or once so many per cent of it have failed; what runs
  -- too if it is to stop now.
  stop_failures INTEGER CHECK (stop_failures > 0),
  stop_percent REAL CHECK (stop_percent > 0),
  stops_now INTEGER NOT NULL DEFAULT 0,

  -- the jobs that wait for its end: a task that gets its number, and one that tells a command
  then_job INTEGER,
  notify_job INTEGER
) STRICT;
CREATE INDEX batch_open ON batch (queue) WHERE finished_at IS NULL;

-- Which job stands for which input of a batch. The data is the input as it was read, as JSON; of a
-- table it is a list of texts, in the order of the columns that the source of the batch names.
CREATE TABLE input (
  batch INTEGER NOT NULL REFERENCES batch (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  hash INTEGER,
  data TEXT,
  PRIMARY KEY (batch, number)
) STRICT, WITHOUT ROWID;

-- How many jobs of a task may run at once, as the app says.
CREATE TABLE task_limit (
  queue TEXT NOT NULL,
  task TEXT NOT NULL,
  concurrency INTEGER NOT NULL CHECK (concurrency > 0),
  PRIMARY KEY (queue, task)
) STRICT, WITHOUT ROWID;

-- Whether the job is counted in a lane: it is of a batch, or its task has a limit. Such a job is
-- held with 2 when it becomes pending, until its lane lets it through.
ALTER TABLE job ADD COLUMN in_lane INTEGER NOT NULL DEFAULT 0;
CREATE INDEX job_lane ON job (batch, task, queue, held, priority DESC, place)
  WHERE in_lane = 1 AND state = 'pending';

-- A lane is the jobs of one task in one batch ('' for none). How many of them are in each phase:
-- 'admitted' may run now or do, 'held' are pending but may not; the others are as their state.
CREATE TABLE lane (
  batch TEXT NOT NULL,
  task TEXT NOT NULL,
  queue TEXT NOT NULL,
  phase TEXT NOT NULL,
  jobs INTEGER NOT NULL,
  PRIMARY KEY (batch, task, queue, phase)
) STRICT, WITHOUT ROWID;
CREATE INDEX lane_held ON lane (queue, task) WHERE phase = 'held';
CREATE INDEX lane_admitted ON lane (queue, task) WHERE phase = 'admitted';

-- A claim changes nothing: who may run now and who does are one phase.
CREATE TRIGGER lane_insert AFTER INSERT ON job WHEN NEW.in_lane BEGIN
  INSERT INTO lane (batch, task, queue, phase, jobs)
    VALUES (coalesce(NEW.batch, ''), NEW.task, NEW.queue,
      CASE NEW.state WHEN 'running' THEN 'admitted'
        WHEN 'pending' THEN iif(NEW.held, 'held', 'admitted') ELSE NEW.state END, 1)
    ON CONFLICT DO UPDATE SET jobs = jobs + 1;
END;
CREATE TRIGGER lane_move AFTER UPDATE OF state, held, task, in_lane ON job
WHEN (OLD.in_lane OR NEW.in_lane) AND NOT (OLD.state = 'pending' AND NEW.state = 'running'
  AND OLD.held = 0 AND OLD.in_lane = NEW.in_lane) BEGIN
  INSERT INTO lane (batch, task, queue, phase, jobs)
    SELECT coalesce(NEW.batch, ''), NEW.task, NEW.queue,
        CASE NEW.state WHEN 'running' THEN 'admitted'
          WHEN 'pending' THEN iif(NEW.held, 'held', 'admitted') ELSE NEW.state END, 1
      WHERE NEW.in_lane
    ON CONFLICT DO UPDATE SET jobs = jobs + 1;
  UPDATE lane SET jobs = jobs - 1
    WHERE OLD.in_lane
      AND batch = coalesce(OLD.batch, '') AND task = OLD.task AND queue = OLD.queue
      AND phase = CASE OLD.state WHEN 'running' THEN 'admitted'
        WHEN 'pending' THEN iif(OLD.held, 'held', 'admitted') ELSE OLD.state END;
END;
CREATE TRIGGER lane_delete AFTER DELETE ON job WHEN OLD.in_lane BEGIN
  UPDATE lane SET jobs = jobs - 1
    WHERE batch = coalesce(OLD.batch, '') AND task = OLD.task AND queue = OLD.queue
      AND phase = CASE OLD.state WHEN 'running' THEN 'admitted'
        WHEN 'pending' THEN iif(OLD.held, 'held', 'admitted') ELSE OLD.state END;
END;
-- A batch that has ended goes on when one of its jobs does, whatever was decided about it before.
CREATE TRIGGER batch_goes_on AFTER UPDATE OF jobs ON lane
WHEN NEW.jobs = 1 AND OLD.jobs = 0 AND NEW.batch <> ''
  AND NEW.phase NOT IN ('succeeded', 'failed', 'cancelled', 'expired', 'discarded') BEGIN
  UPDATE batch SET finished_at = NULL, paused_at = NULL, cancelled_at = NULL, cancelled_why = NULL
    WHERE name = NEW.batch AND finished_at IS NOT NULL;
END;
CREATE TRIGGER batch_goes_on_first AFTER INSERT ON lane
WHEN NEW.batch <> ''
  AND NEW.phase NOT IN ('succeeded', 'failed', 'cancelled', 'expired', 'discarded') BEGIN
  UPDATE batch SET finished_at = NULL, paused_at = NULL, cancelled_at = NULL, cancelled_why = NULL
    WHERE name = NEW.batch AND finished_at IS NOT NULL;
END;

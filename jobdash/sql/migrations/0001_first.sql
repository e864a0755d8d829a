-- The ledger: one row per job for the job's whole life. Pending rows are the queue,
-- failed rows are the dead-letter queue, all rows are the history.
-- Times are microseconds since the epoch, UTC.

CREATE TABLE job (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  queue TEXT NOT NULL,
  -- '' until somebody who can read the message has described it
  task TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL,

  priority REAL NOT NULL DEFAULT 0,
  -- the order within pending, in microseconds as far as clocks agree; renewed when a row becomes
  -- pending by retry or eta
  place INTEGER NOT NULL,
  -- outside the index that claims read: its task type is paused
  held INTEGER NOT NULL DEFAULT 0,
  -- scheduled, and no worker of huey's own consumer has looked at it yet: huey counts it as queued
  fresh INTEGER NOT NULL DEFAULT 0,

  retries INTEGER NOT NULL DEFAULT 0,
  retries_left INTEGER NOT NULL DEFAULT 0,
  -- seconds before the next try; grows by the back-off with each
  retry_delay REAL NOT NULL DEFAULT 0,
  retry_backoff REAL NOT NULL DEFAULT 0,
  retry_max_delay REAL,
  retry_jitter REAL NOT NULL DEFAULT 0,
  -- how many workers the job may cost before it is a dead letter
  max_rescues INTEGER NOT NULL DEFAULT 3,
  timeout REAL,
  hard_timeout REAL,
  eta INTEGER,
  expires INTEGER,

  -- three counters that only rise; claims is the fence of every finish
  claims INTEGER NOT NULL DEFAULT 0,
  failures INTEGER NOT NULL DEFAULT 0,
  rescues INTEGER NOT NULL DEFAULT 0,
  -- claims that were given back before a body began; claims - idle is the number of attempts
  idle INTEGER NOT NULL DEFAULT 0,

  worker INTEGER,
  ran_by INTEGER,
  -- where what the running or the last successful attempt printed lies, see jobdash/logfiles.py;
  -- log_end is of the last success, NULL if it printed nothing
  log_start INTEGER,
  log_end INTEGER,
  -- of the last run that came to its end: CPU time in microseconds, memory at its peak in bytes
  cpu INTEGER,
  memory INTEGER,
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  finished_at INTEGER,
  cancel_requested_at INTEGER,

  message INTEGER,
  args TEXT NOT NULL DEFAULT '[]',
  kwargs TEXT NOT NULL DEFAULT '{}',
  result TEXT,
  error_type TEXT,
  error_message TEXT,
  reason TEXT,
  -- Of the last failure that was final: the place in the user's own code, and what it has in common
  -- with failures of its kind. Written when a job fails, and left alone by all that comes after.
  error_where TEXT,
  signature TEXT,
  -- How far the run has come, in what its task counts; units a second lately, and on the whole.
  -- Cleared by the next claim.
  progress_done ANY,
  progress_total ANY,
  progress_note TEXT,
  progress_rate REAL,
  progress_mean REAL,
  progress_at INTEGER,

  -- the job whose success lets this one run, and the job whose end cancelled it
  after INTEGER,
  cancelled_because INTEGER,
  -- the job that enqueued it while it ran, or whose failure it handles
  parent INTEGER,
  -- the first job of the huey group that it was enqueued in; 0: a member of a chord, whose callback
  -- ties it to the others
  group_head INTEGER,
  replay_of INTEGER,
  duplicate_of INTEGER,
  -- whether its message holds an error handler; and for a handler that is to be found in the copy
  -- of another job's message: that job
  has_handler INTEGER NOT NULL DEFAULT 0,
  handles INTEGER,
  batch TEXT,
  key TEXT,
  -- until when the key was promised to hold; the row is not pruned before that
  key_until INTEGER,

  -- Chains of OR, because IN builds a table of its list at every write.
  CHECK (state = 'pending' OR state = 'running' OR state = 'succeeded' OR state = 'waiting'
    OR state = 'scheduled' OR state = 'retrying' OR state = 'failed' OR state = 'cancelled'
    OR state = 'expired' OR state = 'discarded'),
  CHECK ((state = 'running') = (worker IS NOT NULL)),
  CHECK ((state = 'succeeded' OR state = 'failed' OR state = 'cancelled' OR state = 'expired'
    OR state = 'discarded') = (finished_at IS NOT NULL)),
  CHECK (claims >= 0 AND failures >= 0 AND rescues >= 0 AND retries_left >= 0
    AND max_rescues > 0),
  CHECK ((state <> 'scheduled' AND state <> 'retrying') OR eta IS NOT NULL)
) STRICT;

CREATE UNIQUE INDEX job_id ON job (id, queue);
CREATE INDEX job_ready ON job (queue, priority DESC, place)
  WHERE state = 'pending' AND held = 0;
CREATE INDEX job_held ON job (task, seq) WHERE held = 1;
CREATE INDEX job_fresh ON job (queue, priority DESC, place) WHERE fresh = 1;
CREATE INDEX job_due ON job (queue, eta) WHERE state = 'scheduled' OR state = 'retrying';
CREATE INDEX job_running ON job (worker) WHERE state = 'running';
-- Without the states that every job passes through: entries for those would be half the writes of a
-- job's life. They are found by number, in the chunks whose tally says that they hold some; so are
-- the jobs of a task.
CREATE INDEX job_state ON job (state, seq)
  WHERE state <> 'pending' AND state <> 'running' AND state <> 'succeeded';
-- The dead letters by what they died of; tells how many, whose and since when without a look at rows.
CREATE INDEX job_signature ON job (signature, queue, task, finished_at) WHERE state = 'failed';
CREATE INDEX job_after ON job (after) WHERE after IS NOT NULL;
-- With the groups, so that a tree finds the few lines it has for a hundred thousand children.
CREATE INDEX job_parent ON job (parent, group_head) WHERE parent IS NOT NULL;
CREATE INDEX job_group ON job (group_head) WHERE group_head > 0;
CREATE INDEX job_replay ON job (replay_of) WHERE replay_of IS NOT NULL;
CREATE INDEX job_batch ON job (batch) WHERE batch IS NOT NULL;
CREATE INDEX job_key ON job (queue, key) WHERE key IS NOT NULL;
-- Only of those that printed: they keep a log file from being deleted.
CREATE INDEX job_log ON job (log_end) WHERE log_end IS NOT NULL;

-- What huey serialized, written once and never changed.
CREATE TABLE message (
  id INTEGER PRIMARY KEY,
  data BLOB NOT NULL,
  checksum INTEGER NOT NULL
) STRICT;

-- The last result or error that huey's Result.get() reads.
CREATE TABLE result (
  seq INTEGER PRIMARY KEY REFERENCES job (seq),
  data BLOB NOT NULL,
  checksum INTEGER NOT NULL,
  unread INTEGER NOT NULL DEFAULT 1
) STRICT;

-- Every attempt that ended in anything but success. A success is the job row itself.
CREATE TABLE attempt (
  seq INTEGER NOT NULL REFERENCES job (seq),
  -- of the claim under which it ran; claims that were given back before a body began leave gaps, so
  -- readers count the attempts instead
  number INTEGER NOT NULL,
  worker INTEGER,
  started_at INTEGER NOT NULL,
  ended_at INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  message INTEGER,
  error_type TEXT,
  error_message TEXT,
  traceback TEXT,
  -- NULL: the worker died, and printed to the end of its file
  log_start INTEGER,
  log_end INTEGER,
  progress_done ANY,
  progress_total ANY,
  progress_note TEXT,
  cpu INTEGER,
  memory INTEGER,
  -- the failure in full, as JSON. The last column: it may be long, and few readers want it
  post_mortem TEXT,
  PRIMARY KEY (seq, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX attempt_log ON attempt (log_start) WHERE log_end IS NULL OR log_end > log_start;

-- A chord is its callback's row plus one row per member. Without a callback, which was pruned, the
-- rest of it goes next, bit by bit.
CREATE TABLE chord (
  cid TEXT PRIMARY KEY,
  callback INTEGER REFERENCES job (seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX chord_callback ON chord (callback);

-- member is the job whose end counts: the last step of the member's pipeline.
-- value is NULL until that end, then the serialized result, error or placeholder.
CREATE TABLE chord_member (
  cid TEXT NOT NULL REFERENCES chord (cid),
  position INTEGER NOT NULL,
  member INTEGER NOT NULL REFERENCES job (seq),
  value BLOB,
  PRIMARY KEY (cid, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX chord_member_job ON chord_member (member);

-- What no row and no attempt tells by itself: requests, rescues, people's decisions.
CREATE TABLE event (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  seq INTEGER,
  kind TEXT NOT NULL,
  detail TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX event_job ON event (seq) WHERE seq IS NOT NULL;

CREATE TABLE worker (
  -- never reused: the id is also the byte of the lock file that the process holds
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  queue TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('pool', 'worker', 'guest')),
  name TEXT NOT NULL,
  pool INTEGER,
  pid INTEGER NOT NULL,
  -- the process group that ends with the worker; NULL if it is shared with others
  pgid INTEGER,
  boot TEXT NOT NULL,
  born INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  ended_how TEXT,
  done INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0,
  -- of a pool: how its app is named, for who wants to run a job of the file in front of him
  app TEXT,
  -- of a pool: how many workers it shall have; NULL if it takes no wishes, as when it stops
  size INTEGER CHECK (size >= 0),
  -- of a pool's worker: what somebody wants of it; its pool sees to it
  wish TEXT CHECK (wish IN ('drain', 'remove', 'restart'))
) STRICT;
CREATE INDEX worker_live ON worker (queue, kind) WHERE ended_at IS NULL;
CREATE INDEX worker_wish ON worker (pool) WHERE wish IS NOT NULL AND ended_at IS NULL;

CREATE TABLE task_type (
  queue TEXT NOT NULL,
  name TEXT NOT NULL,
  parameters TEXT NOT NULL,
  doc TEXT NOT NULL,
  retries INTEGER NOT NULL,
  retry_delay REAL NOT NULL,
  priority REAL NOT NULL,
  timeout REAL,
  periodic INTEGER NOT NULL,
  -- of a periodic task: when it runs, as JSON
  rule TEXT,
  registered_at INTEGER NOT NULL,
  PRIMARY KEY (queue, name)
) STRICT, WITHOUT ROWID;

-- task '' means the whole queue.
CREATE TABLE pause (
  queue TEXT NOT NULL,
  task TEXT NOT NULL,
  since INTEGER NOT NULL,
  PRIMARY KEY (queue, task)
) STRICT, WITHOUT ROWID;

-- Faults that somebody wants a task's next runs to have, `jobdash chaos`; a claim takes one.
CREATE TABLE chaos (
  queue TEXT NOT NULL,
  task TEXT NOT NULL,
  fault TEXT NOT NULL CHECK (fault IN ('raise', 'hang', 'kill', 'twice')),
  left INTEGER NOT NULL CHECK (left > 0),
  armed_at INTEGER NOT NULL,
  PRIMARY KEY (queue, task)
) STRICT, WITHOUT ROWID;

-- How many jobs of each task are in each state, by chunks of 32768 numbers: the counts, and a
-- directory that leads to the jobs. Kept by the triggers below. Running jobs are few and change twice
-- as often as all others: job_running counts them. Chunk -1 tells how many jobs were 'pruned'.
CREATE TABLE tally (
  chunk INTEGER NOT NULL,
  queue TEXT NOT NULL,
  task TEXT NOT NULL,
  state TEXT NOT NULL,
  jobs INTEGER NOT NULL,
  PRIMARY KEY (chunk, queue, task, state)
) STRICT, WITHOUT ROWID;

-- The statements that fire these say OR ROLLBACK or OR FAIL where they are frequent: otherwise the
-- upserts make SQLite keep a journal of each statement, a tenth of the cost of a job.
CREATE TRIGGER tally_insert AFTER INSERT ON job WHEN NEW.state <> 'running' BEGIN
  INSERT INTO tally (chunk, queue, task, state, jobs)
    VALUES (NEW.seq / 32768, NEW.queue, NEW.task, NEW.state, 1)
    ON CONFLICT DO UPDATE SET jobs = jobs + 1;
END;
CREATE TRIGGER tally_leave AFTER UPDATE OF state, task ON job
WHEN OLD.state <> 'running' AND (OLD.state <> NEW.state OR OLD.task <> NEW.task) BEGIN
  UPDATE tally SET jobs = jobs - 1
    WHERE chunk = OLD.seq / 32768 AND queue = OLD.queue AND task = OLD.task AND state = OLD.state;
END;
CREATE TRIGGER tally_reach AFTER UPDATE OF state, task ON job
WHEN NEW.state <> 'running' AND (OLD.state <> NEW.state OR OLD.task <> NEW.task) BEGIN
  INSERT INTO tally (chunk, queue, task, state, jobs)
    VALUES (NEW.seq / 32768, NEW.queue, NEW.task, NEW.state, 1)
    ON CONFLICT DO UPDATE SET jobs = jobs + 1;
END;
CREATE TRIGGER tally_delete AFTER DELETE ON job BEGIN
  UPDATE tally SET jobs = jobs - 1
    WHERE chunk = OLD.seq / 32768 AND queue = OLD.queue AND task = OLD.task AND state = OLD.state;
  INSERT INTO tally (chunk, queue, task, state, jobs) VALUES (-1, OLD.queue, '', 'pruned', 1)
    ON CONFLICT DO UPDATE SET jobs = jobs + 1;
END;

-- What a queue had behind it at a time: rates and charts are differences between samples. Taken by
-- whoever works on the queue, and only if something has changed since the last one.
CREATE TABLE sample (
  queue TEXT NOT NULL,
  at INTEGER NOT NULL,
  -- ever enqueued, and ended by now
  arrived INTEGER NOT NULL,
  ended INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  pending INTEGER NOT NULL,
  PRIMARY KEY (queue, at)
) STRICT, WITHOUT ROWID;

-- How often a job was enqueued again by its key, and when last.
CREATE TABLE key_repeat (
  seq INTEGER PRIMARY KEY REFERENCES job (seq) ON DELETE CASCADE,
  times INTEGER NOT NULL,
  last_at INTEGER NOT NULL
) STRICT;

-- What tasks have done once and for all, `jobdash.once`. Until done_at it is being done by the run
-- of this claim, if that still goes on. The result is JSON, NULL if it could not be kept.
CREATE TABLE work (
  queue TEXT NOT NULL,
  key TEXT NOT NULL,
  seq INTEGER NOT NULL REFERENCES job (seq) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  done_at INTEGER,
  result TEXT,
  PRIMARY KEY (queue, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX work_job ON work (seq);

-- huey's own two tables, in huey's own shape, so that a file that plain huey has used
-- keeps its locks, rate limits, revocations and unread results.
CREATE TABLE IF NOT EXISTS kv (
  queue TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (queue, key));
CREATE TABLE IF NOT EXISTS counter (
  queue TEXT NOT NULL, key TEXT NOT NULL, value INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (queue, key));

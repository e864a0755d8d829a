-- A history for benchmarks, made by SQLite alone: row by row from Python it would take minutes.

-- name: some_numbers
WITH RECURSIVE numbers(seq) AS (
  SELECT :first UNION ALL SELECT seq + 1 FROM numbers WHERE seq < :last)

-- name: make_messages
-- crc32 of the bytes, so that the file is sound.
{some_numbers}
INSERT INTO message (id, data, checksum) SELECT seq, :data, :checksum FROM numbers

-- name: make_jobs
-- Chance is a hash of the number, so that every file of a size is the same but for its times.
-- Nearly all have succeeded; the newest wait; twenty tasks, forty kinds of failure.
{some_numbers},
chances AS (
  SELECT seq, (seq * 2654435761 % 4294967296) % 1000 AS chance,
      (seq * 40503 % 65536) % 20 AS task, seq > :total - :waiting AS is_new
    FROM numbers),
jobs AS (
  SELECT seq, task, chance,
      :ended_at - (:total - seq) * :step AS at,
      CASE WHEN is_new THEN :wait WHEN chance < 970 THEN 'succeeded'
        WHEN chance < 985 THEN 'failed' WHEN chance < 992 THEN 'cancelled'
        WHEN chance < 995 THEN 'expired' WHEN chance < 997 THEN 'discarded'
        WHEN chance < 999 THEN 'scheduled' ELSE 'retrying' END AS state
    FROM chances),
outcomes AS (
  SELECT *, state IN ('failed', 'discarded', 'retrying') AS has_failed,
      state IN ('succeeded', 'failed', 'discarded', 'retrying') AS has_run,
      state NOT IN ('pending', 'scheduled', 'retrying') AS is_final
    FROM jobs)
INSERT INTO job (
    seq, id, queue, task, state, place, priority, claims, failures, retries, ran_by,
    created_at, started_at, finished_at, eta, message, args, kwargs, result,
    error_type, error_message, error_where, signature)
  SELECT seq, printf('019a0000-0000-7000-8000-%012x', seq), :queue,
      printf('bench.tasks.task_%02d', task), state, at, 0, has_run, has_failed, 0,
      iif(has_run, 1, NULL), at, iif(has_run, at + 2000, NULL),
      iif(is_final, at + 9000 + chance * 100, NULL), iif(is_final OR state = 'pending', NULL, :eta),
      seq, printf('["customer-%d", "/srv/files/2026/%05d.png"]', seq, seq % 99999),
      '{"size": [640, 480], "copies": 3}', iif(state = 'succeeded', '{"pages": 12}', NULL),
      iif(has_failed, 'OSError', NULL),
      iif(has_failed, printf('no such file: /srv/files/2026/%05d.png', seq % 99999), NULL),
      iif(has_failed, printf('tasks.py:%d in read', chance % 40), NULL),
      iif(has_failed, printf('%016x', chance % 40), NULL)
    FROM outcomes

-- name: make_attempts
INSERT INTO attempt (seq, number, worker, started_at, ended_at, outcome, error_type, error_message,
    traceback)
  SELECT seq, 1, 1, started_at, started_at + 7000, 'failed', error_type, error_message, :traceback
    FROM job WHERE state IN ('failed', 'discarded', 'retrying')

-- name: make_tasks
WITH RECURSIVE tasks(number) AS (SELECT 0 UNION ALL SELECT number + 1 FROM tasks WHERE number < 19)
INSERT INTO task_type (queue, name, parameters, doc, retries, retry_delay, priority, periodic,
    registered_at)
  SELECT :queue, printf('bench.tasks.task_%02d', number), '[]', 'A task of the benchmark.',
      0, 0, 0, 0, :ended_at
    FROM tasks

-- name: make_samples
-- One in ten seconds, as a pool takes them.
{some_numbers}
INSERT INTO sample (queue, at, arrived, ended, failed, pending)
  SELECT :queue, :ended_at - (:last - seq) * 10000000, :total * seq / :last,
      :total * seq / :last - :waiting, :total * seq / :last / 60, :waiting
    FROM numbers

-- name: bare_table
-- What the least of a queue would be: rows that wait, are held, and are done.
CREATE TABLE bare (seq INTEGER PRIMARY KEY, state INTEGER NOT NULL, data BLOB NOT NULL) STRICT

-- name: bare_index
CREATE INDEX bare_waiting ON bare (seq) WHERE state = 0

-- name: bare_fill
{some_numbers}
INSERT INTO bare (seq, state, data) SELECT seq, 0, zeroblob(200) FROM numbers

-- name: bare_insert
INSERT INTO bare (state, data) VALUES (0, zeroblob(200))

-- name: bare_waiting
SELECT seq FROM bare WHERE state = 0 ORDER BY seq LIMIT 1

-- name: bare_claim
UPDATE bare SET state = 1 WHERE seq = ({bare_waiting}) RETURNING seq

-- name: bare_finish
UPDATE bare SET state = 2 WHERE seq = :seq

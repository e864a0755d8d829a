-- Every statement that readers run. Each is short, and read to its end at once.
-- A part in braces is filled in with the statement that finds the rows.

-- name: job_rows
-- The columns of `jobdash.job.Job`, in its order. Rows are fetched only once the page is known:
-- an index can skip a million entries without a look at one row.
SELECT
    job.seq, id, queue, task, state, args, kwargs, priority, claims - idle, failures, rescues,
    retries, retries_left, retry_delay, retry_backoff, retry_max_delay, retry_jitter, created_at, eta, expires, started_at, finished_at,
    coalesce(worker, ran_by) AS worker, result, error_type, error_message, error_where, signature, reason,
    progress_done, progress_total, progress_note,
    after, parent, replay_of, duplicate_of, batch, key, cancel_requested_at,
    EXISTS (SELECT 1 FROM kv WHERE kv.queue = job.queue AND kv.key = 'r:' || job.id) AS revoked,
    held = 1 AS held,
    key_until - created_at,
    CASE WHEN key IS NULL THEN 0 ELSE
      coalesce((SELECT times FROM key_repeat WHERE key_repeat.seq = job.seq), 0) END,
    progress_at, progress_rate, progress_mean, cpu, memory,
    held = 2 AND state = 'pending'
  FROM ({found}) AS found CROSS JOIN job ON job.seq = found.seq
  ORDER BY job.seq DESC

-- name: this_seq
SELECT :seq AS seq

-- name: these_seqs
SELECT value AS seq FROM json_each(:seqs)

-- name: seqs_of_id
-- An exact id comes first among those that begin with it.
SELECT seq FROM job WHERE id >= :id AND id < :id || char(0x10FFFF) ORDER BY id LIMIT :most

-- name: group_of
-- The first job of a group, which gives it its number, may have been pruned.
SELECT coalesce((SELECT group_head FROM job WHERE seq = :seq), :seq)

-- name: related_seqs
-- Each kind is limited by itself: a job may have a hundred thousand children.
WITH RECURSIVE
  self AS (SELECT * FROM job WHERE seq = :seq),
  earlier (seq) AS (
    SELECT after FROM self
    UNION SELECT job.after FROM earlier JOIN job ON job.seq = earlier.seq LIMIT :most),
  later (seq) AS (
    SELECT seq FROM job WHERE after = :seq
    UNION SELECT job.seq FROM later JOIN job ON job.after = later.seq LIMIT :most),
  kin (seq) AS (
    SELECT seq FROM earlier
    UNION SELECT seq FROM later
    UNION SELECT parent FROM self
    UNION SELECT replay_of FROM self
    UNION SELECT duplicate_of FROM self
    UNION SELECT cancelled_because FROM self
    UNION SELECT * FROM (SELECT seq FROM job WHERE parent = :seq LIMIT :most)
    UNION SELECT * FROM (SELECT seq FROM job WHERE replay_of = :seq LIMIT :most)
    UNION SELECT callback FROM chord_member JOIN chord USING (cid) WHERE member = :seq
    UNION SELECT * FROM (
      SELECT member FROM chord JOIN chord_member USING (cid) WHERE callback = :seq LIMIT :most))
SELECT seq FROM kin WHERE seq <> :seq ORDER BY seq LIMIT :most

-- name: tally
-- Running jobs are not in the tally: their own index counts them.
SELECT queue, state, sum(jobs) FROM tally WHERE jobs <> 0 AND state <> 'pruned'
  GROUP BY queue, state
UNION ALL
SELECT queue, 'running', count(*) FROM job WHERE state = 'running' GROUP BY queue

-- name: directory
-- How many jobs of these states and tasks lie in each chunk of numbers; '' means every state or queue.
SELECT chunk, sum(jobs) FROM (
    SELECT chunk, queue, task, state, jobs FROM tally WHERE jobs <> 0 AND state <> 'pruned'
    UNION ALL
    SELECT seq / 32768, queue, task, 'running', 1 FROM job WHERE state = 'running')
  WHERE (:states = '' OR instr(' ' || :states || ' ', ' ' || state || ' '))
    AND (:queue = '' OR queue = :queue)
    AND task BETWEEN :start AND :end {more}
  GROUP BY chunk ORDER BY chunk DESC

-- name: dead_groups
-- A group in parts, one per queue and task: their index tells all of this by itself.
WITH part AS (
  SELECT signature, queue, task, count(*) AS jobs, min(finished_at) AS first_at,
      max(finished_at) AS last_at
    FROM job {walk}
    GROUP BY signature, queue, task)
SELECT signature, task, jobs, first_at, last_at, (
    SELECT max(seq) FROM job INDEXED BY job_signature
      WHERE state = 'failed' AND job.signature IS part.signature AND job.queue = part.queue
        AND job.task = part.task AND finished_at = last_at)
  FROM part

-- name: standings
SELECT seq, state FROM json_each(:seqs) JOIN job ON job.seq = value

-- name: tasks_of
SELECT DISTINCT task FROM json_each(:seqs) JOIN job ON job.seq = value ORDER BY task

-- name: tallied_tasks
SELECT task FROM tally WHERE chunk >= 0 UNION SELECT task FROM job WHERE state = 'running'

-- name: known_workers
SELECT id, name, pid FROM worker

-- name: signatures
-- From one entry of the index to the next that is another: a group may have a million jobs.
WITH RECURSIVE found (signature) AS (
    SELECT min(signature) FROM job INDEXED BY job_signature
      WHERE state = 'failed' AND signature >= :start
    UNION ALL
    SELECT (SELECT min(signature) FROM job INDEXED BY job_signature
        WHERE state = 'failed' AND job.signature > found.signature)
      FROM found WHERE found.signature < :start || char(0x10FFFF) LIMIT :most)
SELECT signature FROM found WHERE signature < :start || char(0x10FFFF)

-- name: batches
-- As `signatures`.
WITH RECURSIVE found (batch) AS (
    SELECT min(batch) FROM job WHERE batch IS NOT NULL
    UNION ALL
    SELECT (SELECT min(batch) FROM job WHERE job.batch > found.batch)
      FROM found WHERE found.batch IS NOT NULL LIMIT :most)
SELECT batch FROM found WHERE batch IS NOT NULL

-- name: parameters
SELECT name, parameters FROM task_type

-- name: queues
SELECT queue FROM tally UNION SELECT queue FROM task_type UNION SELECT queue FROM worker

-- name: attempts
-- A running or successful attempt has no row of its own: the job's row carries it. Claims that
-- were given back before the body ran are no attempts, so the numbers are counted here.
SELECT row_number() OVER (ORDER BY claim), worker, started_at, ended_at, outcome,
    error_type, error_message, traceback, log_start, log_end,
    progress_done, progress_total, progress_note, cpu, memory
  FROM (
    SELECT number AS claim, worker, started_at, ended_at, outcome,
        error_type, error_message, traceback, log_start, log_end,
        progress_done, progress_total, progress_note, cpu, memory
      FROM attempt WHERE seq = :seq
    UNION ALL
    SELECT claims, ran_by, started_at, finished_at,
        CASE state WHEN 'succeeded' THEN 'succeeded' END, NULL, NULL, NULL,
        log_start, CASE state WHEN 'succeeded' THEN coalesce(log_end, log_start) END,
        progress_done, progress_total, progress_note,
        CASE state WHEN 'succeeded' THEN cpu END, CASE state WHEN 'succeeded' THEN memory END
      FROM job WHERE seq = :seq AND state IN ('running', 'succeeded') AND started_at IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM attempt WHERE attempt.seq = :seq AND number = claims))
  ORDER BY claim

-- name: post_mortems
-- Of one job's attempts, the newest first, or of one of them alone.
SELECT attempt, post_mortem FROM (
    SELECT row_number() OVER (ORDER BY number) AS attempt, number FROM attempt WHERE seq = :seq)
  JOIN (SELECT number, post_mortem FROM attempt WHERE seq = :seq) USING (number)
  WHERE post_mortem IS NOT NULL AND attempt = coalesce(:attempt, attempt)
  ORDER BY number DESC LIMIT 1

-- name: missing_seqs
SELECT value FROM json_each(:seqs) WHERE NOT EXISTS (SELECT 1 FROM job WHERE seq = value)

-- name: events
SELECT at, seq, kind, detail FROM (
    SELECT at, seq, kind, detail, id FROM event WHERE seq = :seq
    UNION ALL
    SELECT last_at, seq, 'asked for again', 'its key was enqueued again, ' || CASE times
        WHEN 1 THEN 'once' ELSE 'so far ' || times || ' times' END, 0
      FROM key_repeat WHERE seq = :seq
    UNION ALL
    SELECT done_at, seq, 'done once', key, 0 FROM work WHERE seq = :seq AND done_at IS NOT NULL
    UNION ALL
    {held_locks})
  ORDER BY at, id

-- name: held_locks
-- The value of a lock names its holder in JSON, if it was not plain huey that took it.
SELECT holder ->> '$.at', seq, 'holds a lock', substr(key, length(queue) + length('.lock.') + 1), 0
  FROM (
    SELECT job.seq, job.queue, job.claims, job.state, kv.key, CAST(kv.value AS TEXT) AS holder
      FROM job JOIN kv ON kv.queue = job.queue
        AND kv.key >= job.queue || '.lock.' AND kv.key < job.queue || '.lock/'
      WHERE job.seq = :seq)
  WHERE CASE WHEN json_valid(holder) THEN holder ->> '$.seq' = seq
    AND (holder ->> '$.is_kept' OR state = 'running' AND holder ->> '$.number' = claims) END

-- name: worker_rows
SELECT worker.id, worker.queue, kind, name, pid, pool, worker.started_at, ended_at, ended_how,
    done, failed, job.seq, job.task, job.started_at, job.progress_done, job.progress_total,
    wish, size, boot
  FROM worker LEFT JOIN job ON job.worker = worker.id AND job.state = 'running'
  WHERE worker.id IN ({found})
  GROUP BY worker.id
  ORDER BY coalesce(pool, worker.id), worker.id

-- name: run_of
SELECT state, worker.id, kind, name, pid, pgid, boot, born, claims
  FROM job LEFT JOIN worker ON worker.id = job.worker WHERE job.seq = :seq

-- name: live_workers
SELECT id FROM worker WHERE ended_at IS NULL

-- name: newest_workers
SELECT id FROM worker ORDER BY id DESC LIMIT 500

-- name: recent_workers
SELECT id FROM worker WHERE ended_at IS NULL
UNION
SELECT id FROM (SELECT id, ended_at FROM worker ORDER BY id DESC LIMIT 500)
  WHERE ended_at >= :since

-- name: tasks
SELECT name, queue, parameters, doc, retries, retry_delay, priority, timeout, periodic,
    registered_at,
    EXISTS (
      SELECT 1 FROM pause WHERE pause.queue = task_type.queue AND pause.task IN ('', name))
  FROM task_type ORDER BY name, queue

-- name: pauses
SELECT queue, task FROM pause ORDER BY queue, task

-- name: ready_since
-- When a job became ready is not written down, but it was not before the last thing known of it.
SELECT min(max(
    created_at,
    coalesce(eta, 0),
    coalesce((SELECT max(ended_at) FROM attempt WHERE attempt.seq = job.seq), 0),
    coalesce((SELECT max(at) FROM event WHERE event.seq = job.seq), 0)))
  FROM json_each(:seqs) JOIN job ON job.seq = value

-- name: ended
-- How many jobs have ended by now, and had ended at the last sample before a time, or at the first
-- one after it.
SELECT
  (SELECT coalesce(sum(jobs), 0) FROM tally WHERE state IN (
    'succeeded', 'failed', 'cancelled', 'expired', 'discarded', 'pruned')),
  (SELECT coalesce(sum(ended), 0) FROM (
    SELECT coalesce(
        (SELECT ended FROM sample WHERE sample.queue = known.queue AND at <= :since
          ORDER BY at DESC LIMIT 1),
        (SELECT ended FROM sample WHERE sample.queue = known.queue ORDER BY at LIMIT 1)) AS ended
      FROM (SELECT DISTINCT queue FROM tally) AS known))

-- name: created_since
-- Numbers are given in the order of time, so the newest job that is too old marks the border.
SELECT count(*) FROM job WHERE seq > coalesce(
  (SELECT seq FROM job WHERE created_at < :since ORDER BY seq DESC LIMIT 1), 0)

-- name: plain_tables
SELECT name FROM sqlite_schema WHERE type = 'table' AND name IN ('task', 'schedule')

-- name: periodic
-- The key of a run that its schedule has started holds the minute, in digits that sort by time.
-- Other runs are only found among the newest jobs.
WITH newest AS (
  SELECT queue, task, max(seq) AS seq FROM job
    WHERE seq > (SELECT coalesce(max(seq), 0) FROM job) - :most
    GROUP BY queue, task)
SELECT name, task_type.queue, rule,
    EXISTS (
      SELECT 1 FROM pause WHERE pause.queue = task_type.queue AND pause.task IN ('', name)),
    nullif(max(
      coalesce((
        SELECT seq FROM job
          WHERE job.queue = task_type.queue AND key >= 'tick:' || name || ':'
            AND key < 'tick:' || name || ';' AND +task = name
          ORDER BY key DESC LIMIT 1), 0),
      coalesce(newest.seq, 0)), 0)
  FROM task_type LEFT JOIN newest ON newest.queue = task_type.queue AND newest.task = name
  WHERE rule IS NOT NULL ORDER BY name, task_type.queue

-- name: delayed_by_eta
SELECT seq, eta FROM job
  WHERE queue = {queue} AND (state = 'scheduled' OR state = 'retrying')

-- name: delayed_by_state
SELECT seq, eta FROM job INDEXED BY job_state
  WHERE state = {state} AND state <> 'pending' AND state <> 'running' AND state <> 'succeeded'
    AND +queue = {queue}

-- name: nothing_delayed
SELECT 0 AS seq, 0 AS eta WHERE 0

-- name: active_since
-- The jobs between two numbers that something has happened to since a time, as far as their rows
-- tell: the last thing first. `place` is when a job became pending or began to wait for a retry.
SELECT seq, max(created_at, coalesce(started_at, 0), coalesce(finished_at, 0), min(place, :now)) AS at
  FROM job
  WHERE seq BETWEEN :low AND :high
    AND (created_at > :since OR started_at > :since OR finished_at > :since OR place > :since)
  ORDER BY at DESC LIMIT :most

-- name: chunk_marks
-- What is different for a chunk of jobs as soon as one of them has changed its state.
SELECT chunk, group_concat(jobs) FROM tally WHERE chunk >= 0 GROUP BY chunk

-- name: frontier
-- Where work goes on: the jobs that run, and the next one of each queue.
SELECT seq FROM job WHERE state = 'running'
UNION ALL
SELECT (
    SELECT seq FROM job WHERE job.queue = known.queue AND state = 'pending' AND held = 0
      ORDER BY priority DESC, place LIMIT 1)
  FROM (SELECT DISTINCT queue FROM tally) AS known

-- name: newest_seq
SELECT coalesce(max(seq), 0) FROM job

-- name: running_now
SELECT seq, claims FROM job WHERE state = 'running'

-- name: newest_events
SELECT id, at, seq FROM event WHERE id > :after ORDER BY id DESC LIMIT :most

-- name: log_of_jobs
-- The events of some jobs, and some that are about no job.
SELECT id, at, seq, kind, detail
  FROM event INDEXED BY event_job WHERE seq IN (SELECT value FROM json_each(:seqs))
UNION ALL
SELECT id, at, seq, kind, detail FROM event WHERE id IN (SELECT value FROM json_each(:ids))

-- name: pasts
SELECT seq, id, queue, task, state, created_at, started_at, finished_at, claims, ran_by, eta, place,
    parent, after, replay_of, cancelled_because, reason, error_type, error_message,
    coalesce(key GLOB 'tick:*', 0)
  FROM job WHERE seq IN (SELECT value FROM json_each(:seqs))

-- name: attempts_of
SELECT attempt.seq, number, worker, started_at, ended_at, outcome, error_type, error_message
  FROM json_each(:seqs) JOIN attempt ON attempt.seq = value
  ORDER BY attempt.seq, number

-- name: replayed_well
-- Of a job that was replayed ever again, only the newest replays are looked at.
SELECT original, replay FROM (
    SELECT value AS original,
      (SELECT max(seq) FROM
        (SELECT seq, state FROM job WHERE replay_of = value ORDER BY seq DESC LIMIT :most)
        WHERE state = 'succeeded') AS replay
      FROM json_each(:seqs))
  WHERE replay IS NOT NULL

-- name: names_of_workers
SELECT id, name FROM worker WHERE id IN (SELECT value FROM json_each(:ids))

-- name: app_of_queue
SELECT app FROM worker WHERE queue = :queue AND kind = 'pool' AND app IS NOT NULL
  ORDER BY id DESC LIMIT 1

-- name: parameters_of_task
SELECT parameters FROM task_type WHERE queue = :queue AND name = :task

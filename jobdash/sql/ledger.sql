-- Every statement that writes a job's life, one or a few per event of `jobdash.job.MOVES`.
-- Each move is guarded by the state it may start from.

-- name: next_place
-- The place behind everything of its priority that is pending now, let through or not; a time, so that no counter has
-- to be kept, but never before the last one, so that a clock that is set back reorders nothing that
-- is pending.
SELECT max(:now, 1 + coalesce((
    SELECT place FROM job
      WHERE queue = this.queue AND priority = coalesce(:priority, this.priority)
        AND state = 'pending' AND held = 0
      ORDER BY place DESC LIMIT 1), 0), 1 + coalesce((
    SELECT max((
      SELECT place FROM job
        WHERE batch IS nullif(lane.batch, '') AND task = lane.task AND queue = lane.queue
          AND held = 2 AND priority = coalesce(:priority, this.priority) AND in_lane = 1
          AND state = 'pending'
        ORDER BY place DESC LIMIT 1))
      FROM lane WHERE lane.queue = this.queue AND phase = 'held' AND jobs > 0), 0))
  FROM job AS this WHERE seq = :seq

-- name: mark_sorted
-- In huey's eyes too it is in the schedule from the start.
UPDATE job SET fresh = 0 WHERE seq = :seq

-- name: is_paused
EXISTS (SELECT 1 FROM pause WHERE pause.queue = job.queue AND pause.task = job.task)

-- name: is_limited
EXISTS (SELECT 1 FROM task_limit WHERE task_limit.queue = job.queue AND task_limit.task = job.task)

-- name: is_in_lane
(batch IS NOT NULL OR {is_limited})

-- name: held_back
-- 1: by the pause of its task, until that ends; 2: it is for its lane to let it through.
CASE WHEN {is_paused} THEN 1 ELSE 2 * in_lane END

-- name: insert_message
INSERT INTO message (data, checksum) VALUES (:data, :checksum)

-- name: insert_job
INSERT OR FAIL INTO job (
  id, queue, task, state, priority, place,
  held,
  fresh, retries, retries_left, retry_delay, timeout, hard_timeout, eta, expires,
  created_at, message, args, kwargs, after, parent, batch, key,
  retry_backoff, retry_max_delay, retry_jitter, max_rescues, has_handler, group_head, in_lane)
VALUES (
  ?1, ?2, ?3, ?4, ?5, max(?13, 1 + coalesce((
    SELECT place FROM job WHERE queue = ?2 AND priority = ?5 AND state = 'pending' AND held = 0
      ORDER BY place DESC LIMIT 1), 0), 1 + coalesce((
    SELECT max((
      SELECT place FROM job
        WHERE batch IS nullif(lane.batch, '') AND task = lane.task AND queue = lane.queue
          AND held = 2 AND priority = ?5 AND in_lane = 1 AND state = 'pending'
        ORDER BY place DESC LIMIT 1))
      FROM lane WHERE lane.queue = ?2 AND phase = 'held' AND jobs > 0), 0)),
  iif(EXISTS (SELECT 1 FROM pause WHERE queue = ?2 AND task = ?3 AND ?3 <> ''), 1, 2 * ?27),
  ?6, ?7, ?7, ?8, ?9, ?10, ?11, ?12,
  ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20,
  ?21, ?22, ?23, ?24, ?25, ?26, ?27)

-- name: link_group
UPDATE job SET group_head = :head WHERE seq IN (SELECT value FROM json_each(:seqs))

-- name: hold_key
UPDATE job SET key_until = :until WHERE seq = :seq

-- name: mark_duplicate
UPDATE job SET duplicate_of = :duplicate_of WHERE seq = :seq

-- name: job_by_id
SELECT seq, state FROM job WHERE id = :id AND queue = :queue

-- name: job_by_key
-- A job that came to nothing does not stand for its key any more, unless it is kept for good.
SELECT seq, id FROM job
  WHERE queue = :queue AND key = :key AND task = :task AND created_at >= :since
    AND (:keeps_key OR {may_come_to_something})
  ORDER BY seq DESC LIMIT 1

-- name: may_come_to_something
-- huey's Result.reschedule revokes a job before it enqueues another in its place.
(state IN ('running', 'succeeded')
  OR state NOT IN ('failed', 'cancelled', 'expired', 'discarded') AND NOT EXISTS (
    SELECT 1 FROM kv WHERE kv.queue = job.queue AND kv.key = 'r:' || job.id))

-- name: note_repeat
INSERT INTO key_repeat (seq, times, last_at) VALUES (:seq, 1, :now)
  ON CONFLICT DO UPDATE SET times = times + 1, last_at = excluded.last_at

-- name: stands_for_key
-- Another job that by now stands for the key of this one.
SELECT seq, state FROM job
  WHERE (queue, key, task) = (SELECT queue, key, task FROM job WHERE seq = :seq)
    AND seq <> :seq AND {may_come_to_something}
    AND created_at >= :now - coalesce(
      (SELECT key_until - created_at FROM job WHERE seq = :seq), :now)
  ORDER BY seq DESC LIMIT 1

-- name: enqueue_again
-- A known id that had ended goes on in its row, with the new message.
UPDATE job SET
    state = :state, place = :place, fresh = :fresh, task = :task, message = :message,
    args = :args, kwargs = :kwargs, priority = :priority, retries = :retries,
    retries_left = :retries, retry_delay = :retry_delay, {policy}, handles = NULL,
    timeout = :timeout, hard_timeout = :hard_timeout, eta = :eta, expires = :expires, finished_at = NULL,
    cancel_requested_at = NULL, cancelled_because = NULL, reason = NULL, result = NULL,
    after = :after, in_lane = batch IS NOT NULL OR :is_limited,
    held = iif(
      EXISTS (SELECT 1 FROM pause WHERE queue = :queue AND task = :task AND :task <> ''), 1,
      2 * (batch IS NOT NULL OR :is_limited))
  WHERE seq = :seq AND state IN ('succeeded', 'failed', 'cancelled', 'expired', 'discarded')
  RETURNING seq

-- name: follow
-- A later step that is enqueued again behind another job waits for that job instead, if the one
-- before it will not run or was revoked: that is how huey reschedules a pipeline.
UPDATE job SET state = 'waiting', after = :after, held = {held_back}, finished_at = NULL,
    cancelled_because = NULL, reason = NULL
  WHERE seq = :seq AND (state = 'cancelled' OR state = 'waiting' AND EXISTS (
    SELECT 1 FROM job AS before JOIN kv ON kv.queue = before.queue AND kv.key = 'r:' || before.id
      WHERE before.seq = job.after))
  RETURNING seq

-- name: forget_members
DELETE FROM chord_member WHERE cid IN (SELECT cid FROM chord WHERE callback = :callback)

-- name: forget_chord
-- A callback that is enqueued again belongs to its newest chord.
DELETE FROM chord WHERE callback = :callback

-- name: insert_chord
INSERT INTO chord (cid, callback) VALUES (:cid, :callback)

-- name: insert_member
-- A job with the same key may have ended before: then its result is the member's value.
INSERT INTO chord_member (cid, position, member, value)
VALUES (:cid, :position, :member, (
  SELECT coalesce(data, x'') FROM job LEFT JOIN result USING (seq)
    WHERE seq = :member AND finished_at IS NOT NULL))

-- name: move_member
-- A chord member that huey enqueued again under a new id (Result.reschedule) takes its place.
UPDATE chord_member SET member = :member
  WHERE cid = :cid AND position = :position AND value IS NULL

-- name: describe
-- Fills in what only a reader of the message could know.
UPDATE job SET task = :task, args = :args, kwargs = :kwargs, retries = :retries,
    retries_left = :retries, retry_delay = :retry_delay, {policy},
    timeout = :timeout, hard_timeout = :hard_timeout, expires = :expires,
    in_lane = batch IS NOT NULL OR :is_limited
  WHERE seq = :seq AND task = ''

-- name: policy
retry_backoff = :retry_backoff, retry_max_delay = :retry_max_delay,
    retry_jitter = :retry_jitter, max_rescues = :max_rescues, has_handler = :has_handler

-- name: claimable
-- What a worker needs to know of a job. No UPDATE … RETURNING: that builds a table for its rows
-- each time, and costs more than a SELECT and an UPDATE.
SELECT job.seq, job.claims + 1, job.claims + 1 - job.idle, job.id, job.task, job.message, message.data, message.checksum,
    (SELECT cid FROM chord WHERE callback = job.seq),
    EXISTS (SELECT 1 FROM kv WHERE queue = :queue AND key = 'r:' || job.id)
      OR EXISTS (SELECT 1 FROM kv WHERE queue = :queue AND key = 'rt:' || job.task),
    eta, expires, priority, retries_left, retry_delay, retry_backoff, retry_max_delay, retry_jitter,
    handles, batch, in_lane, (SELECT fault FROM chaos WHERE queue = :queue AND task = job.task)
  FROM job LEFT JOIN message ON message.id = job.message
  WHERE job.seq = {choice}

-- name: set_running
-- The claim number rises with every claim, so that no two workers ever share one. What was pending
-- has none of the marks that set_running_from_anywhere clears, and columns left alone are indexes
-- left alone.
UPDATE OR ROLLBACK job SET state = 'running', worker = :worker, ran_by = :worker,
    claims = claims + 1, started_at = iif(claims, max(:now, coalesce((
      SELECT max(ended_at) FROM attempt WHERE attempt.seq = job.seq), 0)), :now), log_start = :log_start, cancel_requested_at = NULL,
    {no_progress}
  WHERE seq = :seq

-- name: set_running_from_anywhere
UPDATE OR ROLLBACK job SET state = 'running', worker = :worker, ran_by = :worker,
    claims = claims + 1, started_at = iif(claims, max(:now, coalesce((
      SELECT max(ended_at) FROM attempt WHERE attempt.seq = job.seq), 0)), :now), log_start = :log_start, cancel_requested_at = NULL,
    fresh = 0, held = 0, finished_at = NULL, {no_progress}
  WHERE seq = :seq

-- name: no_progress
progress_done = NULL, progress_total = NULL, progress_note = NULL, progress_rate = NULL,
    progress_mean = NULL, progress_at = NULL

-- name: next_pending
-- The most urgent job that may run now. The queue's own pause stands in the LIMIT: as a condition
-- it would be asked of every row that waits.
(SELECT seq FROM job
    WHERE queue = :queue AND state = 'pending' AND held = 0
      AND NOT EXISTS (SELECT 1 FROM pause WHERE queue = :queue AND task = job.task)
    ORDER BY priority DESC, place
    LIMIT NOT EXISTS (SELECT 1 FROM pause WHERE queue = :queue AND task = ''))

-- name: next_for_huey
-- huey's own consumer also takes jobs whose eta is ahead and sorts them into the schedule.
(SELECT seq FROM (
    SELECT * FROM (
      SELECT seq, priority, place FROM job
        WHERE queue = :queue AND state = 'pending' AND held = 0
          AND NOT EXISTS (SELECT 1 FROM pause WHERE queue = :queue AND task = job.task)
        ORDER BY priority DESC, place
        LIMIT NOT EXISTS (SELECT 1 FROM pause WHERE queue = :queue AND task = ''))
    UNION ALL
    SELECT * FROM (
      SELECT seq, priority, place FROM job
        WHERE queue = :queue AND state = 'scheduled' AND fresh = 1
          AND NOT EXISTS (SELECT 1 FROM pause WHERE queue = :queue AND task = job.task)
        ORDER BY priority DESC, place
        LIMIT NOT EXISTS (SELECT 1 FROM pause WHERE queue = :queue AND task = '')))
    ORDER BY priority DESC, place LIMIT 1)

-- name: this_one
-- Exactly this job, wherever it stands, unless somebody runs it already.
(SELECT seq FROM job WHERE id = :id AND queue = :queue AND state NOT IN ('running', 'waiting'))

-- name: this_due_one
-- huey's scheduler holds what is due until it has put it into the queue.
(SELECT seq FROM job WHERE seq = :seq AND state IN ('scheduled', 'retrying'))

-- name: due
SELECT seq FROM job
  WHERE queue = :queue AND (state = 'scheduled' OR state = 'retrying') AND fresh <= :fresh AND eta <= :now
  ORDER BY eta, seq LIMIT :most

-- name: promote
UPDATE job SET state = 'pending', place = :place, fresh = 0, held = {held_back}
  WHERE seq = :seq AND state IN ('scheduled', 'retrying')

-- name: has_work
-- Whether something runs, is ready or waits for its time, or will be let through from a batch.
SELECT EXISTS (SELECT 1 FROM job INDEXED BY job_running WHERE state = 'running' AND queue = :queue)
  OR EXISTS (SELECT 1 FROM job WHERE queue = :queue AND state = 'pending' AND held = 0)
  OR EXISTS (
    SELECT 1 FROM job WHERE queue = :queue AND (state = 'scheduled' OR state = 'retrying'))
  OR EXISTS (SELECT 1 FROM batch WHERE queue = :queue AND finished_at IS NULL
    AND closed_at IS NOT NULL AND paused_at IS NULL AND cancelled_at IS NULL)

-- name: next_due
SELECT min(eta) FROM job WHERE queue = :queue AND (state = 'scheduled' OR state = 'retrying')

-- name: succeed
-- The claim number turns away a worker that lost its claim.
UPDATE OR ROLLBACK job SET state = 'succeeded', worker = NULL, finished_at = :now, result = :result,
    error_type = NULL, error_message = NULL, reason = NULL, cancel_requested_at = NULL,
    log_end = nullif(:log_end, log_start), cpu = :cpu, memory = :memory
  WHERE seq = :seq AND state = 'running' AND claims = :number

-- name: fail
UPDATE OR ROLLBACK job SET state = 'failed', worker = NULL, finished_at = :now, result = NULL,
    failures = failures + :is_failure, retries_left = 0,
    error_type = :error_type, error_message = :error_message, reason = :reason,
    error_where = :error_where, signature = :signature, cancel_requested_at = NULL,
    cpu = :cpu, memory = :memory
  WHERE seq = :seq AND state = 'running' AND claims = :number

-- name: try_again
-- Not 0 but the next place: what failed goes behind what waited.
UPDATE OR ROLLBACK job SET state = :state, worker = NULL,
    held = {held_back}, failures = failures + :is_failure,
    retries_left = :retries_left, retry_delay = :retry_delay, eta = :eta, place = :place,
    error_type = :error_type, error_message = :error_message, reason = :reason,
    cpu = :cpu, memory = :memory,
    retries = max(retries, failures + :is_failure + :retries_left)
  WHERE seq = :seq AND state = 'running' AND claims = :number

-- name: postpone
UPDATE OR ROLLBACK job SET state = 'scheduled', worker = NULL,
    held = {held_back}, idle = idle + 1, eta = :eta, place = :place, fresh = 0,
    reason = :reason
  WHERE seq = :seq AND state = 'running' AND claims = :number

-- name: release
-- The place is kept: what a stop returned is the first to go on.
UPDATE OR ROLLBACK job SET state = 'pending', worker = NULL,
    held = {held_back}, idle = idle + :idle, reason = :reason
  WHERE seq = :seq AND state = 'running' AND claims = :number

-- name: requeue
UPDATE OR ROLLBACK job SET state = 'pending', worker = NULL,
    held = {held_back}, idle = idle + 1, place = :place
  WHERE seq = :seq AND state = 'running' AND claims = :number

-- name: expire
UPDATE OR ROLLBACK job SET state = 'expired', worker = NULL, idle = idle + 1, finished_at = :now, reason = :reason
  WHERE seq = :seq AND state = 'running' AND claims = :number

-- name: confirm_cancel
UPDATE OR ROLLBACK job SET state = 'cancelled', worker = NULL, idle = idle + :idle,
    failures = failures + :is_failure, finished_at = :now, reason = :reason
  WHERE seq = :seq AND state = 'running' AND claims = :number

-- name: rescue
UPDATE OR ROLLBACK job SET state = 'pending', worker = NULL,
    held = {held_back}, rescues = rescues + 1, reason = :reason
  WHERE seq = :seq AND state = 'running' AND claims = :number

-- name: give_up_rescue
UPDATE OR ROLLBACK job SET state = 'failed', worker = NULL, rescues = rescues + 1, finished_at = :now,
    error_type = 'WorkerLost', error_message = :reason, reason = :reason,
    error_where = :error_where, signature = :signature
  WHERE seq = :seq AND state = 'running' AND claims = :number

-- name: held_by
-- A handler out of another job's message has its own handler there too, but too deep for this.
SELECT seq, claims, rescues, max_rescues, cancel_requested_at, has_handler AND handles IS NULL,
    message, retries_left, retry_delay, retry_backoff, retry_max_delay, retry_jitter, task, batch
  FROM job
  WHERE worker = :worker AND state = 'running'

-- name: on_purpose
-- So that nobody takes it for a real one.
(SELECT ' (chaos: on purpose)' FROM event
  WHERE event.seq = job.seq AND event.at = job.started_at AND kind = 'chaos' LIMIT 1)

-- name: insert_attempt
INSERT INTO attempt (seq, number, worker, started_at, ended_at, outcome, message,
    error_type, error_message, traceback, log_start, log_end,
    progress_done, progress_total, progress_note, cpu, memory, post_mortem)
  SELECT seq, claims, ran_by, started_at, :now, :outcome, message,
    :error_type, :error_message || coalesce({on_purpose}, ''), :traceback, log_start, :log_end,
    progress_done, progress_total, progress_note, :cpu, :memory, :post_mortem
    FROM job WHERE seq = :seq
  ON CONFLICT DO NOTHING

-- name: archive_success
-- A success lives in the job's row alone: keep it before the row goes on.
INSERT INTO attempt (seq, number, worker, started_at, ended_at, outcome, message,
    log_start, log_end, progress_done, progress_total, progress_note, cpu, memory)
  SELECT seq, claims, ran_by, started_at, finished_at, 'succeeded', message,
    log_start, coalesce(log_end, log_start), progress_done, progress_total, progress_note,
    cpu, memory FROM job
    WHERE id = :id AND queue = :queue AND state = 'succeeded' AND started_at IS NOT NULL
  ON CONFLICT DO NOTHING

-- name: store_result
INSERT INTO result (seq, data, checksum) VALUES (:seq, :data, :checksum)
  ON CONFLICT DO UPDATE SET data = excluded.data, checksum = excluded.checksum, unread = 1

-- name: forget_result
DELETE FROM result WHERE seq = :seq

-- name: next_step
SELECT seq, eta FROM job WHERE after = :seq AND state = 'waiting'

-- name: hand_over
-- A next step that was cancelled gets its message all the same: it may be retried.
UPDATE job SET message = :message, args = :args, kwargs = :kwargs
  WHERE after = :seq AND state = 'cancelled' AND message IS NULL

-- name: fire
UPDATE job SET state = :state, place = :place, fresh = :fresh, message = :message,
    args = :args, kwargs = :kwargs
  WHERE seq = :seq AND state = 'waiting'

-- name: later_steps
WITH RECURSIVE later (seq) AS (
  SELECT seq FROM job WHERE after = :seq
  UNION ALL SELECT job.seq FROM job JOIN later ON job.after = later.seq)
SELECT seq FROM later

-- name: later_ids
WITH RECURSIVE later (seq, id) AS (
  SELECT seq, id FROM job WHERE after = :seq
  UNION ALL SELECT job.seq, job.id FROM job JOIN later ON job.after = later.seq)
SELECT id FROM later

-- name: member_ids
SELECT job.id FROM chord JOIN chord_member USING (cid) JOIN job ON job.seq = chord_member.member
  WHERE chord.callback = :callback ORDER BY position

-- name: skip
UPDATE job SET state = 'cancelled', finished_at = :now, cancelled_because = :because,
    reason = :reason
  WHERE seq = :seq AND state = 'waiting'
  RETURNING seq

-- name: membership
SELECT cid, position FROM chord_member WHERE member = :seq

-- name: set_member_value
UPDATE chord_member SET value = :value WHERE cid = :cid AND position = :position

-- name: forget_member_value
-- A callback that was cancelled before its turn may be retried, and then waits for everyone again.
UPDATE chord_member SET value = NULL
  WHERE member = :seq AND EXISTS (
    SELECT 1 FROM chord JOIN job ON job.seq = chord.callback
      WHERE chord.cid = chord_member.cid
        AND (job.state = 'waiting' OR job.state = 'cancelled' AND job.claims = 0))

-- name: complete_callback
-- The callback of a chord whose members are all final, if its turn has not come before.
SELECT job.seq, job.eta FROM chord JOIN job ON job.seq = chord.callback
  WHERE chord.cid = :cid AND job.state = 'waiting'
    AND NOT EXISTS (SELECT 1 FROM chord_member WHERE cid = :cid AND value IS NULL)

-- name: fire_callback
UPDATE job SET state = :state, place = :place, fresh = :fresh
  WHERE seq = :seq AND state = 'waiting'

-- name: chord_values
SELECT chord_member.value, job.seq FROM chord_member JOIN job ON job.seq = chord_member.member
  WHERE cid = :cid ORDER BY position

-- name: failure_of
-- What is known of how a job, or the job that it was cancelled for, went wrong.
SELECT job.state, coalesce(cause.id, job.id), coalesce(cause.error_type, job.error_type),
    coalesce(cause.error_message, job.error_message)
  FROM job LEFT JOIN job AS cause ON cause.seq = job.cancelled_because
  WHERE job.seq = :seq

-- name: cancel
UPDATE job SET state = 'cancelled', finished_at = :now, reason = :reason
  WHERE seq = :seq AND state IN ('waiting', 'scheduled', 'pending', 'retrying')
  RETURNING seq

-- name: request_cancel
UPDATE job SET cancel_requested_at = :now
  WHERE seq = :seq AND state = 'running' AND cancel_requested_at IS NULL

-- name: cancel_requests
SELECT seq, claims, worker, cancel_requested_at FROM job
  WHERE state = 'running' AND cancel_requested_at IS NOT NULL

-- name: is_cancel_requested
SELECT 1 FROM job
  WHERE seq = :seq AND claims = :number AND state = 'running' AND cancel_requested_at IS NOT NULL

-- name: printing
SELECT worker, log_start FROM job WHERE state = 'running' AND log_start IS NOT NULL

-- name: limited
SELECT seq, claims, worker, hard_timeout FROM job
  WHERE state = 'running' AND hard_timeout IS NOT NULL

-- name: retry
-- No pause or resume has looked after the job since it ended.
UPDATE job SET state = :state, place = :place, finished_at = NULL,
    in_lane = {is_in_lane}, held = CASE WHEN {is_paused} THEN 1 ELSE 2 * {is_in_lane} END,
    cancel_requested_at = NULL, cancelled_because = NULL, expires = NULL, eta = NULL,
    retries = retries + :counted, reason = NULL
  WHERE seq = :seq AND state IN ('failed', 'cancelled', 'expired', 'discarded')
  RETURNING id, queue

-- name: rearm
UPDATE job SET state = 'waiting', held = {held_back}, finished_at = NULL, cancelled_because = NULL,
    reason = NULL
  WHERE cancelled_because = :because AND seq = :seq AND state = 'cancelled'
  RETURNING seq

-- name: discard
UPDATE job SET state = 'discarded', finished_at = :now WHERE seq = :seq AND state = 'failed'
  RETURNING seq

-- name: now
-- Its eta is now: one ahead would send it back to wait.
UPDATE job SET state = 'pending', place = :place, fresh = 0, eta = :now, held = {held_back}
  WHERE seq = :seq AND state IN ('scheduled', 'retrying')

-- name: change
UPDATE job SET state = :state, place = :place, priority = :priority, eta = :eta,
    fresh = iif(:state = 'pending', 0, fresh),
    held = iif(state = :state, held, {held_back})
  WHERE seq = :seq AND state IN ('waiting', 'scheduled', 'pending', 'retrying')

-- name: is_running
SELECT 1 FROM job WHERE seq = :seq AND state = 'running'

-- name: claims
SELECT claims FROM job WHERE seq = :seq

-- name: changeable
SELECT state, priority, place, eta FROM job WHERE seq = :seq

-- name: kin
-- How a job stands, and those whom a decision about it may move: the steps after it, the callback of
-- a chord. Of the one before it counts only whether it has ended.
WITH RECURSIVE later (seq) AS (
  VALUES (:seq)
  UNION ALL SELECT job.seq FROM job JOIN later ON job.after = later.seq)
SELECT seq, state, claims, finished_at FROM job WHERE seq IN (
  SELECT seq FROM later
  UNION
  SELECT chord.callback FROM chord_member JOIN chord USING (cid)
    WHERE chord_member.member IN (SELECT seq FROM later))
UNION ALL
SELECT before.seq, iif(before.finished_at IS NULL, '', before.state), 0, before.finished_at
  FROM job JOIN job AS before ON before.seq = job.after WHERE job.seq = :seq
ORDER BY 1

-- name: alone
SELECT seq, state, claims, finished_at FROM job WHERE seq = :seq

-- name: chords_of
-- Those that a job is a member of, and the one that it is the callback of.
SELECT cid FROM chord_member WHERE member = :seq
UNION SELECT cid FROM chord WHERE callback = :seq

-- name: hold_if_paused
-- A pause or a resume may have come while the job was none of its concern.
UPDATE job SET held = iif(held = 2, 2, {held_back})
  WHERE seq = :seq AND state IN ('waiting', 'scheduled', 'pending', 'retrying')

-- name: hold_again
UPDATE job SET held = 2 WHERE seq = :seq AND state = 'pending' AND in_lane = 1 AND held = 0

-- name: standing
-- What a decision about one job needs to know of it.
SELECT job.state, job.message, job.after, before.state,
    (SELECT cid FROM chord WHERE callback = job.seq)
  FROM job LEFT JOIN job AS before ON before.seq = job.after
  WHERE job.seq = :seq

-- name: copy_message
INSERT INTO message (data, checksum) SELECT data, checksum FROM message WHERE id = :id

-- name: copy_job
INSERT INTO job (id, queue, task, state, priority, place, held, retries, retries_left, retry_delay,
    retry_backoff, retry_max_delay, retry_jitter, max_rescues, has_handler, handles, timeout, hard_timeout, created_at, message, args, kwargs, replay_of, key,
    key_until, in_lane)
  SELECT :id, queue, task, 'pending', priority, :place,
    CASE WHEN {is_paused} THEN 1 ELSE 2 * {is_limited} END,
    retries, retries, retry_delay, retry_backoff, retry_max_delay, retry_jitter, max_rescues,
    has_handler, handles, timeout, hard_timeout, :now, :message, args, kwargs, seq, key,
    :now + (key_until - created_at), {is_limited}
  FROM job WHERE seq = :seq

-- name: insert_handler
-- The error handler of a job whose worker died. It has a copy of that job's message, and who can
-- read it finds the handler in it and describes the row.
INSERT INTO job (id, queue, state, place, created_at, message, parent, handles)
  SELECT :id, queue, 'pending', :now, :now, :message, seq, seq FROM job WHERE seq = :seq

-- name: mark_replay
UPDATE job SET replay_of = old.seq, key = coalesce(:key, old.key),
    key_until = iif(:key IS NULL, :now + (old.key_until - old.created_at), :until)
  FROM job AS old WHERE job.seq = :seq AND old.seq = :replay_of

-- name: is_of
SELECT 1 FROM job WHERE seq = :seq AND queue = :queue

-- name: copy_chord_members
INSERT INTO chord_member (cid, position, member, value)
  SELECT :cid, position, member, value FROM chord_member WHERE cid = :old

-- name: unmark_revoked
DELETE FROM kv WHERE queue = :queue AND key = 'r:' || :id

-- name: log
INSERT INTO event (at, seq, kind, detail) VALUES (:now, :seq, :kind, :detail)

-- name: pause
INSERT INTO pause (queue, task, since, why) VALUES (:queue, :task, :now, :why)
  ON CONFLICT DO NOTHING RETURNING task

-- name: pauses_of
SELECT task FROM pause WHERE queue = :queue AND (task = :task OR task = '')

-- name: resume
DELETE FROM pause WHERE queue = :queue AND task = :task RETURNING task

-- name: chunks_to_hold
SELECT DISTINCT chunk FROM tally
  WHERE queue = :queue AND jobs > 0 AND state IN ('pending', 'scheduled', 'retrying', 'waiting')

-- name: to_hold
-- Nothing is held that is not paused: a resume may have come in between.
SELECT seq FROM job
  WHERE seq BETWEEN :chunk * 32768 AND :chunk * 32768 + 32767
    AND state IN ('pending', 'scheduled', 'retrying', 'waiting')
    AND +task = :task AND +queue = :queue AND +held = 0
    AND EXISTS (SELECT 1 FROM pause WHERE queue = :queue AND task = :task)
  LIMIT :most

-- name: to_free
SELECT seq FROM job WHERE held = 1 AND task = :task AND queue = :queue LIMIT :most

-- name: hold
UPDATE job SET held = iif(:held, 1, 2 * in_lane) WHERE seq = :seq

-- name: flushable_queue
SELECT seq FROM ({waiting_in_line})

-- name: flushable_schedule
SELECT seq FROM job WHERE queue = :queue AND (state = 'scheduled' OR state = 'retrying') AND fresh = 0

-- name: waiting_in_line
-- What huey counts as queued: pending, held back or not, and what its consumer has not sorted yet.
SELECT seq, priority, place FROM job WHERE queue = :queue AND state = 'pending' AND held = 0
UNION ALL
SELECT seq, priority, place FROM job WHERE held = 1 AND queue = :queue AND state = 'pending'
UNION ALL
SELECT seq, priority, place FROM job
  WHERE held = 2 AND queue = :queue AND state = 'pending' AND in_lane = 1
UNION ALL
SELECT seq, priority, place FROM job WHERE queue = :queue AND state = 'scheduled' AND fresh = 1

-- name: queued
SELECT seq FROM ({waiting_in_line}) ORDER BY priority DESC, place, seq LIMIT :most

-- name: scheduled
SELECT seq FROM job
  WHERE queue = :queue AND (state = 'scheduled' OR state = 'retrying') AND fresh = 0
  ORDER BY eta, seq LIMIT :most

-- name: queue_size
SELECT coalesce((SELECT sum(jobs) FROM tally WHERE queue = :queue AND state = 'pending'), 0)
  + (SELECT count(*) FROM job WHERE queue = :queue AND state = 'scheduled' AND fresh = 1)

-- name: schedule_size
SELECT count(*) FROM job WHERE queue = :queue AND (state = 'scheduled' OR state = 'retrying') AND fresh = 0

-- name: take_sample
-- Nothing if nothing has changed since the last one.
INSERT OR IGNORE INTO sample (queue, at, arrived, ended, failed, pending)
  SELECT :queue, :at, arrived, ended, failed, pending
    FROM (
      SELECT coalesce(sum(jobs), 0) + (
            SELECT count(*) FROM job WHERE state = 'running' AND queue = :queue) AS arrived,
          coalesce(sum(jobs) FILTER (WHERE state IN (
            'succeeded', 'failed', 'cancelled', 'expired', 'discarded', 'pruned')), 0) AS ended,
          coalesce(sum(jobs) FILTER (WHERE state IN ('failed', 'discarded')), 0) AS failed,
          coalesce(sum(jobs) FILTER (WHERE state = 'pending'), 0) AS pending
        FROM tally WHERE queue = :queue) AS today
    WHERE NOT EXISTS (
      SELECT 1 FROM (
          SELECT * FROM sample WHERE queue = :queue ORDER BY at DESC LIMIT 1) AS last
        WHERE last.at >= :at OR (last.arrived, last.ended, last.failed, last.pending)
          = (today.arrived, today.ended, today.failed, today.pending))

-- name: drop_samples
-- The newest of the old ones still tells what the oldest of the young ones started from.
DELETE FROM sample WHERE queue = :queue AND at < (
  SELECT max(at) FROM sample WHERE queue = :queue AND at <= :before)

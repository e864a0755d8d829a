-- The jobs that belong together. Each statement looks at few rows, however large the family is.

-- name: origins
SELECT after, replay_of, duplicate_of, parent, nullif(group_head, 0) FROM job WHERE seq = :seq

-- name: callback_of
SELECT callback FROM chord_member JOIN chord USING (cid)
  WHERE member = :seq AND callback IS NOT NULL ORDER BY callback LIMIT 1

-- name: earlier_steps
-- The first step comes last.
WITH RECURSIVE earlier (seq, distance) AS (
  SELECT after, 1 FROM job WHERE seq = :seq
  UNION
  SELECT job.after, distance + 1 FROM earlier JOIN job ON job.seq = earlier.seq LIMIT :most)
SELECT earlier.seq FROM earlier JOIN job USING (seq) ORDER BY distance

-- name: later_steps
WITH RECURSIVE later (seq, distance) AS (
  SELECT seq, 1 FROM job WHERE after = :seq
  UNION
  SELECT job.seq, distance + 1 FROM later JOIN job ON job.after = later.seq LIMIT :most)
SELECT seq FROM later ORDER BY distance, seq

-- name: with_kin
-- Those of these jobs that have a branch of their own.
SELECT value FROM json_each(:seqs) WHERE
  EXISTS (SELECT 1 FROM job WHERE after = value)
  OR EXISTS (SELECT 1 FROM job WHERE parent = value)
  OR EXISTS (SELECT 1 FROM job WHERE replay_of = value)
  OR EXISTS (SELECT 1 FROM chord WHERE callback = value)

-- name: members
SELECT member FROM chord JOIN chord_member USING (cid) WHERE callback = :seq
  ORDER BY position LIMIT :most

-- name: members_count
SELECT count(*) FROM chord JOIN chord_member USING (cid) WHERE callback = :seq

-- name: children
-- Without those that a group or a chord stands for.
SELECT seq FROM job WHERE parent = :seq AND group_head IS NULL ORDER BY seq LIMIT :most

-- name: children_count
SELECT count(*) FROM job WHERE parent = :seq AND group_head IS NULL

-- name: groups
-- From one entry of the index to the next group: each may have a hundred thousand.
WITH RECURSIVE heads (head) AS (
  SELECT min(group_head) FROM job WHERE parent = :seq AND group_head > 0
  UNION ALL
  SELECT (SELECT min(group_head) FROM job WHERE parent = :seq AND group_head > head)
    FROM heads WHERE head IS NOT NULL LIMIT :most + 1)
SELECT head FROM heads WHERE head IS NOT NULL ORDER BY head LIMIT :most

-- name: group
SELECT seq FROM job WHERE group_head = :seq AND group_head > 0 ORDER BY seq LIMIT :most

-- name: group_count
SELECT count(*) FROM job WHERE group_head = :seq AND group_head > 0

-- name: group_parent
-- That of its first members is that of all.
SELECT parent FROM job WHERE group_head = :seq AND group_head > 0 ORDER BY seq LIMIT 1

-- name: group_states
SELECT state, count(*) FROM (
    SELECT state FROM job WHERE group_head = :seq AND group_head > 0 LIMIT :most)
  GROUP BY state

-- name: replays
SELECT seq FROM job WHERE replay_of = :seq ORDER BY seq LIMIT :most

-- name: replays_count
SELECT count(*) FROM job WHERE replay_of = :seq

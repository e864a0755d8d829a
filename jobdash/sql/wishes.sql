-- What people want of a pool: its size, and what becomes of single workers.

-- name: standing
SELECT id, kind, name, pid, pool, size, wish, ended_at, ended_how FROM worker WHERE id = :id

-- name: living
-- The workers of a pool that are to stay, those first that are missed least.
SELECT id, name FROM worker
  WHERE queue = :queue AND kind = 'worker' AND ended_at IS NULL AND pool = :pool
    AND wish IS NOT 'remove'
  ORDER BY EXISTS (SELECT 1 FROM job WHERE job.worker = worker.id AND job.state = 'running'),
    wish IS NULL, id DESC

-- name: set_size
UPDATE worker SET size = :size WHERE id = :pool

-- name: set_wish
UPDATE worker SET wish = :wish WHERE id = :worker

-- name: of_pool
SELECT pid, size, NULL FROM worker WHERE id = :pool
UNION ALL
SELECT pid, NULL, wish FROM worker WHERE pool = :pool AND wish IS NOT NULL AND ended_at IS NULL

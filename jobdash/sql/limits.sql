-- name: limited
SELECT seq, claims, worker, hard_timeout FROM job
  WHERE state = 'running' AND hard_timeout IS NOT NULL

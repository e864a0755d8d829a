-- Which inputs of a batch have come to their end, for who tells of each as it happens.

-- name: inputs_after
SELECT input.number, input.seq, coalesce(state, 'discarded'), coalesce(log_end, -(state = 'succeeded'))
  FROM input LEFT JOIN job ON job.seq = input.seq
  WHERE input.batch = :batch AND input.number > :after ORDER BY input.number LIMIT :most

-- name: these_inputs
SELECT input.number, input.seq, coalesce(state, 'discarded'), coalesce(log_end, -(state = 'succeeded'))
  FROM input LEFT JOIN job ON job.seq = input.seq
  WHERE input.batch = :batch AND input.number IN (SELECT value FROM json_each(:numbers))

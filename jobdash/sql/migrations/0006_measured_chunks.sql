-- A pool that starts looks through no chunk of jobs in which nothing has ended since it was counted.

-- The mark (see `ended_chunks` in measures.sql) of each chunk whose ends are all in the measures.
CREATE TABLE measured_chunk (
  queue TEXT NOT NULL,
  chunk INTEGER NOT NULL,
  mark TEXT NOT NULL,
  PRIMARY KEY (queue, chunk)
) STRICT, WITHOUT ROWID;

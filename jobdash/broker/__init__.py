"""huey's seams onto the ledger: what an app imports instead of `huey.SqliteHuey`.

Only this package and the pool know huey. Everything that huey would read out of a queue and write
back becomes an UPDATE of the job's row; everything that follows a body commits with its finish.
"""

"""Sample tasks that do real work offline, one module per use.

============= ==========================================================================
`mail`        e-mail by SMTP: retried when the server is busy, given up on a bad address
`report`      several 100,000 rows of CSV, streamed into an aggregated report
`images`      pictures drawn, made smaller and laid out on a contact sheet with Pillow
`webhooks`    HTTP to a flaky server: back-off, idempotency key, errors not worth a retry
`migration`   SQLite rows moved from an old table to a new one, in batches, resumable
`words`       the three steps of a pipeline: fetch, count, store
`squares`     the members and the callback of a chord
`toys`        small ones for trying things: sleep, fail, crash, hang, print, tick
============= ==========================================================================

`workflows` enqueues whole pipelines and chords. `servers` and `load` are for the demo: the
local servers that the tasks talk to, and a steady mixed load. `jobdash -A sample_tasks` finds
the application here. Environment variables:

* `JOBDASH_DB`: the database file (default: `jobdash/samples.db` in the user's data folder)
* `JOBDASH_DEMO_DIR`: where the tasks keep their files (default: a temporary folder per user)
* `JOBDASH_DEMO_SMTP`: `host:port` of the mail server (default: that of the demo that runs, else
  `127.0.0.1:2525`)
* `JOBDASH_DEMO_HTTP`: `host:port` of the HTTP server (default: that of the demo that runs, else
  `127.0.0.1:8025`)
"""

from sample_tasks import images, mail, migration, report, squares, toys, webhooks, words, workflows
from sample_tasks.app import huey

__all__ = [
    "huey",
    "images",
    "mail",
    "migration",
    "report",
    "squares",
    "toys",
    "webhooks",
    "words",
    "workflows",
]

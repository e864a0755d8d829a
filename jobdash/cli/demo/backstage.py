"""The demo's helper process: the servers that the tasks talk to, and the load.

It is the only one of the demo's processes, beside the pool, that imports the sample tasks. It
obeys lines on its standard input and answers with lines of JSON. If its input ends without a
`bye`, the demo was killed: then it ends the pool and removes the scratch folder.
"""

import json
import os
import shutil
import signal
import sys
import time
import traceback
from contextlib import suppress
from pathlib import Path
from random import Random
from threading import Event, Thread
from typing import Any

from jobdash.cli.failure import NOT_FOUND, exit_code
from jobdash.errors import JobdashError
from jobdash.report import Report

SEED = 1
_LAST_BREATH_SECONDS = 1.0


class Load:
    """Enqueues at a readable pace until told to stop, and keeps the id of every job taken in."""

    def __init__(self) -> None:
        from sample_tasks.app import huey

        self.ids: list[str] = []
        self.failure = ""
        self._enqueue = huey.enqueue
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="load", daemon=True)
        huey.signal("enqueued")(self._note)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, once what is being enqueued is in."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            self._go_on()
        except Exception as error:  # noqa: BLE001 - told to the demo, which ends with it
            traceback.print_exc()
            self.failure = f"{type(error).__name__}: {error}"

    def _go_on(self) -> None:
        from sample_tasks.load import seed_load, steady_load
        from sample_tasks.workflows import enqueue_newsletter

        for job in seed_load():
            self._enqueue(job)
        enqueue_newsletter()
        for seconds, step in steady_load(self._enqueue, Random(SEED)):
            if self._stopping.wait(seconds):
                return
            # A job that was not taken in is not lost: the file may be locked for a while.
            with suppress(JobdashError):
                step()

    def _note(self, _signal: str, task: Any, *_: Any) -> None:
        self.ids.append(task.id)


def serve() -> bool:
    """Run servers and load as told; return whether it ended with a `bye`."""
    from sample_tasks.address import written_down
    from sample_tasks.servers import FlakyHttpServer, SmtpServer

    with SmtpServer(SEED) as smtp, FlakyHttpServer(SEED) as http:
        addresses = {"JOBDASH_DEMO_SMTP": smtp.address, "JOBDASH_DEMO_HTTP": http.address}
        with written_down(addresses):
            _say({"servers": addresses})
            return _obey(Load())


def _obey(load: Load) -> bool:
    for line in sys.stdin:
        order = line.strip()
        if order == "bye":
            return True
        if order == "load":
            load.start()
        elif order == "stop":
            load.stop()
            _say({"ids": load.ids, "failure": load.failure})
    return False


def clear_up(database: Path, scratch: Path) -> None:
    """Leave no process and no file of a demo that was killed."""
    with suppress(JobdashError, ProcessLookupError):
        with Report(database) as report:
            pool = report.pool()
        if pool is not None:
            os.kill(pool.pid, signal.SIGKILL)
            time.sleep(_LAST_BREATH_SECONDS)
    shutil.rmtree(scratch, ignore_errors=True)


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def main() -> int:
    """Run as `python -m jobdash.cli.demo.backstage DATABASE SCRATCH`."""
    database, scratch = map(Path, sys.argv[1:])
    try:
        if not serve():
            clear_up(database, scratch)
    except (ImportError, JobdashError) as error:
        code = exit_code(error) if isinstance(error, JobdashError) else NOT_FOUND
        _say({"error": str(error), "code": code})
        return code
    return 0


if __name__ == "__main__":
    sys.exit(main())

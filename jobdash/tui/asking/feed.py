"""The reader thread: watches the file, answers standing questions, hands over one snapshot.

It looks twenty times a second whether the file changed. A lone change is read at once; under a
steady stream each question is answered four times a second at most, and a costly one less often.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from jobdash.errors import DatabaseError, JobdashError
from jobdash.report import Report
from jobdash.tui.asking.questions import Question, Topic
from jobdash.tui.asking.snapshot import Answer, Snapshot
from jobdash.tui.asking.standing import Standing
from jobdash.tui.clock import now_us

T = TypeVar("T")

LOOK_EVERY = 0.05
TRY_AGAIN_AFTER = 1.0
_INTERRUPT_AGAIN_AFTER = 0.01


class Feed:
    """Owns the reader thread. `deliver` is called there for each new snapshot, `crash` on a bug."""

    def __init__(
        self,
        path: Path,
        deliver: Callable[[], object],
        crash: Callable[[Exception], object],
        clock: Callable[[], int] = now_us,
    ) -> None:
        self.latest = Snapshot()
        self._path = path
        self._deliver = deliver
        self._crash = crash
        self._clock = clock
        self._wake = threading.Condition()
        self._standing: dict[str, Standing] = {}
        self._busy: Standing | None = None
        self._report: Report | None = None
        self._inode: int | None = None
        self._file_seen_at = 0.0
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="jobdash-feed", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread, even in the middle of a search."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
        self._interrupt()
        self._thread.join(timeout=1)

    def ask(self, topic: Topic[T], question: Question[T], *, at_once: bool = True) -> None:
        """Let this be the topic's question from now on; `at_once` does not wait for a change."""
        with self._wake:
            held = self._standing.get(topic.name)
            if held is None:
                self._standing[topic.name] = Standing(question, topic.every)
            else:
                held.question, held.fresh = question, held.fresh or at_once
            self._wake.notify()
        self._interrupt()

    def drop(self, topic: Topic[Any]) -> None:
        """Stop asking."""
        with self._wake:
            self._standing.pop(topic.name, None)
        self._interrupt()

    def read_again(self) -> None:
        """Answer every question anew, whether the file has changed or not."""
        with self._wake:
            for held in self._standing.values():
                held.fresh = True
            self._wake.notify()

    def _interrupt(self) -> None:
        """Abort the statement that runs for a question nobody asks any more."""
        with self._wake:
            if self._busy is None or not self._superseded(self._busy) or self._report is None:
                return
            self._report.interrupt()
        # It may have come between two statements, where it does nothing.
        again = threading.Timer(_INTERRUPT_AGAIN_AFTER, self._interrupt)
        again.daemon = True
        again.start()

    # -- in the thread ---------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            while not self._stopping:
                self._rest(self._round())
        except Exception as error:  # noqa: BLE001 - raised again on the screen's thread
            self._crash(error)
        finally:
            self._close()

    def _round(self) -> float:
        try:
            self._look()
        except JobdashError as error:
            self._troubled(str(error))
            return TRY_AGAIN_AFTER
        return LOOK_EVERY

    def _rest(self, seconds: float) -> None:
        with self._wake:
            self._wake.wait_for(self._called, timeout=seconds)

    def _called(self) -> bool:
        if self.latest.trouble:
            return self._stopping
        return self._stopping or any(held.fresh for held in self._standing.values())

    def _look(self) -> None:
        report = self._open()
        version = report.data_version()
        news = [self._answer(report, held, version) for held in self._due(version)]
        if any(news) or self.latest.trouble:
            self._publish()

    def _due(self, version: int) -> Iterator[Standing]:
        now = time.monotonic()
        with self._wake:
            standing = list(self._standing.values())
        return (held for held in standing if held.due(version, now))

    def _answer(self, report: Report, held: Standing, version: int) -> bool:
        with self._wake:
            question, held.fresh, self._busy = held.question, False, held
        started = time.monotonic()
        try:
            answer = Answer(question, question.answer(report, self._clock()))
        except JobdashError:
            if self._superseded(held):
                return False
            raise
        finally:
            with self._wake:
                self._busy = None
        held.ran_at, held.seen = time.monotonic(), version
        held.cost = held.ran_at - started
        if held.answer == answer:
            return False
        held.answer = answer
        return True

    def _superseded(self, held: Standing) -> bool:
        return self._stopping or held.fresh or held not in self._standing.values()

    def _publish(self) -> None:
        with self._wake:
            answers = {name: s.answer for name, s in self._standing.items() if s.answer}
        self.latest = Snapshot(answers)
        self._deliver()

    def _troubled(self, why: str) -> None:
        self._close()
        since = self.latest.trouble_since or self._clock()
        if why != self.latest.trouble:
            self.latest = Snapshot(self.latest.answers, why, since)
            self._deliver()

    # -- the file --------------------------------------------------------------------------------

    def _open(self) -> Report:
        now = time.monotonic()
        if now - self._file_seen_at >= 1:
            self._file_seen_at = now
            self._check_file()
        if self._report is None:
            self._report = Report(self._path)
            for held in self._standing.values():
                held.fresh = True
        return self._report

    def _check_file(self) -> None:
        # An open connection would go on reading a file that has been deleted or replaced.
        try:
            inode = os.stat(self._path).st_ino
        except OSError as error:
            raise DatabaseError(f"{self._path} cannot be found: {error.strerror}") from error
        if inode != self._inode:
            self._close()
            self._inode = inode

    def _close(self) -> None:
        report, self._report = self._report, None
        if report is not None:
            with self._wake:
                report.close()

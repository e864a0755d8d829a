"""Where a running job is: the Python stacks of its worker."""

import linecache
from dataclasses import replace

from jobdash import stacks
from jobdash.errors import NoStack, UnknownJob
from jobdash.identity import Identity, boot
from jobdash.job import State
from jobdash.liveness import is_alive
from jobdash.report.reads import SQL, Reads
from jobdash.report.records import Row
from jobdash.threads import Frame, Stack, Thread, read_threads


class StackReads(Reads):
    """Reads from a worker, not from the file."""

    def stack(self, seq: int, patience: float = stacks.PATIENCE_SECONDS) -> Stack:
        """Return where a running job is.

        Asks its worker by a signal, which does not disturb it, and waits for the answer so many
        seconds.

        Raises `UnknownJob`, and `NoStack` if the job does not run, or no longer, or if its worker
        cannot tell.
        """
        run = self._run_of(seq)
        worker, kind, name, pid, pgid, boot_id, born, _ = run
        if kind != "worker":
            raise NoStack(f"#{seq} is run by {name}: only workers of a jobdash pool tell where")
        if boot_id != boot():
            raise NoStack(f"#{seq} is run by {name}, on another machine or in another container")
        if not is_alive(self._reader.path, worker):
            raise NoStack(f"#{seq} has lost its worker {name}: it will run again")
        text = stacks.ask(Identity(pid, pgid, boot_id, born), patience)
        if self._run_of(seq) != run:
            raise NoStack(f"#{seq} has just gone on to another run: ask again")
        return Stack(seq, name, pid, tuple(map(_with_source, read_threads(text))))

    def _run_of(self, seq: int) -> Row:
        """Return who runs a job, and for the how many-th time."""
        rows = self._reader.rows(SQL["run_of"], {"seq": seq})
        if not rows:
            raise UnknownJob(f"there is no job #{seq}")
        state, *run = rows[0]
        if state != State.RUNNING:
            raise NoStack(f"#{seq} is not running: it is {state}")
        return tuple(run)


def _with_source(thread: Thread) -> Thread:
    return replace(thread, frames=tuple(map(_frame_with_source, thread.frames)))


def _frame_with_source(frame: Frame) -> Frame:
    # Asked for again and again while it is looked at, and while the file is edited.
    linecache.checkcache(frame.file)
    return replace(frame, source=linecache.getline(frame.file, frame.line).strip())

"""Which columns the list of workers has, and what they say about one."""

import re
from collections.abc import Callable, Sequence

from rich.style import Style

from jobdash.job import State, Worker
from jobdash.text import compact_count, format_count, format_duration, format_memory
from jobdash.tui.asking.crew import Crew, Member
from jobdash.tui.asking.questions import Head
from jobdash.tui.looks.columns import Column
from jobdash.tui.looks.last_words import bar
from jobdash.tui.looks.present import Present, rough_age, short_task, words
from jobdash.tui.looks.spans import Span, Spans, fitted, width_of
from jobdash.tui.looks.theme import ALARM, BOLD, FAINT, GOOD, INK, LOOKS, SOFT, WARN

_WIDE, _NARROW = 100, 70
_NAME, _PID, _STATE = 8, 7, 12
_BAR = 6
_BUSY_CPU = 90.0

_RUNNING, _FAILED = LOOKS[State.RUNNING], LOOKS[State.FAILED]
_SIGNS = {
    "busy": (_RUNNING.glyph, _RUNNING.style),
    "idle": ("◌", FAINT),
    "serves": ("◌", FAINT),
    "stops": ("◌", WARN),
    "draining": (_RUNNING.glyph, WARN),
    "drained": ("◌", WARN),
    "leaving": (_RUNNING.glyph, WARN),
    "restarting": (_RUNNING.glyph, WARN),
    "died": ("!", ALARM),
    "ended": ("-", FAINT),
}


def worker_columns(width: int) -> Sequence[Column[Member, Present]]:
    """Return the columns for `width` cells."""
    wide, narrow = width >= _WIDE, width < _NARROW
    counts: list[Column[Member, Present]] = (
        [Column("done", 9, _done, "right"), Column("failed", 7, _failed, "right")]
        if wide
        else [Column("done/fail", 10, _both, "right")]
        if not narrow
        else []
    )
    return [
        Column("name", _NAME, _name),
        *([] if narrow else [Column("pid", _PID, _pid, "right")]),
        Column("state", _STATE, _state),
        Column("job", 0, _job),
        Column("for", 7, _elapsed, "right"),
        *([Column("progress", _BAR + 5, _progress)] if wide else []),
        *counts,
        Column("cpu", 4, _cpu, "right"),
        Column("memory", 6, _memory, "right"),
        *([Column("up", 4, _up, "right")] if wide else []),
    ]


_HELD = "; it held "
_FIRST = re.compile(r"#([0-9]{1,18})")


def ended_line(member: Member, present: Present, width: int) -> Spans:
    """Return one that has ended in one line: who, and how it came."""
    worker = member.worker
    glyph, style = _SIGNS[worker.doing]
    # What it held comes first: a narrow line must not lose just that.
    how, _, jobs = (worker.ended_how or "the next pool frees what it held").partition(_HELD)
    held = f"held {words(jobs)}  " if jobs else ""
    ago = f"{rough_age(present.now, worker.ended_at)} ago  " if worker.ended_at else ""
    pid = () if width < _NARROW else fitted([(str(worker.pid), FAINT)], _PID, "right", gap=1)
    room = max(0, width - _NAME - _STATE - 2 - width_of(pid))
    return (
        *fitted([(_named(worker), FAINT)], _NAME, gap=1),
        *pid,
        *fitted([(f"{glyph} {worker.doing}", style)], _STATE, gap=1),
        *fitted([(ago, FAINT), (held, SOFT), (words(how), FAINT)], room),
    )


def job_of(worker: Worker) -> int | None:
    """Return the job that a worker runs, or that it held when it died."""
    if worker.job is not None:
        return worker.job
    held = _FIRST.match((worker.ended_how or "").partition(_HELD)[2])
    return int(held[1]) if held else None


def _name(member: Member, _: Present) -> Spans:
    return ((_named(member.worker), BOLD if member.worker.kind == "pool" else INK),)


def _named(worker: Worker) -> str:
    if worker.kind == "pool":
        return "pool"
    return "  " * (worker.pool is not None) + words(worker.name)


def _pid(member: Member, _: Present) -> Spans:
    return ((str(member.worker.pid), SOFT),)


def _state(member: Member, _: Present) -> Spans:
    doing = member.worker.doing
    glyph, style = _SIGNS[doing]
    return ((f"{glyph} {doing}", style),)


def _job(member: Member, _: Present) -> Spans:
    worker = member.worker
    if worker.kind == "pool":
        size = "" if worker.size is None else f"{_some(worker.size, 'worker')}, "
        return ((f"{size}queue {words(worker.queue)}", FAINT),)
    if worker.job is None:
        return (("-", FAINT),)
    return ((f"#{worker.job} ", SOFT), (short_task(worker.job_task or ""), INK))


def _elapsed(member: Member, present: Present) -> Spans:
    started_at = member.worker.job_started_at
    if started_at is None:
        return (("-", FAINT),)
    return ((format_duration((present.now - started_at) / 1e6), INK),)


def _progress(member: Member, _: Present) -> Spans:
    done, total = member.worker.job_done, member.worker.job_total
    if done is None or not total or total < 0:
        return (("", FAINT),)
    share = min(1.0, max(0.0, done / total))
    return (*bar(share, _BAR), (f" {share:4.0%}", INK))


def _done(member: Member, _: Present) -> Spans:
    return (_count(member, member.worker.done, GOOD, format_count),)


def _failed(member: Member, _: Present) -> Spans:
    return (_count(member, member.worker.failed, _FAILED.style, format_count),)


def _both(member: Member, _: Present) -> Spans:
    if member.worker.kind == "pool":
        return (("-", FAINT),)
    return (
        _count(member, member.worker.done, GOOD, compact_count),
        ("/", FAINT),
        _count(member, member.worker.failed, _FAILED.style, compact_count),
    )


def _count(member: Member, number: int, style: Style, write: Callable[[int], str]) -> Span:
    if member.worker.kind == "pool":
        return ("-", FAINT)
    return (write(number), style if number else FAINT)


def _cpu(member: Member, _: Present) -> Spans:
    if member.usage is None or member.usage.cpu is None:
        return (("-", FAINT),)
    cpu = member.usage.cpu
    return ((f"{cpu:.0f}%", WARN if cpu >= _BUSY_CPU else SOFT if cpu else FAINT),)


def _memory(member: Member, _: Present) -> Spans:
    usage = member.usage
    return (("-", FAINT) if usage is None else (format_memory(usage.memory), SOFT),)


def _up(member: Member, present: Present) -> Spans:
    return ((rough_age(present.now, member.worker.started_at), FAINT),)


_NONE: Spans = ((" No worker is running: + starts a pool here", WARN),)
_ON_COPY: Spans = ((" This is a copy: nobody works on it", SOFT),)


def worker_summary(crew: Crew, head: Head | None) -> Spans:
    """Return how many there are, what they take, and what is paused, in one line."""
    workers = [member.worker for member in crew.living]
    if not workers:
        return _ON_COPY if crew.is_of_copy else _NONE
    runners = crew.runners
    busy = sum(worker.job is not None for worker in runners)
    drained = sum(worker.doing in ("drained", "draining") for worker in runners)
    parts: list[Span] = [
        (f" {_some(len(workers) - len(runners), 'pool')}", SOFT),
        (f"   {_some(len(runners), 'worker')}", SOFT),
        (f"   {busy} busy", _RUNNING.style if busy else FAINT),
    ]
    if drained:
        parts.append((f"   {drained} drained", WARN))
    parts += _taken(crew)
    if head is not None and head.pauses:
        names = sorted(words(task) or f"everything in {words(q)}" for q, task in head.pauses)
        parts.append((f"   paused: {', '.join(names)}", WARN))
    return tuple(parts)


def _taken(crew: Crew) -> list[Span]:
    usages = [member.usage for member in crew.living if member.usage is not None]
    if not usages:
        return []
    cpu = sum(usage.cpu or 0.0 for usage in usages)
    memory = sum(usage.memory for usage in usages)
    return [(f"   cpu {cpu:.0f}%   memory {format_memory(memory)}", SOFT)]


def _some(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"

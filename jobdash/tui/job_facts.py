"""One job in a few lines: what it is, when everything happened, what it was given and gave."""

from collections.abc import Set

from jobdash.job import Job, State
from jobdash.render import error_text, key_text, plan_text, tries_used
from jobdash.text import clock, format_age, format_duration
from jobdash.tui.job_cells import run_time
from jobdash.tui.last_words import arguments, due_in, progress
from jobdash.tui.present import Present, day_and_clock, words
from jobdash.tui.spans import Span, Spans
from jobdash.tui.theme import ALARM, BOLD, FAINT, INK, LOOKS, PLAIN, SOFT

_LABEL_CELLS = 11


def labelled(label: str, *value: Span) -> Spans:
    """Return a line with its label in front."""
    return ((f" {label}".ljust(_LABEL_CELLS), FAINT), *value)


def title(job: Job, width: int) -> Spans:
    """Return a rule that names the job and its state."""
    look = LOOKS[job.state]
    name = ((" ", PLAIN), (f"#{job.seq} ", BOLD), (f"{words(job.task)} ", INK))
    state = ((f" {look.glyph} {job.state} ", look.style),)
    used = sum(len(text) for text, _ in (*name, *state))
    return (*name, ("─" * max(1, width - used - 1), FAINT), *state)


def times(job: Job, present: Present) -> Spans:
    """Return when it was enqueued, how long it waited and how long it ran."""
    parts: list[Span] = [
        (day_and_clock(job.created_at, present.now), INK),
        (f" ({format_age(present.now, job.created_at)} ago)", FAINT),
    ]
    if job.started_at is not None:
        parts += _pair("started", clock(job.started_at))
    ran = run_time(job, present.now)
    if ran is not None:
        parts += _pair("running" if job.state is State.RUNNING else "ran", format_duration(ran))
    if job.finished_at is not None:
        parts += _pair("ended", f"{format_age(present.now, job.finished_at)} ago")
    return labelled("enqueued", *parts)


def ladder(job: Job, present: Present) -> Spans:
    """Return attempts used and left, one sign each, and when the next ones come."""
    used, allowed = tries_used(job), max(job.retries + 1, tries_used(job))
    signs: Spans = ()
    if allowed <= 12:
        signs = (("■" * used, LOOKS[_ladder_state(job)].style), ("□" * (allowed - used), FAINT))
    left = 0 if job.is_final else allowed - used
    told = f"  {used} used, {left} left" if left else f"  {used} of {allowed} used"
    parts: list[Span] = [*signs, (told, SOFT)]
    if job.state in (State.RETRYING, State.SCHEDULED):
        parts += [("   next ", FAINT), (due_in(job, present.now), LOOKS[job.state].style)]
    if job.rescues:
        often = "once" if job.rescues == 1 else f"{job.rescues} times"
        parts.append((f"   worker lost {often}", ALARM))
    if plan := plan_text(job, present.now):
        parts.append((f"   {plan}", SOFT))
    return labelled("attempts", *parts)


def origin(job: Job, present: Present, gone: Set[int] = frozenset()) -> Spans:
    """Return queue, priority, worker, and where the job comes from; who of it is `gone`."""
    parts: list[Span] = [(words(job.queue), INK), *_pair("priority", f"{job.priority:g}")]
    if job.worker is not None:
        name = words(present.workers.get(job.worker, f"worker {job.worker}"))
        parts += _pair("on" if job.state is State.RUNNING else "last on", name)
    for label, seq in _links(job):
        parts += _pair(label, f"#{seq} (pruned)" if seq in gone else f"#{seq}")
    if job.batch:
        parts += _pair("batch", words(job.batch))
    if job.key:
        parts += _pair("key", words(key_text(job)))
    return labelled("queue", *parts)


def outcome(job: Job, _: Present) -> Spans:
    """Return the error, the progress, the reason or the result: whichever there is."""
    if job.state is State.RUNNING and progress(job):
        return labelled("progress", *progress(job))
    if job.error_type or job.error_message:
        error = (words(error_text(job)), LOOKS[State.FAILED].style)
        return labelled("error", error, *_advice(job))
    if job.reason:
        return labelled("reason", (words(job.reason), INK))
    if job.result is not None and job.state is State.SUCCEEDED:
        return labelled("result", (words(job.result), INK))
    return ()


def call(job: Job, _: Present) -> Spans:
    """Return the arguments."""
    return labelled("arguments", (arguments(job) or "none", INK))


def _advice(job: Job) -> Spans:
    """Return the reason behind an error, unless the error says it too."""
    if not job.reason or job.reason == job.error_message:
        return ()
    return ((f"   {words(job.reason)}", SOFT),)


def _links(job: Job) -> list[tuple[str, int]]:
    links = (
        ("replay of", job.replay_of),
        ("duplicate of", job.duplicate_of),
        ("parent", job.parent),
        ("after", job.after),
    )
    return [(label, seq) for label, seq in links if seq is not None]


def _pair(label: str, value: str) -> Spans:
    return (f"   {label} ", FAINT), (value, INK)


def _ladder_state(job: Job) -> State:
    return State.RETRYING if job.failures and not job.is_final else job.state

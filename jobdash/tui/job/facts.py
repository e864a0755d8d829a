"""One job in a few lines: what it is, when everything happened, what it was given and gave."""

from collections.abc import Sequence, Set
from dataclasses import replace
from textwrap import wrap

from jobdash.job import MICROSECONDS, Job, State
from jobdash.render import error_text, key_text, plan_text, tries_used
from jobdash.text import clock, format_age, format_duration, how_often
from jobdash.tui.asking.one_job import Detail
from jobdash.tui.looks.last_words import arguments, due_in, made_good, progress
from jobdash.tui.looks.present import Present, day_and_clock, words, zone_name
from jobdash.tui.looks.rule import ruled
from jobdash.tui.looks.spans import Span, Spans
from jobdash.tui.looks.theme import ACCENT, ALARM, BOLD, FAINT, INK, LOOKS, PLAIN, SOFT, WARN
from jobdash.tui.rows.job_cells import run_time

_LABEL_CELLS = 11
_SHOWN_TRAIL = 3
_MOST_FOLDED = 6


def labelled(label: str, *value: Span) -> Spans:
    """Return a line with its label in front."""
    return ((f" {label}".ljust(_LABEL_CELLS), FAINT), *value)


def crumb(job: Job, trail: Sequence[int]) -> Spans:
    """Return the job's name and state, behind the jobs that one came by."""
    look = LOOKS[job.state]
    way = "".join(f"#{seq} > " for seq in trail[-_SHOWN_TRAIL:])
    return (
        (f" Job {'… > ' if len(trail) > _SHOWN_TRAIL else ''}{way}", FAINT),
        (f"#{job.seq}  ", ACCENT),
        (f"{look.glyph} {job.state}  ", look.style),
        (words(job.task), BOLD),
    )


def spent(detail: Detail, present: Present) -> Spans:
    """Return how long the job waited for its first run, and how long its runs took."""
    if not detail.attempts:
        return ()
    first, now = detail.attempts[0], present.now
    waited = max(0, first.started_at - detail.job.created_at)
    ran = sum(max(0, (one.ended_at or now) - one.started_at) for one in detail.attempts)
    many = len(detail.attempts)
    return (
        *(("waited ", FAINT), (format_duration(waited / MICROSECONDS), SOFT)),
        *(("  ran ", FAINT), (f"{format_duration(ran / MICROSECONDS)} ", SOFT)),
        (f"in {many} attempts " if many > 1 else "", FAINT),
    )


def few(detail: Detail, present: Present) -> list[Spans]:
    """Return the facts in the few lines above the parts."""
    job = detail.job
    lines = [
        origin(job, present, detail.pruned_kin),
        times(job, present, len(detail.attempts)),
        ladder(job, present, len(detail.attempts)),
        _came_to(detail, present),
    ]
    return [labelled("id", (words(job.id), SOFT)), *filter(None, lines)]


def all_of(detail: Detail, present: Present, width: int) -> list[Spans]:
    """Return every fact on a line of its own, for the side of a wide screen."""
    job = detail.job
    lines = [
        labelled("id", (words(job.id), SOFT)),
        *_each(origin(job, present, detail.pruned_kin)),
        (),
        *_each(times(job, present, len(detail.attempts))),
        (),
        *_each(ladder(job, present, len(detail.attempts))),
        (),
        *_folded(_came_to(detail, present), width),
    ]
    where = job.error_where if job.state is State.FAILED else None
    return [*lines, *([labelled("where", (words(where), SOFT))] if where else [])]


def _each(line: Spans) -> list[Spans]:
    """Return the labelled values of a line below one another."""
    lines: list[list[Span]] = [[]]
    for text, style in line:
        if text.startswith("   ") and lines[-1]:
            name = text.strip()
            is_label = style == FAINT and text.endswith(" ")
            text = f" {name} ".ljust(_LABEL_CELLS) if is_label else f"{'':{_LABEL_CELLS}}{name}"
            lines.append([])
        lines[-1].append((text, style))
    return [tuple(spans) for spans in lines if spans]


def _folded(line: Spans, width: int) -> list[Spans]:
    """Return a labelled line over as many lines as it takes, at most a few."""
    if not line:
        return []
    (label, faint), *rest = line
    pieces: list[Spans] = []
    for text, style in rest:
        room = width - _LABEL_CELLS - 1
        pieces += [((piece, style),) for piece in _pieces(text.strip(), room)]
    indent = "".ljust(_LABEL_CELLS)
    return [
        ((indent if index else label, faint), *piece)
        for index, piece in enumerate(pieces[:_MOST_FOLDED])
    ]


def _pieces(text: str, room: int) -> list[str]:
    return wrap(text, room, break_on_hyphens=False) or [""]


def title(job: Job, width: int) -> Spans:
    """Return a rule that names the job and its state."""
    look = LOOKS[job.state]
    name = ((" ", PLAIN), (f"#{job.seq} ", BOLD), (f"{words(job.task)} ", INK))
    state = ((f" {look.glyph} {job.state} ", look.style),)
    return ruled(name, width, state)


def times(job: Job, present: Present, attempts: int = 0) -> Spans:
    """Return when it was enqueued, when its newest run began and how long that took."""
    is_again = max(attempts, tries_used(job)) > 1
    parts: list[Span] = [
        (day_and_clock(job.created_at, present.now), INK),
        (f" {zone_name(job.created_at)}", FAINT),
        (f" ({format_age(present.now, job.created_at)} ago)", FAINT),
    ]
    if job.started_at is not None:
        parts += _pair("last run" if is_again else "started", clock(job.started_at))
    ran = run_time(job, present.now)
    if ran is not None:
        ended = "took" if is_again else "ran"
        parts += _pair("running" if job.state is State.RUNNING else ended, format_duration(ran))
    if job.finished_at is not None:
        parts += _pair("ended", f"{format_age(present.now, job.finished_at)} ago")
    return labelled("enqueued", *parts)


def ladder(job: Job, present: Present, attempts: int = 0) -> Spans:
    """Return tries used and left, one sign each, and when the next ones come.

    Not each of so many attempts counts as a try: not one that was cancelled, or lost its worker.
    """
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
        parts.append((f"   worker lost {how_often(job.rescues)}", ALARM))
    if (others := attempts - used) > 0:
        parts.append((f"   {others} more {'was' if others == 1 else 'were'} not counted", SOFT))
    if plan := plan_text(job, present.now):
        parts.append((f"   {plan}", SOFT))
    return labelled("tries", *parts)


def origin(job: Job, present: Present, gone: Set[int] = frozenset()) -> Spans:
    """Return queue, priority, worker, and where the job comes from; who of it is `gone`."""
    parts: list[Span] = [(words(job.queue), INK), *_pair("priority", f"{job.priority:g}")]
    if job.worker is not None:
        name = words(present.workers.get(job.worker, "")) or "a worker that ended"
        parts += _pair("on" if job.state is State.RUNNING else "last on", name)
    for label, seq in _links(job):
        parts += _pair(label, f"#{seq} (pruned)" if seq in gone else f"#{seq}")
    if job.batch:
        parts += _pair("batch", words(job.batch))
    if job.key:
        parts += _pair("key", words(key_text(job)))
    return labelled("queue", *parts)


def outcome(job: Job, present: Present) -> Spans:
    """Return the error, the progress, the reason or the result: whichever there is."""
    if job.state is State.RUNNING and (told := progress(job, present.now)):
        return labelled("progress", *told)
    if job.error_type or job.error_message:
        error = (words(error_text(job)), LOOKS[State.FAILED].style)
        return labelled("error", *made_good(job, present), error, *_advice(job))
    if job.reason:
        return labelled("reason", (words(job.reason), INK))
    if job.result is not None and job.state is State.SUCCEEDED:
        return labelled("result", (words(job.result), INK))
    return ()


def _came_to(detail: Detail, present: Present) -> Spans:
    """Return the outcome; of a job that was delivered twice, what came of that."""
    if not detail.twice:
        return outcome(detail.job, replace(present, replayed=detail.replayed))
    delivery = detail.twice[-1]
    return labelled("twice", (words(delivery.verdict), WARN if delivery.is_different else INK))


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

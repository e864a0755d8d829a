"""One task in a few lines: its signature, its doc, its options, how it runs, its last error."""

from jobdash.job import State
from jobdash.report.chaos import ArmedFault
from jobdash.report.task_stats import RunFigures
from jobdash.text import clock, format_age, format_count, format_duration, format_memory
from jobdash.tui.asking.tasks import TaskRow, TasksPage
from jobdash.tui.calls.parameters import Parameter, parameters_of
from jobdash.tui.job.facts import labelled
from jobdash.tui.looks.present import Present, words
from jobdash.tui.looks.rule import ruled
from jobdash.tui.looks.spans import Span, Spans
from jobdash.tui.looks.theme import ALARM, BOLD, FAINT, INK, LOOKS, PLAIN, SOFT, WARN
from jobdash.tui.rows.tasks import percent

_STARS = {"var_positional": "*", "var_keyword": "**"}


def tasks_summary(page: TasksPage, order: str) -> Spans:
    """Return how many tasks there are, their order, and what the figures are of."""
    count = "1 task" if len(page.rows) == 1 else f"{format_count(len(page.rows))} tasks"
    queues = f" of {page.queues} queues" if page.queues > 1 else ""
    # What is on the right changes all the time in a large file that is at work.
    as_of = "" if page.runs_at is None else f" as of {clock(page.runs_at)}"
    return (
        (f" {count}{queues}", INK),
        (f"   by {order}", SOFT),
        (f"   run and wait{as_of}: of the newest jobs, 1,000 a task", FAINT),
    )


def task_title(row: TaskRow, width: int) -> Spans:
    """Return a rule that names the task."""
    paused = " paused " if row.paused else " "
    chaos = "" if row.armed is None else f" chaos: {fault_words(row.armed)} "
    name: Spans = (
        (" ", PLAIN), (f"{words(row.name) or '(unknown)'} ", BOLD), (paused, WARN), (chaos, ALARM)
    )  # fmt: skip
    return ruled(name, width)


def fault_words(armed: ArmedFault) -> str:
    """Return what the next runs will do on purpose."""
    runs = "the next run" if armed.left == 1 else f"the next {format_count(armed.left)} runs"
    return f"{armed.fault} {runs}"


def task_facts(row: TaskRow, present: Present) -> tuple[Spans, ...]:
    """Return the lines, at most six."""
    return tuple(
        line
        for line in (
            _call(row),
            _doc(row),
            _options(row),
            _runs(row),
            _ready(row),
            _failure(row, present),
        )
        if line
    )


def _call(row: TaskRow) -> Spans:
    if row.known is None:
        told = "not registered: no pool of today's app has it"
        return labelled("call", (told, WARN))
    told = ", ".join(map(written, parameters_of(row.known)))
    name = words(row.name).rpartition(".")[2]
    return labelled("call", (f"{name}(", INK), (words(told), SOFT), (")", INK))


def written(parameter: Parameter) -> str:
    """Return a parameter as Python would write it: `to: str`, `*args`, `n: int = 3`."""
    name = _STARS.get(parameter.kind, "") + parameter.name
    typed = f"{name}: {parameter.annotation}" if parameter.annotation else name
    if parameter.default is None:
        return typed
    sign = " = " if parameter.annotation else "="
    return f"{typed}{sign}{parameter.default}"


def _doc(row: TaskRow) -> Spans:
    line = "" if row.known is None else row.known.doc.strip().partition("\n")[0]
    return labelled("does", (words(line), INK)) if line else ()


def _options(row: TaskRow) -> Spans:
    task = row.known
    if task is None:
        return ()
    told = [f"retries {task.retries}" if task.retries else "no retries"]
    if task.retries and task.retry_delay:
        told.append(f"every {format_duration(task.retry_delay)}")
    if task.timeout is not None:
        told.append(f"timeout {format_duration(task.timeout)}")
    if task.priority:
        told.append(f"priority {task.priority:g}")
    if task.periodic:
        told.append("periodic")
    return labelled("options", (", ".join(told), SOFT))


def _runs(row: TaskRow) -> Spans:
    made = row.stats.figures
    if made is None:
        return labelled("runs", ("none yet", FAINT))
    parts: list[Span] = [
        (f"of the last {format_count(made.runs)}: ", FAINT),
        (f"half within {format_duration(made.took.p50)}, ", INK),
        (f"95% within {format_duration(made.took.p95)}", INK),
    ]
    if made.waited is not None:
        parts.append((f"   waited: 95% within {format_duration(made.waited.p95)}", SOFT))
    if row.stats.success is not None:
        parts.append((f"   ok {percent(row.stats.success)}% of all", SOFT))
    parts += _spent(made)
    return labelled("runs", *parts)


def _spent(made: RunFigures) -> list[Span]:
    told = []
    if made.cpu is not None:
        told.append(f"cpu {format_duration(made.cpu.p50)}, 95% {format_duration(made.cpu.p95)}")
    if made.memory is not None:
        half, most = (format_memory(round(size)) for size in made.memory)
        told.append(f"memory {half}, 95% {most}")
    return [(f"   {part}", SOFT) for part in told]


def _ready(row: TaskRow) -> Spans:
    if row.done is None:
        return ()
    count = format_count(row.stats.count(State.PENDING))
    return labelled("pending", (f"{count}, done {row.done.when()}", INK))


def _failure(row: TaskRow, present: Present) -> Spans:
    job = row.last_failed
    if job is None:
        return ()
    ago = "" if job.finished_at is None else f" {format_age(present.now, job.finished_at)} ago"
    kind = words(job.error_type or "")
    said = words(job.error_message or "") or words(job.reason or "")
    style = LOOKS[State.FAILED].style
    return labelled("error", (f"#{job.seq}{ago}  ", FAINT), (f"{kind} ", style), (said, SOFT))

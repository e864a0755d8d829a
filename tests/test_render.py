"""What is shown of a job: JSON documents, words, signs and colours."""

import json
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from jobdash.job import Attempt, Job, State, TaskType, Worker
from jobdash.render import (
    STATE_STYLE,
    attempt_json,
    call_text,
    describe_when,
    duration,
    error_text,
    job_json,
    key_text,
    last_words,
    progress_text,
    task_json,
    worker_json,
)
from jobdash.text import clock
from jobdash.usage import Usage

NOW = 1_790_000_000_000_000
SECOND = 1_000_000
HOSTILE = "a\x1b[2J\n\u202e\x9b[/nope]"

JOB = Job(
    seq=12, id="0192abcd", queue="huey", task="mail.send", state=State.PENDING,
    args='["a@example.org"]', kwargs='{"times": 3}', priority=5.0, attempts=0, failures=0,
    rescues=0, retries=3, retries_left=3,
    retry_delay=0.0, retry_backoff=0.0, retry_max_delay=None, retry_jitter=0.0,
    created_at=NOW - 20 * SECOND, eta=None, expires=None,
    started_at=None, finished_at=None, worker=None, result=None, error_type=None,
    error_message=None, error_where=None, signature=None, reason=None,
    progress_done=None, progress_total=None, progress_note=None,
    after=None, parent=None, replay_of=None, duplicate_of=None, batch=None, key=None,
    cancel_requested_at=None, revoked=False, held=False,
)  # fmt: skip
ARGUMENTS = "'a@example.org', times=3"
RUN = Attempt(1, 7, NOW - 9 * SECOND, NOW - 8 * SECOND, "failed", "OSError", "no", "Traceback …")


def job(state: State, **columns: Any) -> Job:
    """A job in that state, with the columns that the state demands."""
    if state.is_final:
        columns = {"finished_at": NOW - 12 * SECOND} | columns
    return replace(JOB, state=state, **columns)


# -- JSON ----------------------------------------------------------------------------------------

FIELDS = [
    *("id", "seq", "queue", "task", "state", "args", "kwargs", "priority", "attempt", "failures"),
    *("retries", "rescues", "created_at", "eta", "started_at", "finished_at", "duration"),
    *("worker", "result", "error", "progress", "parent", "replay_of", "batch", "key"),
    *("cancel_requested", "truncated", "is_terminal"),
]


def test_the_document_of_a_job_has_exactly_the_promised_fields() -> None:
    assert list(job_json(JOB)) == FIELDS


def test_the_document_of_a_failed_job() -> None:
    failed = job(
        State.FAILED, attempts=4, failures=3, rescues=1, started_at=NOW - 14 * SECOND, worker=7,
        error_type="OSError", error_message="no", eta=NOW, progress_done=1, progress_total=4,
        progress_note="page", parent=3, replay_of=4, batch="night", key="k",
        cancel_requested_at=NOW, result='"kept"',
    )  # fmt: skip
    assert job_json(failed, [RUN, RUN]) == {
        "id": "0192abcd",
        "seq": 12,
        "queue": "huey",
        "task": "mail.send",
        "state": "failed",
        "args": ["a@example.org"],
        "kwargs": {"times": 3},
        "priority": 5,
        "attempt": 4,
        "failures": 3,
        "retries": 3,
        "rescues": 1,
        "created_at": "2026-09-21T14:13:00.000000Z",
        "eta": "2026-09-21T14:13:20.000000Z",
        "started_at": "2026-09-21T14:13:06.000000Z",
        "finished_at": "2026-09-21T14:13:08.000000Z",
        "duration": 1.0,
        "worker": 7,
        "result": "kept",
        "error": {"type": "OSError", "message": "no", "traceback": "Traceback …"},
        "progress": {"done": 1, "total": 4, "note": "page"},
        "parent": 3,
        "replay_of": 4,
        "batch": "night",
        "key": "k",
        "cancel_requested": True,
        "truncated": False,
        "is_terminal": True,
    }


def test_what_is_not_known_is_null() -> None:
    document = job_json(JOB)
    for name in ("error", "progress", "duration", "result", "eta", "started_at", "worker"):
        assert document[name] is None
    assert document["cancel_requested"] is document["is_terminal"] is False


@pytest.mark.parametrize("text", ["<object>", "[1", "NaN", "", "[" * 100_000])
def test_what_is_no_json_is_given_as_text(text: str) -> None:
    document = job_json(replace(JOB, args=text, result=text))
    assert document["args"] == document["result"] == text
    assert json.loads(json.dumps(document, allow_nan=False)) == document


@pytest.mark.parametrize(
    ("preview", "truncated"),
    [
        ('["abc…"]', True),
        ('["<Thing abc…>"]', True),
        ('["a", "… 12 more"]', True),
        ('{"…": "5 more", "a": 1}', True),
        ('["a … b"]', False),
        ("[1]", False),
    ],
)
def test_a_cut_preview_is_called_truncated(preview: str, truncated: bool) -> None:
    assert job_json(replace(JOB, kwargs=preview))["truncated"] is truncated
    assert job_json(replace(JOB, result=preview))["truncated"] is truncated


def test_a_written_document_holds_no_control_character() -> None:
    hostile = job(State.FAILED, task=HOSTILE, args=HOSTILE, error_type="E", error_message=HOSTILE)
    written = json.dumps(job_json(hostile))
    assert written.isprintable()
    assert written.isascii()
    assert json.loads(written)["error"]["message"] == HOSTILE


def test_the_document_of_an_attempt() -> None:
    assert attempt_json(RUN) == {
        "number": 1,
        "worker": 7,
        "started_at": "2026-09-21T14:13:11.000000Z",
        "ended_at": "2026-09-21T14:13:12.000000Z",
        "duration": 1.0,
        "outcome": "failed",
        "error": {"type": "OSError", "message": "no", "traceback": "Traceback …"},
        "progress": None,
        "cpu": None,
        "memory": None,
    }
    running = attempt_json(Attempt(2, 7, NOW, None, None))
    assert running["duration"] is running["error"] is running["outcome"] is None


def test_the_document_of_a_worker() -> None:
    idle = Worker(7, "huey", "worker", "w1", 99, 6, NOW, None, None, 3, 1, True, None, None, None)
    assert worker_json(idle) == {
        "id": 7,
        "queue": "huey",
        "kind": "worker",
        "name": "w1",
        "pid": 99,
        "pool": 6,
        "alive": True,
        "state": "idle",
        "size": None,
        "started_at": "2026-09-21T14:13:20.000000Z",
        "ended_at": None,
        "ended_how": None,
        "done": 3,
        "failed": 1,
        "cpu_percent": None,
        "memory_bytes": None,
        "job": None,
    }
    measured = worker_json(idle, Usage(12.5, 4096))
    assert (measured["cpu_percent"], measured["memory_bytes"]) == (12.5, 4096)
    busy = replace(idle, job=12, job_task="mail.send", job_started_at=NOW)
    assert worker_json(busy)["job"] == {
        "seq": 12,
        "task": "mail.send",
        "started_at": "2026-09-21T14:13:20.000000Z",
    }


def test_the_document_of_a_task() -> None:
    parameters = '[{"name": "to", "required": true}]'
    task = TaskType("mail.send", "huey", parameters, "Sends.", 2, 1.5, 5.0, 30.0, True, NOW, False)
    assert task_json(task) == {
        "name": "mail.send",
        "queue": "huey",
        "parameters": [{"name": "to", "required": True}],
        "doc": "Sends.",
        "retries": 2,
        "retry_delay": 1.5,
        "priority": 5,
        "timeout": 30,
        "periodic": True,
        "paused": False,
        "registered_at": "2026-09-21T14:13:20.000000Z",
    }
    assert task_json(replace(task, timeout=None))["timeout"] is None


# -- durations -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "asked", "seconds"),
    [
        (State.SUCCEEDED, None, 2.0),
        (State.FAILED, None, 2.0),
        (State.CANCELLED, NOW - 13 * SECOND, 2.0),
        (State.CANCELLED, None, None),
        (State.EXPIRED, None, None),
        (State.DISCARDED, None, None),
        (State.RUNNING, None, None),
        (State.RETRYING, None, None),
    ],
)
def test_the_row_tells_a_duration_only_if_the_run_ended_the_job(
    state: State, asked: int | None, seconds: float | None
) -> None:
    ended = job(state, started_at=NOW - 14 * SECOND, cancel_requested_at=asked)
    assert duration(ended) == seconds
    assert duration(ended, [RUN]) == 1.0
    assert duration(ended, [RUN, Attempt(2, 7, NOW, None, None)]) is None


# -- words ---------------------------------------------------------------------------------------


def test_a_call_reads_like_python() -> None:
    assert call_text(JOB) == "mail.send('a@example.org', times=3)"
    assert call_text(replace(JOB, task="", args="[]", kwargs="{}")) == "unknown task()"


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (job(State.WAITING, after=11), "after #11"),
        (job(State.WAITING), "after its members"),
        (job(State.SCHEDULED, eta=NOW + 840 * SECOND), "runs in 14m 00s"),
        (job(State.SCHEDULED, eta=NOW), "due now"),
        (job(State.RETRYING, eta=NOW + 42 * SECOND), "next in 42s"),
        (job(State.PENDING), "ready for 20s"),
        (job(State.PENDING, eta=NOW - 5 * SECOND), "ready for 5s"),
        (job(State.PENDING, held=True), "paused"),
        (job(State.PENDING, revoked=True), "revoked"),
        (job(State.RUNNING, started_at=NOW - 9_800_000), "running 9.8s"),
        (job(State.RUNNING, started_at=NOW + SECOND), "running 0ms"),
        (job(State.FAILED), "failed 12s ago"),
        (job(State.SUCCEEDED), "succeeded 12s ago"),
    ],
)
def test_where_a_job_stands_in_time(shown: Job, words: str) -> None:
    assert describe_when(shown, NOW) == words


SOON = NOW + 840 * SECOND
ERROR: dict[str, Any] = {"error_type": "ConnectionResetError", "error_message": "peer"}
PROGRESS: dict[str, Any] = {"progress_done": 41, "progress_total": 118}


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (job(State.FAILED, **ERROR), "ConnectionResetError: peer"),
        (job(State.FAILED, reason="lost"), "lost"),
        (job(State.DISCARDED, **ERROR), "ConnectionResetError: peer"),
        (
            job(State.RETRYING, eta=NOW + 42 * SECOND, **ERROR),
            "next in 42s  ConnectionResetError: peer",
        ),
        (job(State.RUNNING, **PROGRESS), "41 of 118  34%"),
        (job(State.RUNNING, progress_note="page 41", **PROGRESS), "page 41  34%"),
        (job(State.RUNNING, cancel_requested_at=NOW), f"asked to stop  {ARGUMENTS}"),
        (job(State.RUNNING), ARGUMENTS),
        (
            job(State.SCHEDULED, eta=SOON),
            f"runs in 14m 00s ({clock(SOON)})  {ARGUMENTS}",
        ),
        (job(State.SCHEDULED, eta=NOW + 86_400 * 3 * SECOND), f"runs in 3d 00h  {ARGUMENTS}"),
        (job(State.WAITING, after=11), f"after #11  {ARGUMENTS}"),
        (job(State.PENDING), ARGUMENTS),
        (job(State.PENDING, held=True), f"paused  {ARGUMENTS}"),
        (job(State.PENDING, reason="worker lost: signal 9"), "worker lost: signal 9"),
        (job(State.CANCELLED, reason="cancelled by hand"), "cancelled by hand"),
        (job(State.CANCELLED), ARGUMENTS),
        (job(State.EXPIRED, reason="too late"), "too late"),
        (job(State.SUCCEEDED), ARGUMENTS),
    ],
)
def test_the_last_words_say_what_matters_most(shown: Job, words: str) -> None:
    assert last_words(shown, NOW) == words


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({}, ""),
        ({"progress_note": "warming up"}, "warming up"),
        ({"progress_done": 7}, "7"),
        ({"progress_done": 0, "progress_total": 0}, "0"),
        ({"progress_done": 3, "progress_total": 2}, "3 of 2  150%"),
    ],
)
def test_progress_in_words(columns: dict[str, Any], words: str) -> None:
    assert progress_text(replace(JOB, **columns)) == words


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({}, ""),
        ({"key": "order:7"}, "order:7"),
        ({"key": "k", "key_window": 3600 * SECOND}, "k  for 1h 00m"),
        ({"key": "k", "repeats": 1}, "k  asked for once more"),
        (
            {"key": "k", "key_window": SECOND, "repeats": 1200},
            "k  for 1.0s  asked for 1,200 times more",
        ),
    ],
)
def test_a_key_in_words(columns: dict[str, Any], words: str) -> None:
    assert key_text(replace(JOB, **columns)) == words


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize(
    "words",
    [
        call_text,
        error_text,
        key_text,
        progress_text,
        lambda shown: describe_when(shown, NOW),
        lambda shown: last_words(shown, NOW),
    ],
)
def test_hostile_text_becomes_one_harmless_line(state: State, words: Callable[[Job], str]) -> None:
    hostile = job(
        state, task=HOSTILE, args=HOSTILE, kwargs=HOSTILE, error_type=HOSTILE,
        error_message=HOSTILE, reason=HOSTILE, progress_note=HOSTILE, progress_done=1, key=HOSTILE,
    )  # fmt: skip
    assert words(hostile).isprintable()
    assert words(replace(hostile, reason=None, error_type=None, error_message=None)).isprintable()


# -- signs and colours ---------------------------------------------------------------------------


def luminance(colour: str) -> float:
    """The relative luminance that the web's accessibility guidelines define."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("state", State)
def test_every_state_can_be_read_on_dark_and_on_light(state: State) -> None:
    style = STATE_STYLE[state]
    assert contrast(style.dark, "#1e1e1e") >= 4.5
    assert contrast(style.light, "#fafafa") >= 4.5


@pytest.mark.parametrize("state", State)
def test_every_sign_takes_one_cell_everywhere(state: State) -> None:
    style = STATE_STYLE[state]
    assert unicodedata.east_asian_width(style.glyph) == "N"
    assert unicodedata.combining(style.glyph) == 0
    assert style.ascii.isascii()
    assert len(style.glyph) == len(style.ascii) == 1


@pytest.mark.parametrize("part", ["glyph", "ascii", "dark", "light"])
def test_no_two_states_look_alike(part: str) -> None:
    assert len({getattr(style, part) for style in STATE_STYLE.values()}) == len(State)

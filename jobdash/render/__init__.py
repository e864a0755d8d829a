"""What people and programs are shown of a job: words, signs, colours, JSON. Pure, no I/O."""

from jobdash.render.documents import (
    attempt_json,
    job_json,
    next_tries_json,
    task_json,
    worker_json,
)
from jobdash.render.states import STATE_STYLE, StateStyle
from jobdash.render.tries import plan_text, tries_text, tries_used
from jobdash.render.words import (
    arguments_text,
    attempt_duration,
    call_text,
    describe_when,
    duration,
    error_text,
    key_text,
    last_words,
    progress_text,
    standing,
)

__all__ = [
    "STATE_STYLE",
    "StateStyle",
    "arguments_text",
    "attempt_duration",
    "attempt_json",
    "call_text",
    "describe_when",
    "duration",
    "error_text",
    "job_json",
    "key_text",
    "last_words",
    "next_tries_json",
    "plan_text",
    "progress_text",
    "standing",
    "task_json",
    "tries_text",
    "tries_used",
    "worker_json",
]

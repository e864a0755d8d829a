"""What people and programs are shown of a job: words, signs, colours, JSON. Pure, no I/O."""

from jobdash.render.batches import batch_json
from jobdash.render.counts import (
    count_shares,
    counts_bar,
    counts_json,
    counts_text,
    headway_text,
    outcome_text,
)
from jobdash.render.documents import (
    attempt_json,
    job_json,
    next_tries_json,
    task_json,
    worker_json,
)
from jobdash.render.limits import limits_text
from jobdash.render.progress import (
    amount_text,
    bar_text,
    pace_text,
    progress_text,
    range_json,
    rate_text,
    turn_json,
    turn_text,
)
from jobdash.render.rules import rule_words
from jobdash.render.states import STATE_STYLE, StateStyle
from jobdash.render.transitions import change_text, maker_text, reason_text, transition_json
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
    standing,
)

__all__ = [
    "STATE_STYLE",
    "StateStyle",
    "amount_text",
    "arguments_text",
    "attempt_duration",
    "attempt_json",
    "bar_text",
    "batch_json",
    "call_text",
    "change_text",
    "count_shares",
    "counts_bar",
    "counts_json",
    "counts_text",
    "describe_when",
    "duration",
    "error_text",
    "headway_text",
    "job_json",
    "key_text",
    "last_words",
    "limits_text",
    "maker_text",
    "next_tries_json",
    "outcome_text",
    "pace_text",
    "plan_text",
    "progress_text",
    "range_json",
    "rate_text",
    "reason_text",
    "rule_words",
    "standing",
    "task_json",
    "transition_json",
    "tries_text",
    "tries_used",
    "turn_json",
    "turn_text",
    "worker_json",
]

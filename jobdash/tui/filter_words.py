"""The filter line's small language: `task:mail.* error:OSError batch:b1 any words`."""

import difflib
from dataclasses import dataclass

from jobdash.errors import UsageError
from jobdash.job import State
from jobdash.report import JobFilter

FIELDS = ("task", "state", "error", "group", "batch", "queue")
_LONGEST = 1_000
_STATES = frozenset(map(str, State))


@dataclass(frozen=True, slots=True)
class FilterWords:
    """What was typed, taken apart."""

    text: str = ""
    task: str = ""
    batch: str = ""
    queue: str = ""
    error: str = ""
    group: str = ""
    states: tuple[State, ...] = ()

    def job_filter(self, state: State | None, queue: str | None) -> JobFilter:
        """Return the list's filter; a chosen chip and a fixed queue win over what was typed."""
        return JobFilter(
            states=self.states if state is None else (state,),
            task=self.task,
            text=self.text,
            queue=queue or self.queue,
            batch=self.batch,
            error_type=self.error,
            signature=self.group,
        )


def parse_filter(typed: str) -> FilterWords:
    """Take a filter apart. Raises `UsageError` for a field or state that does not exist."""
    fields: dict[str, str] = {}
    words: list[str] = []
    for word in typed[:_LONGEST].split():
        name, colon, value = word.partition(":")
        if colon and name in FIELDS:
            fields[name] = value
        elif colon and name.isalpha() and _is_slip(name):
            raise UsageError(f"there is no field '{name}': {_near(name, FIELDS)}")
        else:
            words.append(word)
    states = tuple(map(_state, filter(None, fields.pop("state", "").split(","))))
    return FilterWords(text=" ".join(words), states=states, **fields)


def _is_slip(name: str) -> bool:
    # Anything else with a colon is a text to look for: `TimeoutError:`, `http://…`.
    return name.islower() and bool(difflib.get_close_matches(name, FIELDS, n=1, cutoff=0.7))


def _state(name: str) -> State:
    if name not in _STATES:
        raise UsageError(f"there is no state '{name}': {_near(name, list(State))}")
    return State(name)


def _near(name: str, known: tuple[str, ...] | list[State]) -> str:
    near = difflib.get_close_matches(name, [str(one) for one in known], n=1)
    return f"did you mean {near[0]}?" if near else f"there are {', '.join(map(str, known))}"

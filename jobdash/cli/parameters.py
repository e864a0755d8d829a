"""The types of what people type, each with the rule that it has to follow."""

import math
import re
from collections.abc import Callable
from typing import Any, TypeVar

import click

from jobdash.cli.clock import now
from jobdash.errors import UsageError
from jobdash.job import MICROSECONDS, State
from jobdash.near import nearest
from jobdash.policy import parse_rate, parse_stop
from jobdash.text import parse_duration, parse_time
from jobdash.transition import Step

MOST_PRIORITY = 1_000_000_000
LONGEST_KEY = 1_000

T = TypeVar("T")


class Rule(click.ParamType):  # type: ignore[type-arg]  # since click 8.5
    """A type made of a function that raises ValueError, with the rule, for a bad value."""

    def __init__(self, name: str, read: Callable[[str], object]) -> None:
        self.name = name
        self._read = read

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> object:
        """Return the value, or fail with the rule."""
        if not isinstance(value, str):
            return value
        try:
            return self._read(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


def _moment(text: str) -> int:
    return parse_time(text, now())


def _priority(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"'{text}' is no number") from None
    if not math.isfinite(value) or abs(value) > MOST_PRIORITY:
        raise ValueError(f"a priority is from {-MOST_PRIORITY:,} to {MOST_PRIORITY:,}, not {text}")
    return int(value) if value.is_integer() else value


def _window(text: str) -> float:
    seconds = parse_duration(text)
    if not seconds:
        raise ValueError("it must be more than 0")
    return seconds


def _since(text: str) -> Step:
    """Read a moment, a time that has passed since, or the cursor of a transition."""
    if re.fullmatch(r"\d{1,17}-\d{1,17}-\d{1,17}", text):
        return Step.read(text)
    try:
        moment = now() - round(parse_duration(text) * MICROSECONDS)
    except ValueError:
        moment = _moment_or_age(text)
    return Step(moment, 0, 0)


def _moment_or_age(text: str) -> int:
    try:
        return parse_time(text, now())
    except ValueError as error:
        raise ValueError(f"{error}; or how long ago, such as 10m or 2h") from None


def _label(text: str) -> str:
    if not text.strip():
        raise ValueError("it must not be empty")
    if len(text) > LONGEST_KEY:
        raise ValueError(f"it has {len(text):,} characters, {LONGEST_KEY:,} are allowed")
    return text


def _states(text: str) -> tuple[State, ...]:
    return tuple(_state(word.strip().lower()) for word in text.split(","))


def _state(word: str) -> State:
    try:
        return State(word)
    except ValueError:
        near = nearest(word, State)
        hint = f"did you mean {near}?" if near else f"the states are {', '.join(State)}"
        raise ValueError(f"there is no state '{word}': {hint}") from None


def _in_words(read: Callable[[str], T]) -> Callable[[str], T]:
    def read_or_say(text: str) -> T:
        try:
            return read(text)
        except UsageError as error:
            raise ValueError(str(error)) from None

    return read_or_say


DURATION = Rule("duration", parse_duration)
WINDOW = Rule("duration", _window)
SINCE = Rule("time", _since)
MOMENT = Rule("time", _moment)
PRIORITY = Rule("number", _priority)
LABEL = Rule("text", _label)
STATES = Rule("state", _states)
RATE = Rule("rate", _in_words(parse_rate))
STOP = Rule("amount", _in_words(parse_stop))

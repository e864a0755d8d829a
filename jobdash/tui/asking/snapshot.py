"""All that the dashboard knows of the file at one moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from jobdash.tui.asking.questions import Question, Topic

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer:
    """A question with what was read for it."""

    question: Question[Any]
    value: Any


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that is known, as one unchanging value. In trouble the last answers stay."""

    answers: Mapping[str, Answer] = field(default_factory=dict)
    trouble: str = ""
    trouble_since: int | None = None

    def answer(self, topic: Topic[T]) -> tuple[Question[T], T] | None:
        """Return the newest answer to a topic together with its question."""
        found = self.answers.get(topic.name)
        return None if found is None else (found.question, cast(T, found.value))

    def value(self, topic: Topic[T]) -> T | None:
        """Return the newest answer to a topic."""
        found = self.answers.get(topic.name)
        return None if found is None else cast(T, found.value)

"""The arguments of a task on the command line, read as its parameters want them."""

from collections.abc import Callable, Sequence
from inspect import Parameter
from typing import Any

from jobdash.annotations import kind_of
from jobdash.broker.calls import annotation_of, find_task, signature_of
from jobdash.cli.words import read_pairs, read_word
from jobdash.typed import read_typed

Read = Callable[[str], Any]


class CallWords:
    """Reads words and `name=value` for one task.

    What is for a text is that text, also if it looks like a number. All else is JSON or a bare
    word.
    """

    def __init__(self, huey: Any, task: str) -> None:
        """Raise `UnknownTask`."""
        parameters = signature_of(find_task(huey, task)).parameters
        self._named = {name: _reader(parameter) for name, parameter in parameters.items()}
        self._placed = [
            _reader(parameter)
            for parameter in parameters.values()
            if parameter.kind in (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
        ]

    def positional(self, words: Sequence[str]) -> list[Any]:
        """Return the values of words. Raises `UsageError`."""
        readers = [*self._placed, *[read_word] * len(words)]
        return [read(word) for read, word in zip(readers, words, strict=False)]

    def named(self, pairs: Sequence[str]) -> dict[str, Any]:
        """Return the values of pairs by name. Raises `UsageError`."""
        return read_pairs(pairs, lambda name: self._named.get(name, read_word))


def _reader(parameter: Parameter) -> Read:
    annotation = annotation_of(parameter)
    is_text = kind_of(annotation)[0] == "str" and parameter.kind is not Parameter.VAR_POSITIONAL
    return (lambda word: read_typed(annotation, word)) if is_text else read_word

"""What a filter that is being typed can go on with. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from jobdash.job import State
from jobdash.report.filter_language import Word, field_of, split
from jobdash.report.filter_terms import FIELDS, MARKS, Field, Kind
from jobdash.tui.asking.vocabulary import Vocabulary

MOST = 40
_QUOTED = frozenset(' ,"*')
_AMOUNTS = {
    "age": ("10m", "1h", "1d", "7d"),
    "took": ("1s", "10s", "1m", "10m"),
    "try": ("1", "2", "5"),
    "prio": ("1", "5", "10"),
}
_RELATIONS = "<>"
_NAMES: Mapping[str, Callable[[Vocabulary], Sequence[str]]] = {
    "state": lambda _: [str(state) for state in State],
    "task": lambda known: known.tasks,
    "worker": lambda known: known.workers,
    "queue": lambda known: known.queues,
    "batch": lambda known: known.batches,
    "group": lambda known: known.groups,
    "error": lambda known: known.errors,
    "is": lambda _: MARKS,
}


@dataclass(frozen=True, slots=True)
class Completion:
    """What may stand from `start` to `end`, the most likely first, in the word from `word` on."""

    start: int = 0
    end: int = 0
    options: tuple[str, ...] = ()
    word: int = 0

    def explains(self, mistake: int) -> bool:
        """Whether what is wrong from `mistake` on is only that the word is not finished."""
        return bool(self.options) and self.word <= mistake < self.end

    def taken(self, typed: str) -> tuple[str, int]:
        """Return the text with the first option in it, and where the cursor goes."""
        head = typed[: self.start] + self.options[0]
        return head + typed[self.end :], len(head)


def completion(typed: str, cursor: int, known: Vocabulary) -> Completion:
    """Return what the word before the cursor can become."""
    word = _word_before(typed[:cursor])
    body = word.rest(1) if word.text.startswith("-") else word
    found = field_of(body)
    if found is None:
        return _made(body, word, _fields(body.text.lower(), known))
    field, path, sign, value = found
    if field.kind is Kind.DURATION and sign == ":":
        return _made(body.rest(len(field.name)), word, _relations(field, value.text))
    piece = value.rest(value.text.rfind(",") + 1)
    if path or not (field.is_limit or (field.name in _NAMES and sign == ":")):
        return Completion()
    return _made(piece, word, _values(field, piece.text.strip('"'), known))


def _word_before(typed: str) -> Word:
    words = list(split(typed))
    if words and words[-1].end == len(typed):
        return words[-1]
    return Word("", len(typed))


def _made(piece: Word, word: Word, options: Iterable[str]) -> Completion:
    useful = [option for option in options if option != piece.text]
    return Completion(piece.start, word.end, tuple(useful[:MOST]), word.start)


def _fields(typed: str, known: Vocabulary) -> Iterable[str]:
    if typed.startswith("arg."):
        return [f"arg.{one}:" for one in known.parameters if f"arg.{one}".startswith(typed)]
    starts = [_start_of(field) for field in FIELDS.values()]
    found = [start for start in starts if start.startswith(typed)]
    return [*found, *_meant(typed, known)] if typed else found


def _meant(typed: str, known: Vocabulary) -> Iterable[str]:
    """Yield what a bare word may be the beginning of."""
    for field in ("state", "task"):
        for name in _beginning_with(typed, _NAMES[field](known)):
            yield f"{field}:{_written(name)}"


def _start_of(field: Field) -> str:
    if field.name == "arg":
        return "arg."
    sign = next(char for char in field.example if not char.isalnum())
    return f"{field.name}{sign}"


def _values(field: Field, typed: str, known: Vocabulary) -> Iterable[str]:
    if field.is_limit:
        return () if typed else _AMOUNTS[field.name]
    return map(_written, _beginning_with(typed.lower(), _NAMES[field.name](known)))


def _relations(field: Field, typed: str) -> Iterable[str]:
    """Yield what may stand in the place of the colon: a duration is not simply one."""
    for relation in _RELATIONS:
        for amount in _AMOUNTS[field.name][:3]:
            if f"{relation}{amount}".startswith(typed) or amount.startswith(typed):
                yield f"{relation}{amount}"


def _beginning_with(typed: str, names: Iterable[str]) -> Iterable[str]:
    """Return the names that begin so, then those of which a later part does."""
    low = [(name, name.lower()) for name in names if name.isprintable()]
    first = [name for name, lower in low if lower.startswith(typed)]
    later = [name for name, lower in low if f".{typed}" in lower and not lower.startswith(typed)]
    return first + later


def _written(name: str) -> str:
    if name.startswith('"') or not _QUOTED.isdisjoint(name):
        return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return name

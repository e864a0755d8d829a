"""The filter language, the same wherever jobs are looked for: text in, terms out. Pure.

    state:failed,retrying task:mail.* -error:"no such file" age<1h took>30s ada

A space is and, a comma is or, a minus negates, a star at the end leaves the rest open, quotes hold
spaces, commas and stars. Words without a field are looked for wherever a person sees text, but
`#12` is the job of that number.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from jobdash.errors import UsageError
from jobdash.job import State
from jobdash.near import nearest
from jobdash.report.filter_amounts import read_amount
from jobdash.report.filter_terms import (
    FIELDS,
    MARKS,
    TEXT,
    Field,
    Kind,
    Limit,
    Match,
    Pattern,
    Term,
)
from jobdash.text import clean, shorten

LONGEST = 10_000
MOST_TERMS, MOST_VALUES = 50, 100

# A quote opens where a value may begin; within a word it is a character like any other.
_WORD = re.compile(r'(?:(?<![^\s:<>,-])"(?:\\.|[^"\\])*(?:"|\Z)|\S)+', re.DOTALL)
_HEAD = re.compile(r"([^\W\d_]\w*)((?:\.\w+)*)(:|[<>]=?)")
_RELATION = re.compile("[<>]=?")
_QUOTED = re.compile(r'"((?:\\.|[^"\\])*)"(\*?)', re.DOTALL)
_ESCAPED = re.compile(r'\\(["\\])')
# Jobs as they are called everywhere, `#12` or `#12,#13`.
_NUMBERS = re.compile(r"#[0-9]{1,18}(?:,#[0-9]{1,18})*")
_BARE = re.compile(r"[^,]*")
_HARMLESS = "\t\n\r"


class FilterError(UsageError):
    """A filter that makes no sense: `start` to `end` is what does not, `near` what may be meant."""

    def __init__(self, message: str, start: int, end: int, near: str = "") -> None:
        super().__init__(f"{message}, did you mean {near}?" if near else message)
        self.start = start
        self.end = end
        self.near = near


@dataclass(frozen=True, slots=True)
class Word:
    """One term as it was typed, and where it begins."""

    text: str
    start: int

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.start + len(self.text)

    def error(self, message: str, near: str = "") -> FilterError:
        """Return the error that this word is."""
        return FilterError(message, self.start, self.end, near)

    def rest(self, index: int) -> "Word":
        """Return the part from an index on."""
        return Word(self.text[index:], self.start + index)


def parse_filter(typed: str) -> tuple[Term, ...]:
    """Return the terms, all of which have to be true. Raises `FilterError`."""
    if len(typed) > LONGEST:
        raise FilterError(f"a filter has at most {LONGEST:,} characters", LONGEST, len(typed))
    words = list(split(typed))
    if len(words) > MOST_TERMS:
        first = words[MOST_TERMS].start
        raise FilterError(f"a filter has at most {MOST_TERMS} terms", first, len(typed))
    return tuple(map(_term, words))


def write_term(field: str, value: str) -> str:
    r"""Return the term for exactly this value, `task:mail.send`, `task:"my task"`; '' for none.

    A filter has no control characters: what comes from the first one on is left open, `task:"a"*`.
    """
    start = next((at for at, char in enumerate(value) if _is_refused(char)), len(value))
    known, rest = value[:start], "*" if start < len(value) else ""
    if not known and not rest:
        return ""
    if not rest and known.isprintable() and not re.search(r'[\s",*\\]', known):
        return f"{field}:{known}"
    escaped = known.replace("\\", r"\\").replace('"', r"\"")
    return f'{field}:"{escaped}"{rest}'


def split(typed: str) -> Iterator[Word]:
    """Yield the words; a quote that is never closed holds all the rest."""
    return (Word(match[0], match.start()) for match in _WORD.finditer(typed))


def without(name: str, typed: str) -> str:
    """Return a filter without the terms that ask for a field; those that rule it out stay."""
    return " ".join(
        word.text
        for word in split(typed)
        if (found := field_of(word)) is None or found[0].name != name
    )


def field_of(word: Word) -> tuple[Field, tuple[str, ...], str, Word] | None:
    """Return field, path, sign and what follows if a word begins with a known field."""
    head = _HEAD.match(word.text)
    if head is None:
        return None
    name, path, sign = head.groups()
    field = FIELDS.get(name.lower())
    if field is None or (path and field.name != "arg"):
        return None
    return field, tuple(path.split(".")[1:]), sign, word.rest(head.end())


def _term(word: Word) -> Term:
    negated = word.text.startswith("-") and len(word.text) > 1
    body = word.rest(1) if negated else word
    found = field_of(body)
    if found is None:
        if _NUMBERS.fullmatch(body.text):
            return Match("id", tuple(map(Pattern, body.text.split(","))), negated)
        _check_slip(body)
        return Match(TEXT, tuple(_values(body, word, commas=False)), negated)
    field, path, sign, value = found
    if field.is_limit:
        return _limit(field, sign, value, word, negated)
    return _match(field, path, sign, value, word, negated)


def _check_slip(word: Word) -> None:
    """Refuse a field that does not exist. `http://` and `TimeoutError:` are texts to look for."""
    head = _HEAD.match(word.text)
    if head is None or not head[1].islower() or word.text.startswith("//", head.end()):
        return
    name = head[1] + head[2]
    near = _near(name, FIELDS)
    hint = "" if near else ": to look for the text, put it in quotes"
    message = f"unknown field '{_shown(name)}'{hint}"
    raise FilterError(message, word.start, word.start + head.end(), near)


# -- names and texts -----------------------------------------------------------------------------


def _match(
    field: Field, path: tuple[str, ...], sign: str, value: Word, word: Word, negated: bool
) -> Match:
    if sign != ":":
        raise word.error(f"'{field.name}' takes a colon: {field.example}")
    if field.name == "arg" and not path:
        raise word.error(f"'arg' needs the name of an argument: {field.example}")
    patterns = tuple(_values(value, word, commas=True))
    if len(patterns) > MOST_VALUES:
        raise word.error(f"a term has at most {MOST_VALUES} values")
    if field.kind is Kind.STATE:
        patterns = tuple(_states(patterns, word))
    if field.kind is Kind.MARK:
        patterns = tuple(_marks(patterns, field, word))
    if field.name == "id" or field.kind is Kind.JOB:
        _check_numbers(patterns, field, word)
    return Match(field.name, patterns, negated, path)


def _values(value: Word, word: Word, *, commas: bool) -> Iterator[Pattern]:
    """Yield the values between commas."""
    at = 0
    while True:
        pattern, at = _value(value, at, word, commas=commas)
        yield pattern
        if at >= len(value.text):
            return
        if value.text[at] != ",":
            raise value.error("after a closing quote comes a space")
        at += 1


def _value(value: Word, at: int, word: Word, *, commas: bool) -> tuple[Pattern, int]:
    text = value.text
    if not text.startswith('"', at):
        end = _end_of_bare(text, at) if commas else len(text)
        piece = text[at:end]
        pattern = Pattern(piece.removesuffix("*"), piece.endswith("*"))
    else:
        quoted = _QUOTED.match(text, at)
        if quoted is None:
            raise FilterError("the quote is not closed", value.start + at, value.end)
        end = quoted.end()
        pattern = Pattern(_ESCAPED.sub(r"\1", quoted[1]), bool(quoted[2]))
    if not pattern.text and not pattern.is_prefix:
        raise word.error(f"'{_shown(word.text)}' needs a value")
    _check_characters(pattern.text, word)
    return pattern, end


def _end_of_bare(text: str, at: int) -> int:
    bare = _BARE.match(text, at)
    return bare.end() if bare else len(text)


def _check_characters(text: str, word: Word) -> None:
    if text.isprintable():
        return
    bad = [char for char in text if _is_refused(char)]
    if bad:
        raise word.error(f"a filter has no control characters: {clean(bad[0])}")


def _is_refused(char: str) -> bool:
    return unicodedata.category(char) == "Cc" and char not in _HARMLESS


def _check_numbers(patterns: Iterable[Pattern], field: Field, word: Word) -> None:
    for pattern in patterns:
        if field.kind is not Kind.JOB and not pattern.text.startswith("#"):
            continue
        digits = pattern.text.removeprefix("#")
        if not (digits.isascii() and digits.isdecimal()) or pattern.is_prefix:
            what = "after # comes" if pattern.text.startswith("#") else f"'{field.name}' takes"
            raise word.error(f"{what} the number of a job: {field.example}")
        read_amount(Kind.NUMBER, digits, word.error)


def _marks(patterns: Iterable[Pattern], field: Field, word: Word) -> Iterator[Pattern]:
    for pattern in patterns:
        typed = pattern.text.lower()
        if pattern.is_prefix or typed not in MARKS:
            takes = f"'{field.name}' takes {' or '.join(MARKS)}: {field.example}"
            raise word.error(takes, _near(typed, MARKS))
        yield Pattern(typed)


def _states(patterns: Iterable[Pattern], word: Word) -> Iterator[Pattern]:
    for pattern in patterns:
        typed = pattern.text.lower()
        found = [str(state) for state in State if state.startswith(typed)]
        if not found:
            near = _near(typed, State)
            hint = "" if near else f": there are {', '.join(State)}"
            raise word.error(f"there is no state '{_shown(pattern.text)}'{hint}", near)
        if len(found) > 1 and not pattern.is_prefix and typed not in found:
            raise word.error(f"'{_shown(pattern.text)}' can be {' or '.join(found)}")
        yield from map(Pattern, found)


# -- amounts -------------------------------------------------------------------------------------


def _limit(field: Field, sign: str, value: Word, word: Word, negated: bool) -> Limit:
    if not value.text:
        raise word.error(f"'{_shown(word.text)}' needs a value: {field.example}")
    if sign == ":" and (relation := _RELATION.match(value.text)):
        # `age:<1h`, as other languages write it.
        sign, value = relation[0], value.rest(relation.end())
    if sign == ":" and field.kind is Kind.DURATION:
        raise word.error(f"'{field.name}' is compared with < or >: {field.example}")
    amount = read_amount(field.kind, value.text, word.error)
    return Limit(field.name, "=" if sign == ":" else sign, amount, negated)


def _near(word: str, known: Iterable[str]) -> str:
    return nearest(word[:40].lower(), map(str, known))


def _shown(text: str) -> str:
    return shorten(clean(text[:200]), 40)

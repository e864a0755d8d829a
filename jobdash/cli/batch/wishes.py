"""What a person says about columns."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from jobdash.cli.words import read_pairs
from jobdash.errors import UsageError


class Wishes(NamedTuple):
    """Arguments by column, columns of no use, and arguments that are the same for all rows."""

    names: Mapping[str, str]
    ignored: frozenset[str]
    constants: Mapping[str, Any]


def wishes_of(renamed: Sequence[str], ignored: Sequence[str], pairs: Sequence[str]) -> Wishes:
    """Read `--map`, `--ignore` and `-k`. Raises `UsageError`."""
    names: dict[str, str] = {}
    for word in renamed:
        # A column may be called anything, an argument has no sign.
        column, sign, name = word.rpartition("=")
        if not sign or not column or not name.isidentifier():
            raise UsageError(f"--map needs COLUMN=ARGUMENT, not '{word}'")
        if column in names:
            raise UsageError(f"--map: column '{column}' is given twice")
        names[column] = name
    both = sorted(set(names) & set(ignored))
    if both:
        raise UsageError(f"column '{both[0]}' is to be mapped and to be ignored: one of both")
    return Wishes(names, frozenset(ignored), read_pairs(pairs))

"""How a family of jobs becomes a tree: by numbers only, so that no row is read for nothing."""

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

from jobdash.database import Reader, statements

SQL = statements("kin")
Row = tuple[Any, ...]

_DEEPEST = 24
_MOST_LINES = 2_000
# Stands for a number that nobody has counted.
MANY = -1
_MOST_STEPS = 200
_MOST_COUNTED = 100_000
# The kinds of branches, each with the statements that find and count its jobs. Nothing leads to the
# duplicates of a job: only the one that was asked for is known to be one.
_BRANCHES = ("member", "child", "replay")
_DUPLICATE, _GROUP = "duplicate", "group"
_FIND = {"member": "members", "child": "children", "replay": "replays", _GROUP: "group"}
_COUNT = {
    "member": "members_count",
    "child": "children_count",
    "replay": "replays_count",
    _GROUP: "group_count",
}


class _Place(NamedTuple):
    """In whose branch a chain is, and of which kind."""

    role: str
    of: int | None

    @property
    def branch(self) -> str:
        """The kind of the branch: that of a group has members too, as a chord's has."""
        return _GROUP if (self.of or 0) < 0 else self.role


class Line(NamedTuple):
    """A job's number, what it is to `of`, and how deep; or, without a number, how many more.

    A group, which is no job, has the number of its first one below zero.
    """

    seq: int
    role: str
    depth: int
    of: int
    more: int = 0


class Tree:
    """Reads one tree. The unit is a chain: the steps of a pipeline, a single job, or a group."""

    def __init__(self, reader: Reader, per_branch: int) -> None:
        self._reader = reader
        self._per_branch = per_branch
        # From the chain that was asked for up to the root: its first step, in whose branch it is.
        self._way: dict[int, _Place] = {}
        self._seen: set[int] = set()

    def lines(self, seq: int) -> list[Line]:
        """Return the tree that a job belongs to; empty if it is not there."""
        if not self._rows("origins", seq):
            return []
        self._climb(seq)
        root = [*self._way][-1]
        found = list(islice(self._chain(root, _Place("", 0), 0), _MOST_LINES + 1))
        return [*found[:_MOST_LINES], *(Line(0, "", 0, 0, MANY) for _ in found[_MOST_LINES:])]

    def has_kin(self, seq: int) -> bool:
        """Return whether there is any other job in the tree."""
        origins = self._rows("origins", seq)
        is_from = bool(origins) and any(other is not None for other in origins[0])
        return is_from or bool(self._branching([seq])) or self._callback_of(seq) is not None

    def members_of(self, head: int) -> tuple[int, list[tuple[str, int]]]:
        """Return how many members a group has, and how many of them are in each state."""
        states = self._rows("group_states", head, _MOST_COUNTED)
        return self._rows("group_count", head)[0][0], [(state, jobs) for state, jobs in states]

    # -- up --------------------------------------------------------------------------------------

    def _climb(self, seq: int) -> None:
        above: int | None = seq
        while above is not None and len(self._way) < _DEEPEST:
            first = (self._steps("earlier_steps", above) or [above])[-1]
            if first in self._way:
                return
            place = self._place_of(first)
            self._way[first] = place or _Place("", 0)
            above = place and place.of

    def _place_of(self, first: int) -> _Place | None:
        """Return in whose branch a chain is, None for a root."""
        if first < 0:
            ((parent,),) = self._rows("group_parent", -first)
            return _Place(_GROUP, parent) if self._is_there(parent) else None
        ((_, replay_of, duplicate_of, parent, group),) = self._rows("origins", first)
        last = (self._steps("later_steps", first) or [first])[-1]
        places = (
            _Place("replay", replay_of),
            _Place(_DUPLICATE, duplicate_of),
            _Place("member", self._callback_of(last)),
            _Place("member", group and -group),
            _Place("child", parent),
        )
        return next((place for place in places if self._is_there(place.of)), None)

    def _is_there(self, of: int | None) -> bool:
        return of is not None and (of < 0 or bool(self._rows("origins", of)))

    def _callback_of(self, seq: int) -> int | None:
        rows = self._rows("callback_of", seq)
        return rows[0][0] if rows else None

    # -- down ------------------------------------------------------------------------------------

    def _chain(self, first: int, place: _Place, depth: int) -> Iterator[Line]:
        if first < 0:
            yield from self._group(first, place, depth)
            return
        role, of = place.role, place.of or 0
        for seq in (first, *self._steps("later_steps", first)):
            if seq not in self._seen:
                self._seen.add(seq)
                yield Line(seq, role, depth, of)
                yield from self._branches(seq, depth + 1)
            role, of = "then", seq
            # Below the first one, so that nobody takes them for members or children of another.
            depth += place.role != "" and seq == first

    def _branches(self, seq: int, depth: int) -> Iterator[Line]:
        if depth < _DEEPEST:
            for role in _BRANCHES:
                yield from self._branch(_Place(role, seq), depth)
            yield from self._groups(_Place(_GROUP, seq), depth)
            for first in self._ways(_Place(_DUPLICATE, seq)):
                yield from self._chain(first, _Place(_DUPLICATE, seq), depth)

    def _groups(self, place: _Place, depth: int) -> Iterator[Line]:
        found = [-head for (head,) in self._rows("groups", place.of, self._per_branch + 1)]
        shown = found[: self._per_branch]
        for group in (*shown, *(way for way in self._ways(place) if way not in shown)):
            yield from self._chain(group, place, depth)
        if len(found) > len(shown):
            yield Line(0, _GROUP, depth, place.of or 0, MANY)

    def _group(self, group: int, place: _Place, depth: int) -> Iterator[Line]:
        if group not in self._seen:
            self._seen.add(group)
            yield Line(group, _GROUP, depth, place.of or 0)
            yield from self._branch(_Place("member", group), depth + 1)

    def _branch(self, place: _Place, depth: int) -> Iterator[Line]:
        rows = self._rows(_FIND[place.branch], abs(place.of or 0), self._per_branch)
        found = [seq for (seq,) in rows]
        more = self._more(place, len(found))
        firsts = self._firsts(place.branch, found)
        ways = [seq for seq in self._ways(place) if seq not in firsts]
        branching = self._branching([*firsts, *ways])
        for seq in (*firsts, *ways):
            if seq in branching:
                yield from self._chain(seq, place, depth)
            elif seq not in self._seen:
                self._seen.add(seq)
                yield Line(seq, place.role, depth, place.of or 0)
        if more > len(ways):
            yield Line(0, place.role, depth, place.of or 0, more - len(ways))

    def _more(self, place: _Place, shown: int) -> int:
        if shown < self._per_branch:
            return 0
        return int(self._rows(_COUNT[place.branch], abs(place.of or 0))[0][0]) - shown

    def _firsts(self, branch: str, found: list[int]) -> list[int]:
        if branch == "member":
            return [(self._steps("earlier_steps", seq) or [seq])[-1] for seq in found]
        return found

    def _ways(self, place: _Place) -> list[int]:
        return [first for first, where in self._way.items() if where == place]

    # -- reading ---------------------------------------------------------------------------------

    def _branching(self, seqs: list[int]) -> set[int]:
        return {seq for (seq,) in self._listed("with_kin", seqs)}

    def _steps(self, name: str, seq: int) -> list[int]:
        return [step for (step,) in self._rows(name, seq, _MOST_STEPS)]

    def _listed(self, name: str, seqs: list[int]) -> list[Row]:
        return self._reader.rows(SQL[name], {"seqs": json.dumps(seqs)}) if seqs else []

    def _rows(self, name: str, seq: int | None, most: int = 1) -> list[Row]:
        return self._reader.rows(SQL[name], {"seq": seq, "most": most})

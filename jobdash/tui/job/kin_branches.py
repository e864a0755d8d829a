"""The lines that are drawn before the jobs of a tree."""

from collections.abc import Sequence


def branches(depths: Sequence[int]) -> list[str]:
    """Return what stands before each line of a tree, whose depths these are, to show its shape."""
    # From the last line up: on which levels a line follows that belongs to the same branch.
    goes_on: set[int] = set()
    drawn: list[str] = []
    for depth in reversed(depths):
        goes_on = {level for level in goes_on if level <= depth}
        drawn.append(_drawn(depth, goes_on))
        goes_on.add(depth)
    return drawn[::-1]


def _drawn(depth: int, goes_on: set[int]) -> str:
    if not depth:
        return ""
    above = "".join("│  " if level in goes_on else "   " for level in range(1, depth))
    return above + ("├─ " if depth in goes_on else "└─ ")

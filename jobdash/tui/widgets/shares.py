"""How a number of cells is shared out, as Textual does it with `fr`."""

from collections.abc import Sequence
from itertools import accumulate, pairwise


def shared(cells: int, parts: Sequence[int]) -> list[int]:
    """Return how many cells each gets of whom so many parts are; they add up to all of them."""
    whole = sum(parts)
    ends = [0, *(cells * upto // whole for upto in accumulate(parts))]
    return [end - start for start, end in pairwise(ends)]

"""A process that the forker has forked, and the pipe by which this one alone is told something."""

import os
from contextlib import suppress

from jobdash.job import Wish
from jobdash.pool.duty import DRAIN, RESUME


class Kid:
    """The forker's side. `own` is the child's end of the pipe."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.own, self._end = os.pipe()

    def take_leave(self) -> None:
        """Close what belongs to the child: it has been forked."""
        os.close(self.own)

    def tell(self, wish: str | None) -> None:
        """Let it drain, or take jobs again for None; every other wish means to finish."""
        if wish in (None, Wish.DRAIN):
            with suppress(BrokenPipeError):
                os.write(self._end, DRAIN if wish else RESUME)
        else:
            self.let_go()

    def let_go(self) -> None:
        """End the pipe, by which a child that lives knows that it is to finish."""
        if self._end >= 0:
            os.close(self._end)
        self._end = -1

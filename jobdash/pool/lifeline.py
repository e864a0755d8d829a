"""A pipe whose other end is held by whoever needs the pool: when it is gone, so is the need."""

import os
import select


class Lifeline:
    """The reading end of it; without a descriptor the need lasts."""

    def __init__(self, descriptor: int | None) -> None:
        self._poll: select.poll | None = None
        if descriptor is not None:
            os.set_inheritable(descriptor, False)
            self._poll = select.poll()
            self._poll.register(descriptor, 0)  # only the hang-up, which is always reported

    def is_cut(self) -> bool:
        """Return whether nobody holds the other end any more."""
        return self._poll is not None and bool(self._poll.poll(0))

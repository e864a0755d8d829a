"""Which row a person can have meant, in a list whose rows slide away under the cursor.

Who presses a key has decided to a moment earlier. What has come under the cursor since then is not
what was meant; and where rows have just changed, nobody can be sure.
"""

import time
from collections.abc import Callable, Hashable

# Seconds from what one sees to the key that is pressed because of it.
REACTION = 0.4
# Seconds after which a row that has come by itself has been seen.
SEEN = 1.0


class Aim:
    """Remembers what has stood under the cursor; None stands for a row that is not known."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._trail: list[tuple[float, Hashable | None]] = []

    def at(self, key: Hashable | None) -> None:
        """A person has put the cursor there."""
        self._trail = [(float("-inf"), key)]

    def slid_to(self, key: Hashable | None) -> None:
        """The row under the cursor has become another by itself, or is still the same."""
        if not self._trail or self._trail[-1][1] is None:
            self.at(key)
        elif key != self._trail[-1][1]:
            self._trail.append((self.clock(), key))
            self._forget()

    def forget(self) -> None:
        """Another list is coming: what it begins with is what is meant."""
        self._trail.clear()

    @property
    def meant(self) -> Hashable | None:
        """What stood under the cursor when the decision for a key was made."""
        self._forget()
        return self._trail[0][1] if self._trail else None

    @property
    def is_sure(self) -> bool:
        """Whether what is under the cursor has stood there long enough to be seen."""
        return not self._trail or self._trail[-1][0] <= self.clock() - SEEN

    def _forget(self) -> None:
        decided = self.clock() - REACTION
        while len(self._trail) > 1 and self._trail[1][0] <= decided:
            del self._trail[0]

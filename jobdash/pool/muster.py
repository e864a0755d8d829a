"""Which workers a pool shall have, by name, whatever generation forks them."""

from collections.abc import Collection

from jobdash.job import PARTING, Wish


class Muster:
    """Starts with w1 to wN; grows, shrinks, and knows who takes no jobs."""

    def __init__(self, size: int) -> None:
        self.names = [f"w{number}" for number in range(1, size + 1)]
        self.drained: set[str] = set()

    def note(self, name: str, told: Wish | None, wish: Wish | None) -> bool:
        """Note what is wanted of a worker; return whether that is news to one told `told`."""
        if wish is told or (told in PARTING and wish is not Wish.REMOVE):
            return False
        if wish is Wish.DRAIN:
            self.drained.add(name)
        else:
            self.drained.discard(name)
        if wish is Wish.REMOVE and name in self.names:
            self.names.remove(name)
        return True

    def grow(self, size: int, taken: Collection[str]) -> None:
        """Add new names up to a size, the lowest that nobody living has."""
        number = 1
        while len(self.names) < size:
            name = f"w{number}"
            if name not in taken and name not in self.names:
                self.names.append(name)
            number += 1

    def shrink(self, size: int, taken: Collection[str]) -> list[str]:
        """Strike the newest names, those whose place is empty first; return them."""
        order = {name: (name in taken, -at) for at, name in enumerate(self.names)}
        struck = sorted(order, key=order.__getitem__)[: max(0, len(self.names) - size)]
        self.names = [name for name in self.names if name not in struck]
        self.drained.difference_update(struck)
        return struck

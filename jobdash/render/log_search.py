"""What a search in a log finds: one meaning for the dashboard and for `jobdash logs --search`."""

import re
from dataclasses import dataclass, field

from jobdash.streams import MARK

# What `readable` leaves out of a line: the marks of a command's standard error, and colours.
_MARKS = re.compile(MARK)
_UNSEEN = re.compile(MARK + rb"|\x1b\[[0-9;:]*m")


@dataclass(frozen=True, slots=True)
class LogSearch:
    """A text to look for. Capital letters are told from small ones if there are any in it.

    What is not seen of a log is not found: with `raw`, colours are seen.
    """

    text: str
    raw: bool = False
    minds_case: bool = field(init=False)
    needle: bytes = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "minds_case", self.text != self.text.lower())
        object.__setattr__(self, "needle", self.text.encode(errors="replace"))

    @property
    def kind(self) -> tuple[bool, bool, bool]:
        """Searches of one kind look on the same ground."""
        return self.raw, self.minds_case, self.minds_case or self.text.isascii()

    def ground(self, log: bytes | bytearray) -> bytes | bytearray:
        """Return where to look for the `needle`: each byte at the place that it has in `log`."""
        if b"\x1b" in log:
            unseen = _MARKS if self.raw else _UNSEEN
            log = unseen.sub(lambda found: bytes(len(found[0])), log)
        if self.minds_case:
            return log
        return log.lower() if self.text.isascii() else _lowered(log)

    def is_in(self, line: bytes) -> bool:
        """Whether it is somewhere in a line."""
        return self.needle in self.ground(line)

    @property
    def pattern(self) -> re.Pattern[str]:
        """Finds it in text that is shown; its one group is what was found."""
        return re.compile(f"({re.escape(self.text)})", 0 if self.minds_case else re.IGNORECASE)


def _lowered(log: bytes | bytearray) -> bytes | bytearray:
    """Return it in small letters, those beyond ASCII too unless that would move what follows."""
    small = log.decode(errors="surrogateescape").lower().encode(errors="surrogateescape")
    return small if len(small) == len(log) else log.lower()

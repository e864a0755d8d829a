"""How somebody who waits wants to hear of it."""

import sys
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Manner:
    """In lines, as one JSON document, or by the exit code alone."""

    as_json: bool = False
    quiet: bool = False

    @property
    def is_told(self) -> bool:
        """Whether results are lines."""
        return not (self.as_json or self.quiet)

    @property
    def shows_nothing(self) -> bool:
        """Whether nobody is to see how far it is: a program reads, or quiet is wanted."""
        return self.quiet or (self.as_json and not sys.stderr.isatty())

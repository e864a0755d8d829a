"""Every operation that changes something, under the one name that it has everywhere.

`Control` needs only the file. `jobdash.control.enqueue` needs the app and is imported apart, so
that deciding about jobs imports no huey.
"""

from jobdash.control.control import Control
from jobdash.control.outcome import Outcome, Refusal
from jobdash.ledger import Timing, Undo

__all__ = ["Control", "Outcome", "Refusal", "Timing", "Undo"]

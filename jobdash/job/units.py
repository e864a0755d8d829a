"""What is counted in jobdash, and by how many."""

from __future__ import annotations

from typing import TypeAlias

MICROSECONDS = 1_000_000
# Of whatever a task counts. Not always float: what came whole is shown whole.
Amount: TypeAlias = int | float
# The tally counts by chunks of so many job numbers. Smaller ones would make it long, larger ones
# a walk through one of them. The SQL has the same number.
CHUNK = 32768

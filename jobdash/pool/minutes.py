"""Noticing that a new minute of the wall clock has begun."""


class Minutes:
    """Tells when a new minute of the wall clock has begun.

    The minute of the start counts: a pool that is restarted across the full minute misses nothing,
    and a tick that was enqueued before is not enqueued twice. Minutes that were slept through are
    skipped, and a clock that is set back makes none of them count again.
    """

    def __init__(self) -> None:
        self._last: int | None = None

    def take(self, seconds: float) -> int | None:
        """Return the minute since the epoch if it is another than last time."""
        minute = int(seconds // 60)
        if minute == self._last:
            return None
        self._last = minute
        return minute

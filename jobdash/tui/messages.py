"""What crosses from the reader thread to the screen."""

from textual.message import Message


class SnapshotReady(Message):
    """There is something new. A burst of these becomes one."""

    def can_replace(self, message: Message) -> bool:
        """A newer one stands for an older one that nobody has looked at."""
        return isinstance(message, SnapshotReady)


class FeedFailed(Message):
    """The reader thread has met a bug and ended."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

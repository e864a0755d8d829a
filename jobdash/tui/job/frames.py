"""Which line of a failure the editor is to be opened at."""

from pathlib import PurePath

from jobdash.postmortem import Frame, PostMortem
from jobdash.tui.looks.present import words
from jobdash.tui.overlays.choice import Choice, ChoiceScreen

# What fits into 24 lines.
_MOST = 10


def frames_screen(failure: PostMortem) -> ChoiceScreen:
    """Return the question; its answer is the number of a frame, the one to look at first on top."""
    return ChoiceScreen("Open your editor at which line?", (), _choices(failure))


def chosen_frame(failure: PostMortem, answer: str | None) -> Frame | None:
    """Return the frame that was answered, None if none was."""
    return failure.frames[int(answer)] if answer else None


def _choices(failure: PostMortem) -> list[Choice]:
    frames = failure.frames
    own = [number for number, frame in enumerate(frames) if frame.is_own]
    # The innermost of the user's own last calls first: the failure is rarely further out.
    offered = sorted(own or range(len(frames)), reverse=True)
    first = failure.culprit
    offered.sort(key=lambda number: number != first)
    return [Choice(_key(number), _told(frames[number]), str(number)) for number in offered[:_MOST]]


def _key(number: int) -> str:
    """Return the number by which the attempts show it, if that is one key."""
    return str(number) if number <= 9 else "·"


def _told(frame: Frame) -> str:
    return words(f"{PurePath(frame.file).name}:{frame.line} in {frame.function}")

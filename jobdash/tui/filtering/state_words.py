"""Words of a filter that are looked for as text, though a person may mean the state. Pure."""

from jobdash.job import State
from jobdash.report.filter_language import Word, field_of, split

_LEAST = 4


def states_meant(typed: str) -> tuple[State, ...]:
    """Return the states that words may mean."""
    found = map(_state_of, split(typed))
    return tuple(dict.fromkeys(state for state in found if state is not None))


def by_state(typed: str) -> str:
    """Return the filter as it would be if such words were states, '' if there are none.

    `webhook failed` becomes `webhook state:failed`; so does `webhook fail`.
    """
    meant = typed
    for word in reversed(list(split(typed))):
        state = _state_of(word)
        if state is not None:
            meant = f"{meant[: word.start]}state:{state}{meant[word.end :]}"
    return "" if meant == typed else meant.strip()


def _state_of(word: Word) -> State | None:
    if len(word.text) < _LEAST or field_of(word) is not None:
        return None
    found = [state for state in State if state.startswith(word.text.lower())]
    return found[0] if len(found) == 1 else None

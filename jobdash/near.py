"""What somebody may have meant."""

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word that is most like this one, '' if none is."""
    # Only mistakes need it, and every command would pay for it.
    from difflib import get_close_matches

    return next(iter(get_close_matches(word, list(known), n=1)), "")

"""Text from outside made harmless, so that it may reach a terminal or the database."""

from __future__ import annotations

import unicodedata

_FEW = 40


def clean(text: str) -> str:
    r"""One harmless line of it: what text from outside must pass before it reaches a terminal.

    Control characters (newline and tab too) become control pictures, other characters that are
    invisible, reorder text or mean nothing become an escape such as `\u202e`. Idempotent.
    """
    return text if text.isprintable() else _pictured(text, keep="")


def sentence(text: str) -> str:
    """One harmless line of it, with a full stop if it has no end of its own."""
    line = clean(text.strip())
    return line if line.endswith((".", "?", "!")) else f"{line}."


def clean_lines(text: str) -> str:
    """As `clean`, but lines stay lines and tabs become spaces."""
    return _pictured(text.replace("\r\n", "\n"), keep="\n\t").expandtabs()


def unsafe_characters(text: str) -> set[str]:
    """Return the characters of `text` that a terminal could act on or that nobody can see."""
    return {
        char for char in set(text) if not char.isprintable() and unicodedata.category(char) != "Zs"
    }


def storable(text: str) -> str:
    r"""Return it as text that UTF-8 and SQLite accept: lone surrogates become `\udc80`."""
    if text.isascii():
        return text
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def substitute(text: str, pictures: dict[str, str]) -> str:
    """Replace each character that is a key of `pictures`; no picture may contain a key."""
    # A replace scans faster than translate, but a hostile text can hold thousands of characters.
    if len(pictures) > _FEW:
        return text.translate({ord(char): picture for char, picture in pictures.items()})
    for char, picture in pictures.items():
        text = text.replace(char, picture)
    return text


def _pictured(text: str, keep: str) -> str:
    return substitute(text, {c: _picture(c) for c in unsafe_characters(text).difference(keep)})


def _picture(char: str) -> str:
    if char < " ":
        return chr(0x2400 + ord(char))
    if char == "\x7f":
        return "\u2421"
    return char.encode("unicode_escape").decode("ascii")

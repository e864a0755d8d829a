"""How to have an editor open a file at a line. Pure."""

import os
import shlex
from collections.abc import Mapping

from jobdash.errors import UsageError

_PLUS = "+{line}", "{file}"
_COLON = ("{file}:{line}",)
_GOTO = "--goto", "{file}:{line}"
_LINE = "--line", "{line}", "{file}"
_BY_STYLE: Mapping[tuple[str, ...], str] = {
    _PLUS: "vi vim nvim gvim mvim view vis elvis nano pico rnano emacs emacsclient mg jmacs joe ne"
    " jed kak micro mcedit gedit pluma xed geany amp tilde dte jove zile e3 less",
    _COLON: "hx helix subl sublime_text zed zeditor lapce atom pulsar",
    _GOTO: "code code-insiders codium vscodium code-oss cursor windsurf positron",
    _LINE: "pycharm charm idea webstorm fleet kate kwrite mate bbedit",
}
_STYLES = {name: style for style, names in _BY_STYLE.items() for name in names.split()}
_ENDINGS = (".exe", ".cmd", ".sh", "-nox", ".basic", ".tiny", ".gtk3")


def editor_command(environment: Mapping[str, str], file: str, line: int) -> list[str]:
    """Return the command that opens the file at the line: $VISUAL, or else $EDITOR.

    An editor that is not known just opens the file. Raises `UsageError` if none is named.
    """
    words = _chosen(environment)
    style = _STYLES.get(_name(words[0]), ("{file}",))
    # A file named like an option is none.
    path = os.path.abspath(file)
    return [*words, *(part.format(file=path, line=line) for part in style)]


def _chosen(environment: Mapping[str, str]) -> list[str]:
    for variable in ("VISUAL", "EDITOR"):
        try:
            words = shlex.split(environment.get(variable, ""))
        except ValueError as error:
            raise UsageError(f"${variable} cannot be read: {error}") from None
        if words:
            return words
    raise UsageError("no editor is named: set VISUAL or EDITOR, for example export EDITOR=nano")


def _name(word: str) -> str:
    name = os.path.basename(word).lower()
    for ending in _ENDINGS:
        name = name.removesuffix(ending)
    return name

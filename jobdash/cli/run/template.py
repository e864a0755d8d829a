"""The command of `jobdash run`: words in which each job's inputs take the place of `{}`."""

import os
import re
import shlex
from collections.abc import Callable, Sequence

from jobdash.errors import UsageError
from jobdash.text import clean, shorten

_FORMS: dict[str, Callable[[str], str]] = {
    "": lambda text: text,
    ".": lambda text: _without_ending(text),
    "/": os.path.basename,
    "//": lambda text: os.path.dirname(text) or ".",
    "/.": lambda text: _without_ending(os.path.basename(text)),
}
NUMBER = "#"
_REPLACED = re.compile(r"\{(#|\d*(?:\.|//|/\.|/|))\}")
# What has nothing but these between its braces is meant to be replaced; {print} is not.
_MEANT = re.compile(r"\{[-.#/%+\d]*\}")
_FORMS_TOLD = "{}, {.}, {/}, {//}, {/.}, {#}, {1} or {2/}"


class Template:
    """The words of a command, or with `is_shell` one text for the shell.

    Without a shell each word is one argument, whatever the inputs hold. For a shell the inputs are
    quoted.
    """

    def __init__(self, words: Sequence[str], *, is_shell: bool = False) -> None:
        self._is_shell = is_shell
        self._words = [" ".join(words)] if is_shell else [*words]
        self.takes_inputs = any(_is_replaced(word) for word in self._words)
        self._appends = not self.takes_inputs
        self._highest = max(map(_highest, self._words), default=0)

    @property
    def program(self) -> str:
        """The word that names the program, '' if that depends on the inputs."""
        return "" if self._is_shell or _is_replaced(self._words[0]) else self._words[0]

    @property
    def first_word(self) -> str:
        """The first word as it was typed."""
        return self._words[0].split()[0] if self._words[0].split() else ""

    @property
    def written(self) -> str:
        """The whole of it as it was typed, for a shell to read."""
        return self._words[0] if self._is_shell else shlex.join(self._words)

    def check(self, columns: int) -> None:
        """Raise `UsageError` if a word asks for what there is not in so many columns."""
        for word in self._words:
            for found in _MEANT.findall(word):
                if not _REPLACED.fullmatch(found):
                    raise UsageError(f"{found} stands for nothing: write {_FORMS_TOLD}")
        if self._highest > columns:
            have = "1 input" if columns == 1 else f"{columns} inputs"
            raise UsageError(f"{{{self._highest}}} stands for nothing: each job has {have}")

    def command(self, inputs: Sequence[str], number: int) -> list[str]:
        """Return the words of the command with these inputs, the job `number` from 1 on."""
        self._check_inputs(inputs, number)
        if self._is_shell:
            text = self._filled(self._words[0], inputs, number, shlex.quote)
            if self._appends:
                text = " ".join([text, *map(shlex.quote, inputs)])
            return ["/bin/sh", "-c", text]
        command: list[str] = []
        for word in self._words:
            if word == "{}":
                command += inputs
            else:
                command.append(self._filled(word, inputs, number, str))
        return [*command, *inputs] if self._appends else command

    def _filled(
        self, word: str, inputs: Sequence[str], number: int, quote: Callable[[str], str]
    ) -> str:
        def replacement(match: re.Match[str]) -> str:
            if match[1] == NUMBER:
                return str(number)
            column = match[1].rstrip("./")
            form = _FORMS[match[1][len(column) :]]
            chosen = [inputs[int(column) - 1]] if column else inputs
            return " ".join(quote(form(text)) for text in chosen)

        return _REPLACED.sub(replacement, word) if "{" in word else word

    def _check_inputs(self, inputs: Sequence[str], number: int) -> None:
        if len(inputs) < self._highest:
            raise UsageError(f"job {number}: there is no {{{self._highest}}} in {_shown(inputs)}")
        if any("\0" in text for text in inputs):
            raise UsageError(
                f"job {number}: no argument can hold a NUL byte: {_shown(inputs)}; -0 parts by them"
            )


def words_of(typed: Sequence[str], *, is_shell: bool) -> list[str]:
    """Return the words of a command as it was typed; a single one may hold a whole command.

    Raises `UsageError` for one that only a shell could run.
    """
    if len(typed) != 1 or is_shell:
        return [*typed]
    if not re.search(r"\s", typed[0].strip()):
        return [*typed]
    try:
        lexer = shlex.shlex(typed[0], posix=True, punctuation_chars="|&;<>()")
        lexer.whitespace_split = True
        lexer.commenters = ""
        words = [*lexer]
    except ValueError as error:
        raise UsageError(f"'{_cut(typed[0])}': {str(error).lower()}") from error
    for word in words:
        if word and not word.strip("|&;<>()"):
            raise UsageError(f"'{_cut(typed[0])}': {word} needs a shell, add --shell")
    return words


def _is_replaced(word: str) -> bool:
    return _REPLACED.search(word) is not None


def _highest(word: str) -> int:
    columns = (found.rstrip("./") for found in _REPLACED.findall(word) if found != NUMBER)
    return max((int(column) for column in columns if column), default=0)


def _without_ending(text: str) -> str:
    return re.sub(r"\.[^/.]+\Z", "", text)


def _shown(inputs: Sequence[str]) -> str:
    return f"'{_cut(' '.join(inputs))}'"


def _cut(text: str) -> str:
    return shorten(clean(text), 80)

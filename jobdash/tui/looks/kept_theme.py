"""The theme that was chosen last, in a small file of the user's own.

Nothing depends on it: what cannot be read or written is as if nobody had chosen.
"""

import os
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

_FILE = "theme"
_LONGEST_NAME = 100


class KeptTheme:
    """Reads and writes the name; in no `folder` at all it forgets at once."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def read(self) -> str:
        """Return the name, '' if none is kept; it may be of a theme that is no more."""
        if self._folder is None:
            return ""
        try:
            with (self._folder / _FILE).open(encoding="utf-8") as file:
                return file.read(_LONGEST_NAME).strip()
        except (OSError, UnicodeDecodeError):
            return ""

    def keep(self, name: str) -> None:
        """Write the name, all of it or nothing."""
        if self._folder is None:
            return
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with NamedTemporaryFile(
                "w", encoding="utf-8", dir=self._folder, prefix=f".{_FILE}-", delete=False
            ) as file:
                written = Path(file.name)
                file.write(f"{name}\n")
            _put(written, self._folder / _FILE)


def _put(written: Path, file: Path) -> None:
    try:
        os.replace(written, file)
    except OSError:
        written.unlink(missing_ok=True)

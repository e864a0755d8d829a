"""A disk that can be full: a small file system of its own, or a limit on how large files may grow.

The limit is for where nobody may mount; it holds for the processes of a site, and for this one.
"""

import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pool_support import Site

_SIZE = 4 * 1024 * 1024
_FREE = resource.RLIM_INFINITY


class MountedDisk:
    """A tmpfs, filled up by a file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self, _site: Site) -> None:
        with self._ballast.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(4096))

    def make_room(self, _site: Site) -> None:
        self._ballast.unlink()


class LimitedFiles:
    """Files that cannot get longer than the longest that the site has now."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self, site: Site) -> None:
        self._limit(site, max(file.stat().st_size for file in self.folder.iterdir()))

    def make_room(self, site: Site) -> None:
        self._limit(site, _FREE)

    def _limit(self, site: Site, size: int) -> None:
        for pid in (*site.processes(), os.getpid()):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, _FREE))


SmallDisk = MountedDisk | LimitedFiles


@contextmanager
def small_disk(folder: Path) -> Iterator[SmallDisk]:
    """Make the folder's disk small, if that is allowed here."""
    mount = ["mount", "-t", "tmpfs", "-o", f"size={_SIZE}", "none", str(folder)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        yield LimitedFiles(folder)
        return
    try:
        yield MountedDisk(folder)
    finally:
        # At once though this process may keep a lock file open there.
        subprocess.run(["umount", "--lazy", str(folder)], check=True)

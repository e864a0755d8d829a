"""Pictures: made, shrunk, and laid out on one sheet."""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from jobdash import GiveUp
from sample_tasks.app import huey
from sample_tasks.extra import samples_extra
from sample_tasks.folder import replacing, work_folder

if TYPE_CHECKING:
    from PIL import Image

CELL_PIXELS = 160


@huey.task()
def make_picture(seed: int = 1, width: int = 1600, height: int = 1200) -> str:
    """Draws a picture that depends on the seed alone; returns its file name."""
    with samples_extra():
        from sample_tasks import drawing
    if min(width, height) < 1:
        raise GiveUp(f"a picture of {width} by {height} pixels cannot be drawn")
    return _save(drawing.draw(seed, width, height), f"picture-{seed}-{width}x{height}")


@huey.task()
def thumbnail(path: str, sizes: tuple[int, ...] = (320, 128)) -> list[str]:
    """Makes smaller copies of a picture, one per longest side in pixels; returns their names."""
    with samples_extra():
        from sample_tasks import drawing
    if not sizes or min(sizes) < 1:
        raise GiveUp(f"sizes must be one or more positive numbers, not {sizes!r}")
    original = work_folder() / path
    return [_save(drawing.shrink(original, size), f"{original.stem}-{size}") for size in sizes]


@huey.task()
def contact_sheet(thumbnails: list[list[str]], columns: int = 4) -> str:
    """Puts the first thumbnail of each picture on one sheet; returns its file name."""
    with samples_extra():
        from sample_tasks import drawing
    paths = _first_of_each(thumbnails)
    if not paths or columns < 1:
        raise GiveUp("a contact sheet needs at least one picture and one column")
    return _save(drawing.lay_out(paths, columns, CELL_PIXELS), f"sheet-{_digest(paths)}")


def _first_of_each(thumbnails: list[list[str]]) -> list[Path]:
    # A chord hands on a placeholder for a member that failed, so not everything is a list.
    return [work_folder() / paths[0] for paths in thumbnails if isinstance(paths, list) and paths]


def _digest(paths: Sequence[Path]) -> str:
    return sha256("\n".join(map(str, paths)).encode()).hexdigest()[:12]


def _save(picture: "Image.Image", stem: str) -> str:
    path = work_folder() / f"{stem}.jpg"
    with replacing(path) as unfinished:
        picture.save(unfinished, format="JPEG")
    return path.name

"""Drawing, shrinking and laying out pictures. Needs Pillow, so tasks import it when they run."""

from collections.abc import Sequence
from pathlib import Path
from random import Random

from PIL import Image, ImageDraw, ImageFilter, ImageOps

BUBBLES = 40
MARGIN = 8
BACKGROUND = (24, 26, 31)

Box = tuple[int, int, int, int]


def draw(seed: int, width: int, height: int) -> Image.Image:
    """A picture of soft bubbles on a colour gradient, the same for the same seed and size."""
    rng = Random(seed)
    picture = _gradient(rng, (width, height))
    bubbles = ImageDraw.Draw(picture, "RGBA")
    for _ in range(BUBBLES):
        bubbles.ellipse(_box(rng, width, height), fill=(*_colour(rng), rng.randint(40, 160)))
    return picture.filter(ImageFilter.GaussianBlur(2))


def shrink(path: Path, longest_side: int) -> Image.Image:
    """A copy that fits into a square of that many pixels, its proportions kept."""
    with Image.open(path) as picture:
        small = ImageOps.exif_transpose(picture).convert("RGB")
    small.thumbnail((longest_side, longest_side))
    return small


def lay_out(paths: Sequence[Path], columns: int, cell: int) -> Image.Image:
    """One picture with all the others in rows, each in a square of `cell` pixels."""
    rows = -(-len(paths) // columns)
    step = cell + MARGIN
    sheet = Image.new("RGB", (columns * step + MARGIN, rows * step + MARGIN), BACKGROUND)
    for place, path in enumerate(paths):
        row, column = divmod(place, columns)
        with Image.open(path) as picture:
            fitted = ImageOps.pad(picture, (cell, cell), color=BACKGROUND)
        sheet.paste(fitted, (MARGIN + column * step, MARGIN + row * step))
    return sheet


def _gradient(rng: Random, size: tuple[int, int]) -> Image.Image:
    ramp = Image.linear_gradient("L").resize(size)
    return ImageOps.colorize(ramp, black=_colour(rng), white=_colour(rng))


def _box(rng: Random, width: int, height: int) -> Box:
    x, y = rng.randrange(width), rng.randrange(height)
    radius = rng.randint(1, max(1, min(width, height) // 5))
    return x - radius, y - radius, x + radius, y + radius


def _colour(rng: Random) -> tuple[int, int, int]:
    return rng.randrange(256), rng.randrange(256), rng.randrange(256)

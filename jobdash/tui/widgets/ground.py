"""What lies below the parts of a screen, and is hidden by them nearly everywhere."""

from textual.containers import Vertical
from textual.geometry import Region
from textual.strip import Strip


class Ground(Vertical):
    """Parts one below the other; all lines that it draws itself are the same empty one."""

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw one line for all."""
        line = Region(crop.x, crop.y, crop.width, min(1, crop.height))
        return super().render_lines(line) * crop.height

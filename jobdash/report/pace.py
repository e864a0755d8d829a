"""What a file tells about its past pace: notes of the counts, and the counts now."""

from jobdash.database import statements
from jobdash.report.rates import NOTED_EVERY, Axis, Point
from jobdash.report.reads import Reads

SQL = statements("figures")


class PaceReads(Reads):
    """Reads of what a queue had behind it, at some times."""

    def noted_points(self, over: Axis, queue: str | None = None) -> dict[str, list[Point]]:
        """Return for each queue the last note in each column, after the last one before them all.

        A queue of which nothing has been noted yet had nothing when the file's first job came.

        Notes are kept for 25 hours. What arrives while nobody works on a queue is noted when
        somebody comes; pruning takes failed jobs off the failed ones.
        """
        parameters = {"first_at": over.first_at, "width": over.width, "queue": queue or ""}
        found: dict[str, list[Point]] = {}
        for name, *numbers in self._reader.rows(SQL["noted_points"], parameters):
            found.setdefault(name, []).append(Point(*numbers))
        begun_at = self._begun_at()
        known = {name: _from_the_start(points, begun_at) for name, points in found.items()}
        if begun_at is not None:
            for name in self.points_now(begun_at, queue):
                known.setdefault(name, [Point(begun_at, 0, 0, 0, 0)])
        return known

    def _begun_at(self) -> int | None:
        """Return when the file's very first job came, None if it is not in the file any more."""
        rows = self._reader.rows(SQL["first_job"])
        return rows[0][1] if rows and rows[0][0] == 1 else None

    def points_now(self, now: int, queue: str | None = None) -> dict[str, Point]:
        """Return what each queue has behind it now."""
        rows = self._reader.rows(SQL["points_now"], {"queue": queue or ""})
        return {name: Point(now, *numbers) for name, *numbers in rows}


def _from_the_start(points: list[Point], begun_at: int | None) -> list[Point]:
    """Put nothing at all before the first note of a file whose first job came just before it."""
    first = points[0].at
    if begun_at is None or not first - 2 * NOTED_EVERY <= begun_at < first + NOTED_EVERY:
        return points
    return [Point(min(begun_at, first), 0, 0, 0, 0), *points]

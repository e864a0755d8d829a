"""The tree of jobs that belong together: steps, members of chords, children, replays."""

from dataclasses import dataclass
from enum import StrEnum

from jobdash.job import Job, State
from jobdash.report.kin_tree import Tree
from jobdash.report.lookup import LookupReads

FEW_PER_BRANCH = 50


class Role(StrEnum):
    """What a job is to the one above it."""

    FIRST = ""
    STEP = "then"
    MEMBER = "member"
    CHILD = "child"
    REPLAY = "replay"
    DUPLICATE = "duplicate"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class Group:
    """What huey's `group` enqueued at once: `head` is the number of its first job.

    `states` tells of how many members which state is; of very many only of the first 100,000.
    """

    head: int
    size: int
    states: tuple[tuple[State, int], ...]


@dataclass(frozen=True, slots=True)
class Relative:
    """One line of the tree; without a job it is a group, or tells how many `more` a branch has.

    -1 of them means that nobody has counted; at the end of a very large tree, that it was cut
    there. `of` is the job in whose branch it is, or before it in its pipeline, 0 for the first
    line; below zero it is the group whose head has this number.
    """

    job: Job | None
    role: Role
    depth: int
    of: int
    more: int = 0
    group: Group | None = None


class KinReads(LookupReads):
    """Families of jobs."""

    def workflow(self, seq: int, per_branch: int = FEW_PER_BRANCH) -> list[Relative]:
        """Return the whole tree that a job belongs to, from its first job down, line by line.

        A branch shows its first `per_branch` jobs, and the way to this one. A pipeline's steps
        stand below one another, in a branch deeper than its first; a chord's callback stands above
        its members. Empty if there is no such job; a job without kin is a tree of one line.
        """
        tree = Tree(self._reader, per_branch)
        lines = tree.lines(seq)
        named = [line.seq for line in lines if line.seq > 0]
        jobs = {job.seq: job for job in self._numbered(named)}
        return [
            Relative(
                jobs.get(line.seq),
                Role(line.role),
                line.depth,
                line.of,
                line.more,
                _group(tree, -line.seq) if line.seq < 0 else None,
            )
            for line in lines
            if line.seq in jobs or line.more or line.seq < 0
        ]

    def has_kin(self, job: Job) -> bool:
        """Return whether a job belongs to others. Cheap."""
        return Tree(self._reader, 1).has_kin(job.seq)


def _group(tree: Tree, head: int) -> Group:
    size, states = tree.members_of(head)
    counted = dict(states)
    return Group(head, size, tuple((one, counted[one]) for one in State if one in counted))

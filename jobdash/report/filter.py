"""Which jobs a list shows."""

from dataclasses import dataclass

from jobdash.job import State


@dataclass(frozen=True, slots=True)
class JobFilter:
    """Which jobs a list shows; the fields are combined with AND, an empty one allows everything.

    `task` is a name, or the beginning of names with `*` at its end. `text` is looked for in task,
    id, arguments and error, upper or lower case of ASCII letters alike. `signature` is a group of
    dead letters: it leaves only failed jobs.
    """

    states: tuple[State, ...] = ()
    task: str = ""
    text: str = ""
    queue: str = ""
    batch: str = ""
    error_type: str = ""
    signature: str = ""

    @property
    def chosen_states(self) -> tuple[State, ...]:
        """The states to choose, each once; none if there is no choice to make."""
        chosen = tuple(dict.fromkeys(self.states))
        return () if len(chosen) == len(State) else chosen

    @property
    def is_tallied(self) -> bool:
        """True if the tally alone tells how many jobs match."""
        return not (self.is_search or self.batch or self.signature)

    @property
    def is_about_tallied(self) -> bool:
        """True if the tally tells where matching jobs can lie, and where they cannot."""
        return bool(self.states or self.task or self.queue)

    @property
    def is_search(self) -> bool:
        """True if only a look at each job tells whether it matches."""
        return bool(self.text or self.error_type)

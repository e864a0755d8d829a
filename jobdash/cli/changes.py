"""Other arguments for a replay, as typed."""

from collections.abc import Callable, Sequence
from typing import Any

import click

from jobdash.cli.decision import Step
from jobdash.cli.settings import Settings
from jobdash.cli.target import Target
from jobdash.cli.words import read_json, read_pairs
from jobdash.control import Control, Outcome

change_options: tuple[Callable[[Any], Any], ...] = (
    click.option(
        "--set", "pairs", multiple=True, metavar="NAME=VALUE", help="Another value for an argument."
    ),
    click.option("--args", "args_json", metavar="JSON", help="Other arguments, as a JSON list."),
    click.option("--kwargs", "kwargs_json", metavar="JSON", help="Other named ones, as an object."),
)


def changing_step(
    settings: Settings, pairs: Sequence[str], args_json: str | None, kwargs_json: str | None
) -> Step | None:
    """Return what replays jobs with these changes, None if there are none.

    Reads the words and imports the app now, before anything is asked. Raises `UsageError`,
    `AppError`.
    """
    named = read_pairs(pairs)
    args = None if args_json is None else read_json(args_json, list, "--args")
    kwargs = None if kwargs_json is None else read_json(kwargs_json, dict, "--kwargs")
    if not named and args is None and kwargs is None:
        return None
    huey = Target(settings).load()
    # Loads huey: a plain replay does without.
    from jobdash.control.replay import Changes, replay_changed

    changes = Changes(args, kwargs, named)

    def step(control: Control, seqs: Sequence[int], now: int) -> Outcome:
        return replay_changed(control, huey, seqs, changes, now)

    return step

"""`--batch NAME` of pause, resume and cancel: what is done about a whole batch."""

from contextlib import closing

import click

from jobdash.cli.clock import now
from jobdash.cli.failure import DONE
from jobdash.cli.output import print_json, say
from jobdash.cli.reading import find_file
from jobdash.cli.settings import Settings
from jobdash.control.batches import BatchControl

batch_option = click.option("--batch", metavar="NAME", help="A whole batch.")

_DONE = {"pause": "paused", "resume": "resumed", "cancel": "cancelled"}


def act_on_batch(settings: Settings, operation: str, name: str, *, as_json: bool) -> int:
    """Pause, resume or cancel a batch, and say so."""
    with closing(BatchControl(find_file(settings))) as control:
        changed: bool = getattr(control, operation)(name, now())
    if as_json:
        print_json({"batch": name, "changed": changed})
    else:
        said = _DONE[operation] if changed else f"nothing to {operation}"
        say(f"batch {name}: {said}")
    return DONE

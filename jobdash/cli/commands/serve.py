"""`jobdash serve`: the jobs over HTTP."""

import os
import socket
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jobdash.cli.command import FileCommand
from jobdash.cli.failure import DONE
from jobdash.cli.output import say
from jobdash.cli.reading import find_file
from jobdash.cli.settings import Settings
from jobdash.cli.target import Target
from jobdash.errors import UsageError
from jobdash.report import Report

if TYPE_CHECKING:
    from jobdash.http.guard import Rules

_EVERYWHERE = ("0.0.0.0", "::")
_PORT = 8787


@click.command("serve", cls=FileCommand, example="jobdash serve -A myapp:huey --port 8787")
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=_PORT,
    show_default=True,
    help="0 for a free one.",
)
@click.option("--allow-host", "names", multiple=True, metavar="NAME", help="Answer to this, too.")
@click.option("--read-only", is_flag=True, help="Change nothing, only show.")
@click.option(
    "--token-file", type=click.Path(path_type=Path, dir_okay=False), help="Where the token is."
)
@click.pass_obj
def serve(
    settings: Settings,
    host: str,
    port: int,
    names: tuple[str, ...],
    read_only: bool,
    token_file: Path | None,
) -> int:
    """Serve the jobs over HTTP: status to poll, new jobs, decisions; /openapi.json tells all.

    What changes something needs a token: JOBDASH_TOKEN, else the one in a file beside the
    database, which is made when it is missing. On another address than this machine's own
    everything needs it; put a proxy with TLS in front of that.
    """
    _check_installed()
    from jobdash.http.application import Application
    from jobdash.http.serving import serve as run
    from jobdash.http.token import find_token

    target = Target(settings)
    file = find_file(settings).absolute()
    with Report(file):
        pass  # what cannot be read is told now
    token, place = find_token(file, token_file, os.environ.get("JOBDASH_TOKEN"))
    rules = _rules(host, names, token, read_only)
    application = Application(file, target.app if target.is_app_named else None, rules)
    with _listening(host, port) as listening:
        shown = f"[{host}]" if ":" in host else host
        url = f"http://{shown}:{listening.getsockname()[1]}/"
        where = f"token in {place}" if place else "token from JOBDASH_TOKEN"
        run(application, listening, lambda: say(f"{file.name} at {url} ({where}; Ctrl-C ends it)"))
    return DONE


def _check_installed() -> None:
    if find_spec("fastapi") is None or find_spec("uvicorn") is None:
        raise UsageError("HTTP needs more packages: pip install 'jobdash[http]'")


def _rules(host: str, names: tuple[str, ...], token: str, read_only: bool) -> "Rules":
    from jobdash.http.guard import LOOPBACK, Rules

    return Rules(
        token,
        hosts=LOOPBACK | {host.lower(), *(name.lower() for name in names)},
        any_address=host in _EVERYWHERE,
        token_for_reading=host not in LOOPBACK,
        read_only=read_only,
    )


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise UsageError(
            f"cannot listen on {host}:{port} ({error.strerror}): name another with --port"
        ) from error

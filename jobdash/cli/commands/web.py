"""`jobdash web`: the dashboard in a browser on this machine."""

import shlex
import sys
from pathlib import Path

import click

from jobdash.cli.command import FileCommand
from jobdash.cli.failure import DONE
from jobdash.cli.output import say
from jobdash.cli.settings import Settings
from jobdash.errors import UnsupportedPlatform, UsageError

# As in `visitors`, which imports what may not be installed.
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@click.command("web", cls=FileCommand, example="jobdash web -A myapp:huey --port 8080")
@click.option("--port", type=click.IntRange(1, 65535), help="Where; without it a free one.")
@click.option("--host", default="127.0.0.1", show_default=True, help="A name of this machine.")
@click.option(
    "-w", "--workers", type=click.IntRange(1, 1000), help="Workers of a pool that is started."
)
@click.option("--no-pool", is_flag=True, help="Start no pool.")
@click.option("--read-only", is_flag=True, help="Change nothing, only look.")
@click.option("--theme", metavar="NAME", help="Colours: light, dark, contrast, nord, ...")
@click.pass_obj
def web(
    settings: Settings,
    port: int | None,
    host: str,
    workers: int | None,
    no_pool: bool,
    read_only: bool,
    theme: str | None,
) -> int:
    """Serve the dashboard to browsers on this machine.

    Each page has a dashboard of its own. Like `jobdash` it starts a pool if none serves the file,
    and stops it at the end. It has no password: nobody else is to reach it.
    """
    _check(host)
    from jobdash.cli.dashboard import chosen_app, chosen_file, start_pool
    from jobdash.cli.target import Target
    from jobdash.cli.web.listening import listen
    from jobdash.cli.web.server import WebServer

    target = Target(settings)
    app, file = chosen_app(target), chosen_file(target).absolute()
    words = ["--theme", theme] if theme else []
    command = _command(app, file, [*words, *(["--read-only"] if read_only else [])])
    with listen(host, port) as listening:
        pool = None if app is None or no_pool else start_pool(app, file, workers)
        try:
            url = f"http://{'[::1]' if host == '::1' else host}:{listening.getsockname()[1]}/"
            server = WebServer(command, f"jobdash {file.name}")
            server.serve(listening, lambda: say(f"{file.name} at {url} (Ctrl-C ends it)"))
        finally:
            if pool is not None:
                pool.stop("finish")
    return DONE


def _check(host: str) -> None:
    if sys.platform == "win32":
        raise UnsupportedPlatform("the dashboard in a browser needs Linux or macOS")
    if host not in _LOOPBACK:
        raise UsageError(
            f"`jobdash web` has no password, so it serves this machine alone, not '{host}'; from"
            " elsewhere use ssh: ssh -L 8000:127.0.0.1:8000 THIS-MACHINE"
        )
    try:
        import textual_serve  # noqa: F401
    except ImportError as error:
        raise UsageError(
            "the dashboard in a browser needs one more package: pip install 'jobdash[web]'"
        ) from error


def _command(app: str | None, file: Path, more: list[str]) -> str:
    named = ["-A", app] if app else []
    words = (sys.executable, "-m", "jobdash", *named, "--db", str(file), "--no-pool", *more)
    # Without a shell that would stay between.
    return f"exec {shlex.join(words)}"

"""Running the app's on_startup and on_shutdown hooks, as huey's workers do."""

from typing import Any

from jobdash.broker.log import logger


def run_startup(huey: Any) -> None:
    """Run what the app registered with `on_startup`; a hook that fails is only logged."""
    _run(huey._startup, "startup")


def run_shutdown(huey: Any) -> None:
    """Run what the app registered with `on_shutdown`; a hook that fails is only logged."""
    _run(huey._shutdown, "shutdown")


def _run(hooks: dict[str, Any], kind: str) -> None:
    for name, hook in hooks.items():
        try:
            hook()
        except Exception:  # noqa: BLE001 - the app's code may raise anything
            logger.exception('%s hook "%s" failed', kind, name)

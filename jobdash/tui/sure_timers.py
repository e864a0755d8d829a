"""Timers that fire, however busy the machine is."""

from textual.app import App
from textual.timer import Timer, TimerCallback


class SureTimers(App[str]):
    """An app whose own timers never leave out their one time.

    Textual's skip times that have passed before they are waited for, the only one of a short timer
    too. One of a hundredth of a second hands on the terminal's size: where it is skipped the
    dashboard is drawn in the old size for ever.
    """

    def set_timer(
        self,
        delay: float,
        callback: TimerCallback | None = None,
        *,
        name: str | None = None,
        pause: bool = False,
    ) -> Timer:
        """Start a timer that fires once."""
        timer = super().set_timer(delay, callback, name=name, pause=pause)
        timer._skip = False
        return timer

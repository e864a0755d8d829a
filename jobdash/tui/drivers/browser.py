"""Textual's driver for a page in a browser, which ends with whoever serves the page."""

from textual.drivers.web_driver import WebDriver


class BrowserDriver(WebDriver):
    """Passes on what is typed in the page; everything else is Textual's."""

    def run_input_thread(self) -> None:
        """Read until the app ends, or the server is gone: a killed one says no farewell."""
        super().run_input_thread()
        if not self.exit_event.is_set():
            self._app.call_later(self._app.exit, "finish")

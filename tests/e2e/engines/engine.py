"""What a test does with a browser, whichever it is; and processes that end with it."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, ClassVar

from selenium.common.exceptions import WebDriverException

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what it imports uses what is deprecated
    from marionette_driver.errors import MarionetteException

PATIENCE = 20.0  # seconds until something that must happen is given up on
# What a browser writes to its console when it has no server is no fault of the page.
NO_SERVER = re.compile(
    r"WebSocket connection to|can’t establish a connection|NetworkError when attempting to fetch"
    r"|ServiceWorker intercepted the request|NetworkError:  A network error occurred"
    r"|TypeError: Load failed|Fetch API cannot load"
)
# What Firefox says as an error of a header that does what it is there for.
NEWS = re.compile(r"^Clear-Site-Data: ")


def until(
    holds: Callable[[], object], what: str | Callable[[], str], patience: float = PATIENCE
) -> None:
    """Wait for what must become true; asked every 50 ms."""
    deadline = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < deadline, what if isinstance(what, str) else what()
        time.sleep(0.05)  # between two looks


@contextlib.contextmanager
def running(command: list[str], log: Path, **options: Any) -> Iterator[None]:
    """A process, which ends with all that it started."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=output, start_new_session=True, **options
        )
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=5)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=5)


class Engine:
    """A browser with one tab. Elements are named by XPath, which both drivers know; what is looked
    for is waited for."""

    # Programs, and patterns of files, without which there is no such engine here.
    needs: ClassVar[tuple[str, ...]]

    def __init__(self, driver: Any) -> None:
        self.driver = driver
        self.site = ""
        self.expects_no_server = False

    @classmethod
    def missing(cls) -> list[str]:
        root = Path("/")
        return [n for n in cls.needs if not shutil.which(n) and not any(root.glob(n.lstrip("/")))]

    @classmethod
    def started(cls, folder: Path) -> AbstractContextManager[Engine]:
        """The engine, with all that it keeps in `folder`."""
        raise NotImplementedError

    def visits(self, site: str) -> None:
        """Visit a site as at the first start: as nobody, with nothing written to the console."""
        self.site = site
        self.expects_no_server = False
        self.forget()

    def open(self, path: str) -> None:
        raise NotImplementedError

    def open_cold(self, path: str) -> None:
        """In a new tab, as the installed app opens it: nothing of the old is left in memory."""
        self.new_tab()
        self.open(path)

    def evaluate(self, expression: str) -> Any:
        """The value of an expression on the page, awaited if it is a promise."""
        raise NotImplementedError

    def click(self, xpath: str) -> None:
        """A press of the mouse on the middle of an element."""
        self._act(xpath, lambda element: element.click())

    def write(self, xpath: str, text: str) -> None:
        self._act(xpath, lambda element: element.send_keys(text))

    def text(self, xpath: str) -> str | None:
        """The text of the first such element that is to be seen; None where there is none."""
        with contextlib.suppress(MarionetteException, WebDriverException):  # replaced meanwhile
            element = self._seen(xpath)
            return str(element.get_property("innerText")).strip() if element else None
        return None

    def sees(self, xpath: str, text: str | None = None) -> None:
        """Such an element is to be seen, with this text if one is given; waited for."""
        said: str | None = None

        def is_so() -> bool:
            nonlocal said
            said = self.text(xpath)
            return said is not None and text in (None, said)

        until(is_so, lambda: f"{xpath}: {said!r} is to be seen, not {text or 'anything'!r}")

    def faults(self) -> list[str]:
        """What was written to the console as an error since the visit began."""
        written = [text for text in self.errors() if not NEWS.search(text)]
        return [text for text in written if not (self.expects_no_server and NO_SERVER.search(text))]

    def _act(self, xpath: str, act: Callable[[Any], None]) -> None:
        """Do something to an element, once it is there, stands still and nothing is in its way."""
        place: Any = None
        hindrance: object = "is not to be seen"

        def is_done() -> bool:
            nonlocal place, hindrance
            try:
                element = self._seen(xpath)
                # What comes in above it, or a font, moves it: the press would then go beside it.
                before, place = place, element and element.rect
                if not element or place != before:
                    return False
                act(element)
            except (MarionetteException, WebDriverException) as not_now:
                hindrance = not_now
                return False
            return True

        until(is_done, lambda: f"{xpath}: {hindrance}")

    def _seen(self, xpath: str) -> Any:
        """The first such element that is displayed, or None."""
        found = self.driver.find_elements("xpath", xpath)
        return next((element for element in found if element.is_displayed()), None)

    # What each does in its own way, for the above.

    def forget(self) -> None:
        """Nobody is logged in, nothing is open, nothing was written to the console."""
        raise NotImplementedError

    def new_tab(self) -> None:
        """An empty one, instead of the one that is open."""
        raise NotImplementedError

    def errors(self) -> list[str]:
        """All errors that pages and workers wrote to the console."""
        raise NotImplementedError

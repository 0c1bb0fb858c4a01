"""WebKitGTK, driven by WebDriver, in a browser of our own. It plays nothing before a press."""

from __future__ import annotations

import contextlib
import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.remote.client_config import ClientConfig
from selenium.webdriver.remote.remote_connection import RemoteConnection

from tests.e2e.engines.engine import PATIENCE, Engine, running, until
from tests.serving import free_port

PYTHON = "/usr/bin/python3"  # the one that Debian's packages are for
BROWSER = Path(__file__).with_name("webkit_browser.py")
ERROR = re.compile(r"CONSOLE .*\bERROR\b")
# It calls it an error that a page says something to other browsers.
HINT = 'Viewport argument key "interactive-widget" not recognized'


class WebKitGTK(Engine):
    needs = (
        "WebKitWebDriver",
        "Xvfb",
        "/usr/lib/python3/dist-packages/gi",
        "/usr/lib/*/girepository-1.0/WebKit2-4.1.typelib",
        "/usr/lib/*/gstreamer-1.0/libgstautodetect.so",
        "/usr/lib/*/gstreamer-1.0/libgstlibav.so",
    )

    def __init__(self, port: int, folder: Path) -> None:
        super().__init__(None)
        self.address = f"http://127.0.0.1:{port}"
        self.folder = folder
        self.log = folder / "log"
        self.times = 0  # that the browser was started
        self.seen = 0  # bytes of the log that are about earlier ones

    @classmethod
    @contextlib.contextmanager
    def started(cls, folder: Path) -> Iterator[Engine]:
        port = free_port()
        engine = cls(port, folder)
        command = ["WebKitWebDriver", f"--port={port}"]
        with (
            screen(folder) as display,
            running(command, engine.log, env=os.environ | display | surroundings(folder)),
        ):
            until(lambda: is_open(port), "WebKitWebDriver starts")
            yield engine
            engine.end()

    def forget(self) -> None:
        """A new browser with a folder of its own; it is there within half a second."""
        self.end()
        self.times += 1
        options = webdriver.WebKitGTKOptions()
        options.binary_location = PYTHON
        for argument in (BROWSER, self.folder / f"browser {self.times}"):
            options.add_argument(str(argument))
        connection = RemoteConnection(client_config=ClientConfig(self.address, timeout=60))
        self.seen = self.log.stat().st_size
        self.driver = webdriver.Remote(connection, options=options)
        self.driver.set_page_load_timeout(PATIENCE)

    def end(self) -> None:
        if self.driver:
            self.driver.quit()
            self.driver = None

    def open(self, path: str) -> None:
        self.driver.get(self.site + path)

    def new_tab(self) -> None:
        old = self.driver.current_window_handle
        self.driver.switch_to.new_window("tab")
        new = self.driver.current_window_handle
        self.driver.switch_to.window(old)
        self.driver.close()
        self.driver.switch_to.window(new)

    def evaluate(self, expression: str) -> Any:
        return self.driver.execute_script(f"return {expression}")

    def errors(self) -> list[str]:
        log = self.log.read_bytes()[self.seen :].decode(errors="replace")
        return [line for line in log.splitlines() if ERROR.search(line) and HINT not in line]


def is_open(port: int) -> bool:
    with socket.socket() as knock:
        return knock.connect_ex(("127.0.0.1", port)) == 0


def surroundings(folder: Path) -> dict[str, str]:
    """The variables that keep it away from the user's things, and from what a container lacks."""
    return {
        "HOME": str(folder),
        "XDG_RUNTIME_DIR": str(folder),
        "DBUS_SESSION_BUS_ADDRESS": "disabled:",
        "GSETTINGS_BACKEND": "memory",
        "NO_AT_BRIDGE": "1",
        # The sandbox can't be made in a container; what is visited is our own.
        "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1",
        "WEBKIT_DISABLE_COMPOSITING_MODE": "1",
        "LIBGL_ALWAYS_SOFTWARE": "1",
    }


@contextlib.contextmanager
def screen(folder: Path) -> Iterator[dict[str, str]]:
    """A screen that nobody sees: the variables that lead to it."""
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x800x24", "-nolisten", "tcp"]
    with os.fdopen(read) as number, running(command, folder / "screen.log", pass_fds=[write]):
        os.close(write)
        display = number.readline().strip()
        assert display, (folder / "screen.log").read_text()
        yield {"DISPLAY": f":{display}"}

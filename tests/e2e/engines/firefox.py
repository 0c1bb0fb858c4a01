"""Firefox ESR, driven by its own protocol, Marionette: Debian has no geckodriver."""

from __future__ import annotations

import contextlib
import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.e2e.engines.engine import PATIENCE, Engine, running, until

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what it imports uses what is deprecated
    from marionette_driver.marionette import Marionette

# A free port, and no asking at Mozilla's. All else is as people have it: sound needs a press.
PREFERENCES = """
user_pref("marionette.port", 0);
user_pref("services.settings.server", "data:,#nowhere");
"""


class Firefox(Engine):
    needs = ("firefox-esr", "pulseaudio")

    @classmethod
    @contextlib.contextmanager
    def started(cls, folder: Path) -> Iterator[Engine]:
        (folder / "user.js").write_text(PREFERENCES)
        command = ["firefox-esr", "--headless", "--no-remote", "--profile", str(folder)]
        # With system access the console of all pages and workers can be read.
        command += ["--marionette", "--remote-allow-system-access"]
        with (
            silent_sound(folder) as sound,
            running(command, folder / "log", env=os.environ | sound | {"HOME": str(folder)}),
        ):
            port = folder / "MarionetteActivePort"
            until(lambda: port.exists() and port.read_text(), "Firefox starts", 30)
            driver = Marionette(host="127.0.0.1", port=int(port.read_text()), socket_timeout=60)
            driver.start_session()
            driver.timeout.page_load = PATIENCE
            yield cls(driver)
            driver.cleanup()

    def open(self, path: str) -> None:
        self.driver.navigate(self.site + path)

    def new_tab(self) -> None:
        new = self.driver.open(type="tab", focus=True)["handle"]
        self.driver.close()
        self.driver.switch_to_window(new)

    def evaluate(self, expression: str) -> Any:
        return self.driver.execute_script(f"return {expression}", sandbox=None)

    def forget(self) -> None:
        self.new_tab()
        self._as_the_browser(FORGET)

    def errors(self) -> list[str]:
        found: list[str] = self._as_the_browser(ERRORS, self.site)
        return found

    def _as_the_browser(self, script: str, *arguments: Any) -> Any:
        with self.driver.using_context("chrome"):
            return self.driver.execute_script(script, list(arguments))


FORGET = "Services.cookies.removeAll(); Services.console.reset();"
# Of what is thrown and refused in the whole browser that which is about this site's pages and
# workers; what is only said by console.error does not get here.
ERRORS = """
  const [site] = arguments;
  return Services.console.getMessageArray()
    .filter((one) => one instanceof Ci.nsIScriptError && !(one.flags & one.warningFlag))
    .filter((one) => one.sourceName.startsWith(site) || one.category.startsWith("CSP"))
    .map((one) => `${one.category}: ${one.errorMessage} (${one.sourceName}:${one.lineNumber})`);
"""


@contextlib.contextmanager
def silent_sound(folder: Path) -> Iterator[dict[str, str]]:
    """A sound device that nobody hears: the variables that lead to it. Without any device Firefox
    plays a moment and then reports an error."""
    socket = folder / "sound"
    command = ["pulseaudio", "-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1"]
    command += ["-L", "module-null-sink"]
    command += ["-L", f"module-native-protocol-unix socket={socket} auth-anonymous=1"]
    own = os.environ | {"HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)}
    with running(command, folder / "sound.log", env=own):
        until(socket.exists, "the sound device is there")
        yield {"PULSE_SERVER": f"unix:{socket}"}

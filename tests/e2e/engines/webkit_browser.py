"""A browser as small as can be, of WebKitGTK, for WebKitWebDriver. Debian's own Python runs it,
with a folder for all that it keeps.

Debian's MiniBrowser can be driven as well, but only in a private session. That writes nothing to
its console, and empties a cache of the Cache API when the last page that used it is left.
"""

from __future__ import annotations

import sys
from typing import Any

import gi

gi.require_version("Gtk", "3.0")
gi.require_version("WebKit2", "4.1")
from gi.repository import Gtk, WebKit2  # noqa: E402


def main(folder: str) -> None:
    keeps = WebKit2.WebsiteDataManager(base_data_directory=folder, base_cache_directory=folder)
    context = WebKit2.WebContext.new_with_website_data_manager(keeps)
    context.set_automation_allowed(True)
    context.connect("automation-started", begin)
    Gtk.main()


def begin(context: Any, session: Any) -> None:
    about = WebKit2.ApplicationInfo()
    about.set_name("MiniBrowser")  # what WebDriver asks for
    session.set_application_info(about)
    session.connect("create-web-view", lambda _: new_page(context))


def new_page(context: Any) -> Any:
    """A page in a window of its own."""
    settings = WebKit2.Settings(enable_write_console_messages_to_stdout=True)
    page = WebKit2.WebView(web_context=context, settings=settings, is_controlled_by_automation=True)
    window = Gtk.Window(default_width=1280, default_height=800)
    window.add(page)
    window.show_all()
    page.connect("close", lambda _: window.destroy())
    return page


if __name__ == "__main__":
    main(sys.argv[1])

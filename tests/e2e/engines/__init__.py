"""Two more engines than Chromium behind one interface: Firefox, and WebKitGTK, which is what comes
nearest to Safari on a server.

Both are what Debian has of them (scripts/browsers.sh). They need no screen and take nothing of the
user's: folders, sound and display are their own, and end with them.
"""

from tests.e2e.engines.engine import Engine, until
from tests.e2e.engines.firefox import Firefox
from tests.e2e.engines.webkit import WebKitGTK

__all__ = ["Engine", "Firefox", "WebKitGTK", "until"]

"""Which host names are answered (JAMBOREE_ALLOWED_HOSTS): a request that names another gets 400, so
that no address that we write into a page or a message leads to somebody else's server."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from playlist_app.config import BadSetting, Settings

# A name, or an IPv4 address; with a dot before it the names below it, too. IPv6 in brackets.
_NAME = re.compile(r"\.?[a-z0-9-]+(\.[a-z0-9-]+)*|\[[0-9a-f:.]+\]", re.IGNORECASE)


def allowed(config: Settings) -> list[str] | None:
    """As Werkzeug takes it; None where any is answered. The public address's own is always one.
    Raises BadSetting for what is no host name."""
    names = [name.strip().lower() for name in config.allowed_hosts.split(",") if name.strip()]
    for name in names:
        if not _NAME.fullmatch(name):
            raise BadSetting(
                f"JAMBOREE_ALLOWED_HOSTS takes host names, without a scheme, a port or a star "
                f"(home.example, .home.example for all below it), and not {name!r}"
            )
    if not names:
        return None
    own = urlsplit(config.public_url).hostname
    return [*names, *([own] if own and own not in names else [])]

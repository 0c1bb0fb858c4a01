"""Knock at the server of this container, as its health check: `python -I knock.py`.

It asks where gunicorn.conf.py serves, under the prefix of JAMBOREE_PUBLIC_URL, and says in words
what is wrong. Without the rest of the app, as it runs every half minute.
"""

from __future__ import annotations

import http.client
import os
import sys
from urllib.parse import urlsplit

WITHIN = 4.0  # seconds


def knock(environment: dict[str, str]) -> str | None:
    """What is wrong; None when the server answers."""
    port = int(environment.get("PORT") or 8000)
    prefix = urlsplit(environment.get("JAMBOREE_PUBLIC_URL", "")).path.rstrip("/")
    hosts = environment.get("JAMBOREE_ALLOWED_HOSTS", "").split(",")
    host = hosts[0].strip().lstrip(".") or "localhost"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WITHIN)
    try:
        connection.request("GET", f"{prefix}/healthz", headers={"Host": host})
        answer = connection.getresponse()
        body = answer.read(200).decode(errors="replace").strip()
    except OSError as error:
        return f"Nobody answers on port {port}: {error}."
    finally:
        connection.close()
    return None if answer.status == 200 else f"/healthz answered {answer.status}: {body}"


if __name__ == "__main__":
    trouble = knock(dict(os.environ))
    if trouble:
        sys.exit(trouble)

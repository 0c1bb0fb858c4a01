"""Short messages, by a webhook: whatever sends them takes a POST of `{to, text}`."""

from __future__ import annotations

import urllib.error
import urllib.request

import orjson

from playlist_app.config import settings
from playlist_app.operations.letters.mail import NotSent

PATIENCE = 20  # seconds


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A code goes to the address that was set, and to no other."""

    def redirect_request(self, *_: object) -> None:
        return None


def send(to: str, text: str) -> None:
    """Send a short message. Raises NotSent."""
    config = settings()
    headers = {"Content-Type": "application/json", "User-Agent": "Jamboree"}
    if config.sms_webhook_token:
        headers["Authorization"] = f"Bearer {config.sms_webhook_token}"
    body = orjson.dumps({"to": to, "text": text})
    try:
        request = urllib.request.Request(config.sms_webhook, body, headers, method="POST")  # noqa: S310
        opener = urllib.request.build_opener(_NoRedirect)
        with opener.open(request, timeout=PATIENCE):
            return
    except urllib.error.HTTPError as error:
        error.close()
        raise NotSent(f"The webhook answered {error.code}.") from error
    except (OSError, ValueError) as error:
        raise NotSent(str(error) or type(error).__name__) from error

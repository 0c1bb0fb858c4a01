"""What the calls about a thread answer."""

from __future__ import annotations

from playlist_app.shapes import Listed, Message

Thread = Listed[Message]

"""What a device holds, in words: "214 of 220 safe · 900 MB · small"."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from playlist_app.imports.in_words import megabytes
from playlist_app.offline.entries import Quality

JSON = dict[str, Any]


def standing(copy: JSON) -> str:
    """How far a copy is, of its shape."""
    safe, tracks, size = copy["tracks_safe"], copy["tracks"], megabytes(copy["size_bytes"])
    if copy["status"] == "completed":
        parts = [_("All %(count)s safe", count=tracks), size]
    else:
        parts = [_("%(safe)s of %(count)s safe", safe=safe, count=tracks)]
        here = megabytes(copy["bytes_safe"])
        parts.append(_("%(part)s of %(whole)s", part=here, whole=size))
        parts.append(_what_holds_it_up(copy))
    if copy["quality"] == Quality.SMALL:
        parts.append(_("small"))
    return " · ".join(parts)


def _what_holds_it_up(copy: JSON) -> str:
    if copy["state"] == "fetching":
        return str(_("on its way"))
    if copy["state"] == "whole":
        return str(_("some are missing again"))
    reasons: dict[str | None, str] = {
        None: _("paused"),
        "disk_full": _("stopped: the device is full"),
        "no_room": _("stopped: the room for music is used up"),
        "no_network": _("waits for the network"),
        "wrong_bytes": _("stopped: what arrived was damaged"),
        "refused": _("stopped: the server refused"),
    }
    return reasons.get(copy["problem"], str(_("stopped")))


def room(figures: JSON) -> str:
    """How much of its room for music a device uses; empty where it uses none, or does not say."""
    used, budget = figures.get("used_bytes"), figures.get("budget_bytes")
    if not used or not budget:
        return ""
    return str(_("%(used)s of %(budget)s used", used=megabytes(used), budget=megabytes(budget)))

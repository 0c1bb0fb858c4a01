"""Smart playlists to begin with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from playlist_app.database import now
from playlist_app.listening.smart.rules import Rules


@dataclass(frozen=True)
class Preset:
    name: str
    title: str
    about: str
    rules: Rules


def _rule(field: str, operator: str, value: Any) -> dict[str, Any]:
    return {"field": field, "operator": operator, "value": value}


def presets() -> list[Preset]:
    """In the reader's words."""
    decade = (now().year - 10) // 10 * 10
    return [
        Preset(
            "never-played",
            _("Never played"),
            _("What you never heard to a play"),
            Rules("all", [_rule("played", "is", False), _rule("audio", "is", True)], "-added", 100),
        ),
        Preset(
            "most-played",
            _("Most played"),
            _("Your favourites, as you listen"),
            Rules("all", [_rule("plays", "at_least", 1)], "-plays", 100),
        ),
        Preset(
            "recently-added",
            _("Recently added"),
            _("New in the last 30 days"),
            Rules("all", [_rule("added", "within", 30)], "-added", 100),
        ),
        Preset(
            "long-ones",
            _("Long ones"),
            _("More than ten minutes"),
            Rules("all", [_rule("duration_seconds", "at_least", 600)], "-duration_seconds", 100),
        ),
        Preset(
            "forgotten",
            _("Forgotten favourites"),
            _("Played three times or more, and not in the last 90 days"),
            Rules(
                "all",
                [_rule("plays", "at_least", 3), _rule("last_played", "not_within", 90)],
                "last_played",
                100,
            ),
        ),
        Preset(
            "decade",
            _("The %(decade)ss", decade=decade),
            _("A decade; change the years to another"),
            Rules("all", [_rule("year", "between", [decade, decade + 9])], "year", 200),
        ),
    ]


def preset(name: str) -> Preset | None:
    return next((one for one in presets() if one.name == name), None)

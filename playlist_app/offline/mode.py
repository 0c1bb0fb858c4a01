"""Whether devices may take music along: on, until an admin switches it off."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from playlist_app.choices.models import Choice, declare

OFFLINE_MODE = declare(
    Choice(
        "offline_mode",
        default=True,
        about=_("Offline"),
        title=_("Offline mode"),
        explains=_(
            "People install the app, take playlists along and play them without network. Switched "
            "off, the part of the app that does this steps aside on every device, within the hour "
            "or at its next start, and everybody is online only. Nothing on any device is deleted: "
            "switched on again, everything is where it was."
        ),
    )
)

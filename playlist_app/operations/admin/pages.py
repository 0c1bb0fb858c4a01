"""All pages of the administration that no other slice serves: what create_app registers."""

from __future__ import annotations

from playlist_app.operations.admin import audit, invites, navigation, overview, people, storage

PAGES = (
    navigation.pages,
    overview.pages,
    people.pages,
    invites.pages,
    storage.pages,
    audit.pages,
)

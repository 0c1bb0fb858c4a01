"""The vocabulary: each event is documented, and says what SPEC §3 says."""

from __future__ import annotations

import dataclasses

from playlist_app.operations.reference.asyncapi import vocabulary

SPECIFIED = {
    "track.added": {"item"},
    "track.moved": {"item"},
    "track.removed": {"id"},
    "track.voted": {"id", "votes", "up", "down"},
    "track.playing": {"id", "position_ms", "server_time", "playing"},
    "track.updated": {"track"},
    "playlist.updated": {"playlist"},
    "playlist.deleted": set(),
    "playlist.reordered": {"ranks"},
    "playlist.restored": set(),
    "message.posted": {"message"},
    "message.edited": {"message"},
    "message.deleted": {"id"},
    "track.reviewed": {"track"},
    "member.changed": {"user", "role"},
    "session.revoked": {"session"},
    "import.changed": {"import_"},
    "import.removed": {"id"},
    "imports.changed": {"batch"},
    "import.looked": {"id", "status"},
    "device.changed": {"id"},
    "task.changed": {"task"},
    "track.played": {"track", "plays"},
    "history.cleared": set(),
    "smart.changed": {"id"},
}


def test_every_event_is_documented_and_has_its_fields() -> None:
    events = vocabulary()

    assert {event.type for event in events} == set(SPECIFIED)
    for event in events:
        assert event.__doc__ and not event.__doc__.startswith(event.__name__), event
        fields = {field.name for field in dataclasses.fields(event)}
        assert SPECIFIED[event.type] <= fields

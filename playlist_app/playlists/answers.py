"""What the calls about playlists answer."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

from playlist_app.people.answers import User
from playlist_app.shapes import (
    Count,
    Item,
    Listed,
    Moment,
    MyItem,
    MyPlaylist,
    Party,
    Person,
    PlaylistRole,
    Problem,
    Seconds,
    Speaker,
    Turns,
)


class ListedPlaylist(MyPlaylist):
    """A playlist in the list of them: whether its room plays, and up to four covers."""

    is_live: bool
    cover_urls: list[str]


class Items(TypedDict):
    """The whole list, in the order shown now. `seq` is the newest event that it contains: follow
    from there."""

    items: list[MyItem]
    next_cursor: str | None
    seq: Count


class NotAdded(Problem):
    """The track stands in the list already, as `item`; or a reviewer has not let it in, and
    `track_status` says so; or a `limit` of the party holds `until` then."""

    item: NotRequired[Item]
    track_status: NotRequired[Literal["pending", "rejected"]]
    limit: NotRequired[str]
    until: NotRequired[Moment | None]


class PartySettings(Party):
    """With the playlist's own settings that the presets set too."""

    order_mode: Literal["manual", "votes", "fair"]
    consume: bool


class Event(TypedDict):
    """One committed event, as the live channel sends it: see there for each `payload`."""

    type: str
    seq: Count
    payload: dict[str, Any]


class Events(TypedDict):
    """What the live channel would have sent, up to `seq`."""

    items: list[Event]
    next_cursor: str | None
    seq: Count


class Played(TypedDict):
    """One time that a track was played in the room; it stays when the track is gone."""

    id: str
    item_id: str | None
    track_id: str | None
    title: str
    artist: str
    duration_seconds: Seconds | None
    duration_formatted: str
    cover_url: str | None
    added_by: Person
    played_at: Moment


class ChangedMember(TypedDict):
    """A person's role in the playlist."""

    user: Person
    role: PlaylistRole


class Member(ChangedMember):
    """A person with a role in the playlist; a guest's ends."""

    is_guest: bool
    since: Moment
    ends_at: Moment | None


class PlaylistInvite(TypedDict):
    """A code by which people join a playlist. `code` and `url` are null once it lets nobody in."""

    id: str
    role: PlaylistRole
    uses: Count
    used: Count
    state: Literal["open", "used", "ended", "revoked"]
    code: str | None
    url: str | None
    made_by: Person | None
    created_at: Moment
    ends_at: Moment


class Named(TypedDict):
    """A playlist, to who may join it."""

    id: str
    title: str


class Door(TypedDict):
    """Where a code leads."""

    playlist: Named
    role: PlaylistRole
    ends_at: Moment


class Joined(TypedDict):
    """Somebody is in; `token` for a guest, who has no other way to log in."""

    playlist: MyPlaylist
    user: User
    token: str | None


class Skip(TypedDict):
    """How many ask to skip, and how many are needed."""

    votes: Count
    needed: Count


class RoomState(TypedDict):
    """Where a room stands, with the id of what is on; `turns` by the id of who added."""

    id: str | None
    position_ms: int
    server_time: Moment
    playing: bool
    speaker: Speaker | None
    round_since: Moment | None
    turns_since: Moment | None
    turns: dict[str, Turns]


class Room(TypedDict):
    """The live side of a playlist: `item` stood at `position_ms` when the server's clock was
    `server_time`."""

    item: Item | None
    position_ms: int
    server_time: Moment
    playing: bool
    speaker: Speaker | None
    round_since: Moment | None
    turns_since: Moment | None
    turns: dict[str, Turns]
    people: Count
    skip: Skip


Playlists = Listed[ListedPlaylist]
History = Listed[Played]
Members = Listed[Member]
Invites = Listed[PlaylistInvite]

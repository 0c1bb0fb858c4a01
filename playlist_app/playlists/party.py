"""Party settings: what those who are no editors may do in a playlist, and the limits that keep a
party fair. The hosts choose them, or one of three presets.

Limits bind a person (`added_by`), never an address: a whole party sits behind one.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, cast

import orjson
from sqlalchemy import String, TypeDecorator
from sqlalchemy.orm import Mapped, mapped_column

from playlist_app.database import session, write
from playlist_app.live import events
from playlist_app.people.models import User
from playlist_app.playlists.members import require, role_in
from playlist_app.playlists.order import OrderMode
from playlist_app.playlists.roles import RIGHTS, Right, Role
from playlist_app.refusals import Invalid, NotFound

if TYPE_CHECKING:
    from playlist_app.playlists.models import Playlist

JSON = dict[str, Any]


class Who(StrEnum):
    EVERYBODY = "everybody"  # who may vote
    EDITORS = "editors"  # and hosts, and the owner
    NOBODY = "nobody"


# Of each number: at least, at most. None: no limit.
BOUNDS = {
    "max_waiting": (1, 1000),
    "track_minutes": (1, 60 * 24 * 7),
    "artist_minutes": (1, 60 * 24 * 7),
    "longest_minutes": (1, 600),
}


@dataclass(frozen=True)
class Party:
    """What holds in one playlist."""

    add: Who = Who.EDITORS
    down: Who = Who.EVERYBODY  # vote down
    reorder: Who = Who.EDITORS
    remove: Who = Who.EDITORS  # what others added
    skip: Who = Who.EDITORS  # go on at once
    names: bool = True  # whether it is shown who added what
    max_waiting: int | None = None  # items of a person that were not played yet
    track_minutes: int | None = None  # until a track may be added again
    artist_minutes: int | None = None  # until an artist may
    longest_minutes: int | None = None  # of a track
    skip_share: int = 50  # per cent of those present: more of them skip what plays
    fallback: str | None = None  # the playlist of which is played when this one runs dry
    salt: str = ""  # of what people are called while no names are shown; told to nobody

    def shape(self) -> JSON:
        return {name: value for name, value in asdict(self).items() if name != "salt"}

    def gives(self, role: Role, right: Right) -> bool | None:
        """Whether it lets a role do this; None where it says nothing of that."""
        who = {
            Right.ADD: self.add,
            Right.DOWN: self.down,
            Right.MOVE: self.reorder,
            Right.REMOVE: self.remove,
            Right.SKIP: self.skip,
        }.get(right)
        if who is None or role == Role.VIEWER:
            return None
        return {Who.EVERYBODY: True, Who.NOBODY: False}.get(who, role != Role.VOTER)


NO_PARTY = Party()

PRESETS: dict[str, tuple[Party, JSON]] = {
    "living_room": (
        Party(add=Who.EVERYBODY, reorder=Who.EVERYBODY, skip=Who.EVERYBODY),
        {"order_mode": OrderMode.MANUAL, "consume": False},
    ),
    "party": (
        Party(
            add=Who.EVERYBODY,
            max_waiting=3,
            track_minutes=60,
            artist_minutes=15,
            longest_minutes=10,
        ),
        {"order_mode": OrderMode.FAIR, "consume": True},
    ),
    "open_bar": (
        Party(
            add=Who.EVERYBODY,
            down=Who.NOBODY,
            names=False,
            max_waiting=2,
            track_minutes=120,
            artist_minutes=30,
            longest_minutes=7,
        ),
        {"order_mode": OrderMode.VOTES, "consume": True},
    ),
}


class PartyColumn(TypeDecorator[Party]):
    """All of it in one column, which comes with the playlist: asking who may costs no query."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Party | None, dialect: Any) -> str | None:
        if value is None or value == NO_PARTY:
            return None
        return orjson.dumps(asdict(value)).decode()

    def process_result_value(self, value: str | None, dialect: Any) -> Party:
        if value is None:
            return NO_PARTY
        known = {field.name for field in fields(Party)}
        kept = {name: one for name, one in orjson.loads(value).items() if name in known}
        for name in ("add", "down", "reorder", "remove", "skip"):
            kept[name] = Who(kept[name])
        return Party(**kept)


class Partying:
    """The verbs of a playlist's party settings."""

    party: Mapped[Party] = mapped_column(PartyColumn, default=NO_PARTY, nullable=True)

    def change_party(self, *, by: User, preset: str | None = None, **changes: Any) -> bool:
        """Set a preset, single settings, or single ones over a preset; answers whether any
        changed. Raises NotAllowed, or Invalid for a value, and NotFound for a `fallback` that the
        person doesn't see."""
        playlist = cast("Playlist", self)
        with write() as tx:
            require(playlist, by, Right.MANAGE)
            before = playlist.party
            wanted = before
            if preset is not None:
                if preset not in PRESETS:
                    raise Invalid.field("preset", f"One of {', '.join(PRESETS)}.")
                wanted, settings = PRESETS[preset]
                wanted = replace(wanted, fallback=before.fallback, salt=before.salt)
                playlist.update(by=by, **settings)
            wanted = replace(wanted, **checked(changes))
            if wanted.fallback and wanted.fallback != before.fallback:
                if wanted.fallback == playlist.id:
                    raise Invalid.field("fallback", "Another playlist, not this one.")
                if not is_seen_by(playlist, wanted.fallback, by):
                    raise NotFound("This playlist isn't here, or isn't shared with you.")
            if not wanted.names and not wanted.salt:
                wanted = replace(wanted, salt=secrets.token_hex(16))
            if wanted == before:
                return False
            playlist.party = wanted
            tx.flush()
            playlist.record(events.PlaylistUpdated(playlist.shape()), by)
            if wanted.names != before.names:
                # Every item is called otherwise now, also those on open pages.
                playlist.record(events.PlaylistRestored(), by)
        return True

    def adder(self, person_id: str, name: str) -> dict[str, str]:
        """Who added something, as everybody is told: while names are not shown, a stand-in for the
        person that says as much as taking turns needs, and is not to be traced back."""
        party = cast("Playlist", self).party
        if party.names:
            return {"id": person_id, "name": name}
        return {"id": stand_in(party, person_id), "name": ""}


def stand_in(party: Party, person_id: str) -> str:
    """What a person's id is replaced by while no names are shown."""
    if party.names:
        return person_id
    return hashlib.blake2b(person_id.encode(), key=party.salt.encode(), digest_size=16).hexdigest()


def may_add(shape: JSON) -> bool:
    """Whether a person may add to a playlist that they have the shape of, with `my_role`."""
    role, add = Role(shape["my_role"]), Who(shape["party"]["add"])
    given = Party(add=add).gives(role, Right.ADD)
    return Right.ADD in RIGHTS[role] if given is None else given


def is_bound(playlist: Playlist, person: User) -> bool:
    """Whether limits bind a person: all but the owner and the hosts."""
    return role_in(playlist, person) not in (Role.OWNER, Role.HOST)


def checked(changes: JSON) -> JSON:
    """Settings as they come from a door. Raises Invalid."""
    found = dict(changes)
    for name in ("add", "down", "reorder", "remove", "skip"):
        if name in found:
            allowed = list(Who) if name == "down" else [Who.EVERYBODY, Who.EDITORS]
            if found[name] not in allowed:
                raise Invalid.field(name, f"One of {', '.join(allowed)}.")
            found[name] = Who(found[name])
    for name, (least, most) in BOUNDS.items():
        if found.get(name) is not None and not least <= found[name] <= most:
            raise Invalid.field(name, f"From {least} to {most:,}, or none.")
    if "skip_share" in found and not 1 <= found["skip_share"] <= 100:
        raise Invalid.field("skip_share", "From 1 to 100 per cent.")
    return found


def is_seen_by(playlist: Playlist, other_id: str, person: User) -> bool:
    """Whether a person sees another playlist, of which there is but the id."""
    other = session().get(type(playlist), other_id)
    return bool(other and role_in(other, person))

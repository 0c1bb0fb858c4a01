"""Invites of a playlist: a short code, to be typed in or scanned, by which people join it.

Who has an account joins as themselves; who has none picks a nickname and is a guest, until the
invite's time is over. The code is made of the invite's id with the server's key, as those of the
server's own invites (people/invites.py): whoever has the table alone can't join by it. It is short,
so guesses are counted, for each client (`find_invite`).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from flask import current_app
from sqlalchemy import ForeignKey, String, select, update
from sqlalchemy.orm import Mapped, mapped_column, relationship

from playlist_app.database import Base, Id, Moment, WithId, as_id, iso, new_id, now, session, write
from playlist_app.people import limits
from playlist_app.people.counts import Count
from playlist_app.people.models import User
from playlist_app.playlists.members import require
from playlist_app.playlists.roles import INVITED, Right, Role
from playlist_app.refusals import Invalid, NotFound

if TYPE_CHECKING:
    from playlist_app.playlists.models import Playlist

MOST_USES = 1000
MOST_HOURS = 24 * 365
DIGITS = 8  # of 32 kinds: a million million codes, of which a client may guess ten a minute
# Crockford's: no letter that is taken for another, whoever reads it aloud.
_DIGITS = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ = str.maketrans("OIL", "011")
_AS_OURS = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", _DIGITS)


class PlaylistInvite(WithId, Base):
    """One code. It lets in until its uses or its time are over, or a host takes it back."""

    __tablename__ = "playlist_invite"

    playlist_id: Mapped[str] = mapped_column(
        Id, ForeignKey("playlist.id", ondelete="CASCADE"), index=True
    )
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    role: Mapped[str] = mapped_column(String(10))
    uses: Mapped[int]  # how many may come in by it
    used: Mapped[int] = mapped_column(default=0)
    ends_at: Mapped[datetime] = mapped_column(Moment)
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)
    made_by_id: Mapped[str | None] = mapped_column(Id, ForeignKey("user.id", ondelete="SET NULL"))

    playlist: Mapped[Playlist] = relationship()
    made_by: Mapped[User | None] = relationship(lazy="joined")

    @property
    def code(self) -> str | None:
        """None where the server's key was another when it was made."""
        for key in _keys():
            code = _code_of(self.id, key)
            if _hash(code, key) == self.code_hash:
                return code
        return None

    @property
    def state(self) -> str:
        """open, used, ended or revoked."""
        if self.revoked_at:
            return "revoked"
        if self.ends_at <= now():
            return "ended"
        return "open" if self.used < self.uses else "used"

    def shape(self) -> dict[str, Any]:
        """The shape of an invite, for hosts."""
        code = self.code if self.state == "open" else None
        return {
            "id": self.id,
            "role": self.role,
            "uses": self.uses,
            "used": self.used,
            "state": self.state,
            "code": spaced(code) if code else None,
            "made_by": self.made_by and self.made_by.as_person(),
            "created_at": iso(self.created_at),
            "ends_at": iso(self.ends_at),
        }


class Inviting:
    """The verbs of a playlist's invites."""

    def open_door(self, *, role: str, uses: int, hours: int, by: User) -> PlaylistInvite:
        """Make an invite. Raises NotAllowed, or Invalid for a value."""
        playlist = cast("Playlist", self)
        with write() as tx:
            require(playlist, by, Right.MANAGE)
            if role not in INVITED:
                raise Invalid.field("role", f"An invite makes a {', '.join(INVITED)}.")
            if not 1 <= uses <= MOST_USES:
                raise Invalid.field("uses", f"An invite is for 1 to {MOST_USES:,} people.")
            if not 1 <= hours <= MOST_HOURS:
                raise Invalid.field("hours", f"An invite is good for 1 to {MOST_HOURS:,} hours.")
            id_, key = new_id(), next(iter(_keys()))
            made = PlaylistInvite(
                id=id_,
                playlist_id=playlist.id,
                code_hash=_hash(_code_of(id_, key), key),
                role=role,
                uses=uses,
                used=0,
                ends_at=now() + timedelta(hours=hours),
                made_by_id=by.id,
                created_at=now(),
            )
            tx.add(made)
            tx.flush()
            tx.refresh(made)
        return made

    def invite_of(self, invite_id: str, *, by: User) -> PlaylistInvite:
        """One invite of this playlist. Raises NotFound, NotAllowed."""
        playlist = cast("Playlist", self)
        require(playlist, by, Right.MANAGE)
        found = session().get(PlaylistInvite, as_id(invite_id) or "")
        if not found or found.playlist_id != playlist.id:
            raise NotFound("There is no such invite.")
        return found

    def close_door(self, invite_id: str, *, by: User) -> None:
        """Take an invite back. Who came in by it stays. Raises NotFound, NotAllowed."""
        with write():
            found = self.invite_of(invite_id, by=by)
            found.revoked_at = found.revoked_at or now()

    def close_all_doors(self, *, by: User) -> None:
        """Take all invites back. Raises NotAllowed."""
        playlist = cast("Playlist", self)
        with write() as tx:
            require(playlist, by, Right.MANAGE)
            of_mine = PlaylistInvite.playlist_id == playlist.id
            is_open = PlaylistInvite.revoked_at.is_(None)
            tx.execute(update(PlaylistInvite).where(of_mine, is_open).values(revoked_at=now()))

    def doors(self, *, by: User) -> Sequence[PlaylistInvite]:
        """Every invite, the newest first. Raises NotAllowed."""
        playlist = cast("Playlist", self)
        require(playlist, by, Right.MANAGE)
        query = select(PlaylistInvite).where(PlaylistInvite.playlist_id == playlist.id)
        newest = (PlaylistInvite.created_at.desc(), PlaylistInvite.id)
        return session().scalars(query.order_by(*newest)).all()


def find_invite(code: str) -> PlaylistInvite:
    """The invite of this code, however it was typed, whether it still lets in or not. Raises
    NotFound, and TooMany for a client that guesses."""
    guesses = [Count(f"wrong join code from {limits.client()}", limits.WRONG_JOIN_CODES)]
    limits.require(guesses, what="There were many wrong codes.")
    plain = read(code)
    hashes = [_hash(plain, key) for key in _keys()]
    found = session().scalar(select(PlaylistInvite).where(PlaylistInvite.code_hash.in_(hashes)))
    if not found:
        raise NotFound("No playlist here has this code. Look whether it is typed right.")
    limits.give_back(guesses)
    return found


_OVER = {
    "used": "This code was used as often as it may be.",
    "ended": "The time of this code is over.",
    "revoked": "This code was taken back.",
}


def require_open(invite: PlaylistInvite) -> None:
    """Raises NotFound, which says why to who has the code."""
    if invite.state != "open":
        raise NotFound(f"{_OVER[invite.state]} Ask whoever gave it to you for a new one.")


def spaced(code: str) -> str:
    """As people read it: K7QM-2XPA."""
    return f"{code[:4]}-{code[4:]}"


def read(code: str) -> str:
    """A code as it was made, from how somebody typed it."""
    return "".join(filter(str.isalnum, code[:40].upper())).translate(_READ)


def higher(one: str | None, other: str) -> str:
    """The role of two with which one may do more."""
    order = list(Role)
    return other if one is None or order.index(Role(other)) < order.index(Role(one)) else one


def _keys() -> Sequence[str]:
    return (current_app.config["SECRET_KEY"], *current_app.config["SECRET_KEY_FALLBACKS"])


def _code_of(invite_id: str, key: str) -> str:
    digest = hmac.digest(key.encode(), f"playlist invite {invite_id}".encode(), "sha256")
    return base64.b32encode(digest[:5]).translate(_AS_OURS).decode()


def _hash(code: str, key: str) -> str:
    """With the key: a code is so short that all of them could be tried against a plain hash."""
    return hmac.new(key.encode(), f"code {code}".encode(), hashlib.sha256).hexdigest()

"""Resumable uploads: a file that comes in piece by piece, and goes on after a broken connection.

What is on the disk is the truth: how far an upload is, is the size of its file in `uploads/` in the
media folder, which is synced before it is told. The row says whose it is, and in the end what came
of it, so that an answer that got lost can be given again. The protocol around it is tus 1.0.0
(uploads_api.py; docs/decisions/0018-resumable-uploads.md).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

import orjson
from sqlalchemy import BigInteger, ForeignKey, String, and_, delete, func, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from playlist_app.config import Settings, settings
from playlist_app.database import Base, Id, Moment, WithId, iso, new_id, now, session, write
from playlist_app.library import quota
from playlist_app.library.incoming import require_disk
from playlist_app.library.inspection import NotAudio, Truncated
from playlist_app.library.models import Track
from playlist_app.library.pieces import Checksum, WrongChecksum, copy, held, lent
from playlist_app.library.upload import TooLarge, add_track, check_name, check_size, receive
from playlist_app.people.models import User
from playlist_app.refusals import Conflict, Invalid, NotAllowed, NotFound, Refusal

PIECE_AT_MOST = 8 * 1024 * 1024  # bytes in one call
KEPT_FOR = timedelta(days=2)  # since the last byte came
OPEN_AT_MOST = 1000  # unfinished ones of a person
CHANGED = "The file was changed while it was sent, or was damaged on the way. Send it again."


class WrongOffset(Conflict):
    title = "That is not where this upload goes on"


class TooMany(Refusal):
    status = 429
    title = "Too many uploads are unfinished"


class Upload(WithId, Base):
    """A file that is coming in; kept for a while after that, with what came of it."""

    __tablename__ = "upload"

    user_id: Mapped[str] = mapped_column(Id, ForeignKey("user.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(255))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str | None] = mapped_column(String(64))  # of the whole, as the client says
    # When the file was changed last, in milliseconds as browsers count: it is told by this when
    # the person chooses it again.
    modified: Mapped[int | None] = mapped_column(BigInteger)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)
    track_id: Mapped[str | None] = mapped_column(
        Id, ForeignKey("track.id", ondelete="SET NULL"), index=True
    )
    refused: Mapped[str | None]  # why it is no track: a Refusal as JSON

    @classmethod
    def begin(
        cls, by: User, *, name: str, size: int, sha256: str | None, modified: int | None
    ) -> Upload:
        """An upload to send pieces to: the unfinished one of the same bytes, if there is one.

        Raises NotAllowed, Invalid, NotAudio, TooLarge, ShareUsed, NoRoom or TooMany, all before
        a byte was sent."""
        if not by.is_member:
            raise NotAllowed("Guests can't add to the library.")
        if not name:
            raise Invalid.field("filename", "Say what the file is called.")
        check_name(name)
        check_size(size)
        with write() as tx:
            mine = [upload for upload in _unfinished(by) if not upload.is_over]
            for upload in mine:
                if sha256 and (upload.sha256, upload.size_bytes) == (sha256, size):
                    return upload
            if len(mine) >= OPEN_AT_MOST:
                raise TooMany("Finish some of your uploads, or cancel them, before you begin more.")
            quota.require_room(by, size, promised=sum(one.size_bytes for one in mine))
            require_disk(settings(), size)
            upload = cls(
                id=new_id(),
                user_id=by.id,
                name=name,
                size_bytes=size,
                sha256=sha256,
                modified=modified,
                created_at=now(),
            )
            tx.add(upload)
        return upload

    @property
    def path(self) -> Path:
        return folder(settings()) / self.id

    @property
    def offset(self) -> int:
        """How many bytes are here, on the disk."""
        if self.finished_at:
            return self.size_bytes
        try:
            with self.path.open("rb") as file:
                os.fsync(file.fileno())
                return os.fstat(file.fileno()).st_size
        except FileNotFoundError:
            return 0

    @property
    def changed_at(self) -> datetime:
        """When the last byte came, or it was finished."""
        try:
            return datetime.fromtimestamp(self.path.stat().st_mtime, UTC)
        except FileNotFoundError:
            return self.finished_at or self.created_at

    @property
    def expires_at(self) -> datetime:
        return self.changed_at + KEPT_FOR

    @property
    def is_over(self) -> bool:
        return self.expires_at < now()

    def append(
        self, stream: IO[bytes], *, at: int, length: int, checksum: Checksum | None = None
    ) -> int:
        """Take the next piece; answers the new offset. What came before the connection broke off
        is kept, unless there is a checksum, which then can't be compared.

        Raises Busy, WrongOffset, TooLarge, NoRoom, WrongChecksum or BrokenOff."""
        path, size = self.path, self.size_bytes
        if self.finished_at:
            raise WrongOffset("This upload is finished.", extra={"offset": size})
        require_disk(settings(), length)
        session().rollback()  # no reading transaction stays open for as long as a phone sends
        with held(path) as handle:
            here = os.fstat(handle).st_size
            if at != here:
                raise WrongOffset(f"{here} bytes are here.", extra={"offset": here})
            if length > size - here:
                raise TooLarge(f"This file was said to have {size} bytes, and this goes past them.")
            try:
                copy(stream, handle, at, length, checksum)
            except Refusal:
                if checksum:
                    os.ftruncate(handle, at)
                raise
            finally:
                os.fsync(handle)
            return at + length

    def finish(self, by: User, fields: Mapping[str, Any]) -> Track:
        """Make a track of it, once; asked again it answers that track, or the same refusal.

        Raises Busy, WrongOffset where bytes are missing, WrongChecksum, and what `receive` and
        `add_track` raise."""
        upload_id, path, name, size, sha256 = (
            self.id,
            self.path,
            self.name,
            self.size_bytes,
            self.sha256,
        )
        session().rollback()  # what follows takes long, and reads what is true then
        with held(path) as handle:
            if (row := _row(upload_id)).finished_at:  # now, or by the call that held it until now
                path.unlink(missing_ok=True)
                return row._outcome()
            session().rollback()
            here = os.fstat(handle).st_size
            if here < size:
                raise WrongOffset(f"Only {here} bytes are here yet.", extra={"offset": here})
            with lent(path, handle) as whole:
                if sha256 and whole.sha256 != sha256:
                    os.ftruncate(handle, 0)
                    os.fsync(handle)
                    raise WrongChecksum(CHANGED, extra={"offset": 0})
                try:
                    received = receive(whole, name)
                except (NotAudio, Truncated) as refusal:
                    with write():
                        _row(upload_id)._end(refused=refusal)
                    path.unlink(missing_ok=True)
                    raise
                with write():
                    track = add_track(received, by, fields)
                    _row(upload_id)._end(track=track)
            path.unlink(missing_ok=True)
        return track

    def _end(self, *, track: Track | None = None, refused: Refusal | None = None) -> None:
        self.finished_at = now()
        self.track_id = track.id if track else None
        self.refused = orjson.dumps(refused.problem()).decode() if refused else None

    def _outcome(self) -> Track:
        if self.refused:
            problem = orjson.loads(self.refused)
            refusal = Refusal(problem["detail"], errors=problem.get("errors"))
            refusal.status, refusal.title = problem["status"], problem["title"]
            raise refusal
        track = session().scalar(select(Track).where(Track.id == self.track_id))
        if not track:
            raise NotFound("The track of this upload was deleted.")
        return track

    def cancel(self) -> None:
        """Forget it, and its bytes."""
        path = self.path
        with write() as tx:
            tx.execute(delete(Upload).where(Upload.id == self.id))
        path.unlink(missing_ok=True)  # a piece that is coming in now goes nowhere

    def shape(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "size_bytes": self.size_bytes,
            "offset": self.offset,
            "sha256": self.sha256,
            "modified": self.modified,
            "track_id": self.track_id,
            "problem": orjson.loads(self.refused) if self.refused else None,
            "created_at": iso(self.created_at),
            "changed_at": iso(self.changed_at),
            "expires_at": iso(self.expires_at),
        }


def folder(config: Settings) -> Path:
    return config.media_folder / "uploads"


def _row(upload_id: str) -> Upload:
    found = session().get(Upload, upload_id)
    if not found:
        raise NotFound("This upload was cancelled.")
    return found


def find_upload(upload_id: str, person: User) -> Upload:
    """Raises NotFound, also for another's, and for one that was left for too long."""
    mine = and_(Upload.id == upload_id, Upload.user_id == person.id)
    found = session().scalar(select(Upload).where(mine))
    if not found or found.is_over:
        raise NotFound("This upload isn't here, or was left for too long.")
    return found


def unfinished(person: User) -> list[Upload]:
    """A person's uploads that can go on, the newest first."""
    return [upload for upload in _unfinished(person) if not upload.is_over]


def _unfinished(person: User) -> list[Upload]:
    query = select(Upload).where(Upload.user_id == person.id, Upload.finished_at.is_(None))
    return list(session().scalars(query.order_by(Upload.created_at.desc(), Upload.id)))


def forget_expired(config: Settings) -> None:
    """Remove uploads that were left for too long, and files that belong to none any more."""
    before = now() - KEPT_FOR
    old = select(Upload).where(
        or_(
            Upload.finished_at < before,
            and_(Upload.finished_at.is_(None), Upload.created_at < before),
        )
    )
    over = [upload.id for upload in session().scalars(old) if upload.is_over]
    for upload_id in over:
        with write() as tx:
            tx.execute(delete(Upload).where(Upload.id == upload_id))
    for path in folder(config).iterdir():
        row = select(func.count()).where(
            Upload.id == path.name.partition(".")[0], Upload.finished_at.is_(None)
        )
        if not session().scalar(row):
            path.unlink(missing_ok=True)

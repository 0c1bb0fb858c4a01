"""The work on backups: one is taken every day and proven, old ones go; and what admins ask for."""

from __future__ import annotations

import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from flask_babel import lazy_gettext as _
from sqlalchemy import func, select

from playlist_app.choices.models import Choice, declare
from playlist_app.config import Settings, settings
from playlist_app.database import now, session
from playlist_app.operations import long_work
from playlist_app.operations.backups import kept, objects, proving, restoring, sealing, taking
from playlist_app.operations.backups.layout import Backup
from playlist_app.operations.in_words import size
from playlist_app.operations.long_work import Course, LongWork
from playlist_app.people import audit
from playlist_app.people.models import User
from playlist_app.refusals import Invalid, NotFound

TAKE, DAILY, PROVE, RESTORE = "backup", "daily-backup", "prove-backup", "restore-backup"
ALL = (TAKE, DAILY, PROVE, RESTORE)

HOUR = declare(
    Choice(
        "backup_hour",
        default=4,
        about=_("Backups"),
        title=_("Hour of the daily backup"),
        explains=_(
            "From 0 to 23, by the clock of the machine. Where the server is off at that hour, the "
            "backup is taken when it runs again."
        ),
        unit=_("o’clock"),
        most=23,
    )
)
# A server that was made just now has nothing to lose, and somebody is at it.
SETTLED = timedelta(hours=1)
RETRY = timedelta(hours=1)


def is_due(config: Settings) -> bool:
    """Whether it is time for the daily backup."""
    first = session().scalar(select(func.min(User.created_at)))
    if not config.backups_daily or not first or now() - first < SETTLED:
        return False
    daily = [backup for backup in kept.backups(config) if backup.kind == "daily"]
    if daily and daily[0].made_at >= turn_before(now().astimezone(), HOUR.now()):
        return False
    last = session().scalar(select(func.max(LongWork.created_at)).where(LongWork.kind == DAILY))
    return not last or now() - last > RETRY


def turn_before(moment: datetime, hour: int) -> datetime:
    """When it was this hour for the last time, in the zone of the moment."""
    turn = moment.replace(hour=hour, minute=0, second=0, microsecond=0)
    return turn if turn <= moment else turn - timedelta(days=1)


def take_now(*, by: User, encrypt: bool = False) -> LongWork:
    """Raises NotFound for who is no admin; Invalid where there is no passphrase."""
    if encrypt and not settings().backup_passphrase_file:
        raise Invalid("The server has no passphrase: set JAMBOREE_BACKUP_PASSPHRASE_FILE.")
    return long_work.ask(TAKE, by=by, encrypt=encrypt)


def prove_now(name: str, *, by: User) -> LongWork:
    """Raises NotFound."""
    return long_work.ask(PROVE, by=by, name=found(name, by=by).name)


def restore_now(name: str, *, by: User) -> LongWork:
    """Raises NotFound."""
    return long_work.ask(RESTORE, by=by, name=found(name, by=by).name)


def found(name: str, *, by: User) -> Backup:
    """One of this server's. Raises NotFound, also for who is no admin."""
    for backup in listed(by=by):
        if backup.name == name:
            return backup
    raise NotFound("There is no such backup any more.")


def listed(*, by: User) -> list[Backup]:
    """The newest first. Raises NotFound for who is no admin."""
    if not by.is_admin:
        raise NotFound
    return kept.backups(settings())


# --- what the worker does -----------------------------------------------------------------------


@long_work.kind(TAKE, title=_("Back up"))
def _take(course: Course) -> str:
    config = settings()
    passphrase = sealing.own_passphrase(config) if course.wanted.get("encrypt") else None
    made = taking.take(config, passphrase=passphrase, progress=course.at)
    _note("backup.taken", made, course)
    return _told(made) + _sent(config, made, course)


@long_work.kind(DAILY, title=_("Back up, as every day"))
def _take_daily(course: Course) -> str:
    config = settings()
    passphrase = sealing.own_passphrase(config)
    made = taking.take(config, kind="daily", passphrase=passphrase, progress=course.at)
    _note("backup.taken", made, course)
    proving.prove(config, made, passphrase=passphrase, progress=course.at)
    gone = remove_what_is_over(config)
    said = f"{_told(made)} It was proven that it can be restored. {len(gone)} old ones are removed."
    return said + _sent(config, made, course)


@long_work.kind(PROVE, title=_("Prove that a backup can be restored"))
def _prove(course: Course) -> str:
    backup = kept.named(settings(), course.wanted["name"])
    proving.prove(settings(), backup, passphrase=_passphrase(backup), progress=course.at)
    return f"{backup.name} can be restored."


@long_work.kind(RESTORE, title=_("Restore a backup"))
def _restore(course: Course) -> str:
    backup = kept.named(settings(), course.wanted["name"])
    person = session().get(User, course.by_id) if course.by_id else None
    by = (person.id, person.name) if person else (None, audit.SERVER)
    session().rollback()
    done = restoring.restore(
        settings(),
        backup,
        passphrase=_passphrase(backup),
        progress=course.at,
        by=by,
        work_id=course.id,
    )
    session().expire_all()
    return " ".join(done.sentences)


def _sent(config: Settings, made: Backup, course: Course) -> str:
    """Copy it to the object store, where there is one, and keep there what is kept here."""
    if not config.object_store:
        return ""
    store = objects.Store(config, config.object_store)
    where = store.send(made, course.at)
    with tempfile.TemporaryDirectory(dir=config.cache_folder) as scratch:
        store.remove_what_is_over(
            Path(scratch), daily=config.backups_daily, weekly=config.backups_weekly
        )
    return f" It was copied to {where}."


def _passphrase(backup: Backup) -> str | None:
    return sealing.own_passphrase(settings()) if backup.is_encrypted else None


def _told(made: Backup) -> str:
    lost = f" {made.missing} files that the server has lost are not in it." if made.missing else ""
    return f"{made.name}: {made.files} files, {size(made.new_bytes)} of them new.{lost}"


def _note(action: str, made: Backup, course: Course) -> None:
    person = session().get(User, course.by_id) if course.by_id else None
    audit.note(
        action,
        subject=made.name,
        by=person,
        encrypted=made.is_encrypted,
        bytes=made.size_bytes,
    )


def remove_what_is_over(config: Settings) -> list[Backup]:
    """Remove the daily ones that need not be kept."""
    with kept.alone(kept.folder(config)):
        gone = kept.over(
            kept.backups(config), daily=config.backups_daily, weekly=config.backups_weekly
        )
        for backup in gone:
            kept.remove(backup)
    return gone

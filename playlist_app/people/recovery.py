"""Recovery codes: how one gets in without the phone that makes the codes. Ten at a time, told once,
each good once; the table has their hashes, and a used one is gone."""

from __future__ import annotations

import hashlib
import secrets

from sqlalchemy import ForeignKey, String, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from playlist_app.database import Base, Id, session, write
from playlist_app.people.models import User

HOW_MANY = 10
# Signs that nobody takes for one another on paper. Four groups of four are 79 random bits, so
# that a plain hash can't be turned round.
SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"
GROUPS, LONG = 4, 4


class RecoveryCode(Base):
    """One that is still good."""

    __tablename__ = "recovery_code"

    user_id: Mapped[str] = mapped_column(
        Id, ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )
    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)


def renew(user: User) -> list[str]:
    """New codes, in the place of all that there were."""
    codes = [_new() for _ in range(HOW_MANY)]
    with write() as tx:
        withdraw(user)
        for code in codes:
            tx.add(RecoveryCode(user_id=user.id, code_hash=_hash(code)))
    return codes


def withdraw(user: User) -> None:
    with write() as tx:
        tx.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))


def use(user: User, code: str) -> bool:
    """Whether it is one of theirs, which is used up by that."""
    with write() as tx:
        gone = tx.execute(
            delete(RecoveryCode)
            .where(RecoveryCode.user_id == user.id, RecoveryCode.code_hash == _hash(code))
            .returning(RecoveryCode.user_id)
        ).all()
    return bool(gone)


def left(user: User) -> int:
    """How many are still good."""
    theirs = RecoveryCode.user_id == user.id
    return session().scalar(select(func.count()).select_from(RecoveryCode).where(theirs)) or 0


def _new() -> str:
    groups = ("".join(secrets.choice(SIGNS) for _ in range(LONG)) for _ in range(GROUPS))
    return "-".join(groups)


def _hash(code: str) -> str:
    bare = "".join(code.lower().split()).replace("-", "")
    return hashlib.sha256(bare.encode()).hexdigest()

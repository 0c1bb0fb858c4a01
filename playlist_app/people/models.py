"""People: a person with an account, their roles, and what they may change about themselves."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, cast

from flask_login import UserMixin
from sqlalchemy import Select, String, TypeDecorator, select
from sqlalchemy.orm import Mapped, mapped_column

from playlist_app.database import Base, Moment, WithId, iso, new_id, session, write
from playlist_app.people import audit, passwords
from playlist_app.refusals import Conflict, Invalid, NotFound


class Role(StrEnum):
    """What a person may do on this server (SPEC §2)."""

    ADMIN = "admin"
    REVIEWER = "reviewer"
    MEMBER = "member"
    GUEST = "guest"


class Roles(TypeDecorator[frozenset[Role]]):
    """A set of roles in one column, so that knowing who asks costs one row."""

    impl = String(60)
    cache_ok = True

    def process_bind_param(self, value: frozenset[Role] | None, dialect: Any) -> str | None:
        return None if value is None else " ".join(sorted(value))

    def process_result_value(self, value: str | None, dialect: Any) -> frozenset[Role] | None:
        return None if value is None else frozenset(Role(name) for name in value.split())


class NameTaken(Conflict):
    title = "That name is taken"


class User(UserMixin, WithId, Base):  # type: ignore[misc]
    """A person. `username` is what they log in with, `name` what others see."""

    __tablename__ = "user"

    username: Mapped[str] = mapped_column(String(60))
    username_key: Mapped[str] = mapped_column(String(120), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    email: Mapped[str | None] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(32))
    password_hash: Mapped[str]
    roles: Mapped[frozenset[Role]] = mapped_column(Roles)
    is_active: Mapped[bool] = mapped_column(default=True)
    last_seen_at: Mapped[datetime | None] = mapped_column(Moment)
    # Who left is nobody any more: the row stays for what they gave to others (leaving.py).
    left_at: Mapped[datetime | None] = mapped_column(Moment)

    # Set for whom sessions.py or api_tokens.py recognised: the session or the token by which they
    # came in, and how far that token reaches; "" for who is logged in, and may do all they may.
    session_id = ""
    reach = ""
    good_until = cast("datetime | None", None)  # when that runs out, if it does; not a column

    def get_id(self) -> str:
        raise TypeError("sessions.py writes the cookie; it holds a session's token, not an id")

    @property
    def is_admin(self) -> bool:
        return Role.ADMIN in self.roles

    @property
    def is_reviewer(self) -> bool:
        return Role.REVIEWER in self.roles or self.is_admin

    @property
    def is_member(self) -> bool:
        """A person with an account, as against a guest of one playlist."""
        return bool(self.roles - {Role.GUEST})

    @classmethod
    def create(
        cls,
        username: str,
        password: str,
        *,
        roles: Iterable[Role],
        by: User | None,
        name: str = "",
    ) -> User:
        """Make a person. `by` is the admin who does, or None for who has the machine itself: the
        command line, and the first admin's link.

        Raises NotFound for who is no admin, NameTaken, or Invalid for a name or a password that
        can't be used."""
        _require_admin(by)
        username = checked_name(username)
        password_hash = passwords.hashed(password)  # takes 50 ms: before the writers' lock
        with write() as session:
            _require_admin(by and session.get_one(cls, by.id))
            user = cls.insert(username, password_hash, roles=roles, name=name)
            audit.note("user.created", subject=username, by=by, roles=sorted(user.roles))
        return user

    @classmethod
    def insert(
        cls, username: str, password_hash: str, *, roles: Iterable[Role], name: str = ""
    ) -> User:
        """The row of a new person, for a verb that knows that it may be made. Raises NameTaken, or
        Invalid for a name that can't be used."""
        username = checked_name(username)
        name = checked_name(name or username, field="name")
        with write() as session:
            if session.scalar(by_name(username)):
                raise NameTaken(f"There is already somebody called {username!r} here.")
            user = cls(
                username=username,
                username_key=name_key(username),
                name=name,
                password_hash=password_hash,
                roles=frozenset(roles),
            )
            session.add(user)
            session.flush()
        return user

    @classmethod
    def insert_guest(cls, nickname: str) -> User:
        """The row of a guest, within the write of a verb that lets them in. Nobody logs in as a
        guest: there is no password, and their session is all they have."""
        id_ = new_id()
        guest = cls(
            id=id_,
            username=f"guest {id_}",
            username_key=name_key(f"guest {id_}"),
            name=checked_name(nickname, field="nickname"),
            password_hash="",
            roles=frozenset({Role.GUEST}),
        )
        session().add(guest)
        session().flush()
        return guest

    @classmethod
    def everybody(cls, *, by: User) -> Sequence[User]:
        """All people, in the order of their names. Raises NotFound for who is no admin."""
        _require_admin(by)
        return (
            session()
            .scalars(select(cls).where(cls.left_at.is_(None)).order_by(cls.username_key))
            .all()
        )

    @classmethod
    def named(cls, username: str) -> User:
        """The person who logs in with this name. Raises NotFound."""
        found: User | None = session().scalar(by_name(username))
        if not found:
            raise NotFound(f"There is nobody called {username!r} here.")
        return found

    @classmethod
    def by_id(cls, user_id: str) -> User:
        """Raises NotFound."""
        found = session().get(cls, user_id)
        if not found or found.left_at:
            raise NotFound("That person isn't here.")
        return found

    @classmethod
    def first_admin(cls) -> User | None:
        """Whose is what the server does by itself: demo music, watched folders."""
        found: User | None = session().scalar(
            select(cls)
            .where(cls.roles.cast(String).contains("admin"))
            .order_by(cls.created_at)
            .limit(1)
        )
        return found

    def rename(self, name: str) -> None:
        """Change what others see."""
        self.name = checked_name(name, field="name")
        with write() as tx:
            # Who asks is not part of the session (sessions.py): change the row itself.
            tx.get_one(User, self.id).name = self.name

    def as_person(self) -> dict[str, Any]:
        """How others see this person, wherever they are mentioned."""
        return {"id": self.id, "name": self.name}

    def as_user(self) -> dict[str, Any]:
        """The shape of a user (SPEC §5) with what is private: for oneself and for admins."""
        return {
            "id": self.id,
            "username": self.username,
            "name": self.name,
            "roles": sorted(self.roles),
            "created_at": iso(self.created_at),
            "email": self.email,
            "phone": self.phone,
            "last_seen_at": iso(self.last_seen_at) if self.last_seen_at else None,
            "is_active": self.is_active,
        }


def _require_admin(person: User | None) -> None:
    """None is who has the machine itself. For all others the people here are not to be seen."""
    if person and not person.is_admin:
        raise NotFound


def name_key(username: str) -> str:
    """Names that look alike are one name: case and compatibility forms don't count."""
    return unicodedata.normalize("NFKC", username).casefold()


def by_name(username: str) -> Select[User]:
    return select(User).where(User.username_key == name_key(username.strip()))


# Control, format (bidirectional overrides among them), private, surrogate and unassigned
# characters, and separators of lines: names are shown to others in the middle of a line.
_UNSEEN = {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"}


# Letters and symbols that are drawn as nothing: a name of these alone is none.
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0 ")


def checked_name(name: str, *, field: str = "username") -> str:
    """The name, trimmed. Raises Invalid for one that others couldn't read."""
    name = re.sub(r"\s+", " ", name).strip()
    if not 1 <= len(name) <= 60:
        raise Invalid.field(field, "A name has 1 to 60 characters.")
    is_blank = all(character in _BLANK for character in name)
    if is_blank or any(unicodedata.category(character) in _UNSEEN for character in name):
        raise Invalid.field(field, "A name can't have characters that nobody sees.")
    return name


def admin_exists() -> bool:
    return (
        session().scalar(select(User.id).where(User.roles.cast(String).contains("admin")).limit(1))
        is not None
    )

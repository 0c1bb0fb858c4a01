"""Choices: declared by the slice whose behaviour they change, kept as a name with a JSON value.

A slice declares one as a module's constant and asks for it where it matters:

    OFFLINE_MODE = declare(Choice("offline_mode", default=True, title=…, explains=…))
    if OFFLINE_MODE.now(): …

What a choice takes is the kind of its default: bool, int or str.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from playlist_app.database import Base, Id, Moment, now, session, write
from playlist_app.people import audit
from playlist_app.people.models import User
from playlist_app.refusals import Invalid, NotFound

T = TypeVar("T", bool, int, str)

MOST = 10**15  # more than anything that is counted here; SQLite takes it as it is


class Setting(Base):
    """What was chosen; what nobody chose yet has no row."""

    __tablename__ = "setting"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)
    changed_at: Mapped[datetime] = mapped_column(Moment)
    changed_by: Mapped[str | None] = mapped_column(Id, ForeignKey("user.id", ondelete="SET NULL"))


@dataclass(frozen=True)
class Choice(Generic[T]):
    """One thing that admins choose. `title` and `explains` are what they read on the page, under
    the heading `about`; `unit` is what a number counts ("days")."""

    name: str
    default: T
    title: str
    explains: str
    about: str = ""
    unit: str = ""
    least: int = 0
    most: int | None = None  # of a number; of a text how many characters it may have
    options: Mapping[str, str] | None = None  # of a text that is one of these, with their names

    @property
    def kind(self) -> str:
        """bool, int or str."""
        return type(self.default).__name__

    @property
    def takes(self) -> dict[str, object]:
        """The JSON Schema of its values, for the reference."""
        if self.options is not None:
            return {"enum": list(self.options)}
        if isinstance(self.default, bool):
            return {"type": "boolean"}
        if isinstance(self.default, int):
            return {"type": "integer", "minimum": self.least, "maximum": self._most}
        return {"type": "string", "maxLength": self.most or MOST}

    def now(self) -> T:
        """What holds at this moment."""
        kept = session().get(Setting, self.name)
        value: T = kept.value if kept else self.default
        return value

    def checked(self, value: object) -> T:
        """The value. Raises Invalid where it is of another kind."""
        if type(value) is not type(self.default):
            raise Invalid.field(self.name, f"This takes {_KINDS[type(self.default)]}.")
        if isinstance(value, str):
            value = value.strip()
            if self.options is not None and value not in self.options:
                raise Invalid.field(
                    self.name, f"This takes one of these: {', '.join(self.options)}."
                )
            if self.most is not None and len(value) > self.most:
                raise Invalid.field(self.name, f"This takes at most {self.most} characters.")
        elif type(value) is int and not self.least <= value <= self._most:
            raise Invalid.field(
                self.name, f"This takes a number from {self.least} to {self._most}."
            )
        return value

    def read(self, text: str | None) -> object:
        """What a form sent, as the value it stands for; what is no such value stays a text, for
        `checked` to refuse. A box that is not ticked sends nothing."""
        if self.kind == "bool":
            return text is not None
        if self.kind == "int" and text is not None and re.fullmatch(r"\s*-?\d{1,18}\s*", text):
            return int(text)
        return text or ""

    @property
    def _most(self) -> int:
        return MOST if self.most is None else self.most


_KINDS: dict[type, str] = {bool: "true or false", int: "a whole number", str: "a text"}
_declared: dict[str, Choice[Any]] = {}


def declare(choice: Choice[T]) -> Choice[T]:
    """Make a choice known to the page and the API."""
    assert _declared.setdefault(choice.name, choice) == choice, f"{choice.name} is there already"
    return choice


def all_choices(*, by: User) -> list[Choice[Any]]:
    """What can be chosen. Raises NotFound for who is no admin."""
    if not by.is_admin:
        raise NotFound
    return list(_declared.values())


def taken() -> dict[str, object]:
    """The JSON Schema of what `change` takes, for the reference."""
    properties = {choice.name: choice.takes for choice in _declared.values()}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def title_of(name: str) -> str:
    """What the page calls a choice; its name where nobody declares it any more."""
    return str(_declared[name].title) if name in _declared else name


def values(*, by: User) -> dict[str, object]:
    """What holds now, by name. Raises NotFound for who is no admin."""
    return {choice.name: choice.now() for choice in all_choices(by=by)}


def change(wanted: Mapping[str, object], *, by: User) -> None:
    """Choose, all of it or nothing. Raises Invalid for what is not there or can't be."""
    known = {choice.name: choice for choice in all_choices(by=by)}
    with write() as tx:
        for name, value in wanted.items():
            if name not in known:
                raise Invalid.field(name, "There is no such setting.")
            checked = known[name].checked(value)
            before = known[name].now()
            if before != checked:
                tx.merge(Setting(name=name, value=checked, changed_at=now(), changed_by=by.id))
                audit.note("setting.changed", subject=name, by=by, before=before, now=checked)

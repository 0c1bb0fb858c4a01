"""Finding people, for admins: by a part of a name or an address, by role, by state."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, String, false, func, or_, select

from playlist_app.database import session
from playlist_app.people.models import Role, User, by_name, name_key
from playlist_app.refusals import Conflict, NotFound

STATES = ("active", "blocked")


def people(
    *,
    by: User | None,
    text: str = "",
    role: str = "",
    state: str = "",
    after: str = "",
    limit: int = 50,
) -> tuple[Sequence[User], str | None]:
    """Those who fit, in the order of the names they log in with, and after which name the list goes
    on, if it does. A role or a state that there is not fits nobody. Raises NotFound for who is no
    admin; None is who has the machine itself."""
    require_admin(by)
    query = select(User).where(*_fits(text, role, state)).order_by(User.username_key)
    if after:
        query = query.where(User.username_key > name_key(after))
    found = session().scalars(query.limit(limit + 1)).all()
    if len(found) <= limit:
        return found, None
    return found[:limit], found[limit - 1].username


def one(text: str) -> User:
    """The person whose user name this is, or else e-mail or phone number: for who has the machine
    itself. Raises NotFound, or Conflict where several have it."""
    named: User | None = session().scalar(by_name(text))
    if named:
        return named
    fits = func.lower(User.email) == text.strip().lower()
    if digits := _digits(text):
        phone: ColumnElement[str | None] = User.phone.expression
        for sign in _BETWEEN:
            phone = func.replace(phone, sign, "")
        fits = or_(fits, phone == digits)
    found = session().scalars(select(User).where(fits).limit(2)).all()
    if not found:
        raise NotFound(f"There is nobody called {text!r} here, and nobody with that address.")
    if len(found) > 1:
        raise Conflict(f"Several people have {text!r}. Say the name that they log in with.")
    return found[0]


_BETWEEN = " -/().\u00a0"  # how people write phone numbers


def _digits(text: str) -> str:
    """A phone number without what only makes it readable; "" for what is none."""
    bare = text.translate(dict.fromkeys(map(ord, _BETWEEN)))
    return bare if bare.removeprefix("+").isdigit() else ""


def count(*, by: User, text: str = "", role: str = "", state: str = "") -> int:
    """How many fit. Raises NotFound for who is no admin."""
    require_admin(by)
    query = select(func.count()).select_from(User).where(*_fits(text, role, state))
    return session().scalar(query) or 0


def require_admin(person: User | None) -> None:
    """Raises NotFound: for all others the people here are not to be seen."""
    if person and not person.is_admin:
        raise NotFound


def _fits(text: str, role: str, state: str) -> list[ColumnElement[bool]]:
    fits: list[ColumnElement[bool]] = [User.left_at.is_(None)]
    if text := text.strip():
        fits.append(
            or_(
                User.username_key.contains(name_key(text), autoescape=True),
                User.name.icontains(text, autoescape=True),
                User.email.icontains(text, autoescape=True),
                User.phone.contains(text, autoescape=True),
            )
        )
    if role:
        # Roles stand in one column, by their names with spaces between; none is part of another.
        has_it = User.roles.cast(String).contains(role, autoescape=True)
        fits.append(has_it if role in list(Role) else false())
    if state:
        is_in_it = User.is_active.is_(state == "active")
        fits.append(is_in_it if state in STATES else false())
    return fits

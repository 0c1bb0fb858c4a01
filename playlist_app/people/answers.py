"""What the calls about people, invites and the audit answer."""

from __future__ import annotations

from typing import Any, Literal, TypedDict

from playlist_app.shapes import Count, Listed, Moment, Person


class User(TypedDict):
    """A person with an account, as they see themselves and admins see them."""

    id: str
    username: str
    name: str
    roles: list[Literal["admin", "reviewer", "member", "guest"]]
    created_at: Moment
    email: str | None
    phone: str | None
    last_seen_at: Moment | None
    is_active: bool


class Me(User):
    """Oneself, with the token that a browser's unsafe calls send as X-CSRF-Token."""

    csrf_token: str


class LoggedIn(TypedDict):
    """The token of the session that was opened."""

    token: str
    user: User


class TotpState(TypedDict):
    """Whether a code of an app is asked for, and how many recovery codes are left."""

    is_on: bool
    recovery_codes_left: Count


class Passkey(TypedDict):
    """A key that a device keeps."""

    id: str
    name: str
    created_at: Moment
    last_used_at: Moment | None


class Factors(TypedDict):
    """What is asked for besides one's password."""

    totp: TotpState
    passkeys: list[Passkey]


class NewSecret(TypedDict):
    """A secret for an app that makes codes; `uri` is what a square picture for it holds."""

    secret: str
    uri: str


class RecoveryCodes(TypedDict):
    """Codes for when the app is lost: told this once."""

    recovery_codes: list[str]


class Options(TypedDict):
    """What the browser's own call takes; bytes are base64url."""

    options: dict[str, Any]


class Offered(Options):
    """With the ticket that the next call names."""

    ticket: str


class ChangedPassword(TypedDict):
    """How many other sessions it ended."""

    sessions_ended: Count


class Session(TypedDict):
    """One log-in on one device; `is_current` is the one that asks."""

    id: str
    created_at: Moment
    last_used_at: Moment
    ends_at: Moment
    user_agent: str
    address: str
    device: str
    is_current: bool


class Token(TypedDict):
    """An API token; what it is, is told once."""

    id: str
    name: str
    scopes: list[Literal["read", "vote", "edit", "admin"]]
    created_at: Moment
    ends_at: Moment | None
    last_used_at: Moment | None
    address: str | None


class NewToken(Token):
    """With the token itself, this once."""

    token: str


class CodeAsked(TypedDict):
    """By what the code is used, once it came."""

    id: str


class Invite(TypedDict):
    """An invite to this server; `url` is the link, while it lets people in."""

    id: str
    role: str
    note: str
    uses: Count
    used: Count
    state: Literal["open", "used", "ended", "revoked"]
    url: str | None
    made_by: Person | None
    created_at: Moment
    ends_at: Moment


class Actor(TypedDict):
    """Who did it; `id` is null for the command line and the server itself."""

    id: str | None
    name: str


class Note(TypedDict):
    """Something that was done with accounts or the server."""

    id: str
    at: Moment
    actor: Actor
    action: str
    subject: str
    detail: dict[str, Any]
    address: str | None


Users = Listed[User]
Sessions = Listed[Session]
Tokens = Listed[Token]
Invites = Listed[Invite]
Notes = Listed[Note]

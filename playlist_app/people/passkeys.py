"""Passkeys (WebAuthn): a key that never leaves a phone, a laptop or a stick. It logs in alone, when
the device asked for a finger, a face or a PIN; and stands in for the code after a password.

The library loads when somebody uses one: a web process that nobody does is smaller by that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import orjson
from sqlalchemy import JSON, ForeignKey, LargeBinary, String, select
from sqlalchemy.orm import Mapped, mapped_column

from playlist_app.config import settings
from playlist_app.database import Base, Id, Moment, WithId, iso, now, session, write
from playlist_app.people import audit, ceremonies
from playlist_app.people.ceremonies import Ceremony, Purpose
from playlist_app.people.confirming import confirm
from playlist_app.people.models import User
from playlist_app.refusals import Conflict, Invalid, NotFound, Refusal

AT_MOST = 20  # for a person
LONGEST_NAME = 60
TIMEOUT = 120_000  # milliseconds


class Passkey(WithId, Base):
    """The public half of one."""

    __tablename__ = "passkey"

    user_id: Mapped[str] = mapped_column(Id, ForeignKey("user.id", ondelete="CASCADE"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int]
    transports: Mapped[list[str]] = mapped_column(JSON, default=list)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    last_used_at: Mapped[datetime | None] = mapped_column(Moment)

    def shape(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "created_at": iso(self.created_at),
            "last_used_at": self.last_used_at and iso(self.last_used_at),
        }


class NotThatKey(Refusal):
    """It is no key that we know, or it did not sign what it should have."""

    status = 401
    title = "That key doesn't open this"


@dataclass(frozen=True)
class Here:
    """Where the browser is: passkeys are made for one site, and answer to no other."""

    host: str
    origin: str

    @classmethod
    def of(cls, asked_at: str) -> Here:
        """The public address, where there is one; else where the request went."""
        parts = urlsplit(settings().public_url or asked_at)
        return cls(parts.hostname or "", f"{parts.scheme}://{parts.netloc}")


def of(user: User) -> Sequence[Passkey]:
    """A person's, the oldest first."""
    theirs = select(Passkey).where(Passkey.user_id == user.id)
    return session().scalars(theirs.order_by(Passkey.created_at)).all()


def offer(person: User, password: str, here: Here) -> tuple[str, dict[str, Any]]:
    """Begin to add one: a ticket, and what the browser is to ask the device for. Raises Invalid for
    a wrong password, or Conflict where there are enough."""
    confirm(person, password, to="add a passkey")
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers import structs

    known = of(person)
    if len(known) >= AT_MOST:
        raise Conflict(f"You have {AT_MOST} passkeys, which is as many as there can be.")
    ticket, ceremony = ceremonies.begin(Purpose.ADD_PASSKEY, person)
    options = generate_registration_options(
        rp_id=here.host,
        rp_name="Jamboree",
        user_id=person.id.encode(),
        user_name=person.username,
        user_display_name=person.name,
        challenge=ceremony.challenge,
        timeout=TIMEOUT,
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            user_verification=structs.UserVerificationRequirement.PREFERRED,
        ),
        exclude_credentials=_described(known),
    )
    return ticket, orjson.loads(options_to_json(options))


def add(person: User, ticket: str, credential: dict[str, Any], name: str, here: Here) -> Passkey:
    """Add what the device made. Raises Over, NotThatKey, or Conflict for a key that is known."""
    begun = ceremonies.find(ticket, Purpose.ADD_PASSKEY)
    if begun.user_id != person.id:
        raise NotThatKey("This was begun by somebody else.")
    from webauthn import verify_registration_response
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        made = verify_registration_response(
            credential=credential,
            expected_challenge=begun.challenge,
            expected_rp_id=here.host,
            expected_origin=here.origin,
        )
    except WebAuthnException as error:
        raise NotThatKey(f"The key that your device made can't be used: {error}.") from None
    with write() as tx:
        tx.delete(ceremonies.find(ticket, Purpose.ADD_PASSKEY))
        if tx.scalar(_known(made.credential_id)):
            raise Conflict("This key is known here already.")
        passkey = Passkey(
            user_id=person.id,
            credential_id=made.credential_id,
            public_key=made.credential_public_key,
            sign_count=made.sign_count,
            transports=_transports(credential),
            name=_name(name),
        )
        tx.add(passkey)
        tx.flush()
        audit.note("factor.added", subject=person.username, by=person, factor="passkey")
        return passkey


def remove(person: User, passkey_id: str, password: str) -> None:
    """Raises NotFound for one that is not theirs, or Invalid for a wrong password."""
    _theirs(person, passkey_id)
    confirm(person, password, to="remove a passkey")
    with write() as tx:
        tx.delete(_theirs(person, passkey_id))
        audit.note("factor.removed", subject=person.username, by=person, factor="passkey")


def remove_all(person: User, *, by: User | None) -> int:
    """For a verb that knows that it may be; answers how many there were."""
    with write() as tx:
        theirs = of(person)
        for passkey in theirs:
            tx.delete(passkey)
        if theirs:
            audit.note(
                "factor.removed",
                subject=person.username,
                by=by,
                factor="passkey",
                how_many=len(theirs),
            )
        return len(theirs)


def ask(begun: Ceremony, here: Here, *, of_user: User | None = None) -> dict[str, Any]:
    """What the browser is to ask the device for: one of a person's keys; or, of nobody, whichever
    it has for this site, and then the device is to ask who holds it."""
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers.structs import UserVerificationRequirement as Verification

    options = generate_authentication_options(
        rp_id=here.host,
        challenge=begun.challenge,
        timeout=TIMEOUT,
        allow_credentials=_described(of(of_user)) if of_user else None,
        user_verification=Verification.PREFERRED if of_user else Verification.REQUIRED,
    )
    answer: dict[str, Any] = orjson.loads(options_to_json(options))
    return answer


def check(
    begun: Ceremony, credential: dict[str, Any], here: Here, *, alone: bool
) -> tuple[Passkey, int]:
    """The key that signed, and how often it did by its own account. `alone` asks that the device
    saw who holds it. Not within a write: the library may have to be loaded. Raises NotThatKey."""
    from webauthn import base64url_to_bytes, verify_authentication_response
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        id_ = base64url_to_bytes(str(credential.get("id", "")))
    except ValueError:
        raise NotThatKey("This is no answer of a passkey.") from None
    passkey = session().scalar(_known(id_))
    if not passkey or (begun.user_id and begun.user_id != passkey.user_id):
        raise NotThatKey("This key is not known here. It may have been removed.")
    try:
        verified = verify_authentication_response(
            credential=credential,
            expected_challenge=begun.challenge,
            expected_rp_id=here.host,
            expected_origin=here.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=alone,
        )
    except WebAuthnException as error:
        raise NotThatKey(f"What this key answered does not fit: {error}.") from None
    return passkey, verified.new_sign_count


def use(passkey_id: str, sign_count: int) -> User:
    """Note that it was used; within the write of the log-in. Raises NotThatKey for one that is
    gone by now."""
    with write() as tx:
        passkey = tx.get(Passkey, passkey_id)
        if not passkey:
            raise NotThatKey("This key was removed.")
        passkey.sign_count, passkey.last_used_at = sign_count, now()
        return tx.get_one(User, passkey.user_id)


def _theirs(person: User, passkey_id: str) -> Passkey:
    found = session().get(Passkey, passkey_id)
    if not found or found.user_id != person.id:
        raise NotFound
    return found


def _known(credential_id: bytes) -> Any:
    return select(Passkey).where(Passkey.credential_id == credential_id)


def _described(known: Sequence[Passkey]) -> list[Any]:
    from webauthn.helpers.structs import AuthenticatorTransport, PublicKeyCredentialDescriptor

    return [
        PublicKeyCredentialDescriptor(
            id=one.credential_id,
            transports=[AuthenticatorTransport(name) for name in one.transports],
        )
        for one in known
    ]


def _transports(credential: dict[str, Any]) -> list[str]:
    """How a device says that the key can be reached; only what there is."""
    known = {"usb", "nfc", "ble", "smart-card", "internal", "cable", "hybrid"}
    answer = credential.get("response")
    said = answer.get("transports") if isinstance(answer, dict) else None
    return sorted(known.intersection(map(str, said))) if isinstance(said, list) else []


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name:
        return "Passkey"
    if len(name) > LONGEST_NAME:
        raise Invalid.field("name", f"A name has at most {LONGEST_NAME} characters.")
    return name

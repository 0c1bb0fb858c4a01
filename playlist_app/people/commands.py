"""`flask users …`: people, from the command line. People are named by their user name, e-mail or
phone number; what is taken from somebody is asked about first, or comes with --yes."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import click
from flask.cli import AppGroup

from playlist_app.config import settings
from playlist_app.database import iso
from playlist_app.people import accounts, finding, sessions
from playlist_app.people.models import Role, User
from playlist_app.refusals import Refusal

Command = TypeVar("Command", bound=Callable[..., Any])

users = AppGroup("users", help="People with an account.")

as_json = click.option("--json", "as_json", is_flag=True)
yes = click.option("--yes", is_flag=True, help="Do it without asking.")
ROLE = click.Choice([role.value for role in Role])


def from_stdin(of_the: str) -> Callable[[Command], Command]:
    return click.option(
        "--password-stdin", is_flag=True, help=f"Read {of_the} from standard input."
    )


@users.command("create")
@click.argument("name")
@click.option("--role", "roles", type=ROLE, multiple=True, default=["member"])
@from_stdin("the password")
@as_json
def create(name: str, roles: tuple[str, ...], password_stdin: bool, as_json: bool) -> None:
    """Make a person with an account; give --role more than once for several roles."""
    password = _password(password_stdin)
    with _said():
        user = User.create(name, password, roles=map(Role, roles), by=None)
    _tell(user, f"Made {user.username} ({_roles(user)}).", as_json)


@users.command("list")
@click.option("--role", type=ROLE, help="Only those who have it.")
@as_json
def list_(role: str | None, as_json: bool) -> None:
    """Everybody with an account, and their roles."""
    _list(_everybody(role=role or ""), as_json)


@users.command("find")
@click.argument("text")
@as_json
def find(text: str, as_json: bool) -> None:
    """Who has this in their name, e-mail or phone number. Exit status 1 where nobody has."""
    found = _everybody(text=text)
    _list(found, as_json)
    if not found:
        raise SystemExit(1)


@users.command("assign-role")
@click.argument("name")
@click.argument("role", type=ROLE)
@as_json
def assign_role(name: str, role: str, as_json: bool) -> None:
    """Give a person a role besides those they have."""
    with _said():
        person = finding.one(name)
        person = accounts.set_roles(person, person.roles | {Role(role)}, by=None)
    _tell(person, f"{person.username} is {_roles(person)} now.", as_json)


@users.command("remove-role")
@click.argument("name")
@click.argument("role", type=ROLE)
@yes
@as_json
def remove_role(name: str, role: str, yes: bool, as_json: bool) -> None:
    """Take a role from a person; never the last admin's, nor somebody's only one."""
    with _said():
        person = finding.one(name)
        if Role(role) in person.roles:
            _ask(f"Take the role {role} from {person.username}?", yes=yes)
        person = accounts.set_roles(person, person.roles - {Role(role)}, by=None)
    _tell(person, f"{person.username} is {_roles(person)} now.", as_json)


@users.command("reset-password")
@click.argument("name")
@from_stdin("the new password")
@click.option("--link", is_flag=True, help="Make a link by which they choose one themselves.")
@yes
@as_json
def reset_password(name: str, password_stdin: bool, link: bool, yes: bool, as_json: bool) -> None:
    """Give a person a new password, which ends all their sessions; or a link to choose one."""
    if password_stdin and not (yes or link):
        raise click.UsageError("With --password-stdin nobody can be asked: say --yes as well.")
    with _said():
        person = finding.one(name)
        if link:
            code = accounts.offer_password(person, by=None)
            address = f"{_address()}/new-password/{code}"
            said = f"Good for a day, and for one use: {address}"
            _tell(person, said, as_json, link=address)
            return
        _ask(f"Give {person.username} a new password, and log them out everywhere?", yes=yes)
        person = accounts.set_password(person, _password(password_stdin), by=None)
    _tell(person, f"{person.username} has a new password, and is logged out.", as_json)


@users.command("remove-factors")
@click.argument("name")
@yes
@as_json
def remove_factors(name: str, yes: bool, as_json: bool) -> None:
    """For who lost their phone: ask for no code any more, and forget their passkeys. The password
    stays as it is."""
    with _said():
        person = finding.one(name)
        _ask(f"Let {person.username} in by the password alone?", yes=yes)
        removed = accounts.remove_factors(person, by=None)
    said = "logs in by the password alone now" if removed else "had no second factor and no passkey"
    _tell(person, f"{person.username} {said}.", as_json, removed=removed)


@users.command("sessions")
@click.argument("name")
@click.option("--end", is_flag=True, help="End all of them.")
@yes
@as_json
def list_sessions(name: str, end: bool, yes: bool, as_json: bool) -> None:
    """Where a person is logged in; --end logs them out everywhere."""
    with _said():
        person = finding.one(name)
        if end:
            _ask(f"Log {person.username} out everywhere?", yes=yes)
            ended = accounts.end_sessions(person, by=None)
            times = "1 session" if ended == 1 else f"{ended} sessions"
            _tell(person, f"Ended {times} of {person.username}.", as_json, ended=ended)
            return
    found = sessions.sessions_of(person)
    if as_json:
        click.echo(json.dumps([one.shape() for one in found]))
        return
    for one in found:
        used, agent = iso(one.last_used_at)[:16].replace("T", " "), one.user_agent or "-"
        click.echo(f"{used} UTC  {one.address or 'command line':<20} {agent}")
    if not found:
        click.echo(f"{person.username} is logged in nowhere.")


@contextlib.contextmanager
def _said() -> Iterator[None]:
    try:
        yield
    except Refusal as refusal:
        raise click.ClickException(refusal.detail) from None


def _password(from_standard_input: bool) -> str:
    if from_standard_input:
        return sys.stdin.readline().rstrip("\r\n")
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return password


def _ask(question: str, *, yes: bool) -> None:
    if not yes:
        click.confirm(question, abort=True, err=True)


def _everybody(*, text: str = "", role: str = "") -> list[User]:
    found: list[User] = []
    after: str | None = ""
    while after is not None:
        some, after = finding.people(by=None, text=text, role=role, after=after, limit=500)
        found += some
    return found


def _list(people: list[User], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([person.as_user() for person in people]))
        return
    for person in people:
        blocked = "  (blocked)" if not person.is_active else ""
        reached = "  ".join(filter(None, (person.email, person.phone)))
        click.echo(f"{person.username:<24} {_roles(person):<24} {reached}{blocked}".rstrip())


def _tell(person: User, sentence: str, as_json: bool, **more: object) -> None:
    click.echo(json.dumps(person.as_user() | more) if as_json else sentence)


def _roles(person: User) -> str:
    return ", ".join(sorted(person.roles))


def _address() -> str:
    return settings().public_url.rstrip("/") or "http://127.0.0.1:8000"

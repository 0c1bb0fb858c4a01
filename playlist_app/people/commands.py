"""`flask users …`: people, from the command line."""

from __future__ import annotations

import json
import sys

import click
from flask.cli import AppGroup
from sqlalchemy import select

from playlist_app.database import session
from playlist_app.people.models import Role, User
from playlist_app.refusals import Refusal

users = AppGroup("users", help="People with an account.")


@users.command("create")
@click.argument("name")
@click.option(
    "--role",
    "roles",
    type=click.Choice([role.value for role in Role]),
    multiple=True,
    default=["member"],
)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option("--json", "as_json", is_flag=True)
def create(name: str, roles: tuple[str, ...], password_stdin: bool, as_json: bool) -> None:
    """Make a person with an account; give --role more than once for several roles."""
    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    try:
        user = User.create(name, password, roles=map(Role, roles), by=None)
    except Refusal as refusal:
        raise click.ClickException(refusal.detail) from None
    if as_json:
        click.echo(json.dumps(user.as_user()))
    else:
        click.echo(f"Made {user.username} ({', '.join(sorted(user.roles))}).")


@users.command("list")
@click.option("--json", "as_json", is_flag=True)
def list_(as_json: bool) -> None:
    """Everybody with an account, and their roles."""
    people = session().scalars(select(User).order_by(User.username_key)).all()
    if as_json:
        click.echo(json.dumps([person.as_user() for person in people]))
        return
    for person in people:
        blocked = "" if person.is_active else "  (blocked)"
        click.echo(f"{person.username:<24} {', '.join(sorted(person.roles))}{blocked}")

"""Saying on the command line why something can't be done, and asking before it is."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator
from typing import IO, Any

import click

from playlist_app.config import settings
from playlist_app.operations.troubles import CannotServe, explained
from playlist_app.refusals import Refusal


class Unusable(click.ClickException):
    """There is no app to say more: the words alone, for programs as JSON."""

    def show(self, file: IO[Any] | None = None) -> None:
        if "--json" in sys.argv:
            click.echo(json.dumps({"can_serve": False, "problem": self.message}))
        super().show(file)


@contextlib.contextmanager
def said() -> Iterator[None]:
    """Say why something can't be done, where that is known, and end."""
    try:
        with explained(settings()):
            yield
    except CannotServe as trouble:
        raise click.ClickException(str(trouble)) from None
    except Refusal as refusal:
        raise click.ClickException(refusal.detail) from None

"""`flask api …`: the documents of the reference, for tools that want them as files."""

from __future__ import annotations

import click
import orjson
from flask import current_app
from flask.cli import AppGroup

from playlist_app.operations.reference.routes import asyncapi_of, openapi_of

reference = AppGroup("api", help="The API and the live channel, described.")


@reference.command("openapi")
def print_openapi() -> None:
    """Print the OpenAPI 3.1 document."""
    document = openapi_of(current_app._get_current_object())  # type: ignore[attr-defined]
    click.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())


@reference.command("asyncapi")
def print_asyncapi() -> None:
    """Print the AsyncAPI 3.0 document of the live channel."""
    document = asyncapi_of(current_app._get_current_object())  # type: ignore[attr-defined]
    click.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())

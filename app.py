"""The app, for `flask` and for gunicorn."""

import click

from playlist_app import create_app
from playlist_app.config import BadSetting
from playlist_app.operations.troubles import CannotServe

try:
    app = create_app()
except (CannotServe, BadSetting) as trouble:
    # The words alone; `flask` prints them, and ends.
    raise click.ClickException(str(trouble)) from None

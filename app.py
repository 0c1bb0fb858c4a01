"""The app, for `flask` and for gunicorn."""

from playlist_app import create_app

app = create_app()

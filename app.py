"""The app, for `flask` and for gunicorn."""

from playlist_app import create_app
from playlist_app.config import BadSetting
from playlist_app.operations.saying import Unusable
from playlist_app.operations.troubles import CannotServe

try:
    app = create_app()
except (CannotServe, BadSetting) as trouble:
    raise Unusable(str(trouble)) from None

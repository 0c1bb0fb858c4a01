"""The app, for `flask` and for gunicorn."""

from playlist_app import create_app
from playlist_app.config import BadSetting
from playlist_app.operations import in_use
from playlist_app.operations.saying import Unusable
from playlist_app.operations.troubles import CannotServe

try:
    app = create_app()
    if in_use.is_flask_run():  # gunicorn says so before it forks (gunicorn.conf.py)
        in_use.serve(app.config["JAMBOREE"])
except (CannotServe, BadSetting) as trouble:
    raise Unusable(str(trouble)) from None

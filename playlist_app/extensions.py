"""The Flask extensions: made here, bound to the app in create_app."""

from __future__ import annotations

from flask import current_app
from flask_babel import Babel
from flask_login import LoginManager
from flask_smorest import Api, Blueprint
from flask_sock import Sock
from flask_wtf import CSRFProtect
from flask_wtf.csrf import ValidationError, generate_csrf, validate_csrf


class Csrf(CSRFProtect):  # type: ignore[misc]
    """Flask-WTF's, which also believes what the older keys signed (SECRET_KEY_FALLBACKS): a page
    that was open while the key was changed goes on."""

    def _get_csrf_token(self) -> str | None:
        given: str | None = super()._get_csrf_token()
        return self._signed_anew(given) if given else None

    def _signed_anew(self, given: str) -> str:
        for key in current_app.config["SECRET_KEY_FALLBACKS"] or ():
            try:
                validate_csrf(given, secret_key=key)
            except ValidationError:
                continue
            return str(generate_csrf())  # the same token, by the key of now
        return given


babel = Babel()
login = LoginManager()
csrf = Csrf()
sock = Sock()


class Calls(Api):  # type: ignore[misc]
    """The API, without the document that Flask-smorest would make of it at each start: that is
    longer than all else that an app takes to be made; ours is made when it is read
    (operations/reference)."""

    def register_blueprint(self, blp: Blueprint) -> None:
        self._app.extensions["flask-smorest"]["blp_name_to_api"][blp.name] = self
        self._app.register_blueprint(blp)


api = Calls()

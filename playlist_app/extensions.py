"""The Flask extensions: made here, bound to the app in create_app."""

from __future__ import annotations

from flask_babel import Babel
from flask_login import LoginManager
from flask_smorest import Api
from flask_sock import Sock
from flask_wtf import CSRFProtect

babel = Babel()
login = LoginManager()
csrf = CSRFProtect()
sock = Sock()
api = Api()

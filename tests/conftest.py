"""The house of the tests: a data folder with the cast in it, apps on copies of it, real servers.

The cast is always the same (STYLE.md): Alice owns, Bob is a member, Charlie must see nothing; Dora
is the admin.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from werkzeug.routing import Rule

from playlist_app import create_app
from playlist_app.config import Settings
from playlist_app.database import session
from playlist_app.live.events import Event
from playlist_app.operations import startup
from playlist_app.people import passwords
from playlist_app.people.models import Role, User
from playlist_app.people.sessions import open_session
from tests import conforming
from tests.cast import NAMES, PASSWORD, Person
from tests.serving import Client, Server
from tests.sounds import Sounds


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A prepared data folder with the cast in it, and a token of each; made once."""
    folder = tmp_path_factory.mktemp("furnished")
    app = make_app(folder)
    startup.prepare(app)
    tokens = {}
    with app.app_context():
        for name in NAMES:
            roles = {Role.ADMIN, Role.MEMBER} if name == "dora" else {Role.MEMBER}
            user = User.create(name, PASSWORD, roles=roles, by=None, name=name.title())
            tokens[name] = open_session(user)
    close(app)
    return folder, tokens


# What is hashed here takes next to nothing, and so does a log-in with it, also at a real server:
# how costly checking a password is stands in its hash. What servers hash is as costly as always
# (test_me.py has that).
passwords._hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)

# Templates are compiled once a run, not once an app: hundreds are made.
_compiled = tempfile.TemporaryDirectory(prefix="templates-")  # goes with the process
compiled = FileSystemBytecodeCache(_compiled.name)


# So is what makes addresses of rules: it depends on nothing but what is in the key.
_makes_address = Rule._compile_builder
_made: dict[Any, Any] = {}


def _made_once(rule: Rule, append_unknown: bool = True) -> Any:
    arguments = frozenset(rule.arguments)
    key = (append_unknown, tuple(rule._trace), repr(rule.defaults), arguments)
    if key not in _made:
        _made[key] = _makes_address(rule, append_unknown)
    return _made[key]


Rule._compile_builder = _made_once  # type: ignore[method-assign,assignment]


def make_app(folder: Path, **values: Any) -> Flask:
    app = create_app(Settings(data=str(folder), **values), TESTING=True)
    app.jinja_env.bytecode_cache = compiled
    return app


def close(app: Flask) -> None:
    """Give back what an app holds: many are made in a run of the tests."""
    app.extensions["live"].stop()
    with app.app_context():
        for engine in app.extensions["sqlalchemy"].engines.values():
            engine.dispose()
    app.extensions["writer_lock"].close()


@pytest.fixture
def data_folder(furnished: tuple[Path, dict[str, str]], tmp_path: Path) -> Path:
    folder = tmp_path / "instance"
    shutil.copytree(furnished[0], folder)
    return folder


@pytest.fixture
def app(data_folder: Path) -> Iterator[Flask]:
    app = make_app(data_folder)
    yield app
    conforming.check_events(str(data_folder / "app.db"))
    close(app)


def _person(name: str) -> Any:
    @pytest.fixture(name=name)
    def person(app: Flask, furnished: tuple[Path, dict[str, str]]) -> Person:
        return Person(app, name, furnished[1][name])

    return person


alice, bob, charlie, dora = (_person(name) for name in NAMES)


@pytest.fixture
def nobody(app: Flask) -> Person:
    """Somebody who is not logged in."""
    return Person(app, "nobody", None)


@pytest.fixture(scope="session")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Sounds:
    """Real audio files, made once."""
    return Sounds(tmp_path_factory.mktemp("sounds"))


@pytest.fixture
def happened(app: Flask) -> Any:
    """What was recorded: [(type, payload)] of a playlist, or of everything, after a seq."""

    def read(playlist_id: str | None = None, since: int = 0) -> list[tuple[str, dict[str, Any]]]:
        import json

        with app.app_context():
            query = session().query(Event).filter(Event.seq > since).order_by(Event.seq)
            if playlist_id:
                query = query.filter(Event.playlist_id == playlist_id)
            return [(event.type, json.loads(event.payload)) for event in query]

    return read


@pytest.fixture(scope="module")
def server(
    furnished: tuple[Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A real server with the cast in it, for the tests of a module; each makes its own lists."""
    folder = tmp_path_factory.mktemp("server") / "instance"
    shutil.copytree(furnished[0], folder)
    running = Server(folder).start()
    yield running
    running.stop()


@pytest.fixture
def own_server(data_folder: Path) -> Iterator[Server]:
    """A real server for one test alone, which may stop it or kill it."""
    running = Server(data_folder).start()
    yield running
    running.stop()


@pytest.fixture
def clients(
    request: pytest.FixtureRequest, furnished: tuple[Path, dict[str, str]]
) -> dict[str, Client]:
    """The cast, over the network; and nobody."""
    own = "own_server" in request.fixturenames
    server = request.getfixturevalue("own_server" if own else "server")
    cast = {name: Client(server, token) for name, token in furnished[1].items()}
    return cast | {"nobody": Client(server, None)}

"""Whatever is sent to the API, the answer is one that its document knows, never a 5xx, and what is
refused changes nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest

from playlist_app.people.models import Role, User
from tests.cast import PASSWORD
from tests.conftest import close, make_app
from tests.operations.reference.fuzzing import Actor, fuzz
from tests.serving import Client, Server
from tests.soak import count

# Of each call, as each person; what is tried besides with wrong tokens comes on top.
CASES = count(1, 25)
AT_LEAST = count(100, 2000)


@pytest.fixture(scope="module", autouse=True)
def furnished_server(server: Server) -> None:
    """A guest, and lists that the cast share: something to find, and to change."""
    app = make_app(server.data)
    with app.app_context():
        User.create("gil", PASSWORD, roles={Role.GUEST}, by=None, name="Gil")
    close(app)


# The admin comes last: who knows whom she blocks.
@pytest.mark.parametrize("name", [None, "gil", "alice", "dora"])
def test_every_answer_is_as_it_is_described(
    server: Server, name: str | None, record_property: Callable[[str, object], None]
) -> None:
    for owner in ("alice", "dora"):
        with contextlib.closing(Actor(server, owner)) as actor:
            _makes_a_list(Client(server, actor.token))
    found = fuzz(server, name, cases=CASES)
    record_property("cases", found.cases)
    assert not found.wrong, found.told()
    assert found.cases > AT_LEAST


def _makes_a_list(owner: Client) -> None:
    playlist = owner.ok("POST", "/playlists", {"title": "Friday kitchen"})
    where = f"/playlists/{playlist['id']}"
    for name, role in (("bob", "editor"), ("gil", "voter")):
        owner.ok("POST", f"{where}/members", {"username": name, "role": role})
    for title in ("Tide", "Ebb", "Foam"):
        track = owner.ok("POST", "/tracks", {"title": title, "artist": "Mira", "genre": "Dub"})
        owner.ok("POST", f"{where}/items", {"track_id": track["id"]})

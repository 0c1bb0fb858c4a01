"""Who hears of what: every event is made once, over real sockets of every person, and reaches those
whom the table names and nobody else. An event without a row fails."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from playlist_app.database import write
from playlist_app.imports import claims
from playlist_app.imports.models import Look
from playlist_app.imports.states import State
from playlist_app.live import events
from playlist_app.operations import startup
from playlist_app.playlists.models import Playlist
from playlist_app.work.models import TaskRecord
from playlist_app.work.telling import tell_admins
from tests.cast import ok
from tests.conftest import close, make_app
from tests.doors.house import House
from tests.doors.persons import LOGGED_IN, OPENS
from tests.doors.table import ROWS
from tests.doors.table.events import EVENTS, Told
from tests.imports import rows as import_rows
from tests.listening.hearing import hears
from tests.serving import Client, Listener, Server
from tests.sounds import Sounds

END = "the end"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, sounds: Sounds) -> Iterator[House]:
    folder: Path = tmp_path_factory.mktemp("house") / "instance"
    app = make_app(folder, rate_limits="off")
    startup.prepare(app)
    house = House(app, folder, sounds)
    yield house
    house.close()
    close(app)


@pytest.fixture(scope="module")
def server(house: House) -> Iterator[Server]:
    running = Server(house.app.config["JAMBOREE"].data_folder).start()
    yield running
    running.stop()


# --- what no call does ----------------------------------------------------------------------------


def tidy_up(house: House) -> None:
    with house.app.app_context(), write() as tx:
        tx.get_one(Playlist, house.at["playlist_id"])._tidy_up()


def restore(house: House) -> None:
    with house.app.app_context(), write() as tx:
        playlist = tx.get_one(Playlist, house.at["playlist_id"])
        playlist.record(events.PlaylistRestored(), None)


def listen(house: House) -> None:
    hears(house.people["owner"], {"id": house.at["track_id"]})


def import_many(house: House) -> None:
    with house.app.app_context():
        import_rows.imports("owner", 25, title="Many")


def look(house: House) -> None:
    """As the worker does that took it."""
    asked = {"url": "https://radio.example/one.mp3"}
    id_ = ok(house.people["owner"].post("/imports/look", asked), 202)["id"]
    with house.app.app_context():
        with write() as tx:
            tx.get_one(Look, id_).claim = "mine"
        claims.looked(id_, "mine", state=State.COMPLETED, found="{}")


def fail_a_task(house: House) -> None:
    with house.app.app_context(), write() as tx:
        record = tx.get(TaskRecord, "analysis") or TaskRecord(name="analysis")
        record.failures, record.done = 1, 0
        tx.add(record)
        tell_admins(record)


ACTS = {act.__name__: act for act in (tidy_up, restore, listen, import_many, look, fail_a_task)}


def happen(house: House, told: Told) -> None:
    if act := ACTS.get(told.call):
        act(house)
        return
    method, path = house.filled(told.call).split(" ")
    answer = house.people[told.by].call(method, path, json=house.filled(told.body))
    assert answer.status_code < 300, (told.type, answer.get_data(as_text=True))


# --- the table ------------------------------------------------------------------------------------


def vocabulary(base: type[events.Happening] = events.Happening) -> set[str]:
    found = {base.type} if "type" in vars(base) else set()
    return found.union(*(vocabulary(each) for each in base.__subclasses__()))


def test_every_event_has_a_row() -> None:
    missing = vocabulary() - {told.type for told in EVENTS}
    assert not missing, (
        f"Nobody has said who is told of {sorted(missing)}. Add a Told for each to"
        " tests/doors/table/events.py: its type, LIST or whose it is, and what makes it happen."
    )


def doors_that_open(house: House, server: Server, path: str) -> dict[str, Listener]:
    """Who gets a socket there; the others get what the table of the doors says."""
    row = next(row for row in ROWS if row.door == f"GET {path}")
    opened = {}
    for name in LOGGED_IN:
        client = Client(server, house.people[name].token)
        try:
            opened[name] = client.listens(house.address(path))
        except InvalidStatus as refused:
            assert refused.response.status_code == row.gets[name], name
        else:
            assert row.gets[name] == OPENS, name
    return opened


def test_each_event_reaches_whom_it_is_for_and_nobody_else(house: House, server: Server) -> None:
    with contextlib.ExitStack() as open_:
        of_list = doors_that_open(house, server, "/ws/playlists/<playlist_id>")
        of_person = doors_that_open(house, server, "/ws/me")
        for listener in (*of_list.values(), *of_person.values()):
            open_.callback(listener.close)
            listener.until("connection.established")

        with house.app.app_context():
            before = events.newest_seq()
        ok(house.people["owner"].post(*_another_item(house)), 201)
        for told in EVENTS:
            happen(house, told)
        newest = tell_the_end(house)
        for listener in of_list.values():
            listener.until_closed()  # the list was deleted at last
        for listener in of_person.values():
            while not any(is_end(event) for event in listener.committed):
                assert listener.receive() is not None

    heard: defaultdict[str, set[str]] = defaultdict(set)
    for name, listener in (*of_list.items(), *of_person.items()):
        for event in listener.committed:
            assert before < event["seq"] <= newest
            if not is_end(event):
                heard[event["type"]].add(name)
    assert heard == {told.type: set(told.told) for told in EVENTS}


def is_end(event: dict[str, Any]) -> bool:
    return bool(event["payload"].get("id") == END)


def tell_the_end(house: House) -> int:
    """To everybody, after all that happened before; answers its number."""
    with house.app.app_context(), write():
        for name in LOGGED_IN:
            happening = events.SmartPlaylistChanged(id=END)
            events.record(happening, person=house.person_ids[name])
        return events.newest_seq()


def _another_item(house: House) -> tuple[str, dict[str, str]]:
    """So that there is something to move past."""
    track = house.people["owner"].makes_track("Another")
    return f"/playlists/{house.at['playlist_id']}/items", {"track_id": track["id"]}

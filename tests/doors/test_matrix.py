"""Every door of the app × every person: each gets what the table says, and a door without a row
fails. Who is refused changes nothing, and does not learn whether there is what they asked for."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from playlist_app.operations import startup
from tests.conftest import close, make_app
from tests.counting import counted
from tests.doors import table
from tests.doors.house import House, doors_of, status_of
from tests.doors.persons import LOGGED_IN, NOBODY, PEOPLE, Row
from tests.sounds import Sounds

SLICES = [
    table.people,
    table.playlists,
    table.library,
    table.listening,
    table.imports,
    table.offline,
    table.operations,
]
# What a refusal may leave behind.
NOTED = {"audit", "sqlite_sequence"}
REFUSED = (401, 403, 404)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, sounds: Sounds) -> Iterator[House]:
    folder: Path = tmp_path_factory.mktemp("house") / "instance"
    app = make_app(folder, rate_limits="off")
    startup.prepare(app)
    house = House(app, folder, sounds)
    yield house
    house.close()
    close(app)


def expected(row: Row, name: str) -> int:
    """Nobody gets past a door that does not say so."""
    return row.gets.get(name, 401) if name == NOBODY else row.gets[name]


def test_every_door_has_a_row(house: House) -> None:
    rows = [row.door for row in table.ROWS]
    missing = sorted(doors_of(house.app) - set(rows))
    assert not missing, (
        f"Nobody has said who may come in here: {missing}."
        " Add a Row for each to the module of its slice in tests/doors/table/, with a rule of"
        " tests/doors/persons.py (everybody, members, in_list('editor', …), own, admins …) and the"
        " answer to who may: Row('POST /api/v1/…', in_list('editor', 201), {the JSON it takes})."
        " What its address or body needs stands in House._furnish (tests/doors/house.py)."
    )
    gone = sorted(set(rows) - doors_of(house.app))
    assert not gone, f"There are no such doors any more: take the rows of {gone} away."
    assert len(rows) == len(set(rows)), "a door has two rows"


@pytest.mark.parametrize("slice_", SLICES, ids=lambda each: each.__name__.rpartition(".")[2])
def test_each_gets_what_the_table_says(house: House, slice_: ModuleType) -> None:
    wrong = []
    for row in slice_.ROWS:
        assert set(LOGGED_IN) <= set(row.gets), row.door
        for name in PEOPLE:
            with house.put_back():
                status = status_of(house.ask(name, row))
                if status != expected(row, name):
                    wrong.append(f"{row.door}: {name} got {status}, not {expected(row, name)}")
                elif status in REFUSED and (left := house.changed() - NOTED):
                    wrong.append(f"{row.door}: {name} was refused, and yet changed {left}")
    assert not wrong, "\n" + "\n".join(wrong)


THE_REQUEST_S_OWN = ("x-request-id", "server-timing")

# Of these ids a person's own are told apart from none at all by what they then get.
IDS = {
    *("playlist_id", "item_id", "user_id", "track_id", "audio_id", "sha256", "cover_id"),
    *("genre_id", "change_id", "smart_id", "upload_id", "device_id", "invite_id", "source_id"),
    *("token_id", "session_id", "passkey_id", "import_id", "batch_id", "look_id", "id_"),
    *("snapshot_id", "message_id"),
}


def told(house: House, name: str, row: Row) -> set[Any]:
    """All that somebody could tell two answers apart by, also how much there was to look for."""
    with house.put_back(), counted(house.app) as queries:
        answer = house.ask(name, row)
    assert answer is not None
    headers = {one for one in answer.headers if one[0].lower() not in THE_REQUEST_S_OWN}
    return {answer.status_code, answer.get_data(), f"{len(queries)} queries", *headers}


def test_what_is_not_for_me_looks_as_if_it_were_not_there(house: House) -> None:
    """Same status, headers, body and number of queries: each door with an id, each who gets 404."""
    unknown = {
        name: uuid.uuid4().hex * 2 if name == "sha256" else str(uuid.uuid4()) for name in IDS
    }
    compared, wrong = 0, []
    for row in table.ROWS:
        there = {name: value for name, value in house.at.items() if f"{name}>" in row.door}
        ids = there.keys() & IDS
        for name in LOGGED_IN if ids else ():
            if row.gets[name] != 404:
                continue
            found = told(house, name, row)
            known, house.at = house.at, house.at | {each: unknown[each] for each in ids}
            missing = told(house, name, row._replace(at=None))
            house.at = known
            compared += 1
            if found != missing:
                wrong.append(
                    f"{row.door}: {name} is told {found - missing}, else {missing - found}"
                )
    assert compared > 300
    assert not wrong, "\n" + "\n".join(wrong[:20])

"""Workers as processes: how they are woken, killed and stopped, and what becomes of their work."""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from playlist_app.database import write
from playlist_app.work import worker
from playlist_app.work.tasks import wake
from tests.conftest import close
from tests.serving import PATIENCE
from tests.soak import count, within
from tests.work.trial import MAY_BE_DEAF, Table, make_trial, working


def until(holds: Callable[[], Any], what: str = "") -> Any:
    deadline = time.monotonic() + PATIENCE
    while not (found := holds()):
        assert time.monotonic() < deadline, f"it did not come to that: {what}"
        time.sleep(0.01)  # between two looks
    return found


@pytest.fixture
def table(data_folder: Path) -> Iterator[Table]:
    table = Table(data_folder)
    yield table
    table.close()


@pytest.fixture
def web(data_folder: Path) -> Iterator[Flask]:
    """A process that answers requests, and works nothing off."""
    app = make_trial(data_folder)
    yield app
    close(app)


def wakes(app: Flask, name: str = "trial", **options: Any) -> None:
    with app.app_context(), write():
        wake(name, **options)


def is_there(app: Flask) -> bool:
    """Whether a worker has come, and rests."""
    with app.app_context():
        return any(not found.running and "trial" in found.looked for found in worker.alive())


def rows_done(table: Table) -> int:
    return table.number("coalesce(sum(done), 0)")


def until_done(table: Table, number: int) -> None:
    until(lambda: rows_done(table) == number, f"{number} are done")


def until_begun(table: Table, number: int) -> None:
    until(lambda: table.number("coalesce(sum(begun), 0)") >= number, f"{number} have begun")


def test_what_waits_is_done_when_a_worker_starts(data_folder: Path, table: Table) -> None:
    table.add(5)
    with working(data_folder):
        until(lambda: rows_done(table) == 5)
    assert set(table.ask("begun, done")) == {(1, 1)}


def test_a_wake_up_reaches_the_worker_from_another_process(
    data_folder: Path, table: Table, web: Flask
) -> None:
    with working(data_folder):
        until(lambda: is_there(web))
        for number in range(1, 4):
            table.add()
            wakes(web)
            until_done(table, number)


def test_a_write_that_is_dropped_wakes_nobody(data_folder: Path, table: Table, web: Flask) -> None:
    """Wake-ups come in their order: had the first been sent, it would have come before."""
    with working(data_folder):
        until(lambda: is_there(web))
        table.add()
        with web.app_context(), pytest.raises(RuntimeError), write():
            wake("trial")
            raise RuntimeError
        (data_folder / MAY_BE_DEAF).touch()
        wakes(web, "deaf")
        until(lambda: "deaf" in {name for found in alive(web) for name in found.running})
        assert rows_done(table) == 0


def alive(app: Flask) -> list[worker.Alive]:
    with app.app_context():
        return worker.alive()


def test_outside_of_a_write_it_is_woken_at_once_and_many_times_in_one_once(
    data_folder: Path, table: Table, web: Flask
) -> None:
    with working(data_folder):
        until(lambda: is_there(web))
        table.add()
        with web.app_context():
            wake("trial")
        until(lambda: rows_done(table) == 1)
        with web.app_context(), write() as tx:
            for _ in range(300):
                wake("trial")
            assert len(tx.info["after_commit"]) == 1


def test_a_delayed_wake_up_comes_when_it_is_time(
    data_folder: Path, table: Table, web: Flask
) -> None:
    with working(data_folder):
        until(lambda: is_there(web))
        table.add()
        asked = time.monotonic()
        wakes(web, after=1.5)
        until(lambda: rows_done(table) == 1)
        assert 1.4 < time.monotonic() - asked < 10


def test_a_delayed_wake_up_outlives_the_worker(data_folder: Path, table: Table, web: Flask) -> None:
    """Of a task that looks neither at the start of the second nor, as it is noted, by the clock."""
    with working(data_folder) as first:
        until(lambda: [one for one in alive(web) if "deaf" in one.looked and not one.running])
        first.kill()
    (data_folder / MAY_BE_DEAF).touch()
    wakes(web, "deaf", after=1)
    with working(data_folder):
        until(lambda: "deaf" in {name for found in alive(web) for name in found.running})


def test_one_that_is_killed_is_known_dead_at_once_and_its_sign_is_cleared_away(
    data_folder: Path, table: Table, web: Flask
) -> None:
    table.add(1, seconds=PATIENCE)
    with working(data_folder) as first:
        until(lambda: table.number("begun") == 1)
        (name,) = table.ask("worker")[0]
        with web.app_context():
            assert worker.is_alive(str(name))
            [found] = worker.alive()
            assert "trial" in found.running  # others may just look whether there is anything
        first.kill()
        with web.app_context():
            assert not worker.is_alive(str(name))
            assert worker.alive() == []
    signs = data_folder / "workers"
    assert (signs / str(name)).exists()
    with working(data_folder):
        until(lambda: table.number("begun") == 2)  # taken over
        assert not list(signs.glob(f"{name}*"))


def test_told_to_stop_it_ends_within_seconds_gives_back_and_leaves_no_sign(
    data_folder: Path, table: Table
) -> None:
    table.add(1, seconds=PATIENCE)
    with working(data_folder) as first:
        until(lambda: table.number("begun") == 1)
        began = time.monotonic()
        assert first.stop() == 0
        assert time.monotonic() - began < within(5)
    assert table.ask("worker, begun, done") == [(None, 1, 0)]
    assert list((data_folder / "workers").iterdir()) == []


def test_what_one_had_to_put_back_another_takes_up(
    data_folder: Path, table: Table, web: Flask
) -> None:
    with working(data_folder) as first:
        until(lambda: is_there(web))
        table.add(1, seconds=PATIENCE)
        wakes(web)
        until(lambda: table.number("begun") == 1)
        with working(data_folder):
            until(lambda: len(alive(web)) == 2)
            table.change("seconds = 0")
            first.stop()
            until(lambda: rows_done(table) == 1)
    assert table.ask("begun, done") == [(2, 1)]


def test_a_step_that_does_not_listen_is_left_behind(
    data_folder: Path, table: Table, web: Flask
) -> None:
    """The sign stands until the process is gone, so that nobody takes over what still goes on."""
    with working(data_folder, "0.5") as first:
        until(lambda: is_there(web))
        (data_folder / MAY_BE_DEAF).touch()
        wakes(web, "deaf")
        until(lambda: "deaf" in {name for found in alive(web) for name in found.running})
        began = time.monotonic()
        assert first.stop() != 0
        assert time.monotonic() - began < within(5)
    assert alive(web) == []


@pytest.mark.parametrize("harm", ["deleted", "broken", "the whole cache"])
def test_the_file_of_wake_ups_may_go_at_any_time(
    data_folder: Path, table: Table, web: Flask, harm: str
) -> None:
    cache = data_folder / "cache"
    with working(data_folder):
        until(lambda: is_there(web))
        wakes(web)
        if harm == "deleted":
            (cache / "work.db").unlink()
        elif harm == "broken":
            with (cache / "work.db").open("r+b") as file:
                file.write(random.Random(7).randbytes(20_000))
        else:
            shutil.rmtree(cache)
        table.add()

        def is_woken() -> bool:
            wakes(web)
            return rows_done(table) == 1

        until(is_woken, harm)
        with web.app_context():
            assert len(worker.alive()) == 1
    assert (cache / "work.db").stat().st_mode & 0o777 == 0o600


def test_without_the_file_nothing_is_lost(data_folder: Path, table: Table, web: Flask) -> None:
    table.add(3)
    wakes(web)
    (data_folder / "cache" / "work.db").unlink()
    with working(data_folder):
        until(lambda: rows_done(table) == 3)


def test_where_nobody_can_be_woken_the_write_stands_all_the_same(
    data_folder: Path, table: Table, web: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    (data_folder / "cache" / "work.db").mkdir()
    with web.app_context(), write():
        wake("trial")
    assert "was not woken" in caplog.text


def test_killed_at_any_moment_it_loses_nothing_and_does_nothing_twice(
    data_folder: Path, table: Table
) -> None:
    chance = random.Random(7)
    jobs = 40
    table.add(jobs, seconds=0.05)
    kills = 0
    while kills < count(5, 20) and rows_done(table) < jobs:
        with working(data_folder) as one:
            before = table.number("sum(begun)")
            until_begun(table, before + 1)
            if one.process.poll() is None:
                time.sleep(chance.uniform(0, 0.15))  # the random moment itself
                one.kill()
                kills += 1
    with working(data_folder), working(data_folder):
        until(lambda: rows_done(table) == jobs)
    assert {done for (done,) in table.ask("done")} == {1}
    assert kills >= 5

"""The worker that the web server keeps beside itself: started again, and never left alone."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serving import Client, Server
from tests.soak import within
from tests.work.test_workers import until


@pytest.fixture
def server(data_folder: Path) -> Iterator[Server]:
    running = Server(data_folder, WORK="beside", WORKERS="1").start()
    yield running
    running.stop()


@pytest.fixture
def admin(server: Server, furnished: tuple[Path, dict[str, str]]) -> Client:
    return Client(server, furnished[1]["dora"])


def worker_of(admin: Client, other_than: int = 0) -> int:
    """The process id of the worker, as soon as there is one."""

    def look() -> int:
        pids = [found["pid"] for found in admin.ok("GET", "/tasks")["workers"]]
        return next((pid for pid in pids if pid != other_than), 0)

    return int(until(look, "a worker"))


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_one_that_dies_is_started_again(admin: Client, how: signal.Signals) -> None:
    first = worker_of(admin)
    os.kill(first, how)
    assert worker_of(admin, other_than=first)


def test_it_ends_with_the_server(server: Server, admin: Client) -> None:
    pid = worker_of(admin)
    assert server.stop() < within(5)
    assert is_gone(pid)


def test_it_ends_when_the_server_is_killed(server: Server, admin: Client) -> None:
    pid = worker_of(admin)
    assert server.process
    server.process.kill()
    until(lambda: is_gone(pid), "the worker ends")


def test_nothing_is_left_of_a_server_that_is_gone(server: Server, admin: Client) -> None:
    """Also where the worker had just died, and would be started again."""
    assert server.process
    group = server.process.pid
    first = worker_of(admin)
    server.process.kill()
    os.kill(first, signal.SIGKILL)
    until(lambda: not living(group), "nothing is left")


def living(group: int) -> list[str]:
    """The processes of a process group."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, _, of = path.read_text().rpartition(")")[2].split()[:3]
            if int(of) == group and state != "Z":
                found.append(path.parent.name)
    return found


def test_a_reload_brings_a_new_one(server: Server, admin: Client) -> None:
    first = worker_of(admin)
    server.hang_up()
    second = worker_of(admin, other_than=first)
    until(lambda: is_gone(first), "the old one ends")
    assert not is_gone(second)
    assert server.stop() < within(5)
    assert is_gone(second)

"""What is revoked closes what it has open: over real sockets."""

from __future__ import annotations

import time

from tests.serving import Client, Server
from tests.soak import within


def test_a_revoked_session_or_token_loses_its_sockets_within_a_second(
    server: Server, clients: dict[str, Client]
) -> None:
    alice = clients["alice"]
    made = alice.ok("POST", "/users/me/tokens", {"name": "The wall", "scopes": ["read"]})
    log_in = {"username": "alice", "password": "a good long password"}
    phone = Client(server, clients["nobody"].ok("POST", "/users/login", log_in)["token"])
    wall = Client(server, made["token"])
    mine = alice.ok("GET", "/users/me/sessions")["items"]
    of_phone = next(one["id"] for one in mine if not one["is_current"])
    for client, path in (
        (wall, f"/users/me/tokens/{made['id']}"),
        (phone, f"/users/me/sessions/{of_phone}"),
    ):
        listener, stays = client.listens("/ws/me"), alice.listens("/ws/me")
        listener.until("connection.established")
        stays.until("connection.established")

        began = time.monotonic()
        assert alice.call("DELETE", path)[0] == 204

        assert listener.until_closed() == 1008
        assert time.monotonic() - began < within(1)
        assert client.call("GET", "/users/me")[0] == 401
        stays.send({"type": "ping", "payload": {}})
        stays.until("pong")
        stays.close()

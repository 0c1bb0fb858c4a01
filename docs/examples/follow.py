"""Follow a playlist live, through restarts of the server, and miss nothing.

    pip install simple-websocket
    SERVER=https://music.home.example TOKEN=… python3 follow.py <id of the playlist>

It reads the list once (`GET …/items`, whose `seq` says what is in it), and follows from there over
the live channel. When the connection breaks it comes back with the last `seq` that it saw, and gets
what it missed, in order, once. Only on `resync` it reads the list again. `Copy.items` is the list
as the server has it, by the items' ids; `told` is called with each change.
"""

import json
import os
import random
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

from simple_websocket import Client, ConnectionClosed, ConnectionError

NOT_OURS = (401, 403, 404)


class Copy:
    """A playlist, as it is on the server."""

    def __init__(self, server, token, playlist_id):
        self.server, self.token, self.id = server.rstrip("/"), token, playlist_id
        self.items, self.seq, self.epoch = {}, None, None
        self.failures = 0

    def told(self, kind):
        """What happened, for whoever follows: here it is printed, with the order of the ranks."""
        order = sorted(self.items, key=lambda id_: (self.items[id_]["rank"], id_))
        print(json.dumps({"seq": self.seq, "kind": kind, "order": order}), flush=True)

    def follow(self):
        """Until the playlist is deleted, or is not ours to see any more."""
        while True:
            try:
                if self.seq is None:
                    self.read()
                return self.listen()
            except urllib.error.HTTPError as refused:
                if refused.code in NOT_OURS:
                    raise SystemExit(json.load(refused)["detail"]) from None
            except ConnectionError as refused:
                if refused.status_code in NOT_OURS:
                    raise SystemExit("This playlist is not shared with you.") from None
            except ConnectionClosed as closed:
                if closed.reason == 1008:
                    raise SystemExit("This playlist is not shared with you any more.") from None
            except (OSError, ValueError):
                pass  # it is not up yet, or went in the middle of a word
            self.failures += 1
            # With some chance in it, so that not everybody comes back in the same moment.
            time.sleep(min(0.2 * 2**self.failures, 10) * random.uniform(0.5, 1))

    def read(self):
        """The whole list, and the newest event that is in it."""
        request = urllib.request.Request(f"{self.server}/api/v1/playlists/{self.id}/items")
        request.add_header("Authorization", f"Bearer {self.token}")
        with urllib.request.urlopen(request, timeout=30) as answer:
            found = json.load(answer)
        self.items = {item["id"]: item for item in found["items"]}
        self.seq = found["seq"]
        self.told("read")

    def listen(self):
        query = {"since": self.seq} | ({"epoch": self.epoch} if self.epoch else {})
        where = f"{self.server}/ws/playlists/{self.id}?{urllib.parse.urlencode(query)}"
        headers = {"Authorization": f"Bearer {self.token}"}
        # It pings, too: a connection that is dead without a word is found out within a minute.
        socket = Client.connect(where.replace("http", "ws", 1), headers=headers, ping_interval=25)
        try:
            while True:
                frame = json.loads(socket.receive())
                for each in frame["events"] if frame["type"] == "batch" else [frame]:
                    if self.take(each["type"], each["payload"], each.get("seq")):
                        return
        finally:
            socket.close()

    def take(self, kind, payload, seq):
        """One frame; answers whether it was the last."""
        if kind == "connection.established":
            self.epoch, self.failures = payload["epoch"], 0
        elif kind == "resync":
            self.read()
        elif seq is not None and seq > self.seq:  # what is in the list already counts once
            change = self.CHANGES.get(kind)
            if change:
                change(self, payload)
            self.seq = max(self.seq, seq)
            self.told(kind)
        return kind == "playlist.deleted"

    def put(self, payload):
        self.items[payload["item"]["id"]] = payload["item"]

    def take_away(self, payload):
        self.items.pop(payload["id"], None)

    def count(self, payload):
        if payload["id"] in self.items:
            self.items[payload["id"]].update(payload)

    def play(self, payload):
        for id_, item in self.items.items():
            item["is_playing"] = id_ == payload["id"]

    def describe(self, payload):
        for item in self.items.values():
            if item["track"]["id"] == payload["track"]["id"]:
                item["track"] = payload["track"]

    def rank(self, payload):
        for id_, rank in payload["ranks"].items():
            self.items[id_]["rank"] = rank

    def read_again(self, payload):
        self.read()

    CHANGES = {
        "track.added": put,
        "track.moved": put,
        "track.removed": take_away,
        "track.voted": count,
        "track.playing": play,
        "track.updated": describe,
        "playlist.reordered": rank,
        "playlist.restored": read_again,
    }


if __name__ == "__main__":
    server = os.environ.get("SERVER", "http://127.0.0.1:8000")
    Copy(server, os.environ["TOKEN"], sys.argv[1]).follow()

"""A list rebuilt from its events alone, as a client does it; and as it stands in the tables."""

from __future__ import annotations

import json
from typing import Any

from flask import Flask
from sqlalchemy import select

from playlist_app.database import iso, session
from playlist_app.live.events import Event
from playlist_app.playlists.items import Item
from playlist_app.playlists.models import Playlist

JSON = dict[str, Any]
SETTINGS = ("title", "description", "visibility", "order_mode", "consume")


class Replayed:
    """What the events say, applied one after the other, without looking at any other table."""

    def __init__(self) -> None:
        self.items: dict[str, JSON] = {}
        self.settings: JSON = {}
        self.playing: str | None = None

    def apply(self, type_: str, payload: JSON) -> None:
        match type_:
            case "track.added" | "track.moved":
                self.items[payload["item"]["id"]] = payload["item"]
            case "track.removed":
                del self.items[payload["id"]]
            case "track.voted":
                self.items[payload["id"]] |= {"up": payload["up"], "down": payload["down"]}
            case "track.playing":
                if payload["id"] and payload["id"] != self.playing:
                    self.items[payload["id"]]["played_at"] = payload["server_time"]
                self.playing = payload["id"]
            case "playlist.updated":
                self.settings = {name: payload["playlist"][name] for name in SETTINGS}
            case _:
                self.rarely(type_, payload)

    def rarely(self, type_: str, payload: JSON) -> None:
        assert type_ != "playlist.restored", "events alone don't tell this list any more"
        if type_ == "playlist.reordered":
            for id_, rank in payload["ranks"].items():
                self.items[id_]["rank"] = rank

    def as_in_tables(self) -> JSON:
        found = {
            id_: {
                "track": item["track"]["id"],
                "rank": item["rank"],
                "up": item["up"],
                "down": item["down"],
                "added_by": item["added_by"]["id"],
                "added_at": item["added_at"],
                "played_at": item["played_at"],
            }
            for id_, item in self.items.items()
        }
        return {"items": found, "playing": self.playing, "settings": self.settings}


def replayed(app: Flask, playlist_id: str) -> JSON:
    """The list that the events tell of, from the first one on."""
    found = Replayed()
    with app.app_context():
        of = select(Event).where(Event.playlist_id == playlist_id).order_by(Event.seq)
        for event in session().scalars(of):
            found.apply(event.type, json.loads(event.payload))
    return found.as_in_tables()


def in_tables(app: Flask, playlist_id: str) -> JSON:
    with app.app_context():
        playlist = session().get_one(Playlist, playlist_id)
        rows = session().scalars(select(Item).where(Item.playlist_id == playlist_id))
        found = {
            item.id: {
                "track": item.track_id,
                "rank": item.rank,
                "up": item.up,
                "down": item.down,
                "added_by": item.added_by_id,
                "added_at": iso(item.added_at),
                "played_at": iso(item.played_at) if item.played_at else None,
            }
            for item in rows
        }
        settings = {name: getattr(playlist, name) for name in SETTINGS}
        return {"items": found, "playing": playlist.room.item_id, "settings": settings}

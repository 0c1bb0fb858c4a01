"""What the server must have, told from the operations alone: each is applied once, in the order in
which the server took them, to a list that is as simple as can be."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

JSON = dict[str, Any]

VALUES = {"up": 1, "down": -1, "none": 0}


@dataclass
class Entry:
    """An item: its track, and who voted how."""

    track: str
    votes: dict[str, int] = field(default_factory=dict)


class Oracle:
    """A playlist as it follows from its operations. `events` are the types that must have been
    recorded; one with a question mark may have been."""

    def __init__(self, mode: str, title: str, begins: list[JSON]) -> None:
        self.mode = mode
        self.title = title
        self.items: dict[str, Entry] = {}
        self.order: list[str] = []
        self.events: list[str] = []
        # Whose operation is applied just now, and the seq of its event, if there is one.
        self.device, self.seq = "", 0
        self.titled: list[tuple[int, str]] = []
        for operation in begins:
            self.apply(operation, "")
        self.events.clear()

    def apply(self, operation: JSON, person: str, *, device: str = "", seq: int = 0) -> str:
        """Answers the status that the server must have answered."""
        self.device, self.seq = device, seq
        verb: str = getattr(self, f"_{operation['kind']}")(operation, person)
        return verb

    def _vote(self, operation: JSON, person: str) -> str:
        entry = self.items.get(operation["item"])
        if not entry:
            return "rejected"
        value = VALUES[operation["direction"]]
        if entry.votes.get(person, 0) != value:
            entry.votes[person] = value
            self.events.append("track.voted")
        return "applied"

    def _add(self, operation: JSON, person: str) -> str:
        if any(entry.track == operation["track"] for entry in self.items.values()):
            return "satisfied"
        self.items[operation["item"]] = Entry(operation["track"])
        self.order.append(operation["item"])
        self.events.append("track.added")
        return "applied"

    def _remove(self, operation: JSON, person: str) -> str:
        if operation["item"] not in self.items:
            return "satisfied"
        del self.items[operation["item"]]
        self.order.remove(operation["item"])
        self.events.append("track.removed")
        return "applied"

    def _move(self, operation: JSON, person: str) -> str:
        item = operation["item"]
        if item not in self.items or self.mode != "manual":
            return "rejected"
        rest = [one for one in self.order if one != item]
        at = self._place(rest, operation.get("after", []), operation.get("before", []))
        if at is None:
            return "rejected"
        rest.insert(at, item)
        # Where it stands already its rank may be another, or may not.
        self.events.append("track.moved" if rest != self.order else "track.moved?")
        self.order = rest
        return "applied"

    @staticmethod
    def _place(rest: list[str], after: list[str], before: list[str]) -> int | None:
        for distance in range(max(len(after), len(before))):
            if distance < len(after) and after[distance] in rest:
                return rest.index(after[distance]) + 1
            if distance < len(before) and before[distance] in rest:
                return rest.index(before[distance])
        return None if after or before else 0

    def _update(self, operation: JSON, person: str) -> str:
        """The list is shared: what another device changed meanwhile stands."""
        title, base = operation["fields"]["title"], operation["base_seq"]
        if title == self.title:
            return "satisfied"
        if any(seq > base and device != self.device for seq, device in self.titled):
            return "conflict"
        self.title = title
        self.titled.append((self.seq, self.device))
        self.events.append("playlist.updated")
        return "applied"

    def recorded(self, types: list[str]) -> bool:
        """Whether these are the events that must have been recorded, in this order."""
        pattern = "".join(
            f"(?:{re.escape(one[:-1])},)?" if one.endswith("?") else f"{re.escape(one)},"
            for one in self.events
        )
        return re.fullmatch(pattern, "".join(f"{type_}," for type_ in types)) is not None

    def state(self) -> list[tuple[str, str, int, int]]:
        """(item, track, up, down), in manual order."""
        return [
            (
                item,
                self.items[item].track,
                sum(value == 1 for value in self.items[item].votes.values()),
                sum(value == -1 for value in self.items[item].votes.values()),
            )
            for item in self.order
        ]

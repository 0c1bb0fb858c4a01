"""The API of the background work, for admins."""

from __future__ import annotations

from typing import Any

from flask_login import current_user

from playlist_app.described import answers
from playlist_app.people.idempotency import ApiBlueprint
from playlist_app.people.models import User
from playlist_app.work import answers as said
from playlist_app.work import status

api = ApiBlueprint("work_api", __name__, url_prefix="/api/v1/tasks")


def _me() -> User:
    me: User = current_user._get_current_object()
    return me


@api.route("", methods=["GET"])
@answers(said.Tasks, scope="admin")
def tasks() -> dict[str, Any]:
    """What runs in the background: when it last ran, how that went, what waits; and the workers.

    `running` counts lanes, of all workers; `failures` those in a row; `done` steps that found
    something to do. `next_at` is null where no worker is alive, and then `workers` is empty."""
    found, workers = status.all_tasks(by=_me())
    return {
        "items": [task.as_json() for task in found],
        "next_cursor": None,
        "workers": [
            {"name": alive.name, "pid": alive.pid, "started_at": alive.started_at}
            for alive in workers
        ],
    }


@api.route("/<name>/run", methods=["POST"])
@answers(said.Woken, 202, scope="admin")
def run(name: str) -> tuple[dict[str, Any], int]:
    """Have a worker look at once; where none is alive, as soon as there is one."""
    task = status.run_now(name, by=_me())
    return {"name": task.name}, 202

"""How things stand: the metrics that are read when somebody asks, from the tables and the folders,
and so are right whichever process answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from flask import Flask
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Float, cast, func, select

from playlist_app.config import Settings
from playlist_app.database import now, session
from playlist_app.imports.models import Import
from playlist_app.library.renditions import Rendition
from playlist_app.live.events import Event
from playlist_app.offline.devices import Device
from playlist_app.operations import figures, warnings
from playlist_app.work import status
from playlist_app.work.worker import alive


class Standing(Collector):
    """Collects within an app context."""

    def __init__(self, app: Flask) -> None:
        self._config: Settings = app.config["JAMBOREE"]

    def collect(self) -> Iterable[Metric]:
        yield from _sizes(figures.of(self._config))
        yield from _events()
        yield from _work()
        yield from _queues()
        yield from _devices()
        yield _warnings()


def _gauge(name: str, about: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"jamboree_{name}", about, value)


def _by(name: str, about: str, label: str, values: dict[str, Any]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"jamboree_{name}", about, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family


def _sizes(found: figures.Figures) -> Iterator[Metric]:
    schema = GaugeMetricFamily(
        "jamboree_schema_info", "The version of the database's schema.", labels=["version"]
    )
    schema.add_metric([found.schema or ""], 1)
    yield schema
    yield _by("users", "People, by role; one may have several.", "role", found.roles)
    yield _gauge("tracks", "Tracks in the library.", found.tracks)
    yield _gauge("playlists", "Playlists.", found.playlists)
    yield _gauge("lost_audio_files", "Audio whose bytes are missing or wrong.", found.lost_files)
    stored = {
        "database": found.database_bytes,
        "audio": found.audio_bytes,
        "covers": found.cover_bytes,
        "cache": found.cache_bytes,
        "backups": found.backup_bytes,
    }
    yield _by("stored_bytes", "What this server keeps, by kind.", "kind", stored)
    free = {"data": found.free_bytes, "media": found.media_free_bytes}
    yield _by("disk_free_bytes", "Room left on the disk of a folder.", "folder", free)
    size = {"data": found.disk_bytes, "media": found.media_disk_bytes}
    yield _by("disk_bytes", "Size of the disk of a folder.", "folder", size)


def _events() -> Iterator[Metric]:
    seq, at = session().execute(
        select(Event.seq, Event.at).order_by(Event.seq.desc()).limit(1)
    ).one_or_none() or (0, None)
    # Numbers are never given out again: the newest says how many there ever were.
    yield CounterMetricFamily("jamboree_events", "Events recorded, by everybody.", seq)
    if at:
        yield _gauge("last_event_timestamp_seconds", "When the newest was.", at.timestamp())


def _work() -> Iterator[Metric]:
    workers = alive()
    yield _gauge("workers", "Workers that are alive.", len(workers))
    seen = max((found.seen_at for found in workers if found.seen_at), default=None)
    if seen:
        age = (now() - seen).total_seconds()
        yield _gauge("worker_heartbeat_age_seconds", "Since a worker last began a turn.", age)
    waiting, running, failures, done = {}, {}, {}, {}
    for found in status.of_all(workers):
        name = found.task.name
        if found.waiting is not None:
            waiting[name] = found.waiting
        running[name] = len(found.running_since)
        failures[name] = found.record.failures
        done[name] = found.record.done
    yield _by("task_waiting", "What waits for a task.", "task", waiting)
    yield _by("task_running", "Lanes of a task that are at work.", "task", running)
    yield _by("task_failures", "How often a task failed in a row.", "task", failures)
    family = CounterMetricFamily(
        "jamboree_task_steps", "Steps of a task that did something.", labels=["task"]
    )
    for name, count in done.items():
        family.add_metric([name], count)
    yield family


def _queues() -> Iterator[Metric]:
    imports = select(Import.state, func.count()).group_by(Import.state)
    yield _by("imports", "Imports, by state.", "state", _counted(imports))
    made = select(Rendition.status, func.count()).group_by(Rendition.status)
    yield _by("renditions", "Renditions, by status.", "status", _counted(made))


def _counted(query: Any) -> dict[str, int]:
    return {str(key): count for key, count in session().execute(query)}


def _devices() -> Iterator[Metric]:
    """What devices tell of their own caches; it grows less when one is forgotten."""

    def told(name: str) -> Any:
        value = cast(func.json_extract(Device.figures, f"$.{name}"), Float)
        return func.coalesce(func.sum(value), 0)

    count, hits, misses = session().execute(
        select(func.count(), told("hits"), told("misses")).select_from(Device)
    ).one()  # fmt: skip
    yield _gauge("devices", "Devices that keep something.", count)
    played = {"hit": hits, "miss": misses}
    yield _by("device_plays", "What devices played: was it there?", "result", played)


def _warnings() -> Metric:
    """Each by its name, and how many there are of it: `jamboree_warnings{level="alert"} > 0`."""
    counts = Counter((warning.name, warning.level) for warning in warnings.standing())
    family = GaugeMetricFamily(
        "jamboree_warnings", "What admins should know of.", labels=["name", "level"]
    )
    for (name, level), count in counts.items():
        family.add_metric([name, level], count)
    return family

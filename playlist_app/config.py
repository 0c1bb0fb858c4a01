"""Every setting that comes from the environment: its name, its default, what it does.

What an admin may change while the server runs is not here but on the settings page.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from flask import current_app

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "JAMBOREE_"


class BadSetting(Exception):
    """A variable that can't be used; the message names it and says what it takes."""


def _setting(default: object, doc: str) -> Any:
    return dataclasses.field(default=default, metadata={"doc": doc})


@dataclass(frozen=True)
class Settings:
    """The settings of one server. Sizes are in bytes; a field `data` is read from JAMBOREE_DATA."""

    data: str = _setting("instance", "the folder that keeps everything that must last")
    media: str = _setting("", "the folder for audio and covers; empty: `media` in the data folder")
    public_url: str = _setting(
        "", "the address people use, with its path prefix: `https://home.example/jamboree`"
    )
    trusted_proxies: int = _setting(0, "how many reverse proxies stand in front and are believed")
    tls: str = _setting(
        "off", "`on`: HTTPS with a certificate of a local authority; /install says how to trust it"
    )
    tls_names: str = _setting("", "more names and addresses for that certificate, comma separated")
    accel: str = _setting(
        "", "nginx's internal location for audio (X-Accel-Redirect); empty: it is sent from here"
    )
    allowed_hosts: str = _setting("", "host names that are answered, comma separated; empty: any")
    cors_origins: str = _setting(
        "", "sites whose pages may call the API from a browser, comma separated; `*`: any site"
    )
    upload_limit: int = _setting(500_000_000, "the largest file that can be uploaded, in bytes")
    storage_limit: int = _setting(
        0, "how many bytes of music a member may store; 0: as many as they like"
    )
    review_uploads: str = _setting(
        "off", "`on`: what members add waits until a reviewer publishes it"
    )
    renditions_budget: int = _setting(
        5_000_000_000, "bytes of disk for renditions (what browsers can't play, small copies)"
    )
    watch: str = _setting(
        "", "folders whose music is taken in by itself, separated as in PATH; looked at often"
    )
    grace_days: int = _setting(
        7, "days after which audio that no track needs any more is removed; 0: within the hour"
    )
    keep_events: int = _setting(100_000, "how many events are kept for clients that were away")
    rate_limits: str = _setting("on", "`off` for load tests: lifts the limits on calls and sockets")
    demo: str = _setting("1", "`0` leaves the offer of demo music out of the first admin's page")
    workers: int = _setting(0, "web processes; 0: as many as cores, at most two")
    work: str = _setting(
        "beside", "`off`: the web server starts no worker beside it; `flask work` runs elsewhere"
    )
    import_allow: str = _setting(
        "", "networks of this machine or the home that may be imported from, comma separated"
    )
    import_lanes: int = _setting(2, "imports that are fetched at the same time")
    import_items_a_day: int = _setting(300, "imports a person and day; 0: as many as they like")
    import_bytes_a_day: int = _setting(
        10_000_000_000, "bytes that are imported a person and day; 0: as many as they like"
    )
    import_hours: int = _setting(10, "the longest audio that is imported, in hours")
    import_attempts: int = _setting(5, "how often an import is tried before it has failed")
    import_backoff: int = _setting(
        30, "seconds until a failed import is tried again; doubled with each attempt"
    )
    import_stall: int = _setting(60, "seconds without a byte after which a download is given up")
    backups: str = _setting("", "the folder for backups; empty: `backups` in the data folder")
    backups_daily: int = _setting(7, "daily backups that are kept; 0: none is taken by itself")
    backups_weekly: int = _setting(4, "weekly backups that are kept, each the last of its week")
    backup_passphrase_file: str = _setting(
        "", "a file with a passphrase: the server encrypts its own backups with it"
    )
    object_store: str = _setting(
        "", "`s3://bucket/folder`: where the server copies its own backups to, besides"
    )
    object_store_endpoint: str = _setting(
        "", "the address of the object store, where that is not Amazon: `https://s3.example.org`"
    )
    object_store_region: str = _setting("us-east-1", "the region of the object store")
    object_store_key: str = _setting("", "the access key for the object store")
    object_store_secret: str = _setting("", "the secret of that access key")
    mail: str = _setting(
        "", "how mail is sent: `smtp://name:password@mail.example:587`, or `smtps://…`; empty: none"
    )
    mail_from: str = _setting("", "the address that mail comes from: `music@home.example`")
    sms_webhook: str = _setting(
        "", "an address that takes a POST of JSON, `{to, text}`, and sends it as a short message"
    )
    sms_webhook_token: str = _setting("", "a bearer token for that webhook")
    log_format: str = _setting("text", "`json`: one object a line, for programs that read logs")
    log_requests: str = _setting("on", "`off`: no line for requests that went well")
    slow_query_ms: int = _setting(
        200, "milliseconds after which a query is logged as slow; 0: none is"
    )
    metrics_token: str = _setting(
        "", "a bearer token that may read `/metrics`, for Prometheus; empty: admins alone"
    )
    sentry_dsn: str = _setting(
        "", "the address (DSN) of a Sentry-compatible service that errors are sent to"
    )
    threads: int = _setting(16, "requests that one web process answers at the same time")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Raises BadSetting for a number that is none."""
        values: dict[str, Any] = {}
        for field in dataclasses.fields(cls):
            name = PREFIX + field.name.upper()
            text = environment.get(name)
            if text is None:
                continue
            if isinstance(field.default, int):
                try:
                    values[field.name] = int(text)
                except ValueError:
                    raise BadSetting(f"{name} takes a whole number, not {text!r}") from None
                if values[field.name] < 0:
                    raise BadSetting(f"{name} can't be below 0")
            else:
                values[field.name] = text
        return cls(**values)

    @property
    def data_folder(self) -> Path:
        return (ROOT / self.data).resolve()

    @property
    def media_folder(self) -> Path:
        return (ROOT / self.media).resolve() if self.media else self.data_folder / "media"

    @property
    def backup_folder(self) -> Path:
        return (ROOT / self.backups).resolve() if self.backups else self.data_folder / "backups"

    @property
    def watched_folders(self) -> list[Path]:
        return [ROOT / folder for folder in self.watch.split(os.pathsep) if folder]

    @property
    def cache_folder(self) -> Path:
        return self.data_folder / "cache"

    @property
    def database(self) -> Path:
        return self.data_folder / "app.db"

    @cached_property
    def path_prefix(self) -> str:
        """The path under which the app is served, without a slash at its end: "" or "/jamboree"."""
        return urlsplit(self.public_url).path.rstrip("/")

    @property
    def is_https(self) -> bool:
        return self.serves_tls or self.public_url.startswith("https:")

    @property
    def serves_tls(self) -> bool:
        return self.tls == "on"

    @property
    def https_folder(self) -> Path:
        return self.data_folder / "https"

    @property
    def authority_certificate(self) -> Path:
        return self.https_folder / "authority.crt"

    @property
    def https_names(self) -> list[str]:
        """What people call this server, besides what it finds out by itself."""
        host = urlsplit(self.public_url).hostname
        named = [name.strip() for name in self.tls_names.split(",") if name.strip()]
        return [*([host] if host else []), *named]

    @property
    def limits_sockets(self) -> bool:
        return self.rate_limits != "off"

    @property
    def limits_calls(self) -> bool:
        return self.rate_limits != "off"

    @property
    def reviews_uploads(self) -> bool:
        return self.review_uploads == "on"

    @property
    def offers_demo(self) -> bool:
        return self.demo != "0"

    @property
    def works_beside(self) -> bool:
        return self.work != "off"

    @property
    def web_processes(self) -> int:
        return self.workers or min(2, os.cpu_count() or 1)


def settings() -> Settings:
    """The settings of the app that answers now."""
    return cast(Settings, current_app.config["JAMBOREE"])

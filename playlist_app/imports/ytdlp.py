"""yt-dlp: whatever it supports, and pages that have audio in them; in the fetching process alone.

Nothing of it reaches beyond what the errand says: no configuration, plugins, cookies, caches,
external programs or addresses of files.
"""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playlist_app.imports.addresses import Unusable, canonical
from playlist_app.imports.direct import (
    OF_THE_PROXY,
    TOLD_EVERY,
    disk_trouble,
    failed_with,
    of_the_proxy,
    retry_after,
)
from playlist_app.imports.errand import LIST_AT_MOST, Errand, Line
from playlist_app.imports.states import Failed, Trouble

JSON = dict[str, Any]

# There is no program here that could take a film apart or join pieces: audio alone, in formats that
# are played as they come; else a film with sound.
FORMATS = {
    "best": "bestaudio[ext=m4a]/bestaudio[ext=webm]/bestaudio/best[height<=480]/best",
    "small": "worstaudio[abr>=48][ext=m4a]/worstaudio[abr>=48]/worstaudio/worst",
}
NAME = "media"

_GONE = ("private video", "has been removed", "been terminated", "no longer available", "deleted")
_GONE_TOO = ("video unavailable", "is not available", "does not exist", "is unavailable")
_BLOCKED = ("not a bot", "sign in to confirm", "rate-limit", "rate limit", "too many requests")
_BLOCKED_TOO = ("captcha", "try again later")
_REFUSED = ("unsupported url", "drm", "requires payment", "log in", "login", "sign in", "premium")


class _Quiet(logging.LoggerAdapter[logging.Logger]):
    """Takes what yt-dlp would print. Its errors come as exceptions."""

    def debug(self, *_: Any, **__: Any) -> None: ...
    def info(self, *_: Any, **__: Any) -> None: ...
    def warning(self, *_: Any, **__: Any) -> None: ...
    def error(self, *_: Any, **__: Any) -> None: ...


def has_its_own_way(url: str) -> bool:
    """Whether yt-dlp knows this site, as against what it finds in any page."""
    from yt_dlp.extractor import gen_extractor_classes

    return any(
        extractor.suitable(url) and extractor.IE_NAME != "generic"
        for extractor in gen_extractor_classes()
    )


def look(url: str, errand: Errand) -> JSON:
    """What is behind an address, as `looking.shape` describes it. Raises Failed."""
    with _downloader(errand) as ydl, _troubles(url):
        info = ydl.extract_info(url, download=False)
        return _found(info or {}, url)


def fetch(errand: Errand, line: Line) -> JSON:
    """Download an address into the errand's folder; answers what it is, with `file`, the name of
    the file, or, where it turns out to be a list, what look() answers. Raises Failed."""
    hooks = {"progress_hooks": [_telling(line)], "match_filter": _filter(errand)}
    with _downloader(errand, **hooks) as ydl, _troubles(errand.url):
        info: JSON = ydl.extract_info(errand.url, download=False) or {}
        if info.get("_type") == "playlist":
            found = _found(info, errand.url)
            if errand.looked:
                raise Failed(Trouble.REFUSED, "This is a whole list now. Import it anew.")
            return found
        about = _about(info, errand.url)
        if info.get("is_live") or info.get("live_status") in ("is_live", "is_upcoming"):
            raise Failed(Trouble.REFUSED, "This is a live stream, which has no end.")
        if (info.get("duration") or 0) > errand.seconds_at_most:
            raise Failed(Trouble.REFUSED, "It is too long to be imported.")
        line.about(**about)
        ydl.process_ie_result(info, download=True)
    files = [
        path
        for path in Path(errand.folder).glob(f"{NAME}.*")
        if path.suffix not in (".part", ".ytdl") and path.is_file()
    ]
    if not files:
        raise Failed(Trouble.REFUSED, "There is no audio at this address, or it is too large.")
    return about | {"file": files[0].name}


def _downloader(errand: Errand, **more: Any) -> Any:
    from yt_dlp import YoutubeDL

    return YoutubeDL(
        {
            "proxy": errand.proxy,
            "format": FORMATS[errand.quality],
            "outtmpl": {"default": f"{errand.folder}/{NAME}.%(ext)s"},
            "extract_flat": "in_playlist",
            "playlistend": LIST_AT_MOST + 1,
            "lazy_playlist": False,
            "noplaylist": False,
            "quiet": True,
            "no_warnings": True,
            "noprogress": True,
            "logger": _Quiet(logging.getLogger("yt-dlp"), {}),
            "cachedir": False,
            "enable_file_urls": False,
            "usenetrc": False,
            "cookiefile": None,
            "cookiesfrombrowser": None,
            "external_downloader": {},
            "js_runtimes": {},
            "remote_components": [],
            "postprocessors": [],
            "fixup": "never",
            "continuedl": True,
            "overwrites": True,
            "retries": 0,
            "fragment_retries": 2,
            "extractor_retries": 1,
            "file_access_retries": 0,
            "socket_timeout": errand.stall,
            "max_filesize": errand.bytes_at_most,
            "allow_playlist_files": False,
            "updatetime": False,
            "color": "never",
            **more,
        }
    )


def _telling(line: Line) -> Any:
    told = 0.0

    def tell(status: JSON) -> None:
        nonlocal told
        if time.monotonic() - told > TOLD_EVERY or status.get("status") == "finished":
            told = time.monotonic()
            total = status.get("total_bytes") or status.get("total_bytes_estimate")
            line.progress(int(status.get("downloaded_bytes") or 0), int(total) if total else None)

    return tell


def _filter(errand: Errand) -> Any:
    def refuse(info: JSON, *, incomplete: bool = False) -> str | None:
        too_long = (info.get("duration") or 0) > errand.seconds_at_most
        return "too long" if too_long or info.get("is_live") else None

    return refuse


def _about(info: JSON, url: str) -> JSON:
    artist = info.get("artist") or info.get("creator") or info.get("uploader")
    extractor = str(info.get("extractor_key") or "Generic")
    is_known = extractor != "Generic" and info.get("id")
    return {
        "key": f"{extractor.lower()}:{info['id']}" if is_known else canonical(url),
        "url": _plain(info.get("webpage_url")) or url,
        "title": str(info.get("track") or info.get("title") or "")[:300],
        "artist": str(artist or "")[:300],
        "album": str(info.get("album") or "")[:300],
        "duration_seconds": _number(info.get("duration")),
        "size_bytes": _size(info),
    }


def _size(info: JSON) -> int | None:
    asked = info.get("requested_downloads") or [info]
    sizes = [each.get("filesize") or each.get("filesize_approx") for each in asked]
    return int(sum(sizes)) if sizes and all(sizes) else None


def _found(info: JSON, url: str) -> JSON:
    if info.get("_type") != "playlist":
        about = _about(info, url)
        about.pop("album")
        return {
            "kind": "single",
            "title": about["title"],
            "count": 1,
            "entries": [{"id": about["key"], **about}],
        }
    entries = [entry for item in info.get("entries") or [] if (entry := _entry(item or {}, url))]
    if not entries:
        raise Failed(Trouble.REFUSED, "There is no audio at this address.")
    count = max(int(info.get("playlist_count") or 0), len(entries))
    return {
        "kind": "playlist",
        "title": str(info.get("title") or url)[:300],
        "count": count,
        "entries": entries[:LIST_AT_MOST],
    }


def _entry(item: JSON, url: str) -> JSON | None:
    """An entry of a list: one that is named only, or one of a page that has the audio itself."""
    media = [each.get("url") for each in item.get("formats") or []]
    href = _plain(item.get("url")) or _plain(media[-1] if media else None)
    if not href or href == url:
        return None
    extractor = item.get("ie_key")
    is_known = extractor and extractor != "Generic" and item.get("id")
    return {
        "id": str(item.get("id") or href)[:500],
        "key": f"{str(extractor).lower()}:{item['id']}" if is_known else href,
        "url": href,
        "title": str(item.get("title") or "")[:300],
        "artist": str(item.get("artist") or item.get("uploader") or item.get("channel") or "")[
            :300
        ],
        "duration_seconds": _number(item.get("duration")),
        "size_bytes": None,
    }


def _plain(url: Any) -> str | None:
    try:
        return canonical(str(url)) if url else None
    except Unusable:
        return None


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and value > 0 else None


class _troubles:  # noqa: N801 - reads as a statement
    """Turns what yt-dlp raises into what it means. It tells apart by class where it can, by the
    words of its messages where it must."""

    def __init__(self, url: str) -> None:
        self._host = urlsplit(url).netloc

    def __enter__(self) -> None: ...

    def __exit__(self, _: Any, error: BaseException | None, __: Any) -> None:
        from yt_dlp.utils import YoutubeDLError

        if isinstance(error, YoutubeDLError | OSError):
            raise self._meaning(error) from error

    def _meaning(self, error: BaseException) -> BaseException:
        for cause in _causes(error):
            status = getattr(cause, "status", None)
            if isinstance(status, int):
                headers = getattr(getattr(cause, "response", None), "headers", {})
                return self._of_status(status, str(cause), retry_after(headers.get("Retry-After")))
            if isinstance(cause, OSError) and cause.errno:
                meaning = disk_trouble(cause)
                if isinstance(meaning, Failed):
                    return meaning
        return self._of_words(error)

    def _of_status(self, status: int, text: str, wait: float | None) -> Failed:
        if status in OF_THE_PROXY:
            return Failed(OF_THE_PROXY[status], text.partition(f"{status}: ")[2] or text)
        return failed_with(status, self._host, wait)

    def _of_words(self, error: BaseException) -> Failed:
        text = str(error).removeprefix("ERROR: ").partition("; please report")[0][:300]
        words = text.lower()
        said = of_the_proxy(text)
        if said:
            return said
        for trouble, marks in (
            (Trouble.BLOCKED, (*_BLOCKED, *_BLOCKED_TOO)),
            (Trouble.GONE, (*_GONE, *_GONE_TOO)),
            (Trouble.REFUSED, _REFUSED),
        ):
            if any(mark in words for mark in marks):
                return Failed(trouble, text)
        return Failed(Trouble.BROKEN, text)


def _causes(error: BaseException) -> list[BaseException]:
    """The error and what it came from, by all the ways in which yt-dlp keeps that."""
    found: list[BaseException] = []
    waiting: list[Any] = [error]
    while waiting and len(found) < 20:
        one = waiting.pop(0)
        if isinstance(one, BaseException) and one not in found:
            found.append(one)
            waiting += [one.__cause__, one.__context__, getattr(one, "cause", None)]
            waiting += list(getattr(one, "exc_info", None) or ())[1:2]
    return found

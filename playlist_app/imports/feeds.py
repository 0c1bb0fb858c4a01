"""Podcast feeds: their episodes, from bytes that came through the proxy."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin

from playlist_app.imports.addresses import Unusable, canonical
from playlist_app.imports.errand import LIST_AT_MOST
from playlist_app.imports.states import Failed, Trouble

BYTES_AT_MOST = 10_000_000

JSON = dict[str, Any]


def is_feed(beginning: bytes, content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    text = beginning.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if kind in ("application/rss+xml", "application/atom+xml", "application/rdf+xml"):
        return True
    starts = text.startswith((b"<?xml", b"<rss", b"<feed", b"<rdf", b"<!doctype rss"))
    return starts and any(mark in text for mark in (b"<rss", b"<feed", b"<rdf:rdf"))


def parse(data: bytes, url: str) -> JSON:
    """What is in a feed, as `looking.shape` describes it. Raises Failed where it is none."""
    if b"<!entity" in data.replace(b"\0", b"").lower():
        # Feeds have no use for entities of their own; they are how a small file becomes a huge one.
        raise Failed(Trouble.REFUSED, "This feed declares entities, which is not taken.")
    import feedparser

    # Bytes, never an address: what feedparser fetches would not go through the proxy.
    feed = feedparser.parse(
        data,
        response_headers={"content-location": url},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    entries = [entry for item in feed.entries if (entry := _entry(item, url))]
    if not entries:
        raise Failed(Trouble.REFUSED, "There is no audio in this feed.")
    title = str(feed.feed.get("title") or "")[:300]
    for entry in entries:
        entry["artist"] = entry["artist"] or str(feed.feed.get("author") or title)[:300]
    return {
        "kind": "feed",
        "title": title or url,
        "count": len(entries),
        "entries": entries[:LIST_AT_MOST],
    }


def _entry(item: Any, url: str) -> JSON | None:
    for link in item.get("enclosures", []):
        kind = str(link.get("type") or "audio")
        if not kind.startswith(("audio/", "video/mp4", "audio")) or not link.get("href"):
            continue
        try:
            href = canonical(urljoin(url, str(link["href"])))
        except Unusable:
            continue
        size = str(link.get("length") or "")
        return {
            "id": str(item.get("id") or href)[:500],
            "key": href,
            "url": href,
            "title": str(item.get("title") or "")[:300],
            "artist": str(item.get("author") or "")[:300],
            "duration_seconds": seconds_of(str(item.get("itunes_duration") or "")),
            "size_bytes": int(size) if size.isdecimal() and int(size) > 0 else None,
        }
    return None


def seconds_of(text: str) -> float | None:
    """1:02:03, 62:03 or 3723, as feeds write durations."""
    parts = text.strip().split(":")
    if not 1 <= len(parts) <= 3 or not all(part.isdecimal() for part in parts):
        return None
    total = 0
    for part in parts:
        total = total * 60 + int(part)
    return float(total) or None

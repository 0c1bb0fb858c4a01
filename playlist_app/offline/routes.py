"""The installed app: its worker, its manifest, and the shell that opens without network."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from playlist_app.assets import FOLDER, assets
from playlist_app.live import events
from playlist_app.offline import in_words
from playlist_app.offline.devices import find_device
from playlist_app.offline.held import held_by
from playlist_app.offline.mode import OFFLINE_MODE
from playlist_app.web import public, say

pages = Blueprint("offline", __name__)
pages.add_app_template_global(OFFLINE_MODE.now, "offline_mode")


@pages.get("/service-worker.js")
@public
def worker() -> Response:
    """The worker, its imports pointed at this version's files: so its bytes change with them. Where
    the offline mode is off, the one that steps aside."""
    if OFFLINE_MODE.now():
        source = (FOLDER / "service-worker.js").read_text()
        script = source.replace('"./js/', f'"./static/{assets().version}/js/')
    else:
        script = (FOLDER / "js/worker/stepping-aside.js").read_text()
    response = Response(script, mimetype="text/javascript")
    response.cache_control.no_cache = True
    response.add_etag()
    response.make_conditional(request)
    return response


@pages.get("/manifest.webmanifest")
@public
def manifest() -> Response:
    """What an installed app is called and looks like. Addresses are relative to where it lies, so
    that it works under a path prefix."""
    source = (FOLDER / "manifest.webmanifest").read_text()
    text = source.replace('"./static/', f'"./static/{assets().version}/')
    response = Response(text, mimetype="application/manifest+json")
    response.cache_control.no_cache = True
    return response


@pages.get("/offline-shell")
@public
def shell() -> str:
    """A page without anybody's data: it fills itself from what is on the device."""
    return render_template("offline/shell.html")


@pages.get("/install")
@public
def install() -> str:
    """How to install the app on this device, and what is missing for it."""
    return render_template("offline/install.html")


@pages.get("/downloads")
def downloads() -> str:
    """What is on this device; the page fills itself, as only the device knows."""
    return render_template("offline/downloads.html", **_devices())


@pages.get("/downloads/devices")
def devices() -> str:
    """Region: what one's devices hold."""
    return render_template("offline/_devices.html", **_devices())


def _devices() -> dict[str, Any]:
    return {
        # Read first: what happens while this is made is then heard of once more.
        "seq": events.newest_seq(),
        "devices": held_by(current_user._get_current_object()),
        "copy_in_words": in_words.standing,
        "room_in_words": in_words.room,
    }


@pages.post("/downloads/devices/<device_id>/forget")
def forget_device(device_id: str) -> ResponseReturnValue:
    device = find_device(device_id, current_user._get_current_object())
    name = device.name
    device.forget()
    say(_("“%(name)s” is forgotten. It is back when it is used again.", name=name))
    return redirect(url_for("offline.downloads"), 303)


@pages.get("/sync")
def sync() -> str:
    """What waits to be sent, and what could not be applied."""
    return render_template("offline/sync.html")

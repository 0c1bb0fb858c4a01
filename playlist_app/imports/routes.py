"""The pages of imports: the server's downloads, adding by link, what is shared to the app, wishes.

Sources have theirs in source_routes.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from playlist_app.imports import looking, steering, taking, wishes
from playlist_app.imports.overview import Asked, Overview, overview
from playlist_app.imports.quota import quota_of
from playlist_app.imports.sharing import find_link
from playlist_app.imports.states import Quality
from playlist_app.library.shapes import duration_text
from playlist_app.people.models import User
from playlist_app.playlists.listing import playlists_of
from playlist_app.playlists.party import may_add
from playlist_app.refusals import NotAllowed, NotFound, Refusal
from playlist_app.web import is_here, say

pages = Blueprint("imports", __name__)

ACTS = {
    "pause": steering.pause,
    "resume": steering.resume,
    "cancel": steering.cancel,
    "retry": steering.retry,
    "remove": steering.remove,
}


def _retry_batch(batch_id: str, *, by: User) -> int:
    return steering.retry_failed(by=by, batch_id=batch_id)


BATCH_ACTS = {
    "pause": steering.pause_batch,
    "resume": steering.resume_batch,
    "cancel": steering.cancel_batch,
    "retry": _retry_batch,
}


def me() -> User:
    person: User = current_user._get_current_object()
    return person


def member() -> User:
    """Who asks. Raises NotAllowed for guests, who import nothing."""
    if not me().is_member:
        raise NotAllowed("Guests can't import.")
    return me()


def lists_to_add_to(person: User) -> list[dict[str, Any]]:
    """The playlists into which this person may import."""
    return [one for one in playlists_of(person) if may_add(one)]


pages.app_template_filter("duration")(duration_text)


@pages.app_template_global("qualities")
def qualities() -> list[tuple[str, str]]:
    """What can be chosen where a source has several versions, and what it is called."""
    return [(Quality.BEST, _("The best there is")), (Quality.SMALL, _("Small: for phones"))]


# --- the queue ----------------------------------------------------------------------------------


@pages.app_template_global("import_overview")
def import_overview() -> Overview | None:
    """The server's half of /downloads, as its address asks for it; guests have none."""
    person = me()
    return overview(person, Asked.of(request.args, person)) if person.is_member else None


@pages.app_template_global("import_quota")
def import_quota() -> dict[str, Any]:
    """What was imported today, of how much."""
    return quota_of(me().id).shape()


@pages.get("/imports")
def region() -> str:
    """Region: the server's downloads."""
    asked = Asked.of(request.args, member())
    return render_template("imports/_queue.html", queue=overview(me(), asked))


@pages.get("/admin/imports")
def everybodys() -> str:
    """What is fetched for anybody; for admins. Raises NotFound for all others."""
    if not me().is_admin:
        raise NotFound
    asked = Asked.of(request.args | {"on": "admin"}, me())
    return render_template("imports/everybodys.html", queue=overview(me(), asked))


def _back(otherwise: str = "offline.downloads") -> ResponseReturnValue:
    """To the page that the form stood on."""
    target = request.form.get("back", "")
    return redirect(target if is_here(target) else url_for(otherwise), 303)


def _verb(acts: Mapping[str, Callable[..., object]], name: str) -> Callable[..., object]:
    if name not in acts:
        raise NotFound
    return acts[name]


@pages.post("/imports/<import_id>/<verb>")
def act(import_id: str, verb: str) -> ResponseReturnValue:
    _verb(ACTS, verb)(import_id, by=member())
    return _back()


@pages.post("/imports/batches/<batch_id>/<verb>")
def act_on_batch(batch_id: str, verb: str) -> ResponseReturnValue:
    _verb(BATCH_ACTS, verb)(batch_id, by=member())
    return _back()


@pages.post("/imports/retry")
def retry_failed() -> ResponseReturnValue:
    count = steering.retry_failed(by=member())
    say(ngettext("%(num)s is tried again.", "%(num)s are tried again.", count))
    return _back()


# --- adding by link -----------------------------------------------------------------------------


@pages.get("/imports/new")
def new() -> str:
    """The field for a link; with one in the address, it is looked at as soon as this is shown."""
    member()
    return _new_page(request.args.get("url", ""), request.args.get("playlist", ""))


def _new_page(url: str, into: str = "", **values: Any) -> str:
    return render_template("imports/new.html", url=url, into=into, **values)


@pages.get("/share")
def share() -> str:
    """What was shared to the installed app: the link in it is looked at."""
    member()
    texts = [request.args.get(name, "") for name in ("url", "text", "title")]
    link = find_link(*texts)
    return _new_page(link, shared="" if link else " ".join(filter(None, texts))[:300])


@pages.post("/imports/look")
def look() -> ResponseReturnValue:
    url, into = request.form.get("url", ""), request.form.get("playlist", "")
    try:
        begun = looking.look(find_link(url) or url, by=member())
    except Refusal as refusal:
        return _new_page(url, into, refusal=refusal, asked=True), refusal.status
    return redirect(url_for("imports.looked", look_id=begun.id, playlist=into or None), 303)


@pages.get("/imports/looks/<look_id>")
def looked(look_id: str) -> str:
    """What is behind a link, to choose from; or that it is still being looked at."""
    into = request.args.get("playlist", "")
    found = taking.look_of(look_id, member())
    if found.refusal:
        return _new_page(found.url, into, refusal=found.refusal, asked=True)
    if not found.is_over:
        return render_template("imports/looking.html", look=found, into=into)
    lists = lists_to_add_to(me())
    return render_template("imports/look.html", look=found, into=into, playlists=lists)


@pages.post("/imports/looks/<look_id>")
def take(look_id: str) -> ResponseReturnValue:
    """Put what was chosen of a look into the queue."""
    taken = taking.take(
        look_id,
        by=member(),
        chosen=request.form.getlist("entry", type=int),
        playlist_id=request.form.get("playlist", ""),
        quality=request.form.get("quality", Quality.BEST),
    )
    here = url_for("offline.downloads", _anchor="imports")
    say(taken.says, href=here, label=_("Downloads"))
    if taken.playlist_id:
        return redirect(url_for("playlists.show", playlist_id=taken.playlist_id), 303)
    return redirect(here, 303)


# --- the wish list ------------------------------------------------------------------------------


@pages.get("/wishes")
def wish_list() -> str:
    """What waits and is wished for."""
    return render_template("imports/wishes.html", wishes=wishes.wish_list(member()))


@pages.post("/wishes/<import_id>")
def wish(import_id: str) -> ResponseReturnValue:
    wishes.wish(wishes.find_wished(import_id, me()), member())
    return _back("imports.wish_list")


@pages.post("/wishes/<import_id>/take-back")
def unwish(import_id: str) -> ResponseReturnValue:
    wishes.unwish(wishes.find_wished(import_id, me()), member())
    return _back("imports.wish_list")

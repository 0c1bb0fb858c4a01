"""A playlist with a track of every format, for the browsers to play."""

from __future__ import annotations

from typing import Any

from playlist_app.config import Settings
from playlist_app.library.analysis import analyse_some
from playlist_app.library.rendering import make_one
from tests.conftest import close, make_app
from tests.e2e.conftest import upload
from tests.library.test_formats import TAKEN
from tests.serving import Client, Server
from tests.soak import IS_SOAK
from tests.sounds import Sounds

SECONDS = 8.0
# One of each family, as browsers see them: a stream of frames, MP4, Ogg, FLAC, plain samples, and
# what is played as a rendition. All of them in the soak.
PLAYED = [*TAKEN] if IS_SOAK else ["mp3", "m4a", "opus", "flac", "wav", "alac"]
CLOSE = 0.05  # seconds that a length may be wrong


def every_format(alice: Client, sounds: Sounds) -> dict[str, Any]:
    """A playlist of Alice's; each track is called as its format is."""
    playlist: dict[str, Any] = alice.ok("POST", "/playlists", {"title": "Every format"})
    for number, format_ in enumerate(PLAYED):
        path = sounds(format_, seconds=SECONDS, pitch=220.0 + 20 * number, title=format_)
        track = upload(alice, path)
        alice.ok("PATCH", f"/tracks/{track['id']}", {"title": format_})
        alice.ok("POST", f"/playlists/{playlist['id']}/items", {"track_id": track["id"]})
    return playlist


def work_off(server: Server) -> None:
    """What a worker beside this server would do: analyse, and make renditions."""
    app = make_app(server.data)
    assert isinstance(app.config["JAMBOREE"], Settings)
    with app.app_context():
        while analyse_some() or make_one():
            pass
    close(app)

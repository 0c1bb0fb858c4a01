"""The server's own configuration, and a note of its connections after each request."""

from pathlib import Path

from playlist_app.config import ROOT, Settings

_own = (ROOT / "gunicorn.conf.py").read_text()
exec(compile(_own, "gunicorn.conf.py", "exec"))


def post_request(worker, request, environment, response):  # type: ignore[no-untyped-def]
    note = Path(Settings.from_environment().data) / "connections"
    with note.open("a") as file:
        file.write(f"{worker.nr_conns}\n")

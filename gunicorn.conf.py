"""How the web processes run: `make run`, or `gunicorn` in this folder.

HOST and PORT say where; the settings of the app are in playlist_app/config.py.
"""

import os
import signal
import subprocess
import sys
import threading

from gunicorn.workers import gthread

from playlist_app.config import ROOT, Settings

_settings = Settings.from_environment()

wsgi_app = "app:app"
bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = _settings.web_processes
# For requests alone: sockets of the live channel cost none (playlist_app/live/hub.py).
threads = _settings.threads
worker_connections = 2000
backlog = 2048
timeout = 60
graceful_timeout = 10
keepalive = 15
control_socket_disable = True
preload_app = False  # the database is opened after the fork
max_requests = 0  # a worker that recycles drops every socket

# How long a stopping worker waits on idle connections; the default of 2 s is all that we want a
# whole stop to take.
gthread.STOP_KEEPALIVE_LINGER = 0.5


def _flask(*arguments):
    subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", *arguments], cwd=ROOT, check=True
    )


def on_starting(server):
    """Before the first worker: make and migrate what is needed, in a process of its own."""
    try:
        _flask("data", "prepare")
    except subprocess.CalledProcessError:
        sys.exit(1)  # it has said why


def when_ready(server):
    address = _settings.public_url or f"http://{bind}"
    server.log.info("Jamboree serves at %s", address)
    code = _settings.data_folder / "first_admin_code"
    if code.exists():
        link = f"{address.rstrip('/')}/first-admin/{code.read_text().strip()}"
        print(f"\n  Make the first admin: {link}\n", flush=True)

    if _settings.works_beside:
        _work_beside()


# Started again when it dies. It ends well, and with it this, when the pipe to it is closed: by us,
# or because we are gone. A shell does this, as a thread of ours might hold a lock while we fork.
KEEP_WORKING = 'until "$@"; do sleep 10; done'
_beside = []


def _work_beside():
    """A worker for the background work, as long as we serve."""
    command = [sys.executable, "-m", "flask", "--app", "app", "work", "--beside"]
    _beside.append(
        subprocess.Popen(
            ["/bin/sh", "-c", KEEP_WORKING, "sh", *command], cwd=ROOT, stdin=subprocess.PIPE
        )
    )


def on_exit(server):
    for keeper in _beside:
        keeper.stdin.close()
        keeper.wait()


def _live():
    from app import app

    return app.extensions["live"]


def post_worker_init(worker):
    """Hang up the sockets as soon as the worker is told to stop, not when it has stopped."""

    def stop(sig, frame):
        threading.Thread(target=_live().stop, daemon=True).start()
        worker.handle_exit(sig, frame)

    signal.signal(signal.SIGTERM, stop)


def worker_exit(server, worker):
    _live().stop()

"""How the web processes run: `make run`, or `gunicorn` in this folder.

HOST and PORT say where; the settings of the app are in playlist_app/config.py.
"""

import os
import signal
import subprocess
import sys
import threading

from gunicorn import glogging
from gunicorn.workers import gthread

from playlist_app.config import ROOT, BadSetting, Settings
from playlist_app.operations import folders, in_use
from playlist_app.operations.sight import faults, logs, shared
from playlist_app.operations.troubles import CannotServe

try:
    _settings = Settings.from_environment()
    logs.formatter(_settings.log_format)
    faults.check(_settings)
except BadSetting as trouble:
    sys.exit(f"Error: {trouble}")

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


class logger_class(glogging.Logger):  # noqa: N801 - the name of gunicorn's setting
    """Gunicorn's words in the form of our own; what requests came is told by the app."""

    def setup(self, cfg):
        super().setup(cfg)
        logs.configure(_settings)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


def _flask(*arguments):
    subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", *arguments], cwd=ROOT, check=True
    )


def on_starting(server):
    """Before the first worker: make and migrate what is needed, in a process of its own."""
    # A terminal's Ctrl-C lets requests end as well; a second one doesn't wait.
    server.handle_int = server.handle_term
    try:
        folders.make(_settings)
        in_use.serve(_settings)  # the web processes inherit it
    except CannotServe as trouble:
        sys.exit(f"Error: {trouble}")
    try:
        _flask("data", "prepare")
    except subprocess.CalledProcessError:
        sys.exit(1)  # it has said why
    if not hasattr(server, "metrics_folder"):  # else it is a reload, and counting goes on
        server.metrics_folder = shared.make()


def when_ready(server):
    address = _settings.public_url or f"http://{bind}"
    server.log.info("Jamboree serves at %s", address)
    code = _settings.data_folder / "first_admin_code"
    if code.exists():
        link = f"{address.rstrip('/')}/first-admin/{code.read_text().strip()}"
        print(f"\n  Make the first admin: {link}\n", flush=True)

    if _settings.works_beside:
        _work_beside(server)


# Started again when it dies, later each time if that happens at once. It ends well, and with it
# this, when the pipe to it is closed: by us, or because we are gone. A shell does this, as a thread
# of ours might hold a lock while we fork.
KEEP_WORKING = """
pause=1
while :; do
  began=$(date +%s)
  "$@" && exit
  [ $(($(date +%s) - began)) -gt 60 ] && pause=1
  sleep $pause
  [ $pause -lt 30 ] && pause=$((pause * 2))
done
"""
STOPS_WITHIN = 12  # seconds; its steps are given eight


def _work_beside(server):
    """A worker for the background work, as long as we serve. Kept at the server: this file is read
    anew on a reload."""
    command = [sys.executable, "-m", "flask", "--app", "app", "work", "--beside"]
    server.work_beside = subprocess.Popen(
        ["/bin/sh", "-c", KEEP_WORKING, "sh", *command], cwd=ROOT, stdin=subprocess.PIPE
    )


def _no_more_work(server):
    """Have the worker end, if there is one; answers what keeps it."""
    keeper = getattr(server, "work_beside", None)
    server.work_beside = None
    if keeper:
        keeper.stdin.close()
    return keeper


def on_reload(server):
    """New code: what it needs is made first, then it has a new worker; the old one ends in its own
    time. Where that can't be made, all ends: the web processes would be new code on old tables."""
    try:
        on_starting(server)
    except SystemExit:
        raise StopIteration from None  # as on SIGTERM
    _no_more_work(server)
    if _settings.works_beside:
        _work_beside(server)


def post_fork(server, worker):
    _no_more_work(server)  # only the master's end of the pipe counts


def child_exit(server, worker):
    shared.has_ended(server.metrics_folder, worker.pid)


def on_exit(server):
    if folder := getattr(server, "metrics_folder", None):
        shared.remove(folder)
    keeper = _no_more_work(server)
    if keeper:
        try:
            keeper.wait(STOPS_WITHIN)
        except subprocess.TimeoutExpired:
            server.log.warning("The worker has not ended yet; it will, with the step it is at.")


def _app():
    from app import app

    return app


def _live():
    return _app().extensions["live"]


def post_worker_init(worker):
    """Hang up the sockets as soon as the worker is told to stop, not when it has stopped."""

    def stop(sig, frame):
        threading.Thread(target=_live().stop, daemon=True).start()
        worker.handle_exit(sig, frame)

    signal.signal(signal.SIGTERM, stop)
    # A terminal sends this to all of us; the master tells us when to stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    faults.watch(_settings)
    _app().extensions["sight"].begin()


def worker_exit(server, worker):
    _live().stop()

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
from playlist_app.operations.https import beside
from playlist_app.operations.sight import faults, logs, shared
from playlist_app.operations.troubles import CannotServe

try:
    _settings = Settings.from_environment()
    logs.formatter(_settings.log_format)
    faults.check(_settings)
except BadSetting as trouble:
    sys.exit(f"Error: {trouble}")

wsgi_app = "app:app"
host = os.environ.get("HOST") or ("0.0.0.0" if _settings.serves_tls else "127.0.0.1")  # noqa: S104
try:
    port = int(os.environ.get("PORT") or 8000)
except ValueError:
    sys.exit(f"Error: PORT takes a number, not {os.environ['PORT']!r}.")
bind = f"{host}:{port}"
if _settings.serves_tls:
    # Behind the front (playlist_app/operations/https), which has the port and speaks TLS.
    bind = f"unix:{beside.socket_behind(_settings, port)}"
    secure_scheme_headers = {}
# What a client may not say for a proxy: which path it is under.
forwarder_headers = ""
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
        if _settings.serves_tls and not hasattr(server, "front_listens"):
            server.front_listens = beside.listen(host, port)
    except CannotServe as trouble:
        sys.exit(f"Error: {trouble}")
    try:
        _flask("data", "prepare")
    except subprocess.CalledProcessError:
        sys.exit(1)  # it has said why
    if not hasattr(server, "metrics_folder"):  # else it is a reload, and counting goes on
        server.metrics_folder = shared.make()


def when_ready(server):
    if _settings.serves_tls:
        _front(server)
    address = _settings.public_url or beside.address(_settings, host, port)
    server.log.info("Jamboree serves at %s", address)
    if _settings.serves_tls:
        server.log.info("How devices trust it: http%s/install", address.removeprefix("https"))
    code = _settings.data_folder / "first_admin_code"
    if code.exists():
        link = f"{address.rstrip('/')}/first-admin/{code.read_text().strip()}"
        print(f"\n  Make the first admin: {link}\n", flush=True)

    if _settings.works_beside:
        _work_beside(server)


# What runs beside us is started again when it dies, later each time if that happens at once. It
# ends well, and with it this, when the pipe to it is closed: by us, or because we are gone. A shell
# does this, as a thread of ours might hold a lock while we fork.
KEEP_GOING = """
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


def _beside(server, name, command, handles=()):
    """Start a program and keep it going as long as we serve. Kept at the server: this file is read
    anew on a reload."""
    kept = server.__dict__.setdefault("beside", {})
    kept[name] = subprocess.Popen(
        ["/bin/sh", "-c", KEEP_GOING, "sh", *command],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        pass_fds=handles,
    )


def _work_beside(server):
    _beside(server, "work", [sys.executable, "-m", "flask", "--app", "app", "work", "--beside"])


def _front(server):
    """What speaks TLS. It stays when workers are replaced, and so do connections to it."""
    listening = server.front_listens
    _beside(server, "front", beside.command(_settings, listening, port), [listening.fileno()])


def _no_more(server, *names):
    """Have these end, of what runs beside us; answers what keeps them."""
    kept = server.__dict__.get("beside", {})
    keepers = [kept.pop(name) for name in names if name in kept]
    for keeper in keepers:
        keeper.stdin.close()
    return keepers


def on_reload(server):
    """New code: what it needs is made first, then it has a new worker; the old one ends in its own
    time. Where that can't be made, all ends: the web processes would be new code on old tables."""
    try:
        on_starting(server)
    except SystemExit:
        raise StopIteration from None  # as on SIGTERM
    _no_more(server, "work")
    if _settings.works_beside:
        _work_beside(server)


def post_fork(server, worker):
    # Only the master's end of a pipe counts, and only the front takes connections.
    _no_more(server, "work", "front")
    if _settings.serves_tls:
        server.front_listens.close()


def child_exit(server, worker):
    shared.has_ended(server.metrics_folder, worker.pid)


def on_exit(server):
    if folder := getattr(server, "metrics_folder", None):
        shared.remove(folder)
    for keeper in _no_more(server, "front", "work"):
        try:
            keeper.wait(STOPS_WITHIN)
        except subprocess.TimeoutExpired:
            server.log.warning("The worker has not ended yet; it will, with the step it is at.")
    if _settings.serves_tls:
        beside.leave(_settings, port)


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

"""Real reverse proxies, with the files of docs/deployment in which only places are others."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playlist_app.config import ROOT
from playlist_app.operations.https.authority import Files
from tests.serving import PATIENCE, Server, free_port

NGINX = shutil.which("nginx") or ("/usr/sbin/nginx" if Path("/usr/sbin/nginx").exists() else None)
CADDY = shutil.which("caddy")

AROUND = """
{user}
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
    access_log off;
    default_type application/octet-stream;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{sites}
}}
"""


class Behind(Server):
    """A server that people reach through a proxy on another port, at localhost."""

    def __init__(self, data: Path, *, kind: str, prefix: str, accel: str = "") -> None:
        self.outer = free_port()
        self.prefix = prefix
        self.kind = kind  # of proxy
        address = f"https://localhost:{self.outer}{prefix}"
        super().__init__(data, PUBLIC_URL=address, TRUSTED_PROXIES="1", WORKERS="1", ACCEL=accel)

    @property
    def url(self) -> str:
        return f"https://localhost:{self.outer}{self.prefix}"


def nginx_config(server: Behind, tls: Files, folder: Path) -> str:
    """The documented file, and around it what Debian has in its nginx.conf."""
    name = "nginx-prefix.conf" if server.prefix else "nginx.conf"
    text = (ROOT / "docs" / "deployment" / name).read_text()
    text = _here(text, server, tls)
    text = text.replace("listen 80;", f"listen 127.0.0.1:{free_port()};")
    text = text.replace("listen 443", f"listen 127.0.0.1:{server.outer}")
    text = text.replace("/srv/jamboree/instance", str(server.data))
    user = "user root;" if os.getuid() == 0 else ""  # who may read the audio
    return AROUND.format(user=user, folder=folder, sites=text)


def caddy_config(server: Behind, tls: Files, folder: Path) -> str:
    place = "docs/deployment/Caddyfile.prefix" if server.prefix else "Caddyfile"
    text = (ROOT / place).read_text()
    text = text.replace("{$JAMBOREE_SITE:localhost}", "music.example.org")
    text = text.replace("{$JAMBOREE_UPSTREAM:127.0.0.1:8000}", f"127.0.0.1:{server.port}")
    certificates = f"\n\ttls {tls.certificate} {tls.key}\n"
    for site in ("music.example.org", "home.example.org"):
        opened = f"https://localhost:{server.outer} {{{certificates}\tbind 127.0.0.1"
        text = text.replace(f"{site} {{", opened)
    text = _here(text, server, tls)
    options = "{\n\tadmin off\n\tauto_https disable_redirects\n}\n"
    return options + text


def _here(text: str, server: Behind, tls: Files) -> str:
    for site in ("music.example.org", "home.example.org"):
        text = text.replace(f"/etc/letsencrypt/live/{site}/fullchain.pem", str(tls.certificate))
        text = text.replace(f"/etc/letsencrypt/live/{site}/privkey.pem", str(tls.key))
        text = text.replace(site, "localhost")
    return text.replace("127.0.0.1:8000", f"127.0.0.1:{server.port}")


@contextmanager
def running(
    server: Behind, tls: Files, folder: Path, *, instead: dict[str, str] | None = None
) -> Iterator[None]:
    """The proxy in front of a server; `instead`: what stands in its file in place of a line."""
    folder.mkdir()
    if server.kind == "nginx":
        assert NGINX
        config = folder / "nginx.conf"
        text = nginx_config(server, tls, folder)
        for line, other in (instead or {}).items():
            assert line in text
            text = text.replace(line, other)
        config.write_text(text)
        command = [NGINX, "-e", str(folder / "error.log"), "-c", str(config), "-p", str(folder)]
    else:
        assert CADDY
        config = folder / "Caddyfile"
        config.write_text(caddy_config(server, tls, folder))
        command = [CADDY, "run", "--config", str(config), "--adapter", "caddyfile"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command,
            stdout=log,
            stderr=log,
            env={**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder)},
        )
    try:
        _until_it_listens(process, server.outer, folder)
        yield
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)


def _until_it_listens(process: subprocess.Popen[Any], port: int, folder: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)  # between two knocks
        else:
            return
    raise AssertionError((folder / "log").read_text())

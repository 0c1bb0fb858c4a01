"""TLS in tests: certificates of a local authority, and those who trust it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, BrowserType

from playlist_app.operations.https import authority
from tests.e2e.conftest import ARGUMENTS, CHROMIUM

needs_certutil = pytest.mark.skipif(
    not shutil.which("certutil"), reason="needs certutil (libnss3-tools)"
)


def an_authority(folder: Path, *names: str) -> authority.Files:
    files = authority.Files(folder)
    authority.prepare(files, names, ["127.0.0.1"])
    return files


@contextmanager
def trusted(certificate: Path) -> Iterator[None]:
    """Our own clients trust it, and nobody else: Python reads this for each connection."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SSL_CERT_FILE", str(certificate))
        environment.setenv("SSL_CERT_DIR", str(certificate.parent / "none"))
        yield


def trust_in_chromium(home: Path, certificate: Path) -> None:
    """As a person does it in the settings: into the store of certificates in their home."""
    store = home / ".pki" / "nssdb"
    store.mkdir(parents=True)
    for arguments in (
        ["-N", "--empty-password"],
        ["-A", "-t", "C,,", "-n", "Jamboree at home", "-i", str(certificate)],
    ):
        subprocess.run(["certutil", "-d", f"sql:{store}", *arguments], check=True)


@contextmanager
def chromium_of(
    home: Path, kind: BrowserType, *arguments: str, width: int = 1280
) -> Iterator[BrowserContext]:
    """Chromium with a home, and so a store of certificates, of its own."""
    home.mkdir(exist_ok=True)
    context = kind.launch_persistent_context(
        str(home / "profile"),
        executable_path=CHROMIUM,
        args=[*ARGUMENTS, *arguments],
        env={**os.environ, "HOME": str(home)},
        viewport={"width": width, "height": 800},
    )
    try:
        yield context
    finally:
        context.close()

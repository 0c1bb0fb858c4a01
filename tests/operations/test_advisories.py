"""What `make check` says of known weaknesses: found, argued away, or not asked at all."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from playlist_app.config import ROOT

sys.path.insert(0, str(ROOT / "scripts"))
import advisories


def answers(monkeypatch: pytest.MonkeyPatch, said: dict[str, Any] | Exception) -> None:
    def asked(*_: str) -> dict[str, Any]:
        if isinstance(said, Exception):
            raise said
        return said

    monkeypatch.setattr(advisories, "_asked", asked)


WEAK = {"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": ["1.1"]}


def test_a_weak_package_fails_unless_it_is_argued(monkeypatch: pytest.MonkeyPatch) -> None:
    safe = {"name": "jinja2", "version": "3", "vulns": []}
    weak = {"name": "flask", "version": "1.0", "vulns": [WEAK]}
    answers(monkeypatch, {"dependencies": [safe, weak]})
    assert advisories.python() == ["flask 1.0: PYSEC-1 (fixed in 1.1)"]
    monkeypatch.setitem(advisories.ARGUED, "CVE-1", "we do not use it")
    assert advisories.python() == []


def test_the_same_of_npm(monkeypatch: pytest.MonkeyPatch) -> None:
    via = {"url": "https://github.com/advisories/GHSA-1", "title": "Bad", "range": "<2"}
    found = {"idb": {"range": "<2", "via": [via]}, "htmx": {"range": "*", "via": ["idb"]}}
    answers(monkeypatch, {"vulnerabilities": found})
    assert advisories.javascript() == ["idb <2: https://github.com/advisories/GHSA-1 (Bad)"]
    answers(monkeypatch, {"vulnerabilities": {}})
    assert advisories.javascript() == []


def test_what_could_not_be_asked_is_said_and_fails_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers(monkeypatch, advisories.Skipped("no network"))
    assert advisories.main() == 0
    assert capsys.readouterr().out.count("SKIPPED, nothing was checked: no network") == 2
    unknown = {"name": "flask", "skip_reason": "not found"}
    answers(monkeypatch, {"dependencies": [unknown], "message": "405"})
    assert advisories.main() == 0
    assert capsys.readouterr().out.count("SKIPPED") == 2


def test_found_is_an_exit_status(monkeypatch: pytest.MonkeyPatch) -> None:
    answers(
        monkeypatch,
        {
            "dependencies": [{"name": "flask", "version": "1", "vulns": [WEAK]}],
            "vulnerabilities": {},
        },
    )
    assert advisories.main() == 1

"""Figures and warnings: what an admin is told of the server."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from flask import Flask

from playlist_app.operations import figures, warnings
from tests.cast import Person
from tests.sounds import Sounds


def test_the_figures_are_what_is_there(
    app: Flask, data_folder: Path, alice: Person, sounds: Sounds
) -> None:
    config = app.config["JAMBOREE"]
    tone = sounds("flac")
    alice.uploads(tone, title="Paper Lanterns")
    alice.makes_track("Copper Wire")
    alice.makes_playlist()
    (data_folder / "backups" / "one").write_bytes(bytes(1000))
    os.link(data_folder / "backups" / "one", data_folder / "backups" / "two")
    assert figures.of(config).measured_at is None
    figures.measure(config)

    found = figures.of(config)

    assert (found.tracks, found.playlists, found.audio_files, found.users) == (2, 1, 1, 4)
    assert found.roles == {"admin": 1, "reviewer": 0, "member": 4, "guest": 0}
    assert found.audio_bytes == tone.stat().st_size
    assert found.backup_bytes == 1000
    pictures = [p.stat().st_size for p in (data_folder / "media/covers").rglob("*.jpg")]
    assert found.cover_bytes == sum(pictures) > 0
    assert found.database_bytes >= (data_folder / "app.db").stat().st_size
    assert found.measured_at
    assert found.free_bytes > 0
    assert found.shape()["total_bytes"] == found.total_bytes > found.audio_bytes


def test_a_folder_without_tables_has_figures_of_nothing(app: Flask, data_folder: Path) -> None:
    (data_folder / "app.db").unlink()
    assert figures.of(app.config["JAMBOREE"]).schema is None
    assert not (data_folder / "app.db").exists()


def test_warnings_stand_as_long_as_their_reason_the_gravest_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(warnings, "_sources", [])
    levels: list[warnings.Level] = ["note", "alert", "warning"]

    @warnings.source
    def three() -> list[warnings.Warning]:
        return [warnings.Warning(level, "Title", "Detail.", "Do this.", level) for level in levels]

    assert [warning.name for warning in warnings.standing()] == ["alert", "warning", "note"]
    levels.clear()
    assert warnings.standing() == []

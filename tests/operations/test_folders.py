"""The data folder: what can't be used is told, and secrets are made once."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

from playlist_app.config import Settings
from playlist_app.operations import folders
from playlist_app.operations.troubles import CannotServe


def test_a_folder_that_cannot_be_made_is_named_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, not a folder")
    for data in (tmp_path / "taken", tmp_path / "taken" / "below"):
        with pytest.raises(folders.UnusableFolder) as refused:
            folders.make(Settings(data=str(data)))
        assert str(data) in str(refused.value)
    assert (tmp_path / "taken").read_text() == "a file, not a folder"


NOBODY = 65534  # who owns nothing, on every Linux


def as_nobody(act: Callable[[], object]) -> str:
    """What CannotServe said to a process of this code that is not root's; "" if nothing."""
    ear, mouth = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forking beside threads: it's short
        child = os.fork()
    if child == 0:
        try:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            act()
        except CannotServe as refused:
            os.write(mouth, str(refused).encode())
        finally:
            os._exit(0)
    os.close(mouth)
    os.waitpid(child, 0)
    with os.fdopen(ear) as file:
        return file.read()


def test_a_folder_that_cannot_be_written_to_is_named_with_what_to_do() -> None:
    # Not below pytest's folder, which nobody else may enter.
    with tempfile.TemporaryDirectory() as base:
        Path(base).chmod(0o755)
        config = Settings(data=str(Path(base) / "data"))
        folders.make(config)
        for path in Path(base).rglob("*"):
            path.chmod(0o755)
        config.data_folder.chmod(0o555)
        said = as_nobody(lambda: folders.make(config))
        config.data_folder.chmod(0o700)
    assert config.data in said
    assert "JAMBOREE_DATA" in said


def test_audio_can_lie_elsewhere(tmp_path: Path) -> None:
    config = Settings(data=str(tmp_path / "data"), media=str(tmp_path / "disk" / "music"))
    folders.make(config)
    assert (tmp_path / "disk" / "music" / "incoming").is_dir()
    assert not (tmp_path / "data" / "media").exists()


def test_a_folder_that_is_there_keeps_its_own_permissions(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o750)
    data.chmod(0o750)
    folders.make(Settings(data=str(data)))
    assert data.stat().st_mode & 0o777 == 0o750

"""The data folder: what can't be used is told, and secrets are made once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from playlist_app.config import Settings
from playlist_app.operations import folders


def test_a_folder_that_cannot_be_made_is_named_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, not a folder")
    for data in (tmp_path / "taken", tmp_path / "taken" / "below"):
        with pytest.raises(folders.UnusableFolder) as refused:
            folders.make(Settings(data=str(data)))
        assert str(data) in str(refused.value)
    assert (tmp_path / "taken").read_text() == "a file, not a folder"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_to_is_named_with_what_to_do(tmp_path: Path) -> None:
    folders.make(Settings(data=str(tmp_path / "data")))
    (tmp_path / "data").chmod(0o500)
    with pytest.raises(folders.UnusableFolder, match="JAMBOREE_DATA"):
        folders.make(Settings(data=str(tmp_path / "data")))
    (tmp_path / "data").chmod(0o700)


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


def test_the_secret_key_is_long_made_once_and_differs_between_servers(tmp_path: Path) -> None:
    keys = []
    for name in ("one", "two"):
        config = Settings(data=str(tmp_path / name))
        folders.make(config)
        keys.append(folders.secret_key(config))
        assert folders.secret_key(config) == keys[-1]
        assert [path.name for path in (tmp_path / name).glob("secret*")] == ["secret_key"]
    assert keys[0] != keys[1]
    assert all(len(key) >= 64 for key in keys)

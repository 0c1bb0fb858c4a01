"""Dockerfile and compose.yaml: linted, and every command in them run, without Docker."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from playlist_app.config import PREFIX, ROOT, Settings
from tests.operations import recipes
from tests.soak import IS_SOAK

BIN = Path(sys.executable).parent
OF_COMPOSE = {"SITE", "UPSTREAM"}  # for Caddy, and not for the app


def has_layers() -> bool:
    if os.getuid() or not shutil.which("unshare"):
        return False
    return subprocess.run(["unshare", "--mount", "true"], check=False).returncode == 0


def test_the_dockerfile_is_well_made() -> None:
    done = subprocess.run(
        [BIN / "hadolint", ROOT / "Dockerfile"], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)


def test_the_compose_file_is_one() -> None:
    done = subprocess.run(
        [
            BIN / "check-jsonschema",
            "--builtin-schema",
            "vendor.compose-spec",
            ROOT / "compose.yaml",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_the_image_holds_no_compiler_and_no_node() -> None:
    """Both stages begin with the slim image, nothing is installed by the system's packages, and of
    the first one only Python's packages and the front-end files are taken."""
    build, final = recipes.stages(ROOT / "Dockerfile")
    assert build.base == final.base
    assert "slim" in final.base
    assert not [words for _, words in (*build.steps, *final.steps) if "apt" in words]
    taken = [words.split()[1] for name, words in final.steps if "--from=" in words]
    assert taken == ["/app/.venv", "/app/static/vendor"]


def test_a_build_sees_no_data_and_no_keys() -> None:
    files = recipes.context(ROOT)
    assert "playlist_app/__init__.py" in files
    folders = {path.split("/")[0] for path in files}
    assert not folders & {"instance", "tests", "bench", ".env", ".git", ".venv"}
    # Of the documents only the examples that the reference shows.
    docs = [path for path in files if path.startswith("docs/")]
    assert all(path.startswith("docs/examples/") for path in docs)
    assert not [path for path in files if "vendor/" in path or "__pycache__" in path]


@pytest.mark.parametrize("name", [".env.example", "compose.yaml", "README.md"])
def test_every_setting_that_is_named_is_one(name: str) -> None:
    named = set(re.findall(PREFIX + r"([A-Z_]+[A-Z])", (ROOT / name).read_text()))
    assert named
    assert named - OF_COMPOSE <= {field.name.upper() for field in dataclasses.fields(Settings)}


def test_the_example_changes_nothing_but_the_address() -> None:
    given = re.findall(r"^#? ?(JAMBOREE_\w+)=(.*)$", (ROOT / ".env.example").read_text(), re.M)
    shown = {name: value for name, value in given if name != "JAMBOREE_SITE"}
    shown.pop("JAMBOREE_IMPORT_ALLOW")  # an example of a network
    assert Settings.from_environment(shown) == Settings()


def test_web_and_worker_stand_alike_and_only_caddy_can_be_reached() -> None:
    services = recipes.compose()["services"]
    assert set(services) == {"web", "worker", "caddy"}
    for service in (services["web"], services["worker"]):
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["volumes"] == ["data:/data"]
        assert "ports" not in service
    assert services["web"]["environment"]["JAMBOREE_WORK"] == "off"
    assert services["worker"]["command"][-1] == "work"


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What happened when all was built and started."""
    if not has_layers():
        pytest.skip("needs root, and mounts")
    folder = tmp_path_factory.mktemp("container")
    folder.chmod(0o755)
    (folder / "data").mkdir()
    everything = ["--all"] if IS_SOAK else []
    done = subprocess.run(
        [
            *("unshare", "--mount", sys.executable, "-m", "tests.operations.building"),
            *(str(folder / "data"), *everything),
        ],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith(PREFIX)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_every_step_of_the_image_works_and_the_health_check_says_so(seen: dict[str, Any]) -> None:
    code, says = seen["without_server"]
    assert code == 1
    assert says.startswith("Nobody answers on port")
    assert "Make the first admin: https://localhost/first-admin/" in seen["log"]


def test_web_and_worker_of_compose_are_at_work_together(seen: dict[str, Any]) -> None:
    assert seen["ready"]["status"] == "ready", seen["ready"]


def test_they_are_nobody_who_can_write_nowhere_but_in_the_volume(seen: dict[str, Any]) -> None:
    assert seen["user"] == "10001"
    assert int(seen["capabilities"], 16) == 0
    assert seen["can_write"] is False
    assert seen["volume"] == ["0o700", 10001]
    assert seen["owners"] == [10001]


def test_they_end_when_they_are_told_to(seen: dict[str, Any]) -> None:
    assert seen["ends"] == [0, 0]

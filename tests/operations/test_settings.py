"""Settings: each from its variable, with a default, and a clear word about a bad one."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from playlist_app.config import PREFIX, ROOT, BadSetting, Settings

FIELDS = dataclasses.fields(Settings)
NUMBERS = [field.name for field in FIELDS if isinstance(field.default, int)]


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_every_setting_is_read_from_its_variable(field: dataclasses.Field[object]) -> None:
    given = Settings.from_environment({PREFIX + field.name.upper(): "7"})
    assert getattr(given, field.name) == (7 if field.name in NUMBERS else "7")
    others = dataclasses.asdict(Settings()) | {field.name: getattr(given, field.name)}
    assert dataclasses.asdict(given) == others


def test_without_variables_everything_has_its_default() -> None:
    assert Settings.from_environment({"HOME": "/root", "JAMBOREE_NO_SUCH": "x"}) == Settings()


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("text", ["many", "", "1.5", "-1", "1e6"])
def test_a_number_that_is_none_names_its_variable(name: str, text: str) -> None:
    variable = PREFIX + name.upper()
    with pytest.raises(BadSetting) as refused:
        Settings.from_environment({variable: text})
    assert variable in str(refused.value)


def test_every_setting_says_what_it_does() -> None:
    for field in FIELDS:
        assert len(field.metadata["doc"]) > 15, field.name


@pytest.mark.parametrize(
    ("url", "prefix", "is_https"),
    [
        ("", "", False),
        ("http://localhost:8000", "", False),
        ("https://home.example", "", True),
        ("https://home.example/", "", True),
        ("https://home.example/jamboree", "/jamboree", True),
        ("https://home.example/a/b/", "/a/b", True),
    ],
)
def test_the_public_address_says_the_path_prefix(url: str, prefix: str, *, is_https: bool) -> None:
    config = Settings(public_url=url)
    assert (config.path_prefix, config.is_https) == (prefix, is_https)


def test_folders_are_where_they_are_said_to_be(tmp_path: Path) -> None:
    assert Settings().data_folder == ROOT / "instance"
    config = Settings(data=str(tmp_path))
    assert config.database == tmp_path / "app.db"
    assert config.media_folder == tmp_path / "media"
    assert Settings(data=str(tmp_path), media="/music").media_folder == Path("/music")


def test_switches_are_off_only_when_they_are_switched_off() -> None:
    assert Settings().offers_demo
    assert not Settings(demo="0").offers_demo
    assert Settings().limits_sockets
    assert not Settings(rate_limits="off").limits_sockets
    assert 1 <= Settings().web_processes <= 2
    assert Settings(workers=5).web_processes == 5


# --- the README ---------------------------------------------------------------------------------

README = ROOT / "README.md"


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_the_readme_names_every_setting_with_its_default(
    field: dataclasses.Field[object],
) -> None:
    name = PREFIX + field.name.upper()
    lines = [line for line in README.read_text().splitlines() if name in line]
    assert lines, f"{name} is not in the README"
    plain = " ".join(lines).replace(",", "").replace("_", "").replace("\u202f", "")
    assert str(field.default).replace("_", "") in plain, f"the default of {name}"


def test_the_readme_names_no_setting_that_there_is_not() -> None:
    named = set(re.findall(PREFIX + r"([A-Z_]+[A-Z])", README.read_text()))
    assert named <= {field.name.upper() for field in FIELDS}

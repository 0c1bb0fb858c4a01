"""Two looks at one listing: what is new, what is gone, and what was only pushed out of sight."""

from __future__ import annotations

from playlist_app.imports.comparing import OUT_OF_SIGHT, compare


def places(keys: str) -> dict[str, int]:
    return {key: place for place, key in enumerate(keys)}


def test_the_first_look_finds_everything_new_in_its_order() -> None:
    assert compare({}, "cab", is_whole=True).new == ["c", "a", "b"]


def test_an_entry_that_is_listed_twice_is_one() -> None:
    change = compare({}, "aba", is_whole=True)

    assert change.new == ["a", "b"]
    assert change.places == {"a": 0, "b": 1}


def test_what_is_missing_in_a_whole_listing_is_gone() -> None:
    change = compare(places("abc"), "ab", is_whole=True)

    assert change.gone == {"c"}
    assert change.new == []


def test_what_a_window_of_the_newest_pushed_out_is_not_gone() -> None:
    change = compare(places("abcd"), "yzab", is_whole=False)

    assert change.new == ["y", "z"]
    assert change.gone == set()
    assert change.places["c"] == change.places["d"] == OUT_OF_SIGHT


def test_what_is_missing_from_the_middle_of_a_window_is_gone() -> None:
    assert compare(places("abcd"), "zabd", is_whole=False).gone == {"c"}


def test_what_was_pushed_out_does_not_count_as_gone_later() -> None:
    known = places("abcd")
    for listed in ("yzab", "xyza", "wxyz"):
        change = compare(known, listed, is_whole=False)
        assert change.gone == set()
        known = change.places


def test_what_was_pushed_out_and_comes_back_is_known() -> None:
    known = compare(places("abc"), "zab", is_whole=False).places

    assert compare(known, "zabc", is_whole=False).new == []

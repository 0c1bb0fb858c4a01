"""The authority of a home: made once, for its owner's eyes, and good for nothing else."""

from __future__ import annotations

import datetime
import stat
import threading
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from playlist_app.operations.https import authority, names
from playlist_app.operations.https.authority import Files

HOST = ["kitchen", "kitchen.local", "localhost"]
ADDRESSES = ["192.168.1.20", "127.0.0.1"]


@pytest.fixture
def files(tmp_path: Path) -> Files:
    made = Files(tmp_path / "https")
    assert authority.prepare(made, HOST, ADDRESSES) == []
    return made


def certificate(files: Files) -> x509.Certificate:
    return x509.load_pem_x509_certificate(files.certificate.read_bytes())


def called(files: Files) -> set[str]:
    found = certificate(files).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    by_address = {str(address) for address in found.get_values_for_type(x509.IPAddress)}
    return {*found.get_values_for_type(x509.DNSName), *by_address}


def test_keys_are_for_nobody_else(files: Files) -> None:
    assert stat.S_IMODE(files.folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in files.folder.iterdir()} == {0o600}


def test_it_vouches_for_every_name_and_address(files: Files) -> None:
    assert called(files) == {*HOST, *ADDRESSES}
    lasts = certificate(files).not_valid_after_utc - certificate(files).not_valid_before_utc
    assert lasts < datetime.timedelta(days=825)  # what iPhones take


def test_a_second_start_changes_nothing(files: Files) -> None:
    before = {path: path.read_bytes() for path in files.folder.iterdir()}
    authority.prepare(files, HOST, ADDRESSES)
    assert {path: path.read_bytes() for path in files.folder.iterdir()} == before


def test_a_new_address_gets_a_new_certificate_of_the_same_authority(files: Files) -> None:
    trusted = files.authority.read_bytes()
    assert authority.prepare(files, HOST, [*ADDRESSES, "192.168.1.77"]) == []
    assert "192.168.1.77" in called(files)
    assert files.authority.read_bytes() == trusted


def test_what_it_may_not_vouch_for_is_left_out_and_named(files: Files) -> None:
    """Else the whole certificate would be refused."""
    left_out = authority.prepare(
        files, [*HOST, "bank.example", "music.home.arpa"], [*ADDRESSES, "198.51.100.7"]
    )
    assert left_out == ["bank.example", "198.51.100.7"]
    assert called(files) == {*HOST, "music.home.arpa", *ADDRESSES}


def test_it_is_renewed_a_month_before_its_end(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = certificate(files).serial_number
    ends = certificate(files).not_valid_after_utc
    for days, renewed in ((31, False), (29, True)):
        now = ends - datetime.timedelta(days=days)
        monkeypatch.setattr(authority, "_now", lambda now=now: now)
        authority.prepare(files, HOST, ADDRESSES)
        assert (certificate(files).serial_number != first) is renewed


def test_what_was_cut_off_is_made_anew(files: Files) -> None:
    """Killed between the key and the certificate, or before one of them."""
    trusted = files.authority.read_bytes()
    files.key.write_bytes(authority._pem(ec.generate_private_key(ec.SECP256R1())))
    authority.prepare(files, HOST, ADDRESSES)
    authority.context(files)  # key and certificate fit
    files.certificate.unlink()
    authority.prepare(files, HOST, ADDRESSES)
    authority.context(files)
    assert files.authority.read_bytes() == trusted
    files.authority.unlink()
    authority.prepare(files, HOST, ADDRESSES)
    assert (
        certificate(files).issuer
        == x509.load_pem_x509_certificate(files.authority.read_bytes()).subject
    )
    certificate(files).verify_directly_issued_by(
        x509.load_pem_x509_certificate(files.authority.read_bytes())
    )


def test_ten_starts_at_once_make_one(tmp_path: Path) -> None:
    files = Files(tmp_path / "https")
    seen: list[bytes] = []

    def start() -> None:
        authority.prepare(files, HOST, ADDRESSES)
        seen.append(files.authority.read_bytes())

    threads = [threading.Thread(target=start) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 10
    assert len(set(seen)) == 1


def test_this_machine_is_found_and_slips_are_no_names() -> None:
    called_, addresses = names.of_this_machine(
        ["Jam.Home.Arpa", " [fd00::9] ", "no name", "-x", ""]
    )
    assert called_[0] == "jam.home.arpa"
    assert "localhost" in called_
    assert {"fd00::9", "127.0.0.1", "::1"} <= set(addresses)
    assert not {"no name", "-x", ""} & {*called_, *addresses}
    assert len(called_) == len(set(called_))

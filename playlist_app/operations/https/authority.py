"""The authority of a home: it vouches for this machine, and can't for anything else.

Whoever trusts it trusts whoever reads its key. So it carries name constraints: browsers believe it
for networks at home and for the names that this machine had when it was made, and for no other
site. Key and certificates lie in the data folder, for its owner's eyes alone.
"""

from __future__ import annotations

import contextlib
import datetime
import fcntl
import ipaddress
import os
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LASTS = datetime.timedelta(days=3650)
# Phones take 825 days from an authority that people added themselves, and fewer from others.
CERTIFICATE_LASTS = datetime.timedelta(days=397)
RENEWED_BEFORE = datetime.timedelta(days=30)
SINCE_BEFORE = datetime.timedelta(days=1)  # for clocks that are behind

# Names that no site of the Internet has (RFC 6761, 6762, 8375 and what routers call a home).
NAMES_AT_HOME = ("local", "localhost", "lan", "home", "home.arpa", "internal")
NETWORKS_AT_HOME = (
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "169.254.0.0/16",
    "100.64.0.0/10",  # of providers and of private networks over the Internet
    "127.0.0.0/8",
    "fc00::/7",
    "fe80::/10",
    "::1/128",
)


@dataclass(frozen=True)
class Files:
    """Where the keys and certificates are."""

    folder: Path

    @property
    def authority(self) -> Path:
        return self.folder / "authority.crt"

    @property
    def authority_key(self) -> Path:
        return self.folder / "authority.key"

    @property
    def certificate(self) -> Path:
        return self.folder / "server.crt"

    @property
    def key(self) -> Path:
        return self.folder / "server.key"


def prepare(files: Files, names: Sequence[str], addresses: Sequence[str]) -> list[str]:
    """Make what is missing, and a new certificate when its time comes or the machine is called
    otherwise. Answers the names and addresses that the authority can't vouch for, as it was made
    before the machine had them. Safe to repeat, and at the same time."""
    files.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(files.folder):
        if not (files.authority.exists() and files.authority_key.exists()):
            _make_authority(files, names, addresses)
        authority = x509.load_pem_x509_certificate(files.authority.read_bytes())
        good_names = [name for name in names if _permits_name(authority, name)]
        good_addresses = [text for text in addresses if _permits_address(authority, text)]
        if not _serves(files, authority, {*good_names, *good_addresses}):
            _make_certificate(files, authority, good_names, good_addresses)
    return [text for text in [*names, *addresses] if text not in {*good_names, *good_addresses}]


def context(files: Files) -> ssl.SSLContext:
    """For new connections; `load` puts a new certificate in."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.set_alpn_protocols(["http/1.1"])
    load(made, files)
    return made


def load(into: ssl.SSLContext, files: Files) -> None:
    into.load_cert_chain(files.certificate, files.key)


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    handle = os.open(folder / "lock", os.O_CREAT | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, whatever happens in between."""
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _called(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[:64])])


def _begin(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, lasts: datetime.timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(_now() - SINCE_BEFORE)
        .not_valid_after(_now() + lasts)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _make_authority(files: Files, names: Sequence[str], addresses: Sequence[str]) -> None:
    """The key first: a certificate without its key would be taken for an authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _called(f"Jamboree at home ({names[0]}, {_now():%B %Y})")
    permitted: list[x509.GeneralName] = [
        x509.DNSName(text) for text in dict.fromkeys([*NAMES_AT_HOME, *names])
    ]
    own = [str(ipaddress.ip_network(text)) for text in addresses]
    networks = dict.fromkeys([*NETWORKS_AT_HOME, *own])
    permitted += [x509.IPAddress(ipaddress.ip_network(text)) for text in networks]
    certificate = (
        _begin(name, name, key.public_key(), LASTS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(x509.NameConstraints(permitted, None), critical=True)
        .sign(key, hashes.SHA256())
    )
    _write(files.authority_key, _pem(key))
    _write(files.authority, certificate.public_bytes(serialization.Encoding.PEM))


def _make_certificate(
    files: Files, authority: x509.Certificate, names: Sequence[str], addresses: Sequence[str]
) -> None:
    signing = serialization.load_pem_private_key(files.authority_key.read_bytes(), None)
    assert isinstance(signing, ec.EllipticCurvePrivateKey)
    key = ec.generate_private_key(ec.SECP256R1())
    called: list[x509.GeneralName] = [x509.DNSName(name) for name in names]
    called += [x509.IPAddress(ipaddress.ip_address(text)) for text in addresses]
    of = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    certificate = (
        _begin(_called("Jamboree"), authority.subject, key.public_key(), CERTIFICATE_LASTS)
        .add_extension(x509.SubjectAlternativeName(called), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(of), critical=False
        )
        .sign(signing, hashes.SHA256())
    )
    # In one file each, the certificate last: what is there fits, or is made anew.
    _write(files.key, _pem(key))
    _write(files.certificate, certificate.public_bytes(serialization.Encoding.PEM))


def _serves(files: Files, authority: x509.Certificate, called: set[str]) -> bool:
    """Whether the certificate that is there can be used for a while, for just these."""
    if not (files.certificate.exists() and files.key.exists()):
        return False
    found = x509.load_pem_x509_certificate(files.certificate.read_bytes())
    key = serialization.load_pem_private_key(files.key.read_bytes(), None)
    alternatives = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    named = {*alternatives.get_values_for_type(x509.DNSName)}
    named |= {str(address) for address in alternatives.get_values_for_type(x509.IPAddress)}
    try:
        found.verify_directly_issued_by(authority)
    except (InvalidSignature, ValueError):
        return False  # it is of an authority that is gone
    return (
        found.public_key() == key.public_key()
        and found.not_valid_after_utc - _now() > RENEWED_BEFORE
        and named == called
    )


def _permitted(authority: x509.Certificate) -> list[x509.GeneralName]:
    constraints = authority.extensions.get_extension_for_class(x509.NameConstraints).value
    return list(constraints.permitted_subtrees or [])


def _permits_name(authority: x509.Certificate, name: str) -> bool:
    return any(
        name == permitted.value or name.endswith(f".{permitted.value}")
        for permitted in _permitted(authority)
        if isinstance(permitted, x509.DNSName)
    )


def _permits_address(authority: x509.Certificate, text: str) -> bool:
    address = ipaddress.ip_address(text)
    return any(
        address in permitted.value
        for permitted in _permitted(authority)
        if isinstance(permitted, x509.IPAddress)
        and isinstance(permitted.value, ipaddress.IPv4Network | ipaddress.IPv6Network)
    )

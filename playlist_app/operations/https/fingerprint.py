"""What people compare to know that a certificate is the one they were given."""

from __future__ import annotations

import hashlib
import ssl
from pathlib import Path


def fingerprint(certificate: Path) -> str:
    """SHA-256, in groups that can be read aloud."""
    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate.read_text())).hexdigest().upper()
    return " ".join(digest[at : at + 4] for at in range(0, len(digest), 4))

"""Signed requests by the thousand: RFC 9421 written out, without the library that the product uses.

So the tests have a second opinion of the signature, and load tests are not held up by their own signing.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

PARTS = '("@method" "@authority" "@path" "@query" "content-digest")'


@dataclass(frozen=True)
class Signer:
    """A kiosk's key and number, for one hub (``authority`` is its name, and port if any)."""

    kiosk_id: str
    key: Ed25519PrivateKey = field(repr=False)
    authority: str = "testserver"

    def headers(
        self,
        method: str,
        target: str,
        body: bytes = b"",
        *,
        created: int | None = None,
        nonce: str | None = None,
    ) -> dict[str, str]:
        """The three headers that sign this request; ``target`` is path and query."""
        parts = urlsplit(target)
        digest = f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"
        made = int(time.time()) if created is None else created
        once = secrets.token_urlsafe(18) if nonce is None else nonce
        covered = f'{PARTS};created={made};keyid="{self.kiosk_id}";nonce="{once}";tag="yedeng-kiosk"'
        base = (
            f'"@method": {method}\n"@authority": {self.authority}\n"@path": {parts.path}\n'
            f'"@query": ?{parts.query}\n"content-digest": {digest}\n"@signature-params": {covered}'
        )
        signature = base64.b64encode(self.key.sign(base.encode())).decode()
        return {
            "Content-Digest": digest,
            "Signature-Input": f"sig={covered}",
            "Signature": f"sig=:{signature}:",
        }

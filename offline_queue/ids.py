"""Ids made by the client: they name an item for ever and are its idempotency key."""

import secrets
import time
from uuid import UUID


def new_id(now: float | None = None) -> UUID:
    """A UUID version 7 (RFC 9562, section 5.7) of ``now`` (seconds since 1970), 74 of its bits random."""
    milliseconds = int((time.time() if now is None else now) * 1000) & (1 << 48) - 1
    random = secrets.randbits(74)
    return UUID(int=milliseconds << 80 | 7 << 76 | (random >> 62) << 64 | 2 << 62 | random & (1 << 62) - 1)

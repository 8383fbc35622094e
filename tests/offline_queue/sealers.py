"""A sealer for tests of the queue alone."""

from uuid import UUID


class Scrambler:
    """Makes content unreadable and says to whom it belongs, without any secrecy."""

    def seal(self, content: bytes, *, item_id: UUID, kind: str, schema: int, part: int) -> bytes:
        """The content with every bit turned, behind what it is bound to."""
        return f"{item_id}|{kind}|{schema}|{part}|".encode() + unscramble(content)


def unscramble(content: bytes) -> bytes:
    """Turn every bit (its own inverse)."""
    return bytes(byte ^ 0xFF for byte in content)

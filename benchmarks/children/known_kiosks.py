"""Makes kiosks known to a hub, straight in its database: ``known_kiosks DATA < lines of "NUMBER KEY"``."""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> None:
    """Read numbers and public keys (hexadecimal), keep them."""
    from hub.command_line import prepare

    prepare(Path(sys.argv[1]))
    from hub.kiosks.models import Kiosk

    lines = [line.split() for line in sys.stdin]
    Kiosk.objects.bulk_create(
        [Kiosk(id=name, public_key=bytes.fromhex(key), place=name) for name, key in lines], batch_size=500
    )


if __name__ == "__main__":
    main()

"""The hub, the other end of every kiosk: a Django project that shares ``kiosk.wire`` and nothing else."""

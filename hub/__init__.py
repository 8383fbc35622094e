"""The hub: the other end of every kiosk. A Django project; it shares the messages of ``kiosk.wire`` and nothing else."""

"""The PC/SC service behind the simulated chip cards: the real one of this machine."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import time

_SOCKET = "/run/pcscd/pcscd.comm"
_PLACES = "/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin"
_START_LIMIT = 10.0


class ServiceMissing(RuntimeError):
    """The service does not run and cannot be started; the message says why."""


class PcscService:
    """Uses the running service, or starts one and ends it again.

    With systemd, asking is enough: the socket starts the service. Elsewhere (a container, a bare machine)
    it is started here, directly as root and through ``sudo -n`` otherwise.
    """

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def owned(self) -> bool:
        """It was started here."""
        return self._child is not None

    def start(self, *options: str) -> None:
        """Make sure that the service answers; one that is started here gets these options as well.

        Raises:
            ServiceMissing: there is none.
        """
        if service_answers():
            return
        program = shutil.which("pcscd", path=_PLACES)
        if program is None:
            raise ServiceMissing("the PC/SC service pcscd is not installed: run deploy/setup.sh")
        rights = [] if os.geteuid() == 0 else ["sudo", "-n"]
        self._child = subprocess.Popen(
            [*rights, program, "--foreground", *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for the bench, which then ends the service in its turn
        )
        until = time.monotonic() + _START_LIMIT
        while not service_answers():
            if self._child.poll() is not None or time.monotonic() > until:
                self.stop()
                raise ServiceMissing("the PC/SC service pcscd does not start; it needs root or sudo")
            time.sleep(0.02)

    def stop(self) -> None:
        """End the service if it was started here."""
        child, self._child = self._child, None
        if child is None:
            return
        child.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(5)
        if child.poll() is None:
            child.kill()
            child.wait()


def service_answers() -> bool:
    """Whether a PC/SC service takes connections on this machine."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(_SOCKET)
        except OSError:
            return False
        return True

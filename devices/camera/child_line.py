"""The process of a camera as the kiosk holds it: started, spoken with, ended for certain."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from collections import deque
from pathlib import Path
from typing import Any

import structlog

from devices.camera.answers import Answer, understood
from devices.camera.protocol import BrokenMessage, Message, MessageParser
from devices.errors import CompletionCode, KeeperAction
from devices.status import DeviceState

_ROOT = Path(__file__).resolve().parents[2]
_QUIET = {"OPENCV_LOG_LEVEL": "OFF", "OPENCV_FFMPEG_LOGLEVEL": "-8"}
_REAP = 1.0
_CHUNK = 2**20
_unreaped: list[subprocess.Popen[bytes]] = []
"""Killed, but held by the system in a driver that does not let go; looked at whenever another is started."""

log = structlog.get_logger("yedeng.devices")


class Stopped(Exception):
    """The wake-up call said so."""


class ChildLine:
    """One process and the two pipes to it. Belongs to one thread, with which it also dies.

    Args:
        name: the device's name, for the log.
        memory: file descriptor of the memory to be shared.
        wake: an eventfd; whoever writes to it ends a wait early.
    """

    def __init__(self, name: str, memory: int, wake: int) -> None:
        self._name = name
        self._wake = wake
        self._parser = MessageParser()
        self._heard: deque[Message] = deque()
        _unreaped[:] = [child for child in _unreaped if child.poll() is None]
        self._child = subprocess.Popen(
            [sys.executable, "-m", "devices.camera.child", str(os.getpid())],
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=(memory,),
            cwd=_ROOT,
            env={**os.environ, **_QUIET},
        )

    @property
    def pid(self) -> int:
        """The process."""
        return self._child.pid

    def exchange(self, words: dict[str, Any], seconds: float, stopping: Any) -> tuple[Answer, bytes]:
        """Ask, and wait for the answer.

        Args:
            words: the request.
            seconds: after which the process counts as hung.
            stopping: asked after every wake-up whether to give up.

        Raises:
            KeeperAction: the camera does not work, hangs, or its process has ended.
            Stopped: nobody wants the answer.
        """
        until = time.monotonic() + seconds
        assert self._child.stdin is not None, "it was started with pipes"
        try:
            self._child.stdin.write(Message(words).encode())
        except BrokenPipeError:
            raise ended() from None
        while not self._heard:
            left = until - time.monotonic()
            if left <= 0:
                raise failed("camera-hangs")
            self._listen(left)
            if stopping():
                raise Stopped
        message = self._heard.popleft()
        try:
            return understood(message), message.data
        except BrokenMessage:
            raise failed("camera-process-broken") from None

    def rest(self, seconds: float | None) -> None:
        """Wait to be woken. Raises KeeperAction when the process ends or speaks meanwhile."""
        self._listen(seconds)
        if self._heard:
            raise failed("camera-process-broken")

    def end(self) -> None:
        """Kill the process and take its remains away."""
        child = self._child
        child.kill()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()
        try:
            child.wait(_REAP)
        except subprocess.TimeoutExpired:
            log.warning("camera.process_held", device=self._name)
            _unreaped.append(child)

    def _listen(self, seconds: float | None) -> None:
        assert self._child.stdout is not None, "it was started with pipes"
        line = self._child.stdout.fileno()
        poll = select.poll()
        for fd in (self._wake, line):
            poll.register(fd, select.POLLIN)
        ready = {fd for fd, _ in poll.poll(None if seconds is None else max(1, round(seconds * 1000)))}
        if self._wake in ready:
            os.eventfd_read(self._wake)
        if line not in ready:
            return
        data = os.read(line, _CHUNK)
        if not data:
            raise ended()
        try:
            self._heard.extend(self._parser.feed(data))
        except BrokenMessage:
            raise failed("camera-process-broken") from None


def ended() -> KeeperAction:
    """The process is gone: it crashed, or somebody ended it."""
    return failed("camera-process-ended")


def failed(detail: str, code: CompletionCode = CompletionCode.HARDWARE_ERROR) -> KeeperAction:
    """The camera is lost, in this way."""
    return KeeperAction(code, detail, state=DeviceState.HARDWARE_ERROR)

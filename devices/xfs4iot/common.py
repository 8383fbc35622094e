"""What every service says of itself (CWA 17852, Common Interface): capabilities, versions, status. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from devices.status import DeviceState, DeviceStatus, Fitness
from devices.xfs4iot.message import Payload, section

E = TypeVar("E", bound=StrEnum)

NEWEST_MAJOR = 3
"""Newest major version of any message that this client can read."""

_DEGRADED = {"potentialFraud": "potential-fraud"}
_FAILED = {"fraudAttempt": "fraud-attempt"}
"""States of the standard that the house does not tell apart: reasons say them."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a service says it can do (completion of Common.Capabilities).

    Attributes:
        commands: the versions of every command's message, by command, by interface.
        payload: everything else, by interface.
    """

    commands: Mapping[str, Mapping[str, tuple[str, ...]]]
    payload: Payload = field(repr=False)

    def supports(self, command: str) -> bool:
        """The service knows this command, or does not list its commands."""
        listed = self.commands.get(command.partition(".")[0])
        return listed is not None and (not listed or command in listed)

    def versions(self, commands: Iterable[str]) -> dict[str, str]:
        """The newest version that both ends know, for those commands of which the service names versions."""
        chosen = {}
        for command in commands:
            offered = self.commands.get(command.partition(".")[0], {}).get(command, ())
            known = [
                (numbers, text) for text in offered if 1 <= (numbers := _numbers(text))[0] <= NEWEST_MAJOR
            ]
            if known:
                chosen[command] = max(known)[1]
        return chosen


def capabilities(payload: Payload) -> Capabilities:
    """Read the completion of Common.Capabilities; what is not understood is left out."""
    commands: dict[str, dict[str, tuple[str, ...]]] = {}
    interfaces = payload.get("interfaces")
    for interface in interfaces if isinstance(interfaces, list) else []:
        if isinstance(interface, Mapping) and isinstance(name := interface.get("name"), str):
            commands[name] = _commands(interface.get("commands"))
    return Capabilities(commands, payload)


def major_versions(versions: Mapping[str, str]) -> dict[str, int]:
    """The same for Common.SetVersions, which takes major versions."""
    return {command: _numbers(version)[0] for command, version in versions.items()}


def one_of(kind: type[E], value: object, otherwise: E) -> E:
    """A value of the standard as the house has it."""
    return kind(value) if isinstance(value, str) and value in set(kind) else otherwise


def device_status(payload: Payload, interface: str) -> tuple[DeviceStatus, Payload]:
    """The device of a completion of Common.Status, and the section of its own interface.

    A service that does not say how its device is says nothing: the device is then unknown, never fine.
    """
    said = section(payload, "common").get("device")
    own = section(payload, interface)
    if not isinstance(said, str):
        return DeviceStatus(DeviceState.OFFLINE, reasons=("no-answer",)), own
    if said in _FAILED:
        return DeviceStatus(DeviceState.HARDWARE_ERROR, fitness=Fitness.FAILED, reasons=(_FAILED[said],)), own
    if said in _DEGRADED:
        return DeviceStatus(DeviceState.ONLINE, fitness=Fitness.DEGRADED, reasons=(_DEGRADED[said],)), own
    if said not in set(DeviceState):
        return DeviceStatus(DeviceState.OFFLINE, reasons=("no-answer",)), own
    state = DeviceState(said)
    if state is DeviceState.ONLINE:
        return DeviceStatus(state, fitness=Fitness.OK), own
    passing = state in {DeviceState.DEVICE_BUSY, DeviceState.STARTING}
    fitness = Fitness.UNKNOWN if passing else Fitness.FAILED
    return DeviceStatus(state, fitness=fitness, reasons=(_REASONS[state],)), own


_REASONS = {
    DeviceState.OFFLINE: "device-offline",
    DeviceState.POWER_OFF: "power-off",
    DeviceState.NO_DEVICE: "no-device",
    DeviceState.HARDWARE_ERROR: "hardware-error",
    DeviceState.USER_ERROR: "user-error",
    DeviceState.DEVICE_BUSY: "busy",
    DeviceState.STARTING: "starting",
}


def _commands(listed: object) -> dict[str, tuple[str, ...]]:
    """Commands with their versions; the first release listed names alone."""
    if isinstance(listed, list):
        return {name: () for name in listed if isinstance(name, str)}
    if not isinstance(listed, Mapping):
        return {}
    return {
        name: tuple(version for version in _listed(entry, "versions") if _numbers(version)[0])
        for name, entry in listed.items()
    }


def _listed(entry: object, key: str) -> list[str]:
    found = entry.get(key) if isinstance(entry, Mapping) else None
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []


def _numbers(version: str) -> tuple[int, int]:
    """Major and minor of a version; (0, 0) of what is none."""
    major, _, minor = version.partition(".")
    if not (major.isascii() and major.isdecimal() and minor.isascii() and minor.isdecimal()):
        return 0, 0
    return (int(major), int(minor)) if len(version) < 12 else (0, 0)

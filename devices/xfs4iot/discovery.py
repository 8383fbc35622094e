"""Finding a service: the machine's publisher, its services, the one with an interface.

CWA 17852, Service Publisher Interface: publishers listen on port 80 (``ws``) or 443 (``wss``), else on the
first free one of 5846 to 5856, at ``/xfs4iot/v1.0``; ServicePublisher.GetServices names every service by its
URI.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from devices.errors import CompletionCode, DeviceError, DeviceTimeout, KeeperAction
from devices.status import DeviceState
from devices.transports.websocket import Address, WebSocketLine
from devices.xfs4iot.common import Capabilities, capabilities, major_versions
from devices.xfs4iot.service import Service

if TYPE_CHECKING:
    from devices.worker import Turn

PUBLISHER = "/xfs4iot/v1.0"
FALLBACK_PORTS = range(5846, 5857)

CONNECT_TIMEOUT = 1.0
"""Seconds for a connection; services run on the kiosk itself or beside it."""


def ports(*, secure: bool) -> tuple[int, ...]:
    """Where a publisher may listen, in the order in which the standard has it look for a free one."""
    return (443 if secure else 80, *FALLBACK_PORTS)


def publishers(machine: Address, turn: Turn, answer_timeout: float) -> Iterator[tuple[Address, Service]]:
    """Every publisher of a machine, connected; the caller closes them.

    Args:
        machine: its address; port 0: look at all `ports`.

    Raises:
        DeviceError: the one port that is asked for has none.
    """
    for port in (machine.port,) if machine.port else ports(secure=machine.secure):
        address = replace(machine, port=port, path=PUBLISHER)
        try:
            yield address, _connected(address, turn, answer_timeout)
        except (KeeperAction, DeviceTimeout):
            if machine.port:
                raise
            turn.check("no-connection")


def services(publisher: Address, asked: Service, turn: Turn) -> list[Address]:
    """The services that a publisher names, in its order.

    Only port and path are taken from its answer: what the kiosk sends and reads stays on the machine that the
    site file names, and with TLS where the site file says so.
    """
    answer = asked.ask("ServicePublisher.GetServices", turn)
    named = answer.get("services")
    found = [service_address(publisher, entry) for entry in (named if isinstance(named, list) else [])]
    return [address for address in found if address is not None]


def service_address(publisher: Address, entry: object) -> Address | None:
    """Where one service is that a publisher names; None when what it names is no address."""
    uri = entry.get("serviceURI") if isinstance(entry, dict) else None
    if not isinstance(uri, str) or not uri.isascii() or not uri.isprintable():
        return None
    try:
        split = urlsplit(uri)
        port = split.port
    except ValueError:
        return None
    if split.scheme not in {"ws", "wss"} or not split.path.startswith("/"):
        return None
    return replace(publisher, port=port or publisher.port, path=split.path)


def find_service(
    machine: Address, interface: str, wanted: str, turn: Turn, answer_timeout: float
) -> tuple[Service, Capabilities]:
    """The first service with an interface, connected, with what it says it can do.

    Args:
        machine: where to look.
        interface: e.g. ``CardReader``.
        wanted: the service's name, the last part of its URI; empty: any.

    Raises:
        KeeperAction: there is no publisher (``no-connection``), or it has no such service
            (``no-such-service``).
        DeviceError: what was found does not answer as it should.
    """
    error: DeviceError = _missing("no-connection", DeviceState.OFFLINE)
    for publisher, asked in publishers(machine, turn, answer_timeout):
        try:
            candidates = services(publisher, asked, turn)
        except (KeeperAction, DeviceTimeout) as failure:
            turn.check()
            error = failure
            continue
        finally:
            asked.close()
        error = _missing("no-such-service", DeviceState.NO_DEVICE)
        for address in sorted(candidates, key=lambda one: interface.lower() not in one.path.lower()):
            if wanted and _name(address).lower() != wanted.lower():
                continue
            try:
                if (found := _with_interface(address, interface, turn, answer_timeout)) is not None:
                    return found
            except (KeeperAction, DeviceTimeout) as failure:
                turn.check()
                error = failure
    raise error


def list_services(machine: Address, turn: Turn, answer_timeout: float) -> list[tuple[str, set[str]]]:
    """Every service of a machine, as URI and interfaces; those that do not answer are left out.

    Raises:
        DeviceError: the one port that is asked for has no publisher, or the turn is over.
    """
    found = []
    for publisher, asked in publishers(machine, turn, answer_timeout):
        with closing(asked):
            addresses = services(publisher, asked, turn)
        for address in addresses:
            try:
                with closing(_connected(address, turn, answer_timeout)) as service:
                    able = capabilities(service.ask("Common.Capabilities", turn))
            except (KeeperAction, DeviceTimeout):
                turn.check()
                continue
            found.append((address.uri, set(able.commands)))
    return found


def _connected(address: Address, turn: Turn, answer_timeout: float) -> Service:
    return Service(WebSocketLine(address, turn, CONNECT_TIMEOUT), answer_timeout)


def _with_interface(
    address: Address, interface: str, turn: Turn, answer_timeout: float
) -> tuple[Service, Capabilities] | None:
    """Connect, ask what it can do, agree on versions; None for a service of another kind."""
    service = _connected(address, turn, answer_timeout)
    try:
        able = capabilities(service.ask("Common.Capabilities", turn))
        if interface in able.commands:
            _agree(service, able, turn)
            return service, able
    except BaseException:
        service.close()
        raise
    service.close()
    return None


def _agree(service: Service, able: Capabilities, turn: Turn) -> None:
    """Settle the versions of messages (Common.SetVersions), where the service names any."""
    every = [command for listed in able.commands.values() for command in listed]
    chosen = able.versions(every)
    service.conversation.versions = chosen
    if not chosen or not able.supports("Common.SetVersions"):
        return
    try:
        service.ask("Common.SetVersions", turn, {"commands": major_versions(chosen)})
    except KeeperAction as error:
        if error.state is not None:
            raise
        # It refuses to settle them once and for all; every message says its own version as well.


def _name(address: Address) -> str:
    return address.path.rstrip("/").rpartition("/")[2]


def _missing(detail: str, state: DeviceState) -> KeeperAction:
    return KeeperAction(CompletionCode.DEVICE_NOT_READY, detail, state=state)

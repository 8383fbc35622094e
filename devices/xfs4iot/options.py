"""What a site file says of any device behind an XFS4IoT service, and the way to that service."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field, model_validator

from devices.contract import DriverOptions
from devices.transports.websocket import Address
from devices.xfs4iot.discovery import PUBLISHER, find_service

if TYPE_CHECKING:
    from typing import Self

    from devices.worker import Turn
    from devices.xfs4iot.common import Capabilities
    from devices.xfs4iot.service import Service


class ServiceOptions(DriverOptions):
    """Where the vendor's services are."""

    host: str = Field("127.0.0.1", min_length=1, description="Machine that runs the vendor's services.")
    port: int = Field(
        0, ge=0, le=65535, description="Port of its service publisher; 0: look where the standard says."
    )
    service: str = Field(
        "", description="Name of the service, the last part of its URI; empty: the first of the right kind."
    )
    secure: bool = Field(default=False, description="Use TLS (wss); needed beyond this machine.")
    ca_file: Path | None = Field(
        default=None, description="Certificates to trust besides the system's; relative to the site file."
    )
    service_timeout: float = Field(
        2.0, gt=0, le=30, description="Seconds for an answer that waits for no person and no paper."
    )

    @model_validator(mode="after")
    def _only_its_own_machine_in_clear(self) -> Self:
        if not self.secure and not _is_this_machine(self.host):
            raise ValueError("cards are read through it: services on another machine need secure = true")
        return self


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def open_service(
    options: ServiceOptions, base: Path, interface: str, turn: Turn
) -> tuple[Service, Capabilities]:
    """Find and connect the service with an interface. Raises like `find_service`."""
    ca_file = None if options.ca_file is None else base / options.ca_file
    machine = Address(options.host, options.port, PUBLISHER, options.secure, ca_file)
    return find_service(machine, interface, options.service, turn, options.service_timeout)

"""Which addresses a webhook may be sent to: configured ones of the network, never this machine itself.

A hub stands in an isolated network, so private addresses are what webhooks go to. Refused is what an
administrator of the console should not reach through the hub: its own services (loopback, unspecified), the
local link with the metadata services of clouds (169.254.0.0/16, fe80::/10), multicast and reserved ranges.
Settings narrow it further: ``ALERTS_WEBHOOK_NETWORKS`` names the only networks, if any are named.
"""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext

Address = IPv4Address | IPv6Address


class AddressRefused(Exception):
    """Nothing is sent there; the message says why, in the reader's language."""


def check_url(url: str) -> None:
    """Whether an address is written as a webhook's may be; does not ask the name service.

    Raises ``AddressRefused``.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise AddressRefused(gettext("A webhook begins with https:// or http:// and a name."))
    if parts.username or parts.password or parts.fragment:
        raise AddressRefused(gettext("A webhook has no user name, password or fragment."))
    try:
        literal = ip_address(parts.hostname)
    except ValueError:
        return
    _check(literal)


def resolved(url: str) -> Address:
    """The address to connect to, looked up once, so that the name cannot change its mind afterwards.

    Raises ``AddressRefused`` when any address of the name is refused, ``OSError`` when it is not known.
    """
    check_url(url)
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = [
        ip_address(info[4][0]) for info in socket.getaddrinfo(parts.hostname, port, proto=socket.IPPROTO_TCP)
    ]
    for address in found:
        _check(address)
    return found[0]


def _check(address: Address) -> None:
    mapped = getattr(address, "ipv4_mapped", None)
    address = mapped or address
    networks = settings.ALERTS_WEBHOOK_NETWORKS
    if networks:
        if not any(address in network for network in networks):
            raise AddressRefused(gettext("This address is not in the networks that webhooks may go to."))
        return
    if (
        address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_unspecified
        or address.is_reserved
    ):
        raise AddressRefused(gettext("Webhooks do not go to this machine or its own link."))

"""The hub as it is really installed: nginx with TLS in front, a kiosk that trusts its authority."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest
import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from kiosk.enrolment import KioskIdentity
from kiosk.hub_client import HubClient
from kiosk.simulated import free_ports
from offline_queue import Delivered, OfflineQueue
from tests.hub.conftest import ROOT, HubProcess
from tests.hub.filings import put
from tests.hub.test_kiosks_at_the_hub import sign_of_life

SITE = ROOT / "deploy" / "hub" / "nginx.conf"


class Front(NamedTuple):
    """nginx before a hub: its two addresses, and the certificate to trust."""

    http: str
    https: str
    certificate: Path


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[HubProcess, Front]]:
    """A hub with the settings of ``deploy/hub/hub.env``, and nginx with the site file of ``deploy/hub``."""
    folder = tmp_path_factory.mktemp("nginx")
    key, certificate = folder / "tls.key", folder / "tls.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    command += ["-keyout", str(key), "-out", str(certificate), "-days", "2", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    subprocess.run(command, check=True, capture_output=True)
    plain, tls = free_ports(2)
    hub = HubProcess(tmp_path_factory.mktemp("hub-behind-nginx"))
    hub.extra = {"YEDENG_HUB_TLS": "on", "YEDENG_HUB_PROXIES": "1"}
    hub.start()
    site = SITE.read_text(encoding="utf-8")
    for old, new in (
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("listen 443 ssl http2;", f"listen 127.0.0.1:{tls} ssl http2;"),
        ("server 127.0.0.1:8000;", f"server 127.0.0.1:{hub.port};"),
        ("hub.example.org", "localhost"),
        ("/etc/yedeng-hub/", f"{folder}/"),
    ):
        assert old in site
        site = site.replace(old, new)
    (folder / "site.conf").write_text(site, encoding="utf-8")
    temporary = "".join(
        f"{one}_temp_path {folder}/{one};\n" for one in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;\n" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{user}daemon off;\npid {folder}/pid;\nerror_log {folder}/error.log;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{temporary}include {folder}/site.conf;\n}}\n",
        encoding="utf-8",
    )
    nginx = ["/usr/sbin/nginx", "-p", str(folder), "-e", str(folder / "error.log")]
    nginx += ["-c", str(folder / "nginx.conf")]
    subprocess.run([*nginx, "-t"], check=True, capture_output=True)
    with subprocess.Popen(nginx) as process:
        try:
            front = Front(f"http://localhost:{plain}", f"https://localhost:{tls}", certificate)
            _wait_for(front.http)
            yield hub, front
        finally:
            process.terminate()
            process.wait(10)
            hub.stop()


def _wait_for(address: str) -> None:
    with requests.Session() as session:
        session.mount("http://", HTTPAdapter(max_retries=Retry(total=12, backoff_factor=0.02)))
        session.get(address, allow_redirects=False, timeout=5)


@pytest.fixture(scope="module")
def known(
    served: tuple[HubProcess, Front], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Front, KioskIdentity]:
    """A kiosk that enrolled directly at that hub."""
    from kiosk.enrolment import enrol

    hub, front = served
    return front, enrol(tmp_path_factory.mktemp("kiosk"), hub.url, hub.new_code())


@pytest.fixture
def client(known: tuple[Front, KioskIdentity]) -> Iterator[HubClient]:
    front, identity = known
    with closing(HubClient(front.https, identity.credentials, 10, ca=str(front.certificate))) as opened:
        yield opened


def test_signatures_pass_through(client: HubClient) -> None:
    assert client.check_in(sign_of_life()).next_in_seconds > 0


def test_large_files_pass_through(
    client: HubClient, known: tuple[Front, KioskIdentity], tmp_path: Path
) -> None:
    with closing(OfflineQueue(tmp_path / "queue", known[1].sealer())) as queue:
        put(queue, os.urandom(6_000_000))
        (item,) = queue.lease()
        assert isinstance(client.deliver([item])[0], Delivered)


def test_nobody_stays_on_the_open_line(known: tuple[Front, KioskIdentity]) -> None:
    answer = requests.get(f"{known[0].http}/console/", allow_redirects=False, timeout=5)
    assert (answer.status_code, answer.headers["Location"]) == (308, "https://localhost/console/")


def test_the_console_knows_that_the_line_is_closed_and_passwords_are_tried_slowly(
    known: tuple[Front, KioskIdentity],
) -> None:
    front = known[0]
    verify = str(front.certificate)
    with requests.Session() as session:
        answers = [session.get(f"{front.https}/console/login/", verify=verify, timeout=5) for _ in range(40)]
    first = answers[0]
    assert first.status_code == 200
    assert "max-age" in first.headers["Strict-Transport-Security"]
    assert first.cookies
    assert all(cookie.secure for cookie in first.cookies)
    assert 429 in {answer.status_code for answer in answers}

"""Every operation of the API's description, called with what fits it and with what does not.

Requests are made by schemathesis from ``/api/openapi.json`` and signed as a kiosk signs them. Asked for more
than the test suite has time for, it is run by hand::

    python -m tests.hub.api_campaign http://127.0.0.1:8000 CODE TOKEN --examples 500

with a one-time enrolment code and the token of a channel; it prints what was sent and what was wrong.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import click
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from requests.auth import AuthBase
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.errors import SchemathesisError
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from kiosk.enrolment import KioskIdentity, enrol
from kiosk.wire import TUS_PIECE
from tests.hub.signed import Signer

schemathesis.serializer.alias(TUS_PIECE, "application/octet-stream")

CHECKS: Final = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


class SignsLikeAKiosk(AuthBase):
    """Signs requests for kiosks' addresses, shows the token at the others."""

    def __init__(self, identity: KioskIdentity, url: str, token: str) -> None:
        self._signer = Signer(identity.kiosk_id, identity.key, urlsplit(url).netloc)
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        parts = urlsplit(str(request.url))
        if parts.path.startswith("/api/v1/public/"):
            request.headers["Authorization"] = f"Bearer {self._token}"
            return request
        body = request.body or b""
        content = body.encode() if isinstance(body, str) else body
        assert isinstance(content, bytes)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        request.headers.update(self._signer.headers(str(request.method), target, content))
        return request


@dataclass
class Findings:
    """What was sent, what came back, and what was wrong."""

    sent: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def campaign(url: str, identity: KioskIdentity, token: str, examples: int) -> Findings:
    """Call every operation ``examples`` times with valid and as often with invalid data."""
    schema = schemathesis.openapi.from_url(f"{url}/api/openapi.json")
    found = Findings()
    with requests.Session() as session:
        session.auth = SignsLikeAKiosk(identity, url, token)
        operations: list[Any] = [result.ok() for result in schema.get_all_operations()]  # type: ignore[union-attr]
        # Check-ins out of order come from a copied kiosk: after them it is told nothing about persons.
        for operation in sorted(operations, key=lambda one: one.path.endswith("/check-in")):
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                _call(operation, mode, url, session, examples, found)
    return found


def _call(
    operation: Any,
    mode: GenerationMode,
    url: str,
    session: requests.Session,
    examples: int,
    found: Findings,
) -> None:
    @seed(20261121)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case: Any) -> None:
        answer = case.call(base_url=url, session=session, timeout=20)
        found.sent[f"{operation.label} {mode.value}"] += 1
        found.statuses[answer.status_code] += 1
        try:
            case.validate_response(answer, checks=CHECKS)
        except (FailureGroup, Failure) as failure:
            found.wrong.append(f"{operation.label} {mode.value}: {answer.status_code}\n{failure}")

    try:
        run()
    except (SchemathesisError, Unsatisfiable) as error:
        # What takes nothing cannot be given wrong things.
        if mode is GenerationMode.POSITIVE:
            found.wrong.append(f"{operation.label}: {error}")


@click.command()
@click.argument("url")
@click.argument("code")
@click.argument("token")
@click.option(
    "--examples", default=500, show_default=True, help="Calls of each operation, valid and invalid."
)
def main(url: str, code: str, token: str, examples: int) -> None:
    """Call the whole API of a hub that serves."""
    with tempfile.TemporaryDirectory() as folder:
        found = campaign(url, enrol(Path(folder), url, code), token, examples)
    for status, count in sorted(found.statuses.items()):
        click.echo(f"{status}: {count}")
    click.echo(f"{sum(found.sent.values())} requests to {len(found.sent)} operations and modes")
    for wrong in found.wrong:
        click.echo(wrong, err=True)
    sys.exit(1 if found.wrong else 0)


if __name__ == "__main__":
    main()

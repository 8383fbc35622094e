"""The API over real HTTP: every operation with what fits and what does not; a code as a picture."""

from __future__ import annotations

from pathlib import Path

from devices.camera.codes import code_in_file
from kiosk.enrolment import enrol
from kiosk.wire import EnrolmentTicket
from tests.hub.api_campaign import campaign
from tests.hub.conftest import HubProcess, hub_command


def test_no_operation_fails_or_answers_what_is_not_described(hub: HubProcess, tmp_path: Path) -> None:
    identity = enrol(tmp_path, hub.url, hub.new_code())
    channel = ("网站", "--kind", "web", "--a-minute", "100000")
    token = hub_command("channel", "--data", str(hub.data), *channel).strip()
    found = campaign(hub.url, identity, token, examples=2)
    assert found.wrong == []
    assert len(found.sent) > 30
    assert {200, 204, 401, 404, 422} - set(found.statuses) <= {401}


def test_a_code_is_written_as_qr_and_read_from_the_picture(hub: HubProcess, tmp_path: Path) -> None:
    picture = tmp_path / "code.png"
    code = hub_command(
        "enrolment-code", "--data", str(hub.data), "--qr", str(picture), "--url", hub.url
    ).strip()
    found = code_in_file(picture)
    assert found is not None
    assert EnrolmentTicket.read(found.data.decode()) == EnrolmentTicket(hub=hub.url, code=code)

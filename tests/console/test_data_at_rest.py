"""What a thief of the database sees of residents, and how the key changes."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hub import rotation
from hub.cases.demonstration import seed_decided_case
from hub.cases.models import Case, resident_index
from hub.data_keys import DataAltered, DataKeyError, DataKeys
from hub.encryption import Closed
from hub.intake.handlers import HANDLERS
from hub.intake.opening import receive
from hub.kiosks.models import Kiosk
from hub.rotation import NotFinished, close_anew, encrypted_columns, finish
from kiosk.wire import SUBMISSION_KIND, IntakeEnvelope, sealer_for
from tests.hub.filings import payload

CANARIES = ("李桂兰", "11010519491231002X", "明灯路", "13800000000")


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[DataKeys]:
    """Data keys of this test alone."""
    for name in ("resident.key", "index.key"):
        shutil.copy(settings.DATA.folder / name, tmp_path)
    theirs = settings.DATA.resident_keys
    settings.DATA.resident_keys = DataKeys(tmp_path)
    try:
        yield settings.DATA.resident_keys
    finally:
        settings.DATA.resident_keys = theirs


def file_case(kiosk: Kiosk) -> Case:
    """A submission as it comes from a kiosk."""
    id_ = uuid4()
    sealed = sealer_for(settings.DATA.recipients).seal(
        payload().model_dump_json().encode(), item_id=id_, kind=SUBMISSION_KIND, schema=1
    )
    envelope = IntakeEnvelope.model_validate(
        {"id": id_, "kind": SUBMISSION_KIND, "payload_schema": 1, "sealed": base64.b64encode(sealed)}
    )
    receive(envelope, kiosk, HANDLERS)
    return Case.objects.get(id=id_)


def stored(case: Case) -> Closed:
    """What the database holds of a case's resident."""
    closed = Case.objects.values_list("resident", flat=True).get(id=case.id)
    assert isinstance(closed, Closed)
    return closed


def everything_stored() -> Iterator[bytes]:
    """Every value of every column of every table, as bytes."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
            for row in cursor.fetchall():
                for value in row:
                    yield bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


def test_no_table_holds_anything_of_a_resident(kiosk: Kiosk) -> None:
    case = file_case(kiosk)
    seed_decided_case()
    content = b"\n".join(everything_stored())
    assert case.case_no.encode() in content
    for canary in CANARIES:
        assert canary.encode() not in content
        assert json.dumps(canary).strip('"').encode() not in content
    assert Case.objects.get(id=case.id).resident["answers"] == {"phone": "13800000000"}


def test_queries_never_carry_a_value_in_plain(kiosk: Kiosk) -> None:
    with CaptureQueriesContext(connection) as queries:
        case = file_case(kiosk)
        case.resident = {**case.resident, "answers": {"phone": "13800000000"}}
        case.save()
        rows = list(Case.objects.values_list("resident", flat=True))
    text = repr(queries.captured_queries) + repr(rows) + str(rows[0])
    assert not any(canary in text for canary in CANARIES)
    with pytest.raises(TypeError, match="never looked up"):
        Case.objects.filter(resident={"applicant": "李桂兰"}).first()


def test_a_row_does_not_open_in_place_of_another(kiosk: Kiosk) -> None:
    one, other = file_case(kiosk), file_case(kiosk)
    closed = stored(one)
    Case.objects.filter(id=other.id).update(resident=closed)
    with pytest.raises(DataAltered, match=str(other.id)):
        _ = Case.objects.get(id=other.id).resident
    Case.objects.filter(id=other.id).update(resident=Closed(closed[:-1] + bytes([closed[-1] ^ 1])))
    with pytest.raises(DataAltered):
        _ = Case.objects.get(id=other.id).resident


def test_a_wrong_key_is_told_by_its_file(kiosk: Kiosk, keys: DataKeys, tmp_path: Path) -> None:
    case = file_case(kiosk)
    name = keys.prefix[1:].hex()
    (tmp_path / "resident.key").unlink()
    settings.DATA.resident_keys = DataKeys(tmp_path)
    settings.DATA.resident_keys.prepare()
    with pytest.raises(DataKeyError, match=f"resident-{name}.key"):
        rotation.check_keys()
    (tmp_path / "resident.key").write_text("AES_256_GCM nonsense\n")
    with pytest.raises(DataKeyError, match=f"{tmp_path / 'resident.key'} is not a key"):
        file_case(kiosk)
    assert Case.objects.filter(id=case.id).count() == 1


def test_a_rotation_broken_off_goes_on_and_the_old_key_can_go(
    kiosk: Kiosk, keys: DataKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [file_case(kiosk) for _ in range(5)]
    monkeypatch.setattr(rotation, "BATCH", 2)
    opened: list[str] = []
    original = DataKeys.open

    def dies_at_the_fourth(self: DataKeys, closed: bytes, place: str) -> bytes:
        opened.append(place)
        if len(opened) == 4:
            raise KeyboardInterrupt
        return original(self, closed, place)

    def behind() -> int:
        return sum(column.rows.exclude(prefix=keys.prefix).count() for column in encrypted_columns())

    everything = behind()
    assert everything == 0
    keys.rotate()
    everything = behind()
    with monkeypatch.context() as patched:
        patched.setattr(DataKeys, "open", dies_at_the_fourth)
        with pytest.raises(KeyboardInterrupt):
            close_anew(lambda _line: None)
    assert behind() == everything - 2
    assert [case.resident["applicant"]["name"] for case in Case.objects.all()] == ["李桂兰"] * 5
    late = keys.since + 61
    with pytest.raises(NotFinished, match=r"rows of cases\.Case\.resident"):
        finish(late)
    close_anew(lambda _line: None)
    assert behind() == 0
    with pytest.raises(NotFinished, match="may still be writing"):
        finish(keys.since + 1)
    (removed,) = finish(late)
    assert not removed.exists()
    assert Case.objects.get(id=cases[0].id).resident["applicant"]["number"] == "11010519491231002X"


def test_what_was_read_before_the_rotation_is_written_with_the_new_key(kiosk: Kiosk, keys: DataKeys) -> None:
    case = Case.objects.get(id=file_case(kiosk).id)
    other = DataKeys(keys._folder)
    other.rotate()  # as another process does
    case.save()
    assert stored(case).prefix == other.prefix
    assert Case.objects.get(id=case.id).resident["applicant"]["name"] == "李桂兰"


def test_people_are_found_by_a_key_of_its_own(keys: DataKeys, tmp_path: Path) -> None:
    before = resident_index(" 11010519491231002x")
    assert before == resident_index("11010519491231002X")
    (tmp_path / "index.key").unlink()
    settings.DATA.resident_keys = DataKeys(tmp_path)
    settings.DATA.resident_keys.prepare()
    assert resident_index("11010519491231002X") != before

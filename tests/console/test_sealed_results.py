"""Results as sealed PDF: what is on the page, whose seal it bears, who gets it, and how long it is kept."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hub.audit.models import Entry
from hub.cases.demonstration import NAME, NUMBER, seed_decided_case
from hub.cases.documents import document_for
from hub.cases.erasure import erase_on_request
from hub.cases.models import Case, Copy, Result, SealedCopy
from hub.cases.results import make_copy
from hub.kiosks.models import Kiosk
from hub.problems import ProblemError
from hub.seal_commands import seal_certificate, verify_pdf
from hub.seals.checking import Verdict, check_seal
from hub.seals.choosing import seal_keys
from hub.seals.token import TokenSeals
from kiosk.wire import CopyRequest, ResultCopy, ResultQuery

HOLDER = ResultQuery(document="resident_id", number=NUMBER, name=NAME)


@pytest.fixture
def result() -> Result:
    return seed_decided_case()


@pytest.fixture
def make(result: Result, kiosk: Kiosk) -> Callable[..., ResultCopy]:
    """Commit a copy, as the kiosk does."""

    def commit(copy_id: UUID | None = None) -> ResultCopy:
        wanted = CopyRequest(copy_id=copy_id or uuid4(), result_id=result.id, holder=HOLDER)
        return make_copy(wanted, kiosk)

    return commit


def text_of(pdf: bytes, tmp_path: Path) -> str:
    file = tmp_path / "read.pdf"
    file.write_bytes(pdf)
    done = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, check=True)
    return done.stdout.decode()


def checked(pdf: bytes) -> Verdict:
    return check_seal(pdf, seal_keys(settings.DATA.folder).trusted()).verdict


def test_a_copy_is_a_page_with_its_number_its_code_and_a_seal(
    make: Callable[..., ResultCopy], kiosk: Kiosk, tmp_path: Path
) -> None:
    copy = make()
    pdf = document_for(kiosk, copy.copy_id).content
    assert copy.document is not None
    assert (len(pdf), copy.document.pages) == (copy.document.size, 1)
    words = text_of(pdf, tmp_path)
    for said in (
        "社会保险参保证明",
        NAME,
        "110***********002X",
        copy.case_no,
        copy.verification_code,
        "第 1 份",
    ):
        assert said in words
    assert "演示件，不作任何证明" in words
    about = subprocess.run(
        ["pdfinfo", "-meta", tmp_path / "read.pdf"], capture_output=True, check=True
    ).stdout
    assert b'pdfaid:part="2"' in about
    assert NAME.encode() not in about
    assert checked(pdf) is Verdict.INTACT
    for at in (200, len(pdf) // 3, len(pdf) - 300):
        assert checked(pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :]) is not Verdict.INTACT
    assert checked(pdf + b"\n% more") is not Verdict.INTACT
    assert check_seal(pdf, []).verdict is Verdict.UNKNOWN_SIGNER


def test_the_same_copy_id_gives_the_same_bytes_to_its_kiosk_alone(
    make: Callable[..., ResultCopy], kiosk: Kiosk
) -> None:
    one, other = make(), make()
    assert make(one.copy_id) == one
    pdf = document_for(kiosk, one.copy_id).content
    assert pdf == document_for(kiosk, one.copy_id).content != document_for(kiosk, other.copy_id).content
    elsewhere = Kiosk.objects.create(
        id="K0000002", public_key=os.urandom(32), organisation=kiosk.organisation
    )
    with pytest.raises(ProblemError):
        document_for(elsewhere, one.copy_id)


def test_rare_hanzi_and_long_certificates_come_out_whole_and_nothing_of_them_is_logged(
    make: Callable[..., ResultCopy],
    result: Result,
    kiosk: Kiosk,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def line(value: str) -> dict[str, object]:
        return {"label": {"zh": "姓名", "en": "Name"}, "value": value}

    odd = ("䶮" * 200 + "q" * 700 + "鹤" * 1500, "\x00\x07\u202e😀العربية\uffff", "<b>(\\) endobj %s", "")
    lines = [line("喆堃䶮㛃𬴊·麦麦提")] * 12 + [line(value) for value in odd]
    result.certificate = {**result.certificate, "lines": lines}
    result.save()
    copy = make()
    assert copy.document is not None
    assert copy.document.pages > 2
    words = text_of(document_for(kiosk, copy.copy_id).content, tmp_path)
    assert words.count("喆堃䶮㛃𬴊·麦麦提") == 12
    assert (words.count("䶮"), words.count("q"), words.count("鹤")) == (
        212,
        700,
        1500,
    )
    assert "<b>(\\) endobj %s" in words
    assert not caplog.records


def test_a_hub_that_cannot_seal_says_so_and_the_copy_stays(
    make: Callable[..., ResultCopy], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "seal.toml").write_text(
        'roots = "roots.pem"\n[pkcs11]\nmodule = "/gone.so"\ntoken = "t"\npin_file = "pin"\n'
        '[pkcs11.keys]\n"灯河市社会保险中心（演示）" = "seal"\n'
    )
    (tmp_path / "pin").write_text("1234")
    with monkeypatch.context() as patched:
        patched.setattr(settings.DATA, "folder", tmp_path)
        copy = make()
    assert copy.document is None
    assert make(copy.copy_id).document is not None


def test_the_pdf_goes_with_the_data_of_its_case(make: Callable[..., ResultCopy], kiosk: Kiosk) -> None:
    copy = make()
    case = Case.objects.get()
    case.decided_at = timezone.now()
    case.save()
    erase_on_request("command line", case.pk, None, "asked for")
    assert not SealedCopy.objects.exists()
    assert Copy.objects.filter(pk=copy.copy_id).exists()
    for asked in (lambda: document_for(kiosk, copy.copy_id), lambda: make(copy.copy_id)):
        with pytest.raises(ProblemError):
            asked()


def test_the_console_gives_the_pdf_to_who_said_why_and_records_it(
    make: Callable[..., ResultCopy], result: Result, console: Callable[..., Client]
) -> None:
    copy = make()
    clerk = console("clerk")
    address = reverse("admin:cases_result_document", args=[copy.copy_id])
    assert clerk.get(address).status_code == 302
    clerk.post(reverse("admin:cases_case_look", args=[result.case_id]), {"reason": "enquiry", "revision": 0})
    answer = clerk.get(address)
    assert answer.content.startswith(b"%PDF")
    assert Entry.objects.get(action="copy.viewed").detail["copy_no"] == 1
    page = clerk.get(reverse("admin:cases_result_change", args=[result.pk]))
    assert address in page.content.decode()
    assert console("technician").get(address).status_code in {403, 404}


@pytest.fixture
def token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data folder whose seal.toml names a real SoftHSM2 token with a key and its certificate."""
    from tests.console.soft_token import make_token

    monkeypatch.setattr(settings.DATA, "folder", make_token(tmp_path, "灯河市社会保险中心（演示）"))
    seal_keys.cache_clear()
    yield tmp_path
    seal_keys.cache_clear()


# python-pkcs11 complains when a search is ended whose session is gone.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_token_seals_what_is_no_demonstration_also_after_it_was_away(
    token: Path, make: Callable[..., ResultCopy], kiosk: Kiosk, tmp_path: Path
) -> None:
    copy = make()
    keys = seal_keys(settings.DATA.folder)
    assert isinstance(keys, TokenSeals)
    assert keys._session is not None
    keys._session.close()  # as a token does that was pulled, or that ends sessions by itself
    again = make()
    pdf = document_for(kiosk, copy.copy_id).content
    assert checked(pdf) is checked(document_for(kiosk, again.copy_id).content) is Verdict.INTACT
    assert "演示件" not in text_of(pdf, tmp_path)
    (one,) = seal_keys(settings.DATA.folder).certificates()
    assert one.where == "yedeng-test/seal"


def test_anybody_with_the_roots_can_check_a_pdf(
    make: Callable[..., ResultCopy], kiosk: Kiosk, tmp_path: Path
) -> None:
    file, roots, other = tmp_path / "certificate.pdf", tmp_path / "roots.pem", tmp_path / "other.pem"
    pdf = document_for(kiosk, make().copy_id).content
    shown = CliRunner().invoke(seal_certificate, ["--roots", "--data", str(settings.DATA.folder)])
    roots.write_text(shown.output)
    assert "PRIVATE" not in shown.output
    elsewhere = CliRunner().invoke(seal_certificate, ["--roots", "--data", str(tmp_path / "elsewhere")])
    other.write_text(elsewhere.output)
    for content, believed, word, code in (
        (pdf, roots, "intact: sealed by 灯河市社会保险中心（演示）", 0),
        (pdf.replace(b"/Type /Page", b"/Type /Pagf", 1), roots, "altered", 1),
        (pdf, other, "unknown signer", 1),
        (b"%PDF-1.7 no more", roots, "no PDF", 1),
    ):
        file.write_bytes(content)
        told = CliRunner().invoke(verify_pdf, ["--roots", str(believed), str(file)])
        assert (told.output.startswith(word), told.exit_code) == (True, code), told.output

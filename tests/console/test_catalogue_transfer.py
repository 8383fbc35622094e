"""Import and export of the source folder, and what is refused of zip files."""

from __future__ import annotations

import io
import stat
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from hub.catalogue import archives, publishing, workflow
from hub.catalogue.archives import ArchiveRefused, read_archive, write_archive
from hub.catalogue.models import SourceFile, Version
from hub.catalogue.publishing import plan, publish
from hub.catalogue.seeding import DEMONSTRATION
from hub.catalogue.transfer import exported, read_folder, take_in, with_faults
from tests.console.catalogue import PNG, approved, as_, item

IMPORT = "admin:catalogue_sourcefile_import"


def packed(files: dict[str, bytes]) -> io.BytesIO:
    return io.BytesIO(write_archive(files.items()))


def read(archive: io.BytesIO) -> dict[str, bytes]:
    return read_archive(archive, len(archive.getvalue()))


@pytest.fixture
def author(account: Callable[[str], User]) -> User:
    return account("publisher")


@pytest.fixture
def reviewer(account: Callable[[str], User]) -> User:
    return account("publisher")


class TestRoundTrip:
    def test_the_whole_demonstration_comes_back_byte_by_byte(self, author: User) -> None:
        folder = read_folder(DEMONSTRATION) | {"cards/elderly-card-1.png": PNG}
        take_in(as_(author), folder)
        archive = packed(dict(exported(drafts=True)))
        assert read(archive) == folder
        assert archive.getvalue() == packed(folder).getvalue()

    def test_what_is_published_is_exported_and_what_is_written_only_on_request(
        self, author: User, reviewer: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(publishing, "_built", lambda *_: b"built")
        approved(author, reviewer, {"lamp-permit.toml": item()})
        publish(as_(reviewer), plan(as_(reviewer)))
        workflow.write(as_(author), "lamp-permit.toml", text=item(name="草稿"))
        assert dict(exported()) == {"lamp-permit.toml": item().encode()}
        assert dict(exported(drafts=True)) == {"lamp-permit.toml": item(name="草稿").encode()}

    def test_a_second_import_changes_nothing_and_a_change_only_what_it_touches(self, author: User) -> None:
        folder = {"lamp-permit.toml": item().encode(), "cards/lamp-1.png": PNG}
        assert [one.outcome for one in take_in(as_(author), folder)] == ["new", "new"]
        assert {one.outcome for one in take_in(as_(author), folder)} == {"unchanged"}
        folder["lamp-permit.toml"] = item(name="改名").encode()
        assert sorted(one.outcome for one in take_in(as_(author), folder)) == ["changed", "unchanged"]
        assert Version.objects.count() == 2
        assert SourceFile.objects.get(path="lamp-permit.toml").name == "改名"

    def test_what_waits_for_review_is_not_overwritten(self, author: User, reviewer: User) -> None:
        version = workflow.write(as_(author), "lamp-permit.toml", text=item())
        workflow.submit(as_(author), version)
        [arrival] = take_in(as_(reviewer), {"lamp-permit.toml": item(name="偷换").encode()})
        assert arrival.outcome == "busy"
        assert Version.objects.get().text == item()

    def test_every_fault_is_told_with_its_place_and_the_draft_is_there_to_be_mended(
        self, author: User
    ) -> None:
        folder = {
            "lamp-permit.toml": item().replace("version = 1", "version = 0").encode(),
            "other.toml": item("other", more='offices = ["nowhere"]').encode(),
            "torn.toml": b'id = "torn" 1\n',
            "forms/lamp.pdf": PNG,
            "notes.txt": b"hello",
            "latin.toml": b"\xff\xfe",
        }
        arrivals = {one.path: one for one in with_faults(take_in(as_(author), folder), folder)}
        assert arrivals["lamp-permit.toml"].faults[0].place == "version"
        assert arrivals["other.toml"].faults[0].problem == "there is no 'nowhere'"
        assert "line 1" in arrivals["torn.toml"].faults[0].problem
        assert arrivals["forms/lamp.pdf"].faults[0].problem == "this is no PDF file"
        assert [arrivals[one].outcome for one in ("notes.txt", "latin.toml")] == ["strange", "strange"]
        assert Version.objects.get(source_file__path="torn.toml").text == 'id = "torn" 1\n'


class TestHostileArchives:
    @pytest.mark.parametrize(
        "name",
        [
            "../lamp.toml",
            "a/../../lamp.toml",
            "/etc/lamp.toml",
            "a//lamp.toml",
            "C:/lamp.toml",
            "..\\lamp.toml",
        ],
    )
    def test_what_leads_out_of_the_folder_spoils_the_whole(self, name: str) -> None:
        with pytest.raises(ArchiveRefused):
            read(packed({"good.toml": b"", name: b"x"}))

    def test_a_link_is_refused(self) -> None:
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as made:
            link = zipfile.ZipInfo("lamp.toml")
            link.external_attr = (stat.S_IFLNK | 0o777) << 16
            made.writestr(link, "/etc/passwd")
        with pytest.raises(ArchiveRefused):
            read(archive)

    def test_a_bomb_is_noticed_while_unpacking(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(archives, "LARGEST_FILE", 3_000_000)
        bomb = packed({"lamp.toml": b"\0" * 30_000_000})
        assert len(bomb.getvalue()) < 100_000
        with pytest.raises(ArchiveRefused):
            read(bomb)

    def test_many_files_that_are_large_together_are_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(archives, "LARGEST_WHOLE", 250_000)
        with pytest.raises(ArchiveRefused):
            read(packed({f"a{n}.toml": b"\0" * 100_000 for n in range(3)}))

    def test_too_many_too_large_twice_and_no_zip_at_all(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with pytest.raises(ArchiveRefused):
            read(io.BytesIO(b"not a zip"))
        with pytest.raises(ArchiveRefused):
            read_archive(packed({"a.toml": b""}), archives.LARGEST_ARCHIVE + 1)
        monkeypatch.setattr(archives, "MOST_FILES", 2)
        with pytest.raises(ArchiveRefused):
            read(packed({f"a{n}.toml": b"" for n in range(3)}))
        twice = io.BytesIO()
        with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(twice, "w") as made:
            made.writestr("a.toml", b"1")
            made.writestr("a.toml", b"2")
        with pytest.raises(ArchiveRefused):
            read(twice)

    def test_a_torn_archive_is_refused(self) -> None:
        whole = packed({"lamp-permit.toml": item().encode() * 50}).getvalue()
        for cut in range(0, len(whole), max(1, len(whole) // 40)):
            with pytest.raises(ArchiveRefused):
                read(io.BytesIO(whole[:cut]))

    def test_a_folder_around_everything_and_what_systems_leave_there_do_not_matter(self) -> None:
        files = {"guides/lamp.toml": b"1", "guides/offices/a.toml": b"2", "__MACOSX/guides/._lamp.toml": b"x"}
        assert read(packed(files)) == {"lamp.toml": b"1", "offices/a.toml": b"2"}
        assert set(read(packed({"offices/a.toml": b"2"}))) == {"offices/a.toml"}


class TestInTheConsole:
    def test_a_zip_comes_in_and_every_fault_is_on_the_page(self, console: Callable[[str], Client]) -> None:
        client = console("publisher")
        upload = SimpleUploadedFile(
            "c.zip",
            packed({"lamp-permit.toml": item(more="legal_days = -1").encode(), "x.txt": b""}).getvalue(),
        )
        page = client.post(reverse(IMPORT), {"archive": upload}).content.decode()
        assert "lamp-permit.toml" in page
        assert "法定期限（工作日）" in page
        assert "不能小于 0" in page
        assert "不属于源文件夹" in page
        assert SourceFile.objects.get().path == "lamp-permit.toml"

    def test_a_hostile_zip_is_refused_in_words_and_leaves_nothing(
        self, console: Callable[[str], Client]
    ) -> None:
        upload = SimpleUploadedFile("c.zip", packed({"a.toml": b"", "../b.toml": b""}).getvalue())
        page = console("publisher").post(reverse(IMPORT), {"archive": upload}).content.decode()
        assert "指向文件夹之外" in page
        assert not SourceFile.objects.exists()

    def test_the_export_is_a_zip_of_the_folder(
        self, console: Callable[[User], Client], author: User, tmp_path: Path
    ) -> None:
        take_in(as_(author), {"lamp-permit.toml": item().encode()})
        answer = console(author).get(reverse("admin:catalogue_sourcefile_export"), {"drafts": "1"})
        assert read(io.BytesIO(answer.content)) == {"lamp-permit.toml": item().encode()}

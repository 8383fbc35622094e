"""The catalogue's pages: who may do what, what a reviewer reads, what an editor is shown, the preview."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from hub.accounts.models import Role
from hub.audit.models import Entry
from hub.catalogue import previews, publishing, workflow
from hub.catalogue.children import ChildFailed
from hub.catalogue.differences import differences
from hub.catalogue.models import Publication, SourceFile, Version
from hub.catalogue.previews import Manner
from tests.console.catalogue import PNG, approved, as_, item, published

PATH = "lamp-permit.toml"
Account = Callable[[str], User]
Console = Callable[..., Client]


@pytest.fixture(autouse=True)
def built_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        publishing, "_built", lambda contents, ready: repr([v.sha256 for v in contents]).encode()
    )


@pytest.fixture
def author(account: Account) -> User:
    return account("publisher")


@pytest.fixture
def reviewer(account: Account) -> User:
    return account("publisher")


@pytest.fixture
def draft(author: User) -> Version:
    return workflow.write(as_(author), PATH, text=item())


def page(name: str, *arguments: object) -> str:
    return reverse(f"admin:catalogue_sourcefile_{name}", args=arguments)


class TestThroughTheConsole:
    def test_from_the_draft_to_the_publication(self, author: User, reviewer: User, console: Console) -> None:
        writes, reads = console(author), console(reviewer)
        writes.post(page("new"), {"path": PATH})
        source_file = SourceFile.objects.get(path=PATH)
        # A browser sends lines as HTTP wants them; the folder's are kept.
        writes.post(page("edit", source_file.pk), {"text": item().replace("\n", "\r\n")})
        assert Version.objects.get().text == item()
        step = page("step", source_file.pk, "submit")
        writes.post(step)
        approve = page("step", source_file.pk, "approve")
        seen = Version.objects.get().sha256
        refused = writes.post(approve, {"seen": seen}, follow=True).content.decode()
        assert "另一个账号" in refused
        assert Version.objects.get().state == "in_review"
        reads.post(approve, {"seen": seen})
        plan = reads.get(page("publish"))
        assert "夜灯许可" in plan.content.decode()
        assert (
            "夜灯许可"
            in reads.post(page("publish"), {"seen": plan.context["seen"]}, follow=True).content.decode()
        )
        publication = Publication.objects.get()
        assert (publication.version, publication.published_by) == (1, reviewer)
        assert Publication.item("lamp-permit") is not None

    def test_who_wrote_it_is_told_that_somebody_else_publishes_it(
        self, author: User, reviewer: User, console: Console
    ) -> None:
        approved(author, reviewer, {PATH: item()})
        client = console(author)
        shown = client.get(page("publish"))
        assert "要由别人发布" in shown.content.decode()
        client.post(page("publish"), {"seen": shown.context["seen"]})
        assert not Publication.objects.exists()

    def test_what_changed_after_the_page_was_opened_is_not_published(
        self, author: User, reviewer: User, console: Console
    ) -> None:
        approved(author, reviewer, {PATH: item()})
        client = console(reviewer)
        seen = client.get(page("publish")).context["seen"]
        approved(author, reviewer, {"other.toml": item("other")})
        answer = client.post(page("publish"), {"seen": seen}, follow=True)
        assert "请重新查看" in answer.content.decode()
        assert not Publication.objects.exists()

    def test_a_broken_text_is_kept_and_every_fault_stands_beside_it(
        self, draft: Version, console: Console
    ) -> None:
        assert draft.author is not None
        client = console(draft.author)
        text = item().replace('name.zh = "夜灯许可"\n', "", 1).replace('id = "id-card"', 'id = "ID card"')
        shown = client.post(page("edit", draft.source_file.pk), {"text": text}, follow=True).content.decode()
        assert "名称 · 中文" in shown
        assert "材料 · 第 1 条 · 标识" in shown
        assert "格式不对" in shown
        assert "送审" not in client.get(page("overview", draft.source_file.pk)).content.decode()

    def test_a_form_is_uploaded_kept_by_its_digest_and_shown(self, console: Console, author: User) -> None:
        client = console(author)
        client.post(page("new"), {"path": "cards/lamp-1.png", "file": SimpleUploadedFile("x.png", PNG)})
        version = Version.objects.get()
        answer = client.get(page("file", version.source_file.pk, 1))
        assert (answer.content, answer["Content-Type"]) == (PNG, "image/png")
        assert answer["Content-Security-Policy"] == "sandbox"
        assert version.file_id == version.sha256

    def test_names_for_which_there_is_no_place_are_refused(self, console: Console) -> None:
        client = console("publisher")
        for path in ("../lamp.toml", "Lamp.toml", "lamp.txt", "a/b/c.pdf", "forms/lamp.exe", ".toml", ""):
            client.post(page("new"), {"path": path})
        assert not SourceFile.objects.exists()

    @pytest.mark.parametrize("role", sorted(set(Role.values) - {"publisher"}))
    def test_nobody_else_writes_reviews_or_publishes(
        self, role: str, draft: Version, console: Console
    ) -> None:
        client = console(role)
        pk = draft.source_file.pk
        posts = [page("new"), page("edit", pk), page("publish"), page("import"), page("restart", pk, 1)]
        posts += [
            page("step", pk, name) for name in ("submit", "approve", "give-back", "discard", "withdraw")
        ]
        assert {client.post(one, {"text": item(name="别人"), "seen": ""}).status_code for one in posts} == {
            403
        }
        assert (Version.objects.get().state, Version.objects.get().text) == ("draft", item())

    def test_a_reader_does_not_change_anything_by_looking(self, draft: Version, console: Console) -> None:
        client = console(draft.author)
        for name in ("submit", "approve", "discard"):
            assert client.get(page("step", draft.source_file.pk, name)).status_code == 404
        assert Version.objects.get().state == "draft"

    def test_everything_at_once_is_reviewed_by_somebody_else_only(
        self, author: User, reviewer: User, console: Console
    ) -> None:
        for n in range(3):
            workflow.submit(as_(author), workflow.write(as_(author), f"cards/a-{n}.png", content=PNG))
        chosen = {
            "action": "approve_all",
            "_selected_action": list(SourceFile.objects.values_list("pk", flat=True)),
        }
        console(author).post(page("changelist"), chosen)
        assert Version.objects.filter(state="approved").count() == 0
        console(reviewer).post(page("changelist"), chosen)
        assert Version.objects.filter(state="approved", reviewer=reviewer).count() == 3

    def test_what_is_missing_is_a_list(self, draft: Version, console: Console) -> None:
        shown = console(draft.author).get(page("missing")).content.decode()
        assert "夜灯许可" in shown
        assert "图例版、视频版" in shown
        assert "办理依据、受理条件" in shown

    def test_the_list_says_what_waits_for_whom(self, author: User, reviewer: User, console: Console) -> None:
        workflow.submit(as_(author), workflow.write(as_(author), PATH, text=item()))
        approved(author, reviewer, {"other.toml": item("other")})
        shown = {who: console(who).get(page("changelist")).content.decode() for who in (author, reviewer)}
        assert "有 1 处变更可以发布" in shown[reviewer]
        assert "有 1 版等您审核" in shown[reviewer]
        assert "可以发布" not in shown[author]
        assert "等您审核" not in shown[author]

    def test_a_later_day_is_said(self, author: User, reviewer: User, console: Console) -> None:
        later = timezone.localdate() + timedelta(days=9)
        approved(author, reviewer, {PATH: item(more=f"effective_from = {later}")})
        assert "到日子再发布" in console(reviewer).get(page("publish")).content.decode()

    def test_what_a_text_says_is_never_markup(self, author: User, console: Console) -> None:
        hostile = "<script>alert(1)</script>"
        version = workflow.write(as_(author), PATH, text=item(name=hostile))
        client = console(author)
        for name in ("overview", "edit", "compare"):
            assert hostile not in client.get(page(name, version.source_file.pk)).content.decode()
        assert hostile not in client.get(page("changelist")).content.decode()


class TestDifferences:
    def words(self, old: str, new: str) -> list[tuple[str, str, str]]:
        source_file = SourceFile(path=PATH, kind="item")
        versions = [Version(source_file=source_file, text=text) for text in (old, new)]
        with translation.override("zh-hans"):
            return [(one.place, one.before, one.after) for one in differences(*versions)]

    def test_they_are_fields_in_words(self) -> None:
        new = item(name="夜灯证", more="promised_days = 3").replace('"person"', '"person", "business"')
        assert self.words(item(), new) == [
            ("名称 · 中文", "夜灯许可", "夜灯证"),
            ("服务对象", "个人", "个人, 企业"),
            ("承诺期限（工作日）", "", "3"),
        ]

    def test_an_element_is_known_again_by_its_name(self) -> None:
        more = '\n[[materials]]\nid = "photo"\nname.zh = "照片"\n'
        old = item() + more
        new = item().replace('name.zh = "身份证"', 'name.zh = "居民身份证"')
        assert self.words(old, new) == [
            ("材料 · 居民身份证 · 名称 · 中文", "身份证", "居民身份证"),
            ("材料 · 照片", "名称: 照片", ""),
        ]
        assert self.words(item(), item() + more)[0][:2] == ("材料 · 照片", "")

    def test_what_cannot_be_read_is_compared_by_lines(self) -> None:
        assert self.words(item(), item() + "torn = \n") == [("源文本第 26 行", "", "torn = ")]

    def test_the_same_is_nothing(self) -> None:
        assert self.words(item(), item()) == []

    def test_a_publication_says_what_it_changed(self, author: User, reviewer: User, console: Console) -> None:
        published(author, reviewer, {PATH: item()})
        published(author, reviewer, {PATH: item(name="夜灯证")})
        shown = console(reviewer).get(reverse("admin:catalogue_publication_change", args=(2,)))
        assert "<del>许可</del><ins>证</ins>" in shown.content.decode()
        assert f"{reviewer.username} 审核" in shown.content.decode()


class TestPreview:
    @pytest.fixture
    def drawn(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[tuple[str, ...]]:
        """The commands that were run; each draws two screenfuls."""
        monkeypatch.setattr(previews, "_folder", lambda: tmp_path / "previews")
        commands: list[tuple[str, ...]] = []

        def run(*words: str, within: float) -> str:
            commands.append(words)
            source, out = Path(words[words.index("--catalogue") + 1]), Path(words[words.index("--out") + 1])
            assert (source / PATH).read_text(encoding="utf-8") == item()
            out.parent.mkdir()
            for name in ("1.png", "1-2.png"):
                (out.parent / name).write_bytes(PNG)
            return ""

        monkeypatch.setattr(previews, "run_command", run)
        return commands

    def test_it_is_drawn_once_for_each_manner(
        self, draft: Version, drawn: list[Any], console: Console
    ) -> None:
        client = console(draft.author)
        address = page("preview", draft.source_file.pk)
        manner = {"panel": "landscape", "theme": "day", "elder": "on"}
        client.get(address, manner)
        shown = client.get(address, manner)
        assert len(drawn) == 1
        assert drawn[0][:3] == ("guide", "preview", "lamp-permit")
        assert "--elder" in drawn[0]
        assert drawn[0][drawn[0].index("--theme") + 1] == "day"
        pictures = shown.context["pictures"]
        assert len(pictures) == 2
        assert client.get(pictures[1]).content == PNG
        client.get(address, {"theme": "night"})
        assert len(drawn) == 2

    def test_options_are_never_words_of_the_command_as_they_come(
        self, draft: Version, drawn: list[Any], console: Console
    ) -> None:
        console(draft.author).get(
            page("preview", draft.source_file.pk),
            {"theme": "--out=/etc/x", "panel": "9x9", "rendering": "; ls"},
        )
        assert drawn[0][-6:] == Manner().words

    def test_why_there_is_no_picture_is_said_in_words(
        self, draft: Version, drawn: list[Any], console: Console, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: str, within: float) -> str:
            raise ChildFailed("lamp-permit.toml: version: Input should be greater than or equal to 1")

        monkeypatch.setattr(previews, "run_command", fail)
        shown = console(draft.author).get(page("preview", draft.source_file.pk)).content.decode()
        assert "没能生成预览" in shown
        assert "版本：不能小于 1" in shown

    def test_a_picture_is_only_what_was_drawn(self, drawn: list[Any], console: Console) -> None:
        client = console("publisher")
        for key in ("0" * 64, "nothing"):
            assert client.get(page("picture", key, 1)).status_code == 404


def test_what_is_refused_and_done_is_on_record(author: User, console: Console) -> None:
    client = console(author)
    client.post(page("new"), {"path": PATH})
    client.get(page("export"))
    done = [one.action for one in Entry.objects.filter(action__startswith="catalogue.").order_by("number")]
    assert done == ["catalogue.written", "catalogue.exported"]

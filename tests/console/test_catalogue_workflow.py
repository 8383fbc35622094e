"""Draft, review, publication, expiry: what four eyes allow, what the day decides, what kiosks then get."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError
from django.utils import timezone

from hub.audit.models import Entry
from hub.catalogue import publishing, workflow
from hub.catalogue.models import File, Publication, SourceFile, Version
from hub.catalogue.publishing import PublicationRefused, plan, publish, publish_by_day
from hub.catalogue.workflow import WorkflowRefused
from tests.console.catalogue import PNG, approved, as_, item, published

PATH = "lamp-permit.toml"
Account = Callable[[str], User]


@pytest.fixture
def author(account: Account) -> User:
    return account("publisher")


@pytest.fixture
def reviewer(account: Account) -> User:
    return account("publisher")


@pytest.fixture(autouse=True)
def built_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """The file itself is built by the command line, which tests/hub sees to."""

    def texts(contents: tuple[Version, ...], ready: Path | None) -> bytes:
        return json.dumps([(one.source_file.path, one.sha256) for one in contents]).encode()

    monkeypatch.setattr(publishing, "_built", texts)


def items() -> list[str]:
    newest = Publication.newest()
    return sorted(json.loads(newest.items)) if newest else []


def state(path: str, number: int) -> str:
    return Version.objects.get(source_file__path=path, number=number).state


class TestFourEyes:
    def test_who_wrote_it_does_not_approve_it(self, author: User, reviewer: User) -> None:
        version = workflow.write(as_(author), PATH, text=item())
        workflow.submit(as_(author), version)
        with pytest.raises(WorkflowRefused):
            workflow.approve(as_(author), version, version.sha256)
        assert state(PATH, 1) == "in_review"
        workflow.approve(as_(reviewer), version, version.sha256)
        assert state(PATH, 1) == "approved"

    def test_whoever_changed_it_last_is_its_author(self, author: User, reviewer: User) -> None:
        workflow.write(as_(author), PATH, text=item())
        version = workflow.write(as_(reviewer), PATH, text=item(name="别的名字"))
        workflow.submit(as_(reviewer), version)
        with pytest.raises(WorkflowRefused):
            workflow.approve(as_(reviewer), version, version.sha256)

    def test_the_database_keeps_it_too(self, author: User, reviewer: User) -> None:
        [version] = approved(author, reviewer, {PATH: item()})
        with pytest.raises(IntegrityError):
            Version.objects.filter(pk=version.pk).update(reviewer=author)

    def test_who_wrote_it_does_not_publish_it(self, author: User, reviewer: User) -> None:
        approved(author, reviewer, {PATH: item()})
        approved(reviewer, author, {"other.toml": item("other")})
        mine = plan(as_(author))
        assert [one.source_file.path for one in mine.own] == [PATH]
        publish(as_(author), mine)
        assert items() == ["other"]
        publish(as_(reviewer), plan(as_(reviewer)))
        assert items() == ["lamp-permit", "other"]

    def test_what_was_changed_meanwhile_has_to_be_read_again(self, author: User, reviewer: User) -> None:
        version = workflow.write(as_(author), PATH, text=item())
        seen = version.sha256
        workflow.submit(as_(author), version)
        workflow.give_back(as_(author), version, "")
        version = workflow.write(as_(author), PATH, text=item(name="换过的"))
        workflow.submit(as_(author), version)
        with pytest.raises(WorkflowRefused):
            workflow.approve(as_(reviewer), version, seen)

    def test_nothing_is_changed_while_it_is_reviewed_and_giving_back_needs_words(
        self, author: User, reviewer: User
    ) -> None:
        version = workflow.write(as_(author), PATH, text=item())
        workflow.submit(as_(author), version)
        with pytest.raises(WorkflowRefused):
            workflow.write(as_(author), PATH, text=item(name="偷换"))
        with pytest.raises(WorkflowRefused):
            workflow.give_back(as_(reviewer), version, "  ")
        workflow.give_back(as_(reviewer), version, "费用写错了")
        version.refresh_from_db()
        assert (version.state, version.remark) == ("draft", "费用写错了")

    def test_a_broken_text_is_kept_as_a_draft_and_goes_no_further(self, author: User) -> None:
        version = workflow.write(as_(author), PATH, text='id = "lamp-permit"\nversion = 0\n')
        assert version.state == "draft"
        with pytest.raises(WorkflowRefused):
            workflow.submit(as_(author), version)

    def test_every_step_is_in_the_audit_trail(self, author: User, reviewer: User) -> None:
        published(author, reviewer, {PATH: item()})
        deeds = Entry.objects.filter(action__startswith="catalogue.").order_by("number")
        assert [(one.action.partition(".")[2], one.who) for one in deeds] == [
            ("written", author.username),
            ("submitted", author.username),
            ("approved", reviewer.username),
            ("published", reviewer.username),
        ]


class TestPublication:
    def test_it_holds_all_that_is_approved_and_says_what_it_changed(
        self, author: User, reviewer: User
    ) -> None:
        first = published(author, reviewer, {PATH: item(), "other.toml": item("other")})
        second = published(author, reviewer, {PATH: item(name="新名字")})
        assert (first.version, second.version, second.published_by) == (1, 2, reviewer)
        assert items() == ["lamp-permit", "other"]
        [change] = second.changes.all()
        assert (change.before.number, change.after.number) == (1, 2)  # type: ignore[union-attr]
        assert (state(PATH, 1), state(PATH, 2)) == ("replaced", "published")

    def test_nothing_new_is_no_publication(self, author: User, reviewer: User) -> None:
        first = published(author, reviewer, {PATH: item()})
        assert publish(as_(reviewer), plan(as_(reviewer))) == first

    def test_a_later_day_waits_and_the_version_before_stays(self, author: User, reviewer: User) -> None:
        published(author, reviewer, {PATH: item()})
        tomorrow = timezone.localdate() + timedelta(days=1)
        text = item(name="明天的", more=f"effective_from = {tomorrow}")
        approved(author, reviewer, {PATH: text})
        now = plan(as_(reviewer))
        assert (now.steps, [one.number for one in now.waiting]) == ((), [2])
        assert [step.after.number for step in plan(as_(reviewer), tomorrow).steps if step.after] == [2]

    def test_by_itself_only_that_is_published_whose_day_has_come(self, author: User, reviewer: User) -> None:
        today = timezone.localdate()
        published(author, reviewer, {"ends.toml": item("ends", more=f"expires = {today}"), PATH: item()})
        approved(author, reviewer, {"undated.toml": item("undated")})
        approved(author, reviewer, {"dated.toml": item("dated", more=f"effective_from = {today}")})
        Version.objects.filter(expires=today).update(expires=today - timedelta(days=1))
        assert publish_by_day("daily work") == 2
        assert items() == ["dated", "lamp-permit"]
        assert state("undated.toml", 1) == "approved"
        assert publish_by_day("daily work") == 0
        assert Publication.objects.count() == 2

    def test_after_its_last_day_an_item_leaves(self, author: User, reviewer: User) -> None:
        today = timezone.localdate()
        ends = item(more=f"expires = {today}")
        published(author, reviewer, {PATH: ends, "other.toml": item("other")})
        assert plan(as_(reviewer)).steps == ()
        publication = publish(as_(reviewer), plan(as_(reviewer), today + timedelta(days=1)))
        assert items() == ["other"]
        assert state(PATH, 1) == "expired"
        assert [change.removal for change in publication.changes.all()] == [True]

    def test_withdrawing_takes_four_eyes_and_it_can_come_back(self, author: User, reviewer: User) -> None:
        published(author, reviewer, {PATH: item(), "other.toml": item("other")})
        version = workflow.write(as_(author), PATH, removal=True)
        workflow.submit(as_(author), version)
        with pytest.raises(WorkflowRefused):
            workflow.approve(as_(author), version, version.sha256)
        workflow.approve(as_(reviewer), version, version.sha256)
        publish(as_(reviewer), plan(as_(reviewer)))
        assert items() == ["other"]
        assert (state(PATH, 1), state(PATH, 2)) == ("replaced", "withdrawn")
        published(author, reviewer, {PATH: item()})
        assert items() == ["lamp-permit", "other"]

    def test_what_was_planned_before_somebody_else_published_is_not_published(
        self, author: User, reviewer: User
    ) -> None:
        approved(author, reviewer, {PATH: item()})
        planned = plan(as_(reviewer))
        publish("command line", plan("command line"))
        with pytest.raises(PublicationRefused):
            publish(as_(reviewer), planned)
        assert Publication.objects.count() == 1

    def test_a_catalogue_without_an_item_is_not_published(self, author: User, reviewer: User) -> None:
        published(author, reviewer, {PATH: item()})
        version = workflow.write(as_(author), PATH, removal=True)
        workflow.submit(as_(author), version)
        workflow.approve(as_(reviewer), version, version.sha256)
        with pytest.raises(PublicationRefused):
            publish(as_(reviewer), plan(as_(reviewer)))
        assert state(PATH, 1) == "published"

    def test_a_draft_that_is_thrown_away_leaves_nothing(self, author: User) -> None:
        workflow.discard(as_(author), workflow.write(as_(author), PATH, text=item()))
        workflow.write(as_(author), "cards/lamp-1.png", content=PNG + b"an earlier one")
        card = workflow.write(as_(author), "cards/lamp-1.png", content=PNG)
        other = workflow.write(as_(author), "cards/lamp-2.png", content=PNG)
        assert [one.pk for one in File.objects.all()] == [card.sha256]
        workflow.discard(as_(author), card)
        assert File.objects.count() == 1
        workflow.discard(as_(author), other)
        assert not File.objects.exists()
        assert not SourceFile.objects.exists()

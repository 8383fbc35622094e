"""Answers are judged at once, in words that say how to mend them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.forms import complaint
from kiosk.text import Text
from kiosk.wire import Bilingual, FormField


def field(kind: str, **more: object) -> FormField:
    return FormField.model_validate({"id": "f", "label": {"zh": "问", "en": "q"}, "kind": kind, **more})


YES_NO = field("choice", choices=[{"value": "yes", "label": "是"}, {"value": "no", "label": "否"}])


@pytest.mark.parametrize(
    ("asked", "value", "key"),
    [
        (field("phone"), "13800138000", None),
        (field("phone"), "053155501234", None),
        (field("phone"), "12800138000", "form.problem.phone"),
        (field("phone"), "1380013800", "form.problem.phone"),
        (field("digits"), "007", None),
        (field("digits"), "12a", "form.problem.digits"),
        (field("date"), "1958-03-09", None),
        (field("date"), "1958-02-30", "form.problem.date"),
        (field("text"), "", "form.problem.empty"),
        (field("text", required=False), "", None),
        (field("digits", pattern=r"\d{6}"), "12345", "form.problem.pattern"),
        (YES_NO, "yes", None),
        (YES_NO, "maybe", "form.problem.empty"),
    ],
)
def test_an_answer_is_accepted_or_explained(asked: FormField, value: str, key: str | None) -> None:
    said = complaint(asked, value)
    assert (said.key if isinstance(said, Text) else said) == key


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["text", "digits", "phone", "date"]), st.text(max_size=60))
def test_any_answer_is_judged(kind: str, value: str) -> None:
    said = complaint(field(kind), value)
    assert said is None or isinstance(said, Text | Bilingual)

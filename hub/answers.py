"""Answers of the API that are written as their messages write themselves."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpResponse

from kiosk.wire import Message


def json_answer(message: Message, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """A message as JSON, without the fields that were not set: who is older than they are refuses them."""
    return HttpResponse(
        message.model_dump_json(exclude_unset=True),
        content_type="application/json",
        headers=dict(headers or {}),
    )

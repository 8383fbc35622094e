"""What a check-in is measured against: servers that read the body and answer at once.

``benchmarks.children.bare_hub:at_once`` is an ASGI application for uvicorn. ``python -m
benchmarks.children.bare_hub`` serves a view of Django on a free port, by the hub's own server.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

ANSWER: Final = b'{"kiosk_id":"K0000000","next_in_seconds":30.0}'

Message = MutableMapping[str, Any]


async def at_once(
    scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    """The least that an ASGI server can be asked for."""
    while (await receive()).get("more_body"):
        pass
    head = [(b"content-type", b"application/json"), (b"content-length", str(len(ANSWER)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": head})
    await send({"type": "http.response.body", "body": ANSWER})


def view(request: HttpRequest) -> HttpResponse:
    """The least that Django can be asked for."""
    assert request.body, "a check-in has one"
    return HttpResponse(ANSWER, content_type="application/json", headers={"Content-Length": len(ANSWER)})


urlpatterns = [path("api/v1/check-in", view)]


def application() -> Any:
    """Django with that view and no middleware."""
    settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], SECRET_KEY="x" * 50, MIDDLEWARE=[])
    return get_wsgi_application()


if __name__ == "__main__":
    from hub.serving import serve

    serve(
        "127.0.0.1",
        0,
        workers=1,
        threads=4,
        on_ready=lambda address: print(f"ready {address}", flush=True),
        application="benchmarks.children.bare_hub:application()",
    )

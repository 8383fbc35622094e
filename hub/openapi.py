"""The API's description as OpenAPI 3.1: what ninja derives from the code, and what only people know of it.

Every error is a problem document (RFC 9457). Nothing secret is in the description: anybody may read it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from typing_extensions import override

from hub.api_examples import PROBLEM, examples
from kiosk.wire import TUS_PIECE, Problem

_JSON: Final = "application/json"
_PROBLEM: Final = "application/problem+json"
_OCTETS: Final = "application/octet-stream"
_METHODS: Final = {"get", "put", "post", "patch", "head", "options", "delete"}

_WHY: Final[Mapping[int, str]] = {
    400: "The request cannot be read.",
    401: "The signature or token is missing, does not fit, is of another time, or was used before.",
    403: "The kiosk is revoked or in quarantine, or the code is not valid.",
    404: "There is nothing under this name.",
    405: "This address does not take this method.",
    409: "It is here already, as something else.",
    412: "Another version of the tus protocol is spoken.",
    413: "The request is too large.",
    415: "The body is of another type.",
    422: "The request is understood and is not valid; `errors` names the places.",
    425: "An attachment it names has not arrived: send that again, then this.",
    426: "The hub does not speak the kiosk's version of the messages; `detail` says which it speaks.",
    429: "The hub has too much to do; come back after `Retry-After` seconds.",
    503: "The database does not take it now; come back after `Retry-After` seconds.",
}


@dataclass(frozen=True)
class Described:
    """What is told of an operation. ``repeatable``: by what a repetition is known and harmless."""

    id: str
    summary: str
    problems: tuple[int, ...] = ()
    repeatable: str = ""
    answers: Mapping[int, str | None] = field(default_factory=dict)
    body: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


_TUS: Final = {"Tus-Resumable": "1.0.0"}
_FRESH: Final = {"If-None-Match": 'the `ETag` of the answer that is at hand, such as `"3"`'}

OPERATIONS: Final[Mapping[str, Described]] = {
    "post /enrolment": Described("enrol", "Enrol a kiosk", (403, 409, 426), "code and public_key"),
    "post /check-in": Described("checkIn", "Say that the kiosk lives", (), "session and sequence"),
    "post /keys": Described("rollKey", "Announce the next key", (409,), "public_key"),
    "post /commands/{command_id}/outcome": Described(
        "reportCommand", "Tell what became of a command", (404,), "command_id"
    ),
    "put /attachments/{sha256}": Described(
        "putAttachment", "Store a sealed file", (), "sha256", body=_OCTETS
    ),
    "post /intake": Described("handIn", "Hand in one item", (404, 409, 425), "id"),
    "post /intake/batch": Described("handInBatch", "Hand in several items", (), "the id of each item"),
    "options /uploads": Described("uploadAbilities", "Ask what uploads can do", answers={204: None}),
    "post /uploads": Described(
        "beginUpload",
        "Begin or find an upload",
        (412,),
        "the file's SHA-256",
        {201: None},
        headers=_TUS
        | {"Upload-Length": "bytes of the whole file", "Upload-Metadata": "sha256 BASE64, the file's name"},
    ),
    "head /uploads/{upload_id}": Described(
        "uploadOffset", "Ask how much of an upload is here", (404, 412), answers={200: None}, headers=_TUS
    ),
    "patch /uploads/{upload_id}": Described(
        "addPiece",
        "Add a piece to an upload",
        (404, 409, 412, 415),
        "Upload-Offset",
        {204: None},
        TUS_PIECE,
        _TUS | {"Upload-Offset": "where the piece begins"},
    ),
    "post /results/search": Described("findResults", "Find a person's results", (), "it changes nothing"),
    "get /cases/by-code/{code}": Described("findProgress", "Look up a check code", (404, 409)),
    "post /cases/search": Described("findMatters", "Find a person's matters", (), "it changes nothing"),
    "get /results/by-verification-code/{code}": Described("verifyCopy", "Verify a certificate", (404,)),
    "post /results/copies": Described("makeCopy", "Commit a numbered copy", (404, 409), "copy_id"),
    "get /results/copies/{copy_id}/document": Described(
        "copyDocument", "Fetch the PDF of a copy", (404, 409), answers={200: "application/pdf"}
    ),
    "post /results/copies/outcome": Described(
        "reportCopy", "Tell what became of a copy's paper", (404,), "copy_id and at"
    ),
    "get /catalogue": Described(
        "catalogue", "Fetch the newest publication", (404,), answers={304: None}, headers=_FRESH
    ),
    "get /catalogue/files/{sha256}": Described(
        "catalogueFile",
        "Fetch a file of the catalogue",
        (404,),
        answers={200: _OCTETS, 304: None},
        headers=_FRESH,
    ),
    "get /public/guides": Described("listGuides", "List guides", (), answers={304: None}, headers=_FRESH),
    "get /public/guides/{item_id}": Described(
        "readGuide", "Read a guide", (404,), answers={304: None}, headers=_FRESH
    ),
    "get /public/guides/{item_id}/availability": Described(
        "availability", "Ask where it can be done", (404,)
    ),
}
"""By method and address; a test sees that none is missing."""

_ABOUT: Final = """\
What kiosks and other channels ask of the hub. docs/hub-api.md tells it in words.

**Kiosks** sign every request (HTTP Message Signatures, RFC 9421): Ed25519; covered are `@method`,
`@authority`, `@path`, `@query` and `content-digest` (RFC 9530, SHA-256, of an empty body, too); `created`
within five minutes of the hub's clock, a `nonce` that counts once, `keyid` the kiosk's number, `tag`
`yedeng-kiosk`.
**Other channels** send a bearer token.

**Errors** are problem documents (RFC 9457). **Repeating** is harmless: every request that changes something
carries an id made by who asks, which is its idempotency key (`x-idempotency-key` names it); the repetition is
signed anew and gets the first answer again. **Pages**: `next` of an answer is the `cursor` of the page after.
"""

_SECURITY: Final = {
    "KioskSignature": {
        "type": "http",
        "scheme": "signature",
        "description": "HTTP Message Signatures (RFC 9421) with the kiosk's Ed25519 key, as told above.",
    },
    "ChannelToken": {
        "type": "http",
        "scheme": "bearer",
        "description": "The token of a channel, made in the console.",
    },
}


class HubAPI(NinjaAPI):
    """The API with its whole description."""

    @override
    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """Everything that is said of the API."""
        schema = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        complete(schema)
        return schema


def complete(schema: dict[str, Any]) -> None:
    """Add to ninja's description what it does not know."""
    schema["info"]["description"] = _ABOUT
    components = schema["components"]
    components["securitySchemes"] = _SECURITY
    found = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    components.setdefault("schemas", {}).update(found.pop("$defs"))
    components["schemas"]["Problem"] = found | {"examples": [PROBLEM]}
    for path, methods in schema["paths"].items():
        # A method's description is one object with those of the same function: each gets its own.
        for method in [one for one in methods if one in _METHODS]:
            described = OPERATIONS.get(f"{method} {path.removeprefix('/api/v1')}")
            if described is not None:
                methods[method] = _completed(dict(methods[method]), described, path)


def _completed(operation: dict[str, Any], described: Described, path: str) -> dict[str, Any]:
    operation["operationId"] = described.id
    operation["summary"] = described.summary
    if described.repeatable:
        operation["x-idempotency-key"] = described.repeatable
    operation["parameters"] = [*operation.get("parameters", ()), *_headers(described.headers)]
    if described.body is not None:
        binary = {"schema": {"type": "string", "format": "binary"}}
        operation["requestBody"] = {"required": True, "content": {described.body: binary}}
    operation["responses"] = _responses(operation, described, path)
    request, answer = examples().get(described.id, (None, None))
    if request is not None:
        operation["requestBody"]["content"][_JSON]["examples"] = {"example": {"value": request}}
    if answer is not None:
        operation["responses"]["200"]["content"][_JSON]["examples"] = {"example": {"value": answer}}
    return operation


def _headers(names: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "in": "header",
            "name": name,
            "required": name != "If-None-Match",
            "description": text,
            "schema": {"type": "string", "maxLength": 400} | ({"const": text} if name in _TUS else {}),
        }
        for name, text in names.items()
    ]


def _responses(operation: dict[str, Any], described: Described, path: str) -> dict[str, Any]:
    kept = {str(status): dict(answer) for status, answer in operation["responses"].items()}
    if described.answers and min(described.answers) in {200, 201, 204}:
        kept = {}
    for status, kind in described.answers.items():
        kept[str(status)] = {"description": HTTPStatus(status).phrase} | (
            {"content": {kind: {"schema": {"type": "string", "format": "binary"}}}} if kind else {}
        )
    if any(one["in"] in {"query", "path"} for one in operation["parameters"]):
        # Said by the server before the hub is asked.
        kept["414"] = {"description": "The address is too long.", "content": {"text/html": {}}}
    for status in sorted(_problems(operation, described, path)):
        content = {_PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        kept[str(status)] = {"description": _WHY[status], "content": content}
        if status in {429, 503}:
            kept[str(status)]["headers"] = {"Retry-After": {"schema": {"type": "string"}}}
    return kept


def _problems(operation: dict[str, Any], described: Described, path: str) -> set[int]:
    """What can go wrong with this operation, beside what can with all."""
    problems = {429, 503, *described.problems}
    if operation.get("security") or described.id == "enrol":
        problems.add(401)
    if any("KioskSignature" in one for one in operation.get("security") or ()):
        problems.add(403)
    if "requestBody" in operation or "Upload-Length" in described.headers:
        problems |= {400, 413}
    if "requestBody" in operation or "{" in path or operation["parameters"]:
        problems.add(422)
    return problems

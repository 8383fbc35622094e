"""Service items as the hub publishes them. Field names follow the national item schema (PROTOCOLS.md N2).

One item is one TOML file in the catalogue's source folder and one entry of the published catalogue.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal, Self

from pydantic import Field, model_validator

from kiosk.wire.base import AssetName, Bilingual, Message, Name
from kiosk.wire.forms import Choice, Consent, FormField
from kiosk.wire.policies import Benefit

ItemKind = Literal["instant", "promised", "bundle", "policy"]
SelfService = Literal["submit", "print", "query", "window"]
Need = Literal["id_card", "social_card", "camera", "receipt_printer", "document_printer", "network"]
Rendering = Literal["plain", "illustrated", "video"]


class Situation(Message):
    """A question whose answer changes the list of materials (情形). Asked of nobody before it matters."""

    id: Name
    question: Bilingual
    hint: Bilingual | None = None
    choices: tuple[Choice, ...] = Field(min_length=2)


class Material(Message):
    """A document the applicant must give.

    ``capture``: photographed at the kiosk. ``situation``: needed only with this answer to a situation or to a
    choice of the form, written ``field=value``, several as ``field=value|field=value``; without it the
    material is always needed. ``copies`` counts paper copies beside the original; ``source`` says where to
    get it; ``picture`` names the pictogram by which people know it.
    """

    id: Name
    name: Bilingual
    note: Bilingual | None = None
    required: bool = True
    capture: bool = False
    situation: str | None = Field(
        default=None, pattern=r"^[a-z0-9_-]+=[a-z0-9_-]+(\|[a-z0-9_-]+=[a-z0-9_-]+)*$"
    )
    form: Literal["paper", "electronic", "either"] = "either"
    copies: int = Field(default=0, ge=0, le=9)
    source: Bilingual | None = None
    blank_form: AssetName | None = None
    filled_sample: AssetName | None = None
    picture: Name | None = None

    @property
    def sample_picture(self) -> str | None:
        """The name of the filled sample's page as a picture, for screens."""
        return self.filled_sample.removesuffix("pdf") + "png" if self.filled_sample else None

    @property
    def answers_needed(self) -> frozenset[str]:
        """The answers of which one makes this material needed; empty: it always is."""
        return frozenset(self.situation.split("|")) if self.situation else frozenset()


class Step(Message):
    """One step of the way, with the pictogram that illustrates it; ``card`` is a drawn picture of it."""

    text: Bilingual
    picture: Name
    card: AssetName | None = None


class Fee(Message):
    """What it costs, in words."""

    text: Bilingual
    free: bool


class Faq(Message):
    """A question people ask, and its answer."""

    q: Bilingual
    a: Bilingual


class Window(Message):
    """The staffed window for this item."""

    name: Bilingual
    address: Bilingual
    hours: Bilingual
    phone: str


class ServiceItem(Message):
    """A service item (政务服务事项) with its guide and its form. Days are working days.

    ``catalog_code`` and ``task_code`` are the codes of the national list; ``department`` is who answers for
    it; ``visits`` how often one has to come; ``parts`` the items of a bundle, ``related`` others that people
    need with it; ``offices`` where it is done at a window; ``benefit`` what makes it a policy. An element
    that is not there is not shown to residents and is listed for the administrator (``missing_elements``).
    """

    id: Name
    version: int = Field(ge=1)
    task_code: str | None = Field(default=None, max_length=36)
    name: Bilingual
    short_name: Bilingual
    domain: Bilingual
    audience: tuple[str, ...]
    kind: ItemKind
    self_service: SelfService
    needs: tuple[Need, ...] = ()
    common_names: tuple[str, ...] = ()
    summary: Bilingual
    legal_basis: tuple[Bilingual, ...] = ()
    conditions: tuple[Bilingual, ...] = ()
    materials: tuple[Material, ...] = ()
    steps: tuple[Step, ...] = ()
    legal_days: int | None = Field(default=None, ge=0)
    promised_days: int | None = Field(default=None, ge=0)
    fee: Fee
    result: Bilingual
    window: Window
    cautions: tuple[Bilingual, ...] = ()
    faq: tuple[Faq, ...] = ()
    renderings: tuple[Rendering, ...] = ("plain",)
    updated: date
    effective_from: date | None = None
    expires: date | None = None
    source: Bilingual
    catalog_code: str | None = Field(default=None, max_length=12)
    department: Bilingual | None = None
    visits: int | None = Field(default=None, ge=0, le=9)
    complaint_phone: str | None = None
    appointment: bool = False
    special_steps: tuple[Bilingual, ...] = ()
    situations: tuple[Situation, ...] = ()
    offices: tuple[Name, ...] = ()
    related: tuple[Name, ...] = ()
    parts: tuple[Name, ...] = ()
    benefit: Benefit | None = None
    video: AssetName | None = None
    form: tuple[FormField, ...] = ()
    consent: Consent | None = None

    @property
    def done_at_kiosks(self) -> bool:
        """Whether kiosks do this item at all, whatever works at the moment."""
        return self.self_service == "print" or (self.self_service == "submit" and bool(self.form))

    @property
    def accepts(self) -> tuple[Need, ...]:
        """The cards by which an applicant may identify themselves here, in the order the item names them."""
        return tuple(need for need in self.needs if need in {"id_card", "social_card"})

    def materials_for(self, answers: Mapping[str, str]) -> tuple[Material, ...]:
        """The materials needed with these answers (field id → answer)."""
        given = {f"{field}={answer}" for field, answer in answers.items()}
        return tuple(one for one in self.materials if not one.answers_needed or one.answers_needed & given)

    @property
    def questions(self) -> tuple[Situation, ...]:
        """The questions that narrow the list of materials: the situations, and those of the form that do."""
        asked = {answer.partition("=")[0] for one in self.materials for answer in one.answers_needed}
        of_the_form = (
            Situation(id=field.id, question=field.label, hint=field.hint, choices=field.choices)
            for field in self.form
            if field.id in asked
        )
        return (*self.situations, *of_the_form)

    @property
    def assets(self) -> frozenset[str]:
        """The names of the files that belong to it."""
        named = [self.video, *(step.card for step in self.steps)]
        named += [
            name for one in self.materials for name in (one.blank_form, one.filled_sample, one.sample_picture)
        ]
        return frozenset(name for name in named if name)

    def missing_elements(self) -> tuple[str, ...]:
        """Elements of a whole guide (南开 2017; PROTOCOLS.md N2) that are not written, by field name."""
        expected = (
            "legal_basis",
            "conditions",
            "materials",
            "steps",
            "legal_days",
            "promised_days",
            "cautions",
            "faq",
            "department",
            "complaint_phone",
            "offices",
            "visits",
        )
        return tuple(name for name in expected if getattr(self, name) in (None, ()))

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        for what, ids in (
            ("form field", [f.id for f in self.form]),
            ("material", [m.id for m in self.materials]),
            ("situation", [s.id for s in self.situations] + [f.id for f in self.form]),
        ):
            twice = sorted({one for one in ids if ids.count(one) > 1})
            if twice:
                raise ValueError(f"{what} {twice[0]!r} is there twice")
        asking: tuple[Situation | FormField, ...] = (*self.situations, *self.form)
        offered = {f"{one.id}={choice.value}" for one in asking for choice in one.choices}
        for material in self.materials:
            for answer in sorted(material.answers_needed - offered):
                raise ValueError(f"material {material.id!r}: no question offers {answer!r}")
        if self.parts and self.kind != "bundle":
            raise ValueError("only a bundle has parts")
        if self.self_service == "submit" and self.consent is None:
            raise ValueError("an item that is filed here needs a consent text")
        if self.self_service == "submit" and not self.accepts:
            raise ValueError("an item that is filed here needs a card to say who files it")
        return self

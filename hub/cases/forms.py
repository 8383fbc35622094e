"""What clerks fill in when they act on a case."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from hub.accounts.models import Role
from hub.cases.certificates import BadTemplate, parse_lines
from hub.cases.told import Explanation, Lacking
from hub.cases.viewing import Reason
from hub.cases.wording import Wording
from hub.cases.workflow import Outcome

FREE_LINES = 3
"""Lines of a request for what is no material of the item."""


def _text(label: Any, *, rows: int = 0, hint: Any = "", **more: Any) -> forms.CharField:
    attrs = {"placeholder": hint} if hint else {}
    widget = UnfoldAdminTextareaWidget({**attrs, "rows": rows}) if rows else UnfoldAdminTextInputWidget(attrs)
    return forms.CharField(label=capfirst(label), widget=widget, max_length=2000, **more)


class ActForm(forms.Form):
    """Every act names the revision of the case that its form was made from."""

    revision = forms.IntegerField(widget=forms.HiddenInput)


class ReasonForm(ActForm):
    """Why somebody looks at a case that is not theirs."""

    reason = forms.ChoiceField(
        label=_("Why do you look at it?"), choices=Reason.choices, widget=UnfoldAdminSelectWidget
    )


class NoteForm(ActForm):
    """A reason in words."""

    note = _text(_("reason"), rows=3)


class HandOverForm(ActForm):
    """To whom a case goes: the clerks who see its organisation."""

    to = forms.ModelChoiceField(
        label=capfirst(_("clerk")),
        queryset=User.objects.none(),
        widget=UnfoldAdminSelectWidget,
        empty_label=None,
    )

    def __init__(self, *args: Any, organisation_path: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        clerks = User.objects.filter(is_active=True, account__role=Role.CLERK).order_by("username")
        # Whoever's own organisation is on the way from the root to the case's sees the case.
        above = [part for part in organisation_path.split("/") if part]
        field = self.fields["to"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = clerks.filter(account__organisation_id__in=above)


class SupplementForm(ActForm):
    """One complete list of what is missing: each material of the item, and some lines for anything else."""

    days = forms.IntegerField(
        label=_("To be brought within (working days)"),
        min_value=1,
        max_value=60,
        widget=UnfoldAdminIntegerFieldWidget,
    )

    def __init__(self, *args: Any, wording: Wording, answers: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        item = wording.item
        self.materials = [
            (one.id, wording.text(one.name)) for one in (item.materials_for(answers) if item else ())
        ]
        for material_id, name in self.materials:
            self.fields[f"problem:{material_id}"] = _text(name, hint=_("empty: all right"), required=False)
        for number in range(1, FREE_LINES + 1):
            self.fields[f"name:{number}"] = _text(_("something else"), required=False)
            self.fields[f"free:{number}"] = _text(_("what is wrong"), required=False)

    def rows(self) -> list[forms.BoundField]:
        """The fields that say what is wrong with each material."""
        return [self[f"problem:{material_id}"] for material_id, _name in self.materials]

    def free_rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """The lines for anything else."""
        return [(self[f"name:{n}"], self[f"free:{n}"]) for n in range(1, FREE_LINES + 1)]

    def clean(self) -> dict[str, Any]:
        """Refuse an empty list."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.lacking():
            raise forms.ValidationError(_("Write at least one thing that is missing or wrong."))
        return cleaned

    def lacking(self) -> tuple[Lacking, ...]:
        """The list as it is sent."""
        given = self.cleaned_data
        of_materials = (
            Lacking(name=name, problem=given[f"problem:{material_id}"], material_id=material_id)
            for material_id, name in self.materials
            if given.get(f"problem:{material_id}")
        )
        free = (
            Lacking(name=given[f"name:{n}"], problem=given.get(f"free:{n}", ""))
            for n in range(1, FREE_LINES + 1)
            if given.get(f"name:{n}")
        )
        return (*of_materials, *free)


class DecideForm(ActForm):
    """The decision: a certificate for what is granted, a reason for what is not."""

    outcome = forms.ChoiceField(
        label=capfirst(_("decision")),
        choices=[
            (Outcome.GRANTED.value, _("granted")),
            (Outcome.REFUSED.value, _("refused")),
            (Outcome.NOT_ACCEPTED.value, _("not accepted")),
        ],
        widget=UnfoldAdminRadioSelectWidget(attrs={"x-model": "outcome"}),
    )
    title_zh = _text(_("title"), required=False)
    title_en = _text(_("title in English"), required=False)
    lines = _text(
        _("lines"), rows=6, required=False, help_text=_("One a line: label | label in English | value")
    )
    body_zh = _text(_("body"), rows=3, required=False)
    body_en = _text(_("body in English"), rows=3, required=False)
    authority_zh = _text(_("authority"), required=False)
    authority_en = _text(_("authority in English"), required=False)
    reason = _text(_("reason"), rows=3, required=False, help_text=_("For the applicant, in plain words."))
    basis = _text(_("basis"), rows=2, required=False, help_text=_("The rule and its article."))
    complain = _text(_("where to complain"), rows=2, required=False)

    granted_fields = ("title_zh", "title_en", "lines", "body_zh", "body_en", "authority_zh", "authority_en")
    refused_fields = ("reason", "basis", "complain")

    def granted_rows(self) -> list[tuple[forms.BoundField, forms.BoundField | None]]:
        """The fields of the certificate, Chinese and English beside each other."""
        return [
            (self["title_zh"], self["title_en"]),
            (self["lines"], None),
            (self["body_zh"], self["body_en"]),
            (self["authority_zh"], self["authority_en"]),
        ]

    def refused_rows(self) -> list[forms.BoundField]:
        """The fields of the explanation."""
        return [self[name] for name in self.refused_fields]

    def clean(self) -> dict[str, Any]:
        """What is granted has a certificate, what is not has a reason."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        granted = cleaned.get("outcome") == Outcome.GRANTED
        wanted = ("title_zh", "lines", "body_zh", "authority_zh") if granted else ("reason", "complain")
        for name in wanted:
            if not cleaned.get(name):
                self.add_error(name, gettext("This is needed for this decision."))
        if granted and cleaned.get("lines"):
            try:
                parse_lines(cleaned["lines"])
            except BadTemplate as error:
                self.add_error("lines", str(error))
        return cleaned

    def certificate(self) -> dict[str, Any]:
        """The certificate as the clerk has left it."""
        given = self.cleaned_data

        def both(name: str) -> dict[str, str]:
            return {"zh": given[f"{name}_zh"], "en": given[f"{name}_en"]}

        return {
            "title": both("title"),
            "lines": [
                {"label": label.model_dump(mode="json"), "value": value}
                for label, value in parse_lines(given["lines"])
            ],
            "body": both("body"),
            "authority": both("authority"),
        }

    def explanation(self) -> Explanation:
        """The reason as the applicant is told."""
        given = self.cleaned_data
        return Explanation(given["reason"], given["basis"], given["complain"])


class CloseForm(ActForm):
    """Closing without a decision on the matter."""

    reason = _text(_("reason"), rows=3, help_text=_("For the applicant, in plain words."))

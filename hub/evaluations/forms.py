"""What is filled in when somebody works on a complaint."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminTextareaWidget,
)

from hub.evaluations.evidence import LARGEST, Attachment, WrongFile, attachment
from hub.evaluations.models import Complaint, ComplaintEntry


def _words(label: Any, **more: Any) -> forms.CharField:
    return forms.CharField(
        label=label, widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}), max_length=2000, **more
    )


class ActForm(forms.Form):
    """Every act names the revision of the complaint that its form was made from."""

    revision = forms.IntegerField(widget=forms.HiddenInput)


class CallForm(ActForm):
    """A call and what came of it."""

    outcome = forms.ChoiceField(
        label=_("What came of the call?"),
        choices=ComplaintEntry.Call.choices,
        widget=UnfoldAdminRadioSelectWidget,
    )
    note = _words(_("What was said"), required=False)


class RemedyForm(ActForm):
    """What the verification found, and what was done."""

    finding = forms.ChoiceField(
        label=_("Finding"), choices=Complaint.Finding.choices, widget=UnfoldAdminRadioSelectWidget
    )
    note = _words(_("What was put right, or what was explained"))


class CloseForm(ActForm):
    """The evidence, in words and if there is one a file."""

    note = _words(_("What shows that it is settled"))
    file = forms.FileField(
        label=_("File"),
        required=False,
        widget=UnfoldAdminFileFieldWidget,
        help_text=_("PDF, JPEG or PNG, 5 MB at most. It is kept encrypted."),
    )

    def clean_file(self) -> Attachment | None:
        """The file by what is in it."""
        given: UploadedFile[Any] | None = self.cleaned_data.get("file")
        if not given:
            return None
        try:
            return attachment(given.read(LARGEST + 1))
        except WrongFile:
            raise forms.ValidationError(_("This is no PDF, JPEG or PNG of 5 MB at most.")) from None


class ReopenForm(ActForm):
    """Why it is opened again."""

    note = _words(_("What the resident objects to"))

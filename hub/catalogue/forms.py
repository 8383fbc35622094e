"""What is filled in on the pages of the catalogue."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from hub.catalogue.labels import CODES
from hub.catalogue.models import SourceFile
from hub.catalogue.previews import Manner
from hub.catalogue.reading import RENDERINGS
from kiosk.wire.source import kind_of

LARGEST_TEXT: Final = 200_000
LARGEST_FILE: Final = 64_000_000


class TextForm(forms.Form):
    """The source of an item, of an office or of the facts."""

    text = forms.CharField(
        label=_("source"),
        max_length=LARGEST_TEXT,
        strip=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 32, "spellcheck": "false", "class": "source-text"}),
    )

    def clean_text(self) -> str:
        """As it is in a folder: lines end as they do there, and so does the last one."""
        text: str = self.cleaned_data["text"].replace("\r\n", "\n")
        return text if text.endswith("\n") else f"{text}\n"


class FileForm(forms.Form):
    """A form, card or video."""

    file = forms.FileField(label=_("file"), widget=UnfoldAdminFileFieldWidget())

    def clean_file(self) -> Any:
        """Not larger than a kiosk should fetch."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise forms.ValidationError(
                _("The file is larger than %(size)s MB.") % {"size": LARGEST_FILE // 1_000_000}
            )
        return file


class NewForm(forms.Form):
    """The name of something new in the catalogue."""

    path = forms.CharField(
        label=_("file name"),
        max_length=120,
        help_text=_(
            "An item: small letters, digits and hyphens, such as elderly-card.toml. An office: offices/ "
            "before it. A form, picture or video: its folder, such as forms/elderly-card.pdf."
        ),
        widget=UnfoldAdminTextInputWidget(),
    )

    file = forms.FileField(
        label=_("form, picture or video"), required=False, widget=UnfoldAdminFileFieldWidget()
    )

    def clean_path(self) -> str:
        """A name for which the catalogue has a place, and which is not taken."""
        path: str = self.cleaned_data["path"].strip()
        if kind_of(path) is None:
            raise forms.ValidationError(_("The catalogue has no place for this name."))
        if SourceFile.objects.filter(path=path).exists():
            raise forms.ValidationError(_("There is a file of this name already."))
        return path

    def clean(self) -> dict[str, Any]:
        """A form, picture or video comes with the name."""
        cleaned = super().clean() or {}
        if kind_of(cleaned.get("path", "")) == "asset" and not cleaned.get("file"):
            self.add_error("file", _("Choose the file."))
        return cleaned


class RemarkForm(forms.Form):
    """What the reviewer wants changed."""

    remark = forms.CharField(label=_("What is to be changed"), max_length=500, required=False)


class ImportForm(forms.Form):
    """A source folder as a zip file."""

    archive = forms.FileField(
        label=_("zip file of a source folder"), widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".zip"})
    )


class MannerForm(forms.Form):
    """How a guide is drawn."""

    panel = forms.ChoiceField(
        label=_("panel"),
        choices=(
            ("portrait", _("portrait")),
            ("landscape", _("landscape")),
            ("768x1366", "768 × 1366"),
            ("1366x768", "1366 × 768"),
        ),
        required=False,
        widget=UnfoldAdminSelectWidget(),
    )
    theme = forms.ChoiceField(
        label=_("colours"),
        choices=(
            ("night", _("dark, as at night")),
            ("day", _("light, as by day")),
            ("contrast", _("high contrast")),
            ("yellow", _("black on yellow")),
        ),
        required=False,
        widget=UnfoldAdminSelectWidget(),
    )
    rendering = forms.ChoiceField(
        label=_("rendering"),
        choices=[("", _("as it opens")), *((one, CODES[one]) for one in RENDERINGS)],
        required=False,
        widget=UnfoldAdminSelectWidget(),
    )
    language = forms.ChoiceField(
        label=_("language"),
        choices=(("zh", _("Chinese")), ("en", _("English"))),
        required=False,
        widget=UnfoldAdminSelectWidget(),
    )
    elder = forms.BooleanField(label=_("in elder mode"), required=False, widget=UnfoldBooleanSwitchWidget())

    @property
    def manner(self) -> Manner:
        """What was chosen; what is not known is as it would be without a choice."""
        chosen = self.cleaned_data if self.is_valid() else {}
        usual = Manner()
        return Manner(
            panel=chosen.get("panel") or usual.panel,
            theme=chosen.get("theme") or usual.theme,
            elder=bool(chosen.get("elder")),
            language=chosen.get("language") or usual.language,
            rendering=chosen.get("rendering") or usual.rendering,
        )

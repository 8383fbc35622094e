"""The forms of one's own account."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _
from unfold.widgets import BASE_INPUT_CLASSES

_CLASSES = " ".join(BASE_INPUT_CLASSES)


class CodeForm(forms.Form):
    """A code of the second factor."""

    otp_token = forms.CharField(
        label=_("Code"),
        max_length=32,
        widget=forms.TextInput(
            {"class": _CLASSES, "autocomplete": "one-time-code", "autofocus": "", "spellcheck": "false"}
        ),
    )

    def clean_otp_token(self) -> str:
        """The code without the spaces with which authenticators show it."""
        return "".join(str(self.cleaned_data["otp_token"]).split())


class NewPasswordForm(PasswordChangeForm):
    """The password until now, and the new one twice; the new one is another."""

    def __init__(self, user: User, data: Any = None) -> None:
        super().__init__(user, data)
        for field in self.fields.values():
            field.widget.attrs["class"] = _CLASSES
        self.fields["new_password1"].help_text = _(
            "At least 12 characters; not a common password, not your name, not the last one."
        )
        self.fields["new_password2"].help_text = ""

    def clean_new_password1(self) -> str:
        """Raises ``ValidationError`` when it is the password until now."""
        new = str(self.cleaned_data["new_password1"])
        if self.user.check_password(new):
            raise forms.ValidationError(_("This is the password you have now."))
        return new

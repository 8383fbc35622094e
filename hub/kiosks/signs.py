"""Small pieces of the console's pages: a state's sign, labels in their colours, troubles in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from hub.kiosks.grouping import Label
from hub.kiosks.state import LiveState
from hub.kiosks.words import STATE_HELP, STATES, cause_words

ICONS: Final = {
    LiveState.ONLINE: "check_circle",
    LiveState.RECENT: "schedule",
    LiveState.STALE: "help",
    LiveState.OFFLINE: "cancel",
}
"""A shape for each state: colour alone says nothing to many."""


def state_sign(state: LiveState, *, revoked: bool = False) -> SafeString:
    """A state as a coloured word with a shape."""
    word, icon, name, help_text = state.value, ICONS[state], STATES[state], STATE_HELP[state]
    if revoked:
        word, icon, name, help_text = "revoked", "block", _("revoked"), _("revoked")
    return format_html(
        '<span class="fleet-state fleet-{}" title="{}"><span class="material-symbols-outlined" '
        'aria-hidden="true">{}</span>{}</span>',
        word,
        help_text,
        icon,
        name,
    )


def label_chips(labels: Iterable[Label]) -> SafeString:
    """Labels, each in its colour."""
    return format_html_join(
        " ", '<span class="fleet-label fleet-label-{}">{}</span>', ((one.colour, one.name) for one in labels)
    )


def trouble_words(causes: Iterable[str]) -> SafeString:
    """What is wrong, one line each."""
    return format_html_join(
        "", '<span class="fleet-trouble">{}</span>', ((cause_words(cause),) for cause in causes)
    )


def place_and_number(place: str, number: str) -> SafeString:
    """A kiosk's name: where it stands, and its number below in small."""
    return format_html('{}<br><small class="fleet-soft">{}</small>', place or "—", number)

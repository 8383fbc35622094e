"""Alerts in the console: what is wrong now, its rules, who is told, silences, the outbox."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from hub.accounts.scope import in_scope, within
from hub.alerts.choices import Delivery, State
from hub.alerts.listing import SEVERITY_TYPES, STATE_TYPES, context_of, symptom_with_unit
from hub.alerts.message import place_words
from hub.alerts.models import Alert, AlertSilence, Contact, Notification, Rule
from hub.audit.trail import record
from hub.console import HubAdmin, ReadOnlyAdmin


class OpenFilter(admin.SimpleListFilter):
    """What is open, what is over, or both; open ones unless something else is asked for."""

    title = gettext_lazy("state")
    parameter_name = "list"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The lists."""
        return [("resolved", gettext_lazy("resolved")), ("all", gettext_lazy("all"))]

    def choices(self, changelist: Any) -> Any:
        """The first is what is open."""
        for number, choice in enumerate(super().choices(changelist)):
            yield {**choice, "display": gettext_lazy("firing")} if number == 0 else choice

    def queryset(self, request: HttpRequest, queryset: QuerySet[Alert]) -> QuerySet[Alert]:
        """The alerts of the list; those that are only watched are in none."""
        told = queryset.exclude(state=State.PENDING)
        if self.value() == "all":
            return told
        return told.filter(state=State.RESOLVED if self.value() == "resolved" else State.FIRING)


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    """What is wrong, the worst first."""

    list_display = ("what", "place", "how_bad", "concerned", "began", "standing")
    list_display_links = ("what",)
    list_filter = (OpenFilter, "symptom", "severity")
    list_select_related = ("organisation__parent",)
    list_per_page = 50
    change_form_template = "alerts/alert.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """In scope, with how many are concerned now."""
        concerned = Count("members", filter=Q(members__until=None))
        rows: QuerySet[Any] = super().get_queryset(request).annotate(concerned=concerned)
        return rows

    @admin.display(description=gettext_lazy("what"), ordering="symptom")
    def what(self, alert: Alert) -> str:
        """The symptom."""
        return str(alert.get_symptom_display())

    @admin.display(description=gettext_lazy("organisation"), ordering="organisation__path")
    def place(self, alert: Alert) -> str:
        """The place, with the one above it."""
        return place_words(alert.organisation)

    @display(description=gettext_lazy("severity"), ordering="severity", label=SEVERITY_TYPES)  # type: ignore[untyped-decorator]
    def how_bad(self, alert: Alert) -> tuple[int, str]:
        """The severity, in its colour."""
        return alert.severity, str(alert.get_severity_display())

    @admin.display(description=gettext_lazy("concerned"), ordering="concerned")
    def concerned(self, alert: Any) -> int:
        """How many show the symptom now."""
        return int(alert.concerned)

    @admin.display(description=gettext_lazy("wrong since"), ordering="since")
    def began(self, alert: Alert) -> str:
        """Since when."""
        return f"{timezone.localtime(alert.since):%m-%d %H:%M}"

    @display(description=gettext_lazy("state"), ordering="state", label=STATE_TYPES)  # type: ignore[untyped-decorator]
    def standing(self, alert: Alert) -> tuple[str, str]:
        """Firing, acknowledged or resolved."""
        if alert.state == State.FIRING and alert.acknowledged_at:
            return "acknowledged", _("acknowledged")
        return alert.state, str(alert.get_state_display())

    def get_urls(self) -> list[URLPattern]:
        """The page of an alert has one act of its own."""
        view = self.admin_site.admin_view(self.acknowledge)
        own = [path("<int:alert_id>/acknowledge/", view, name="alerts_alert_acknowledge")]
        return [*own, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """One alert: what, where, who was told."""
        alert = self.get_object(request, object_id)
        more = context_of(request, alert) if isinstance(alert, Alert) else {}
        answer: HttpResponse = super().change_view(
            request, object_id, form_url, {**(extra_context or {}), **more}
        )
        return answer

    def acknowledge(self, request: HttpRequest, alert_id: int) -> HttpResponse:
        """Somebody has taken it up: nobody else is told any more."""
        alert = self.get_object(request, str(alert_id))
        if not isinstance(alert, Alert):
            raise Http404
        if request.method != "POST" or not request.user.has_perm("alerts.acknowledge_alert"):
            raise PermissionDenied
        if alert.acknowledged_at is None:
            alert.acknowledged_at, alert.acknowledged_by = timezone.now(), request.user.get_username()
            alert.save(update_fields=["acknowledged_at", "acknowledged_by"])
            record(request, "alert.acknowledged", alert)
            messages.success(request, _("You have taken this up. Nobody else is told of it any more."))
        return HttpResponseRedirect(reverse("admin:alerts_alert_change", args=(alert_id,)))


class PlacedAdmin(HubAdmin):
    """What belongs to a place in the tree: nobody puts anything above their own."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Only places and kiosks of one's own scope can be chosen."""
        if db_field.name in {"organisation", "kiosk"}:
            rows = db_field.remote_field.model.objects.all()
            lookup = "" if db_field.name == "organisation" else "organisation"
            kwargs["queryset"] = within(rows, request.user, lookup)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A new one begins at one's own place."""
        account = getattr(request.user, "account", None)
        place = {"organisation": account.organisation_id} if account else {}
        return {**place, **super().get_changeform_initial_data(request)}

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What lies in one's scope."""
        allowed: bool = super().has_change_permission(request, obj)
        return allowed and (obj is None or in_scope(request.user, obj.organisation))


@admin.register(Rule)
class RuleAdmin(PlacedAdmin):
    """When a symptom becomes an alert."""

    list_display = ("symptom_words", "organisation", "beyond", "lasting", "how_bad", "grouping", "enabled")
    list_display_links = ("symptom_words",)
    list_filter = ("enabled", "severity")
    list_select_related = ("organisation",)
    list_per_page = 50

    @display(description=gettext_lazy("symptom"), ordering="symptom", header=True)  # type: ignore[untyped-decorator]
    def symptom_words(self, rule: Rule) -> tuple[str, str]:
        """What it is about, and whether it can be looked at."""
        return str(rule), _("cannot be looked at: see the log") if rule.failed_at else ""

    @admin.display(description=gettext_lazy("condition"))
    def beyond(self, rule: Rule) -> str:
        """The threshold with its unit."""
        return symptom_with_unit(rule)

    @display(description=gettext_lazy("severity"), ordering="severity", label=SEVERITY_TYPES)  # type: ignore[untyped-decorator]
    def how_bad(self, rule: Rule) -> tuple[int, str]:
        """The severity, in its colour."""
        return rule.severity, str(rule.get_severity_display())


@admin.register(Contact)
class ContactAdmin(PlacedAdmin):
    """Who is told."""

    list_display = ("name", "organisation", "where", "least", "after", "enabled")
    list_select_related = ("organisation",)
    readonly_fields = ("signing_secret",)

    @admin.display(description=gettext_lazy("address"))
    def where(self, contact: Contact) -> str:
        """The mailbox or the webhook."""
        return contact.email or contact.url

    @admin.display(description=gettext_lazy("signing secret"))
    def signing_secret(self, contact: Contact) -> str:
        """What the other end checks signatures with; seen by those who may change it."""
        if not contact.secret_text:
            return "–"
        return format_html("<code>{}</code>", contact.secret_text)


@admin.register(AlertSilence)
class AlertSilenceAdmin(PlacedAdmin):
    """For a time nobody is told."""

    list_display = ("reason", "symptom", "organisation", "kiosk", "until", "by")
    list_select_related = ("organisation", "kiosk")

    def save_model(self, request: HttpRequest, obj: AlertSilence, form: Any, change: bool) -> None:
        """With the name of who did it."""
        if not change:
            obj.by = request.user.get_username()
        super().save_model(request, obj, form, change)


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    """The outbox: what was told to whom, and what could not be."""

    scope = "alert__organisation"
    list_display = ("alert", "contact", "kind", "put", "arrival", "attempts", "problem")
    list_filter = ("delivery", "kind")
    list_select_related = ("alert", "contact")

    @admin.display(description=gettext_lazy("created"), ordering="created_at")
    def put(self, notification: Notification) -> str:
        """When it was put into the outbox."""
        return f"{timezone.localtime(notification.created_at):%m-%d %H:%M}"

    @display(  # type: ignore[untyped-decorator]
        description=gettext_lazy("delivery"),
        label={Delivery.SENT: "success", Delivery.WAITING: "info", Delivery.GIVEN_UP: "danger"},
    )
    def arrival(self, notification: Notification) -> tuple[str, str]:
        """Whether it has arrived."""
        return notification.delivery, str(notification.get_delivery_display())

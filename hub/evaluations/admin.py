"""Ratings, tickets and complaints in the console; the page of the figures."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from unfold.decorators import display

from hub.audit.trail import record
from hub.cases.wording import item_name
from hub.console import ReadOnlyAdmin
from hub.evaluations import acting, complaint_page, complaints, figures_page, queues
from hub.evaluations.complaints import NotAllowed
from hub.evaluations.deadlines import Card, card, today
from hub.evaluations.models import Complaint, Evaluation, Evidence, Figures, TroubleTicket
from hub.evaluations.words import reason_words
from hub.work_lists import WorkListFilter, tabs

_CARD_TYPES: Final = {Card.RED.value: "danger", Card.YELLOW.value: "warning", "none": ""}
_LEVEL_TYPES: Final = {"5": "success", "4": "success", "3": "", "2": "warning", "1": "danger"}


class ComplaintLists(WorkListFilter):
    """The work list that the tabs above the complaints choose."""

    lists = queues.WORK_LISTS


@admin.register(Complaint)
class ComplaintAdmin(ReadOnlyAdmin):
    """The work list of complaints, most urgent first, and the page of each."""

    list_display = ("about", "kind", "standing", "when", "assignee", "organisation", "opened")
    list_display_links = ("about",)
    list_filter = (ComplaintLists,)
    list_filter_submit = False
    list_select_related = ("assignee", "organisation", "evaluation", "ticket")
    list_per_page = 30
    show_full_result_count = False
    search_fields = ("evaluation__check_code__exact", "ticket__check_code__exact")
    search_help_text = gettext_lazy("check code")
    list_before_template = "cases/work_lists.html"
    change_form_template = "evaluations/complaint.html"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The work list with its tabs."""
        more = {
            "title": _("Complaints"),
            "tabs": tabs(queues.WORK_LISTS, self.get_queryset(request), request),
        }
        answer: HttpResponse = super().changelist_view(request, {**(extra_context or {}), **more})
        return answer

    @admin.display(description=gettext_lazy("about"))
    def about(self, complaint: Complaint) -> str:
        """What it is about."""
        return complaint_page.heading(complaint)

    @display(description=gettext_lazy("state"), label=complaint_page.STATE_TYPES)  # type: ignore[untyped-decorator]
    def standing(self, complaint: Complaint) -> tuple[str, str]:
        """Where it stands."""
        return complaint.state, str(complaint.get_state_display())

    @display(description=gettext_lazy("to be settled by"), label=_CARD_TYPES)  # type: ignore[untyped-decorator]
    def when(self, complaint: Complaint) -> tuple[str, str]:
        """The last day and how many working days are left; with its card."""
        if complaint.state == Complaint.State.CLOSED:
            return "none", "–"
        left = complaint_page.days_left(complaint.due, today())
        return str(card(complaint, today()) or "none"), f"{complaint.due:%m-%d} · {left}"

    @admin.display(description=gettext_lazy("came in"), ordering="opened_at")
    def opened(self, complaint: Complaint) -> Any:
        """The day it came."""
        return timezone.localdate(complaint.opened_at)

    def get_urls(self) -> list[URLPattern]:
        """The page of a complaint, and below it what can be done there."""
        view = self.admin_site.admin_view
        own = [
            path("<uuid:complaint_id>/phone/", view(require_POST(self.phone)), name="complaint_phone"),
            path(
                "<uuid:complaint_id>/evidence/<uuid:file_id>/", view(self.evidence), name="complaint_evidence"
            ),
            path("<uuid:complaint_id>/do/<slug:word>/", view(self.act), name="complaint_act"),
        ]
        return [*own, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """One complaint."""
        complaint = self.get_object(request, object_id)
        more: dict[str, Any] = {}
        if complaint is not None and self.has_view_permission(request, complaint):
            record(request, "complaint.viewed", complaint, code=str(complaint))
            more = {
                **complaint_page.context(request, complaint),
                "title": str(complaint),
                "is_fullwidth": True,
            }
            more |= {"phone": getattr(request, "phone_shown", "")}
        answer: HttpResponse = super().change_view(
            request, object_id, form_url, {**(extra_context or {}), **more}
        )
        answer.headers["Cache-Control"] = "no-store"
        return answer

    def phone(self, request: HttpRequest, complaint_id: Any) -> HttpResponse:
        """The page with the number to call, once; that it was looked at is recorded."""
        complaint = self._complaint(request, complaint_id)
        if not request.user.has_perm("evaluations.view_phone"):
            raise PermissionDenied
        try:
            request.phone_shown = complaints.see_phone(request, complaint.pk)  # type: ignore[attr-defined]
        except NotAllowed as refused:
            messages.error(request, str(acting.REFUSALS[refused.why]))
            return self._to(complaint)
        request.method = "GET"
        return self.change_view(request, str(complaint.pk))

    def evidence(self, request: HttpRequest, complaint_id: Any, file_id: Any) -> HttpResponse:
        """One file of evidence, to be kept: never shown by the browser itself."""
        complaint = self._complaint(request, complaint_id)
        if not request.user.has_perm("evaluations.view_phone"):
            raise PermissionDenied
        file = Evidence.objects.filter(pk=file_id, entry__complaint=complaint).first()
        if file is None:
            raise Http404
        record(request, "complaint.evidence_seen", complaint, sha256=file.sha256)
        ending = file.media_type.rpartition("/")[2]
        answer = HttpResponse(bytes(file.content), content_type=file.media_type)
        answer.headers["Content-Disposition"] = (
            f'attachment; filename="{complaint}-{file.sha256[:8]}.{ending}"'
        )
        answer.headers["Cache-Control"] = "no-store"
        return answer

    def act(self, request: HttpRequest, complaint_id: Any, word: str) -> HttpResponse:
        """The page of one act, and the act."""
        complaint = self._complaint(request, complaint_id)
        act = acting.possible(request, complaint).get(word)
        if act is None:
            messages.warning(request, str(acting.REFUSALS[complaints.Why.STATE]))
            return self._to(complaint)
        posted = request.method == "POST"
        form = act.form(
            request.POST if posted else None,
            request.FILES if posted else None,
            initial={"revision": complaint.revision},
        )
        if posted and form.is_valid():
            return self._done(request, complaint, act, form)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": act.title,
            "complaint": complaint,
            "heading": complaint_page.heading(complaint),
            "act": act,
            "form": form,
        }
        answer = render(request, "evaluations/act.html", context)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    def _done(
        self, request: HttpRequest, complaint: Complaint, act: acting.Act, form: Any
    ) -> HttpResponseRedirect:
        try:
            act.do(request, complaint, form)
        except NotAllowed as refused:
            messages.error(request, str(acting.REFUSALS[refused.why]))
        else:
            messages.success(request, _("Done."))
        return self._to(complaint)

    def _complaint(self, request: HttpRequest, complaint_id: Any) -> Complaint:
        found: Complaint | None = self.get_queryset(request).filter(pk=complaint_id).first()
        if found is None or not self.has_view_permission(request, found):
            raise Http404
        return found

    def _to(self, complaint: Complaint) -> HttpResponseRedirect:
        return HttpResponseRedirect(reverse("admin:evaluations_complaint_change", args=[complaint.pk]))


@admin.register(Evaluation)
class EvaluationAdmin(ReadOnlyAdmin):
    """All ratings, newest first. Nobody changes any."""

    list_display = ("rating", "why", "item", "standing", "kiosk", "came_in", "check_code")
    list_filter = ("level", "of", "standing")
    list_select_related = ("kiosk", "organisation")
    show_full_result_count = False
    search_fields = ("check_code__exact",)
    fields = (
        "check_code",
        "level",
        "why",
        "of",
        "item",
        "standing",
        "kiosk",
        "organisation",
        "language",
        "rated_at",
        "received_at",
    )

    @display(description=gettext_lazy("level"), ordering="level", label=_LEVEL_TYPES)  # type: ignore[untyped-decorator]
    def rating(self, evaluation: Evaluation) -> tuple[str, str]:
        """The level in words."""
        return str(evaluation.level), str(evaluation.get_level_display())

    @admin.display(description=gettext_lazy("came in"), ordering="received_at")
    def came_in(self, evaluation: Evaluation) -> Any:
        """The day it came."""
        return timezone.localdate(evaluation.received_at)

    @admin.display(description=gettext_lazy("reasons"))
    def why(self, evaluation: Evaluation) -> str:
        """The reasons in words."""
        return "、".join(str(reason_words(one)) for one in evaluation.reasons) or "–"

    @admin.display(description=gettext_lazy("item"))
    def item(self, evaluation: Evaluation) -> str:
        """The item's name."""
        return item_name(evaluation.item_id) if evaluation.item_id else "–"


@admin.register(Figures)
class FiguresAdmin(ReadOnlyAdmin):
    """The page of the figures, in the user's scope."""

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The figures as a page, or as a table to keep."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.GET.get("format") == "csv":
            return figures_page.table(request)
        context = {**self.admin_site.each_context(request), "opts": self.opts}
        return render(request, "evaluations/figures.html", context | figures_page.context(request))


@admin.register(TroubleTicket)
class TroubleTicketAdmin(ReadOnlyAdmin):
    """Tickets of those who could not get it done, newest first."""

    scope = "kiosk__organisation"
    list_display = ("check_code", "reason", "journey", "page", "kiosk", "received_at")
    list_filter = ("reason", "journey")
    search_fields = ("check_code__exact",)

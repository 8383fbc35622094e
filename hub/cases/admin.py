"""Cases and results in the console: the queue of work, the page of a case, and what is done on it."""

from __future__ import annotations

from typing import Any, Final, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

import hub.cases.practice_admin
import hub.cases.result_admin  # noqa: F401 - both register their pages
from hub.cases import acting, case_page, queues, viewing
from hub.cases.cards import Card, today
from hub.cases.deadlines import deadline
from hub.cases.erasure import OnHold
from hub.cases.forms import ActForm, ReasonForm
from hub.cases.handling import CaseChanged, NotYours
from hub.cases.models import Case, Material
from hub.cases.viewing import Reason
from hub.cases.wording import item_name
from hub.cases.workflow import NotAllowed
from hub.catalogue.models import Publication
from hub.console import ReadOnlyAdmin
from hub.work_lists import WorkListFilter, tabs
from kiosk.wire import SealBroken

_CARD_TYPES: Final = {Card.RED.value: "danger", Card.YELLOW.value: "warning", "none": ""}


class WorkListPages(Paginator):  # type: ignore[type-arg]
    """Pages of a list that is counted to a point: who looks for something older searches for its number."""

    most = 10_000

    @cached_property
    def count(self) -> int:
        """How many there are, ``most`` at most."""
        rows = cast("QuerySet[Case]", self.object_list)
        return rows.order_by().values("pk")[: self.most].count()


class CaseLists(WorkListFilter):
    """The work list that the tabs above the queue choose."""

    lists = queues.WORK_LISTS


@admin.register(Case)
class CaseAdmin(ReadOnlyAdmin):
    """The queue, most urgent first, and the page of each case."""

    list_display = ("case_no", "item", "standing", "due", "assignee", "organisation", "received")
    list_display_links = ("case_no",)
    list_filter = (CaseLists,)
    list_filter_submit = False
    list_select_related = ("assignee", "organisation")
    list_per_page = 30
    show_full_result_count = False
    paginator = WorkListPages
    search_fields = ("case_no__exact", "check_code__exact")
    search_help_text = gettext_lazy("case number or check code")
    list_before_template = "cases/work_lists.html"
    change_form_template = "cases/case.html"

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """Open cases by the day they are due, all others newest first."""
        return (
            ("-received_at",) if request.GET.get("list") in {"all", "decided"} else ("promised_by", "case_no")
        )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Within the user's scope; what residents gave is not even read for a list."""
        newest = Publication.objects.order_by("-version").values("version")[:1]
        cases = super().get_queryset(request).defer("resident", "explanation")
        named: QuerySet[Any] = cases.annotate(catalogue=Coalesce(Subquery(newest), 0))
        return named

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The queue with its tabs."""
        more = {
            "title": _("Cases"),
            "tabs": tabs(queues.WORK_LISTS, self.get_queryset(request), request),
        }
        answer: HttpResponse = super().changelist_view(request, {**(extra_context or {}), **more})
        return answer

    @admin.display(description=gettext_lazy("item"))
    def item(self, case: Case) -> str:
        """The item's short name."""
        return item_name(case.item_id, getattr(case, "catalogue", None))

    @display(description=gettext_lazy("state"), label=case_page.STATE_TYPES)  # type: ignore[untyped-decorator]
    def standing(self, case: Case) -> tuple[str, str]:
        """Where it stands, and how it was decided."""
        if case.outcome:
            return case.state, str(case.get_outcome_display())
        return case.state, str(case.get_state_display())

    @display(description=gettext_lazy("due"), label=_CARD_TYPES)  # type: ignore[untyped-decorator]
    def due(self, case: Case) -> tuple[str, str] | str:
        """The promised day and how many working days are left; with its card."""
        when = deadline(case, today())
        if not when.left:
            return "none", "–"
        words = (
            f"{case.promised_by:%m-%d} · {when.left}" if case.promised_by and not when.paused else when.left
        )
        return str(when.card or "none"), words

    @admin.display(description=gettext_lazy("received"), ordering="received_at")
    def received(self, case: Case) -> Any:
        """The day it came."""
        return case.received_at.date()

    # ------------------------------------------------------------------------------------- the page of a case

    def get_urls(self) -> list[URLPattern]:
        """The page of a case, and below it what can be done there."""
        view = self.admin_site.admin_view
        own = [
            path("<uuid:case_id>/look/", view(self.look), name="cases_case_look"),
            path("<uuid:case_id>/document/<int:number>/", view(self.document), name="cases_case_document"),
            path("<uuid:case_id>/do/<slug:word>/", view(self.act), name="cases_case_act"),
        ]
        return [*own, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """One case."""
        case = self.get_object(request, object_id)
        more: dict[str, Any] = {}
        if case is not None and self.has_view_permission(request, case):
            more = {**case_page.context(request, case), "title": case.case_no, "is_fullwidth": True}
        answer: HttpResponse = super().change_view(
            request, object_id, form_url, {**(extra_context or {}), **more}
        )
        answer.headers["Cache-Control"] = "no-store"
        return answer

    def look(self, request: HttpRequest, case_id: Any) -> HttpResponse:
        """Take the reason for which somebody looks at a case that is not theirs."""
        case = self._case(request, case_id)
        if not request.user.has_perm("cases.view_personal"):
            raise PermissionDenied
        form = ReasonForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            viewing.give_reason(request, case, Reason(form.cleaned_data["reason"]))
        return self._to(case)

    def document(self, request: HttpRequest, case_id: Any, number: int) -> HttpResponse:
        """One document, opened for who may look at the case now."""
        case = self._case(request, case_id)
        reason = viewing.may_look(request, case)
        if reason is None:
            raise PermissionDenied
        material = Material.objects.select_related("file", "case").filter(case=case, pk=number).first()
        if material is None:
            raise Http404
        try:
            return viewing.document(request, material, reason)
        except SealBroken:
            messages.error(
                request, _("This document cannot be opened: its seal does not fit. It was kept as it is.")
            )
            return self._to(case)

    def act(self, request: HttpRequest, case_id: Any, word: str) -> HttpResponse:
        """The page of one act, and the act."""
        case = self._case(request, case_id)
        act = acting.possible(request, case).get(word)
        if act is None:
            messages.warning(request, _("This cannot be done with the case as it stands now."))
            return self._to(case)
        prepared = act.prepare(case)
        initial = {"revision": case.revision, **prepared.pop("initial", {})}
        form = act.form(request.POST or None, initial=initial, **prepared)
        if request.method == "POST" and form.is_valid():
            return self._done(request, case, act, form)
        if act.own and request.method == "GET":
            viewing.note_look(request, case, word)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": act.title,
            "case": case,
            "act": act,
            "form": form,
            "item_name": item_name(case.item_id),
        }
        answer = render(request, "cases/act.html", context)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    def _done(self, request: HttpRequest, case: Case, act: acting.Act, form: ActForm) -> HttpResponse:
        try:
            act.do(request, case, form)
        except CaseChanged:
            messages.error(
                request,
                _("Somebody has worked on this case in the meantime. Nothing was changed; look anew."),
            )
        except NotYours:
            messages.error(request, _("Another clerk has this case. Nothing was changed."))
        except NotAllowed:
            messages.error(request, _("This cannot be done with the case as it stands now."))
        except OnHold:
            messages.error(request, _("The case is on legal hold. Nothing was erased."))
        else:
            messages.success(request, _("Done."))
        return self._to(case)

    def _case(self, request: HttpRequest, case_id: Any) -> Case:
        case: Case | None = self.get_queryset(request).filter(pk=case_id).first()
        if case is None or not self.has_view_permission(request, case):
            raise Http404
        return case

    def _to(self, case: Case) -> HttpResponseRedirect:
        return HttpResponseRedirect(reverse("admin:cases_case_change", args=[case.pk]))

"""Results in the console: their numbered copies, and the sealed PDF of each."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hub.cases import documents, viewing
from hub.cases.models import Copy, Result
from hub.console import ReadOnlyAdmin, ReadOnlyInline


class CopyInline(ReadOnlyInline):
    """A result's numbered copies."""

    model = Copy
    fields = ("copy_no", "kiosk", "issued_at", "verification_code", "outcome", "outcome_at", "document")
    readonly_fields = ("document",)
    hide_title = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With whether there is a PDF, not with the PDF."""
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.select_related("sealed", "kiosk").defer("sealed__pdf")

    @admin.display(description=gettext_lazy("sealed PDF"))
    def document(self, copy: Copy) -> str:
        """Where its PDF is."""
        if getattr(copy, "sealed", None) is None:
            return "–"
        address = reverse("admin:cases_result_document", args=[copy.pk])
        return format_html('<a class="text-primary-600 underline" href="{}">{}</a>', address, _("download"))


@admin.register(Result)
class ResultAdmin(ReadOnlyAdmin):
    """All results with their copies."""

    scope = "case__organisation"
    list_display = ("case", "decided_at")
    search_fields = ("case__case_no__exact", "copies__verification_code__exact")
    exclude = ("certificate",)
    inlines = (CopyInline,)

    def get_urls(self) -> list[URLPattern]:
        """And the PDF of every copy."""
        view = self.admin_site.admin_view(self.document)
        own = path("copies/<uuid:copy_id>/document/", view, name="cases_result_document")
        return [own, *super().get_urls()]

    def document(self, request: HttpRequest, copy_id: UUID) -> HttpResponse:
        """The sealed PDF, for who may look at the case now: its clerk, or somebody who gave a reason."""
        copy = Copy.objects.select_related("result__case").filter(
            pk=copy_id, result__in=self.get_queryset(request)
        )
        found = copy.first()
        if found is None or not self.has_view_permission(request, found.result):
            raise Http404
        case = found.result.case
        reason = viewing.may_look(request, case)
        if reason is None:
            messages.warning(request, _("Say on the page of the case first why you look at it."))
            return HttpResponseRedirect(reverse("admin:cases_case_change", args=[case.pk]))
        answer = documents.show(request, found, reason)
        if answer is None:
            raise Http404
        return answer

"""The catalogue in the console: the list of guides and files, and the way to their pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Case, F, IntegerField, OuterRef, QuerySet, Subquery, When
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from hub.catalogue import pages, preview_pages, whole_pages, workflow
from hub.catalogue.models import Publication, SourceFile, Version
from hub.catalogue.workflow import WorkflowRefused
from hub.console import ReadOnlyAdmin

_COLOURS = {
    Version.State.DRAFT: "info",
    Version.State.IN_REVIEW: "warning",
    Version.State.APPROVED: "primary",
    Version.State.PUBLISHED: "success",
}


#: Guides first: it is they that one looks for.
_KINDS = Case(
    *(When(kind=kind, then=n) for n, kind in enumerate(SourceFile.Kind)), output_field=IntegerField()
)


class WorkFilter(admin.SimpleListFilter):
    """By where the work on a file stands."""

    title = _("state")
    parameter_name = "work"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The states that ask somebody for something."""
        states = (*Version.WORKING, Version.State.PUBLISHED)
        return [(state.value, state.label) for state in map(Version.State, states)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[SourceFile]) -> QuerySet[SourceFile]:
        """The files that have a version there."""
        return queryset.filter(versions__state=self.value()) if self.value() else queryset


@admin.register(SourceFile)
class SourceFileAdmin(ReadOnlyAdmin):
    """Guides, offices, forms and videos: what is in force, what is being done."""

    scope: ClassVar[str | None] = None
    list_display = ("shown_name", "path", "kind", "shown_work", "shown_in_force", "shown_last_day")
    list_filter = ("kind", WorkFilter)
    search_fields = ("name", "path")
    list_per_page = 50
    ordering = (F("work").asc(nulls_last=True), _KINDS, "path")
    actions = ("submit_all", "approve_all")
    list_before_template = "catalogue/due.html"
    actions_list = ("to_new", "to_publish", "to_missing", "to_import")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With the state of the work and what is in force."""
        versions = Version.objects.filter(source_file=OuterRef("pk"))
        in_force = versions.filter(state=Version.State.PUBLISHED)
        working = versions.filter(state__in=Version.WORKING)
        rows: QuerySet[Any] = super().get_queryset(request)
        annotated: QuerySet[Any] = rows.annotate(
            work=Subquery(working.values("state")[:1]),
            in_force_number=Subquery(in_force.values("number")[:1]),
            last_day=Subquery(in_force.values("expires")[:1]),
        )
        return annotated

    @admin.display(description=_("name"), ordering="name")
    def shown_name(self, source_file: SourceFile) -> str:
        """Its name, in Chinese."""
        return source_file.name or source_file.path

    @display(description=_("being done"), ordering="work", label=_COLOURS)  # type: ignore[untyped-decorator]
    def shown_work(self, source_file: Any) -> tuple[str, str] | None:
        """Where the work on it stands."""
        return (source_file.work, str(Version.State(source_file.work).label)) if source_file.work else None

    @admin.display(description=_("is in force"), ordering="in_force_number")
    def shown_in_force(self, source_file: Any) -> str:
        """The version that is published."""
        number = source_file.in_force_number
        return gettext("version %s") % number if number else "—"

    @admin.display(description=_("expires"), ordering="last_day")
    def shown_last_day(self, source_file: Any) -> str:
        """Until when it is in force."""
        return date_format(source_file.last_day) if source_file.last_day else "—"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list; above it, what waits for a publication or for a review by whoever looks."""
        context = {"due": whole_pages.due(request), **(extra_context or {})}
        answer: HttpResponse = super().changelist_view(request, context)
        return answer

    def get_urls(self) -> list[URLPattern]:
        """The pages about one file and about the whole, before the usual ones."""
        return [
            self._path("new/", "new", pages.new),
            self._path("publish/", "publish", whole_pages.publishing),
            self._path("missing/", "missing", whole_pages.missing),
            self._path("import/", "import", whole_pages.importing),
            self._plain("export/", "export", whole_pages.export),
            self._path("<int:pk>/", "overview", pages.overview),
            self._path("<int:pk>/change/", "change", pages.overview),
            self._path("<int:pk>/edit/", "edit", pages.edit),
            self._path("<int:pk>/compare/", "compare", pages.compare),
            self._path("<int:pk>/preview/", "preview", preview_pages.show_preview),
            self._plain("<int:pk>/file/<int:number>/", "file", pages.show_file),
            self._plain("<int:pk>/restart/<int:number>/", "restart", pages.restart),
            self._plain("<int:pk>/step/<slug:name>/", "step", pages.step),
            self._plain("picture/<slug:key>/<int:number>.png", "picture", preview_pages.show_picture),
            *super().get_urls(),
        ]

    def _path(self, route: str, name: str, page: Callable[..., HttpResponse]) -> URLPattern:
        """A page in the console's frame."""

        def view(request: HttpRequest, **arguments: Any) -> HttpResponse:
            self._see(request)
            request.current_app = self.admin_site.name
            context = {**self.admin_site.each_context(request), "opts": self.opts}
            return page(request, context, **arguments)

        guarded: Callable[..., HttpResponse] = self.admin_site.admin_view(view)
        return path(route, guarded, name=f"catalogue_sourcefile_{name}")

    def _plain(self, route: str, name: str, answer: Callable[..., HttpResponse]) -> URLPattern:
        """An answer without the frame."""

        def view(request: HttpRequest, **arguments: Any) -> HttpResponse:
            self._see(request)
            return answer(request, **arguments)

        guarded: Callable[..., HttpResponse] = self.admin_site.admin_view(view)
        return path(route, guarded, name=f"catalogue_sourcefile_{name}")

    def _see(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied

    @action(description=_("Something new"), icon="add", permissions=["write"], url_path="to-new")  # type: ignore[untyped-decorator]
    def to_new(self, _request: HttpRequest) -> HttpResponse:
        """To the page that begins something."""
        return _to("new")

    @action(description=_("Publish"), icon="campaign", permissions=["publish"], url_path="to-publish")  # type: ignore[untyped-decorator]
    def to_publish(self, _request: HttpRequest) -> HttpResponse:
        """To the page that publishes."""
        return _to("publish")

    @action(description=_("What is missing"), icon="checklist", url_path="to-missing")  # type: ignore[untyped-decorator]
    def to_missing(self, _request: HttpRequest) -> HttpResponse:
        """To the list of what is missing."""
        return _to("missing")

    @action(  # type: ignore[untyped-decorator]
        description=_("Import and export"),
        icon="swap_vert",
        permissions=["write"],
        url_path="to-import",
    )
    def to_import(self, _request: HttpRequest) -> HttpResponse:
        """To the page that imports and exports."""
        return _to("import")

    @admin.action(description=_("Send to review"), permissions=["write"])
    def submit_all(self, request: HttpRequest, queryset: QuerySet[SourceFile]) -> None:
        """Send the drafts among them to review."""
        self._each(request, queryset, Version.State.DRAFT, workflow.submit)

    @admin.action(description=_("Approve"), permissions=["review"])
    def approve_all(self, request: HttpRequest, queryset: QuerySet[SourceFile]) -> None:
        """Approve what waits for review among them: forms and drawings by the hundred."""
        self._each(
            request,
            queryset,
            Version.State.IN_REVIEW,
            lambda by, version: workflow.approve(by, version, version.sha256),
        )

    def _each(
        self,
        request: HttpRequest,
        queryset: QuerySet[SourceFile],
        state: str,
        do: Callable[[HttpRequest, Version], None],
    ) -> None:
        done, refused = 0, ""
        for version in Version.objects.filter(source_file__in=queryset.values("pk"), state=state):
            try:
                do(request, version)
                done += 1
            except WorkflowRefused as error:
                refused = f"{version.source_file}: {error}"
        self.message_user(request, ngettext("Done with %s.", "Done with %s.", done) % done)
        if refused:
            self.message_user(request, refused, messages.WARNING)

    def has_write_permission(self, request: HttpRequest) -> bool:
        """Who may write."""
        return request.user.has_perm(pages.WRITE)

    def has_publish_permission(self, request: HttpRequest) -> bool:
        """Who may publish."""
        return request.user.has_perm(pages.PUBLISH)

    def has_review_permission(self, request: HttpRequest) -> bool:
        """Who may review."""
        return request.user.has_perm(pages.REVIEW)


@admin.register(Publication)
class PublicationAdmin(ReadOnlyAdmin):
    """All publications, newest first, each with what it changed."""

    scope: ClassVar[str | None] = None
    list_display = ("version", "published_at", "shown_by", "shown_changes", "shown_digest")
    list_select_related = ("published_by",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Without what a list does not show: it is long."""
        return super().get_queryset(request).defer("items", "notice")

    @admin.display(description=_("published by"))
    def shown_by(self, publication: Publication) -> str:
        """Who published it."""
        by = publication.published_by
        return by.get_username() if by else gettext("command line")

    @admin.display(description="SHA-256")
    def shown_digest(self, publication: Publication) -> str:
        """The beginning of the file's digest."""
        return f"{publication.file_id[:16]}…"

    @admin.display(description=_("changes"))
    def shown_changes(self, publication: Publication) -> int:
        """How many files it changed."""
        return publication.changes.count()

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """What it changed against the one before."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {**self.admin_site.each_context(request), "opts": self.opts}
        return whole_pages.published(request, context, int(object_id) if object_id.isdecimal() else 0)


def _to(name: str) -> HttpResponse:
    return HttpResponseRedirect(reverse(f"admin:catalogue_sourcefile_{name}"))

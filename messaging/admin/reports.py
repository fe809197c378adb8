"""The queue of reports: read, taken, merged, closed with an outcome; and what staff did, which nobody edits."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, ForeignKey, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.admin import WithReason
from accounts.models import User
from chatify.lib import ids
from chatify.lib.errors import ChatifyError
from messaging.admin.log import ReadOnly
from messaging.models import Report, ReportAct
from messaging.models.report import REASON_LENGTH
from messaging.operations import moderation

CLOSE = {"resolve": moderation.resolve, "dismiss": moderation.dismiss}


class Whose(admin.SimpleListFilter):
    """Mine, nobody's, or all."""

    title = "who looks at it"
    parameter_name = "whose"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("mine", "I do"), ("nobody", "nobody yet")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Report]) -> QuerySet[Report]:
        if self.value() == "mine":
            return queryset.filter(assignee_id=request.user.pk)
        return queryset.filter(assignee=None) if self.value() == "nobody" else queryset


class Handling(forms.ModelForm):
    """Who looks at it; how it ends, and what those are told who reported."""

    decision = forms.ChoiceField(
        choices=[
            ("", "Leave it open"),
            ("resolve", "Resolve: something was done"),
            ("dismiss", "Dismiss: nothing to do"),
        ],
        required=False,
    )
    note = forms.CharField(
        max_length=REASON_LENGTH,
        required=False,
        label="Note for the record",
        help_text="Only staff read it.",
    )

    class Meta:
        model = Report
        fields = ("assignee", "outcome")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("decision") and not (cleaned.get("outcome") or "").strip():
            self.add_error("outcome", "Say what those are told who reported.")
        return cleaned


class Acts(admin.TabularInline):
    """The history of a report, as it was written."""

    model = ReportAct
    fields = readonly_fields = ("at", "act", "actor", "reason")
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Report)
class ReportAdmin(admin.ModelAdmin):
    form = Handling
    action_form = WithReason
    actions = ("take", "merge")
    inlines = (Acts,)
    list_display = ("created_at", "person", "reason", "state", "assignee", "reports", "reporter")
    list_filter = ("state", Whose, "reason", "created_at")
    list_select_related = ("person", "assignee", "reporter")
    search_fields = ("person__username", "reporter__username", "id")
    ordering = ("-created_at",)
    readonly_fields = ("person", "reporter", "why", "created_at", "seen", "others", "state", "closed_at")
    fieldsets = (
        (None, {"fields": ("person", "why", "reporter", "created_at", "seen", "others")}),
        ("Handling", {"fields": ("state", "assignee", "decision", "outcome", "note", "closed_at")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Report]:
        """What was merged into another is shown there."""
        return super().get_queryset(request).filter(merged_into=None).annotate(followers=Count("merged"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Report | None = None) -> bool:
        return (obj is None or obj.pending) and super().has_change_permission(request, obj)

    def get_fieldsets(self, request: HttpRequest, obj: Report | None = None) -> Any:
        if obj is None or self.has_change_permission(request, obj):
            return self.fieldsets
        return (self.fieldsets[0], ("Handling", {"fields": ("state", "assignee", "outcome", "closed_at")}))

    def formfield_for_foreignkey(self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "assignee":
            kwargs["queryset"] = User.objects.filter(is_staff=True, is_active=True).order_by("username")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Opening a report shows what people wrote to each other: that is written down, too."""
        if request.method == "GET" and self._sees(request, object_id):
            moderation.record_reading(_staff(request), report=ids.parse(object_id))
        return super().change_view(request, object_id, *args, **kwargs)

    def _sees(self, request: HttpRequest, object_id: str) -> bool:
        row = self.get_object(request, object_id)
        return row is not None and self.has_view_permission(request, row)

    def save_model(self, request: HttpRequest, obj: Report, form: Any, change: bool) -> None:
        given = form.cleaned_data
        actor, reason = _staff(request), given["note"]
        if "assignee" in form.changed_data:
            moderation.assign(actor, report=obj.pk, assignee=given["assignee"], reason=reason)
        if given["decision"]:
            CLOSE[given["decision"]](actor, report=obj.pk, outcome=given["outcome"], reason=reason)

    @admin.action(description="Take: I look at it", permissions=["change"])
    def take(self, request: HttpRequest, queryset: QuerySet[Report]) -> None:
        reason = request.POST.get("reason", "")
        self._try(
            request,
            "Taken.",
            lambda: [
                moderation.assign(_staff(request), report=row.pk, assignee=_staff(request), reason=reason)
                for row in queryset
            ],
        )

    @admin.action(description="Merge: they are about the same", permissions=["change"])
    def merge(self, request: HttpRequest, queryset: QuerySet[Report]) -> None:
        chosen = [row.pk for row in queryset]
        reason = request.POST.get("reason", "")
        self._try(
            request,
            "Merged into the oldest.",
            lambda: moderation.merge(_staff(request), reports=chosen, reason=reason),
        )

    def _try(self, request: HttpRequest, done: str, work: Any) -> None:
        try:
            work()
        except ChatifyError as error:
            self.message_user(request, error.detail, messages.ERROR)
        else:
            self.message_user(request, done)

    @admin.display(description="reports", ordering="followers")
    def reports(self, row: Report) -> int:
        return 1 + row.followers  # type: ignore[attr-defined]

    @admin.display(description="why")
    def why(self, row: Report) -> str:
        return f"{row.get_reason_display()}. {row.text}"

    @admin.display(description="what the reporter saw")
    def seen(self, row: Report) -> SafeString | str:
        return shown(row.context)

    @admin.display(description="merged into this one")
    def others(self, row: Report) -> SafeString | str:
        told = (
            (each.reporter or "somebody", self.why(each), shown(each.context)) for each in _followers(row)
        )
        return format_html_join("", "<p><b>{}</b>: {}</p>{}", told) or "None."


@admin.register(ReportAct)
class ReportActAdmin(ReadOnly):
    """Read only: what happened is not edited."""

    list_display = ("at", "act", "report", "about", "actor", "reason")
    list_filter = ("act", "at")
    search_fields = ("actor__username", "report__person__username", "reason")
    list_select_related = ("report__person", "actor")

    @admin.display(description="about")
    def about(self, row: ReportAct) -> str:
        return str(row.report.person or "")


def shown(context: dict[str, Any]) -> SafeString | str:
    """The copy that was kept, as typed and never as HTML."""
    if not context:
        return "Erased half a year after it was closed."
    person, room = context["person"], context.get("conversation")
    head = format_html("<p>{} (@{})</p>", person["name"], person["username"])
    if room:
        head += format_html("<p>{}: {}</p>", room["kind"], room["title"])
    lines = (
        (
            said["at"][:16].replace("T", " "),
            said["username"],
            "(deleted)" if said["deleted"] else said["body"],
        )
        for said in context.get("messages", [])
    )
    return head + format_html_join("", "<p>{} <b>@{}</b>: {}</p>", lines)


def _followers(row: Report) -> QuerySet[Report]:
    return row.merged.select_related("reporter").order_by("created_at")


def _staff(request: HttpRequest) -> User:
    """Who asks: the admin lets nobody else in."""
    return request.user  # type: ignore[return-value]

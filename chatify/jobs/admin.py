"""Work that failed for good is visible to staff and can be run again."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from chatify.jobs import operations
from chatify.jobs.models import Job


@admin.register(Job)
class JobAdmin(admin.ModelAdmin):
    list_display = ["kind", "key", "due", "attempts", "done_at", "failed_at", "error"]
    list_filter = ["kind", ("failed_at", admin.EmptyFieldListFilter), ("done_at", admin.EmptyFieldListFilter)]
    search_fields = ["kind", "key"]
    exclude = ["payload"]
    actions = ["run_again"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:
        return False

    @admin.action(description="Run again", permissions=["view"])
    def run_again(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        for job in queryset.filter(done_at=None):
            operations.retry(job)

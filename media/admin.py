"""Files for staff: whose they are, how far they came, prepared again when asked. Their content is nobody's here."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from media.models import Upload
from media.operations import preparing


@admin.register(Upload)
class UploadAdmin(admin.ModelAdmin):
    list_display = ["created_at", "owner", "kind", "type", "size", "state", "reason", "claimed_at"]
    list_filter = ["state", "kind", "purpose", ("claimed_at", admin.EmptyFieldListFilter)]
    search_fields = ["id", "owner__username", "owner__email"]
    list_select_related = ["owner"]
    # Neither where its bytes are nor what is in them.
    exclude = ["key", "session", "placeholder", "details", "sha256"]
    actions = ["prepare_again"]
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Upload | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Upload | None = None) -> bool:
        return False

    @admin.action(description="Prepare again", permissions=["view"])
    def prepare_again(self, request: HttpRequest, queryset: QuerySet[Upload]) -> None:
        for upload in queryset:
            preparing.again(upload)

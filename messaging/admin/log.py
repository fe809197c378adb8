"""What staff see of conversations: that they exist, their size, their members. Never a text, and nothing to edit."""

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from messaging.models import Conversation, Event, Membership


class ReadOnly(admin.ModelAdmin):
    """The log is written by operations alone."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Conversation)
class ConversationAdmin(ReadOnly):
    list_display = ["id", "kind", "created_by", "message_count", "head", "last_activity_at"]
    list_filter = ["kind", "created_at"]
    search_fields = ["id", "created_by__username"]
    list_select_related = ["created_by"]
    exclude = ["title", "title_salt", "topic", "topic_salt"]


@admin.register(Membership)
class MembershipAdmin(ReadOnly):
    list_display = ["user", "conversation_id", "role", "joined_at", "left_seq", "read_number"]
    list_filter = ["role", ("left_seq", admin.EmptyFieldListFilter)]
    search_fields = ["user__username", "conversation__id"]
    list_select_related = ["user"]


@admin.register(Event)
class EventAdmin(ReadOnly):
    list_display = ["conversation_id", "seq", "type", "at"]
    list_filter = ["type"]
    search_fields = ["conversation__id"]
    exclude = ["message"]

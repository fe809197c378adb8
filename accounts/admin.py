"""People for staff: search, suspend and restore, add."""

from typing import Any

from django.contrib import admin
from django.contrib.auth import forms as auth_forms
from django.contrib.auth.admin import UserAdmin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts import identity
from accounts.models import User
from accounts.operations import people, sessions
from chatify.lib.errors import Invalid


class AddPerson(auth_forms.AdminUserCreationForm):
    class Meta:
        model = User
        fields = ("email", "username", "display_name")

    def clean_email(self) -> str:
        return _cleaned(identity.clean_email, self.cleaned_data["email"])

    def clean_username(self) -> str:
        return _cleaned(identity.clean_username, self.cleaned_data["username"])


class NewPassword(auth_forms.AdminPasswordChangeForm):
    def save(self, commit: bool = True) -> User:
        user = super().save(commit)
        sessions.end_all(user)
        return user


@admin.register(User)
class PersonAdmin(UserAdmin):
    add_form = AddPerson
    change_password_form = NewPassword
    list_display = ("username", "display_name", "email", "is_active", "is_staff", "created_at", "last_login")
    list_filter = ("is_active", "is_staff", "created_at")
    search_fields = ("username", "display_name", "email")
    ordering = ("username",)
    date_hierarchy = "created_at"
    # An address changes hands only by its owner's proof; the allauth row and this one must not part.
    readonly_fields = ("id", "email", "is_active", "created_at", "last_login")
    fieldsets = (
        (None, {"fields": ("id", "username", "display_name", "email", "password")}),
        ("Rights", {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")}),
        ("Times", {"fields": ("created_at", "last_login")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "username", "display_name", "password1", "password2")}),)
    actions = ("suspend", "restore")

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        rights = (
            () if request.user.is_superuser else ("is_staff", "is_superuser", "groups", "user_permissions")
        )
        return (*self.readonly_fields, *rights) if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Who may change people may not give a superuser a new password, and so become one."""
        above = obj is not None and obj.is_superuser and not request.user.is_superuser
        return not above and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        above = obj is not None and obj.is_superuser and not request.user.is_superuser
        return not above and super().has_delete_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
        else:
            people.admit(obj)

    @admin.action(description="Suspend", permissions=["change"])
    def suspend(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for person in queryset:
            if person != request.user and self.has_change_permission(request, person):
                people.suspend(person)

    @admin.action(description="Restore", permissions=["change"])
    def restore(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for person in queryset:
            if self.has_change_permission(request, person):
                people.restore(person)


def _cleaned(clean: Any, value: str) -> str:
    try:
        return clean(value)
    except Invalid as error:
        raise ValidationError(error.detail) from None

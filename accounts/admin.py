"""People for staff: search, suspend and restore, add."""

from typing import Any

from allauth.account.models import EmailAddress
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.contrib.auth import forms as auth_forms
from django.contrib.auth.admin import UserAdmin
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest

from accounts import identity
from accounts.models import AccountAct, Bounce, User
from accounts.operations import people, sessions
from chatify.lib import db
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


class WithReason(ActionForm):
    """Beside the choice of what to do: why."""

    reason = forms.CharField(max_length=people.REASON_LENGTH, required=False, label="Reason")


class Verified(admin.SimpleListFilter):
    """Whether the e-mail was ever proven."""

    title = "e-mail"
    parameter_name = "verified"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "verified"), ("no", "not verified")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        proven = Exists(EmailAddress.objects.filter(user=OuterRef("pk"), verified=True))
        wanted = {"yes": proven, "no": ~proven}.get(self.value() or "")
        return queryset.filter(wanted) if wanted is not None else queryset


class Acts(admin.TabularInline):
    """The history of an account, as it was written."""

    model = AccountAct
    fk_name = "subject"
    fields = readonly_fields = ("at", "act", "actor", "reason")
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(User)
class PersonAdmin(UserAdmin):
    add_form = AddPerson
    change_password_form = NewPassword
    list_display = ("username", "display_name", "email", "is_active", "is_staff", "created_at", "last_login")
    list_filter = ("is_active", "is_staff", Verified, "created_at")
    action_form = WithReason
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

    def get_inlines(self, request: HttpRequest, obj: User | None) -> list[Any]:
        return [Acts] if obj else []

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
        self._do(people.suspend, "suspended", request, queryset.exclude(pk=str(request.user.pk)))

    @admin.action(description="Restore", permissions=["change"])
    def restore(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self._do(people.restore, "restored", request, queryset)

    def _do(self, act: Any, done: str, request: HttpRequest, queryset: QuerySet[User]) -> None:
        mine = [person for person in queryset if self.has_change_permission(request, person)]
        try:
            with db.atomic():
                for person in mine:
                    act(person, by=request.user, reason=request.POST.get("reason", ""))
        except Invalid as error:
            self.message_user(request, f"Nothing was done. The reason: {error.detail}", messages.ERROR)
        else:
            self.message_user(request, f"{len(mine)} {done}.")


@admin.register(AccountAct)
class ActAdmin(admin.ModelAdmin):
    """Read only: what happened is not edited."""

    list_display = ("at", "act", "subject", "actor", "reason")
    list_filter = ("act", "at")
    search_fields = ("subject__username", "actor__username", "reason")
    list_select_related = ("subject", "actor")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _cleaned(clean: Any, value: str) -> str:
    try:
        return clean(value)
    except Invalid as error:
        raise ValidationError(error.detail) from None


@admin.register(Bounce)
class BounceAdmin(admin.ModelAdmin):
    """Addresses that mail came back from. Deleting one tries it again."""

    list_display = fields = readonly_fields = ("email", "user", "code", "words", "by_mail", "at")
    list_filter = ("by_mail", "code")
    search_fields = ("email", "user__username")
    ordering = ("-at",)
    list_select_related = ("user",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

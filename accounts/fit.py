"""What allauth has no setting for, changed once at start. A test fails for each when allauth moves."""

from allauth.account import forms
from allauth.headless.account import inputs

from accounts import codes

# Spaces around a password are part of it, on pages and in JSON alike.
_EXACT = {
    inputs.SignupInput: ["password"],
    inputs.LoginInput: ["password"],
    inputs.ResetPasswordInput: ["password"],
    inputs.ChangePasswordInput: ["current_password", "new_password"],
}


def install() -> None:
    """Compare codes our way at every door, and keep passwords exactly as typed."""
    for module in (forms, inputs):
        if not hasattr(module, "compare_user_code"):
            raise RuntimeError(f"{module.__name__} no longer compares codes where we expect it")
        module.compare_user_code = codes.matches
    for form, names in _EXACT.items():
        for name in names:
            form.base_fields[name].strip = False

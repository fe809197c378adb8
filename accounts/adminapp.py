from django.contrib.admin import apps


class AdminConfig(apps.AdminConfig):
    """Django's admin behind our sign-in; see `accounts.adminsite`."""

    default = False
    default_site = "accounts.adminsite.Site"

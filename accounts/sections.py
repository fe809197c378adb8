"""The pages of one's own settings, in the order in which they are listed. A page joins by a line of this table."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Section:
    """One entry of the list: `url` is the name of its address, `icon` one of the sprite.

    `also` are beginnings of the names of further addresses that belong to it, such as the steps of a form.
    """

    url: str
    title: str
    icon: str
    also: tuple[str, ...] = ()

    def holds(self, url_name: str) -> bool:
        """Whether the page at the address of this name is this entry or one of its steps."""
        return url_name == self.url or url_name.startswith(self.also)


SECTIONS = (
    Section("profile", "Profile", "user", also=("profile_",)),
    Section("settings_privacy", "Privacy", "users"),
    Section("settings_notifications", "Notifications", "bell"),
    Section("settings_sending", "Sending", "send-horizontal"),
    Section("settings_sessions", "Devices", "monitor"),
    Section("settings_device", "This device", "smartphone", also=("settings_device_",)),
    Section("settings_security", "Security", "shield", also=("mfa_", "account_", "socialaccount_")),
    Section("settings_doctor", "Connection", "server"),
    Section("settings_data", "Data", "download", also=("settings_data_",)),
    Section("settings_reports", "Reports", "circle-alert"),
)

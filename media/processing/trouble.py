"""What can be wrong with a file."""


class CannotPreview(Exception):
    """It is damaged, or in no form that we open."""


class TooMuch(Exception):
    """It is larger inside than anybody may send. Says so in words."""

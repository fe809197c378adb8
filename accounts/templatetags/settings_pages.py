"""The list of settings pages with the one that is open, and what scripts of these pages read."""

import json
from typing import Any

from django import template
from django.core.serializers.json import DjangoJSONEncoder

from accounts.sections import SECTIONS

register = template.Library()


@register.simple_tag(takes_context=True)
def settings_sections(context: dict[str, Any]) -> list[dict[str, Any]]:
    """`{section, current}` for each entry of the table."""
    match = getattr(context.get("request"), "resolver_match", None)
    name = (match.url_name if match else None) or ""
    return [{"section": section, "current": section.holds(name)} for section in SECTIONS]


@register.filter
def as_json(value: Any) -> str:
    """A value for a data attribute, which the template escapes."""
    return json.dumps(value, cls=DjangoJSONEncoder)

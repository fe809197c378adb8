"""Addresses that are filled in are those that `reverse` gives."""

from uuid import uuid4

import pytest
from django.urls import reverse
from django.urls.base import set_script_prefix

from chatify.lib import addresses


@pytest.mark.parametrize("name", ["conversation", "messages"])
def test_each_id_has_the_address_of_its_route(name):
    for id in (uuid4(), uuid4()):
        assert addresses.of(name, id) == addresses.of(name, str(id)) == reverse(name, args=[id])


def test_a_site_below_another_path_has_its_own_addresses():
    id = uuid4()
    root = addresses.of("conversation", id)
    set_script_prefix("/below/")
    try:
        assert addresses.of("conversation", id) == reverse("conversation", args=[id]) == f"/below{root}"
    finally:
        set_script_prefix("/")

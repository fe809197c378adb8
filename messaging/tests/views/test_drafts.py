"""The draft on the pages."""

JSON = {"Accept": "application/json"}


def test_it_stands_in_the_composer_and_on_the_row_of_the_next_device(
    client_for, as_alice, as_bob, alice, chat
):
    saved = as_alice.post(f"/c/{chat.id}/draft/", {"body": "Half a <thought"}, headers=JSON)
    assert saved.status_code == 204
    second = client_for(alice)
    page = second.get(f"/c/{chat.id}/").content.decode()
    assert ">Half a &lt;thought</textarea>" in page and "Draft:" in page
    assert "Half a" not in as_bob.get(f"/c/{chat.id}/").content.decode()
    as_alice.post(f"/c/{chat.id}/draft/", {"body": ""}, headers=JSON)
    assert "Half a" not in second.get(f"/c/{chat.id}/").content.decode()


def test_without_a_script_a_button_keeps_it(as_alice, as_dave, client, chat):
    kept = as_alice.post(f"/c/{chat.id}/draft/", {"body": "Kept"}, follow=True)
    assert b">Kept</textarea>" in kept.content and b"Keep as draft" in kept.content
    assert as_dave.post(f"/c/{chat.id}/draft/", {"body": "x"}).status_code == 404
    assert client.post(f"/c/{chat.id}/draft/", {"body": "x"}, headers=JSON).status_code == 401
    assert as_alice.post(f"/c/{chat.id}/draft/", {"body": "x" * 33_000}, headers=JSON).status_code == 422

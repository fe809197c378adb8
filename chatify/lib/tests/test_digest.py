"""The chain's bytes are RFC 8785 whatever encoder writes them: other programs recompute them."""

import copy
import json
import pickle
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatify.lib import ids
from chatify.lib.digest import canonical, stamp

ASCII = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E))
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.one_of(TEXTS, st.integers(-(2**53) + 1, 2**53 - 1), st.booleans(), st.none())
PLACE = {"conversation": UUID(int=1), "seq": 7, "type": "message.sent", "actor": None}
AT = datetime(2026, 11, 21, 9, 41, tzinfo=UTC)
# How busy the machine is decides nothing.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@patient
@given(st.dictionaries(ASCII, VALUES))
def test_the_canonical_form_has_sorted_keys_and_minimal_escapes(data):
    value = {
        "conversation": str(UUID(int=1)),
        "seq": 7,
        "event": "message.sent",
        "actor": None,
        "at": "2026-11-21T09:41:00.000Z",
        "data": data,
    }
    expected = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert canonical(**PLACE, at=AT, data=data) == expected


def test_control_characters_and_other_planes_have_one_form():
    told = canonical(**PLACE, at=AT, data={"text": '\x00\x08\x1f\x7f\n"\\/\u2028é\U0001f600'})
    assert '"\\u0000\\b\\u001f\x7f\\n\\"\\\\/\u2028é\U0001f600"'.encode() in told


@pytest.mark.parametrize("value", ["\ud800", "a\udfff", 2**70, AT, {1: "one"}, b"bytes", {"set"}])
def test_what_has_no_canonical_form_is_refused(value):
    with pytest.raises(TypeError):
        canonical(**PLACE, at=AT, data={"text": value})


def test_identifiers_may_come_as_text_already():
    named = {"seq": 1, "type": "hidden", "at": AT, "data": {}}
    id = uuid4()
    assert canonical(conversation=id, actor=id, **named) == canonical(
        conversation=str(id), actor=str(id), **named
    )


@patient
@given(
    st.datetimes(min_value=datetime(1000, 1, 2), max_value=datetime(9999, 12, 30), timezones=st.timezones())
)
def test_times_are_cut_to_milliseconds_in_utc(at):
    utc = at.astimezone(UTC)
    assert stamp(at) == f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def test_new_identifiers_are_version_7_and_ascend():
    made = [ids.uuid7() for _ in range(1000)]
    assert made == sorted(made)
    assert {(id.version, id.variant) for id in made} == {(7, "specified in RFC 4122")}
    assert all(UUID(str(id)) == id and hash(UUID(str(id))) == hash(id) for id in made)


def test_an_identifier_is_the_uuid_it_spells():
    text = "018F3B2E-1111-7abc-8def-0123456789AB"
    read = ids.read(text)
    assert read == UUID(text) and str(read) == str(UUID(text)) and read.hex == UUID(text).hex
    again = pickle.loads(pickle.dumps(copy.deepcopy(read)))
    assert again == read and str(again) == str(read)
    assert not any(map(ids.read, ["", text[:-1], text + "0", text.replace("-", ""), "{" + text[1:-1] + "}"]))

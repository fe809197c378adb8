"""Mail of other programs: what it says is read, however it is broken."""

import codecs
import io
import time
import tracemalloc
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from test import test_email

from chatify.lib import letters, mbox

SAMPLES = sorted((Path(next(iter(test_email.__path__))) / "data").glob("msg_*.txt"))


def letter(text: str) -> letters.Letter:
    return letters.read(text.replace("\n", "\r\n").encode())


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_the_samples_of_pythons_own_tests_are_read_or_refused_in_words(path: Path) -> None:
    (raw,) = mbox.messages(io.BytesIO(path.read_bytes()))
    assert raw.data
    try:
        found = letters.read(raw.data)
    except letters.Unreadable as error:
        assert path.stem == "msg_19" and str(error)
        return
    assert found.id
    found.subject.encode()
    for said in (found.text, found.html, *(file.name for file in found.files)):
        (said or "").encode("utf-8", "replace")


def test_there_are_samples() -> None:
    assert len(SAMPLES) > 40


def test_encoded_words_charsets_and_names_are_read() -> None:
    found = letter(
        'From: =?iso-8859-1?q?Ren=E9e?= <renee@example.org>\nTo: "Doe, Jane" <jane@example.org>, bob@example.org\n'
        "Subject: =?utf-8?b?R3LDvMOfZQ==?= aus\n =?koi8-r?b?8NLJ18XU?=\nMessage-ID: <a@x>\nReferences: <b@x>\n <c@x>\n"
        "In-Reply-To: <c@x>\nDate: Tue, 01 Apr 2025 10:00:00 +0200\nContent-Type: text/plain; charset=windows-1252\n"
        "Content-Transfer-Encoding: quoted-printable\n\nna=EFve =80 5\n"
    )
    assert found.sender == letters.Address("Renée", "renee@example.org")
    assert [each.name for each in found.to] == ["Doe, Jane", ""]
    assert found.subject == "Grüße aus Привет"
    assert (found.id, found.references) == ("a@x", ["b@x", "c@x", "c@x"])
    assert found.at == datetime(2025, 4, 1, 8, tzinfo=UTC)
    assert found.text and found.text.strip() == "naïve € 5"


@pytest.mark.parametrize(
    "text",
    [
        "Subject: x\nContent-Type: text/plain; charset=no-such-thing\n\nhello",
        "Subject: x\nContent-Type: text/plain; charset*=utf-8'en'%ff\n\nhello",
        "Subject: x\nContent-Transfer-Encoding: base64\n\nhello not base64 !!!",
        "Subject: =?utf-8?q?=ff=fe?=\nFrom: <<<>>>@@\nDate: yesterday\n\nhello",
        "Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nhello",
        "Subject: x\nContent-Type: multipart/mixed\n\nhello",
        "Subject: x\nContent-Type: ;;;=\nContent-Disposition: attachment; filename*0*=utf-8''a; filename*2=b\n\nhello",
        "Subject: \xff\xfe\nDate: Mon, 99 Foo 20000 99:99:99 +9999\n\nhello",
    ],
)
def test_broken_mime_is_read_as_well_as_it_can_be(text: str) -> None:
    found = letters.read(text.encode("latin-1", "replace"))
    assert found.text is not None or found.files


def test_parts_without_end_are_refused() -> None:
    deep = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(2000))
    with pytest.raises(letters.Unreadable):
        letters.read(deep.encode())


@pytest.mark.parametrize(
    "text",
    [
        b"Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\n" * 10_000,
        b"Subject: x\rContent-Type: multipart/mixed; boundary=b\r\r" + b"--b\r\r" * 10_000,
        b"Subject: x\nContent-Type: message/delivery-status\n\n" + b"a: b\n\n" * 10_000,
        b"Subject: x\n\n" + b"a\n" * 1_100_000,
        b"Subject: x\n" + b"a:b\n" * 1_100_000,
    ],
    ids=["parts", "parts after returns", "reports", "lines", "headers"],
)
def test_lines_and_parts_without_number_are_refused_before_they_fill_the_memory(text: bytes) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(letters.Unreadable, match="more (lines|parts) than any mail"):
            letters.read(text)
        assert tracemalloc.get_traced_memory()[1] < 16 * 2**20
    finally:
        tracemalloc.stop()


def test_a_signature_is_no_part() -> None:
    found = letters.read(b"Subject: x\n\n" + b"-- \nme\n" * 30_000)
    assert found.text and found.text.count("me") == 30_000


@pytest.mark.parametrize("codec", ["punycode", "idna", "zlib_codec", "unicode_escape", "utf-7"])
def test_what_is_no_charset_of_mail_is_never_asked_to_read_it(
    codec: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, asked = codecs.lookup, set[str]()
    monkeypatch.setattr(codecs, "lookup", lambda name: asked.add(name) or real(name))
    head = f"Subject: =?{codec}?q?a-b?=\nContent-Disposition: inline; filename*={codec}''a-b\n"
    for kind in (f"text/plain; charset={codec}", f"text/plain; charset*={codec}''{codec}"):
        found = letters.read(f"{head}Content-Type: {kind}\n\na-b \xfc\\x41".encode())
        assert (found.subject, found.files[0].name) == ("a-b", "a-b")
        plain = letters.read(f"Subject: x\nContent-Type: {kind}\n\na-b \xfc\\x41".encode())
        assert plain.text == "a-b \xfc\\x41"
    assert codec not in asked


@pytest.mark.parametrize("kind", ["text/plain; charset=punycode", "text/plain; charset*=punycode''utf-8"])
def test_a_long_text_in_a_slow_codec_is_read_at_once(kind: str) -> None:
    began = time.monotonic()
    found = letters.read(
        f"Subject: x\nContent-Type: {kind}\n\n".encode() + "ü".encode() + b"a-" + b"9ab" * 300_000
    )
    assert found.text and found.text.startswith("üa-9ab")
    assert time.monotonic() - began < 20, "it would take minutes"


@pytest.mark.parametrize(
    "head",
    [
        b"Subject: " + b"=?utf-8?q?a?= " * 200_000,
        b"From: " + b"a <a@b.example>, " * 200_000,
        b"From: " + b"(" * 1_000_000,
        b"\n".join(b"To: " + b"a <a@b.example>, " * 500 for _ in range(500)),
        b'Content-Type: text/plain; name="' + b";" * 1_000_000,
        b"Content-Disposition: attachment; filename=" + b"=?utf-8?q?a?= " * 200_000,
        b"Content-Disposition: attachment; filename*" + b"9" * 5_000 + b"*=x",
    ],
    ids=["subject", "from", "comments", "many", "quoted", "file", "number"],
)
def test_a_header_without_end_is_read_as_far_as_any_is_long(head: bytes) -> None:
    began = time.monotonic()
    found = letters.read(head + b"\nMessage-ID: <a@x>\n\nhello")
    assert found.id == "a@x" and len(found.subject) <= 10_000 and len(found.to) <= letters.MOST_ADDRESSES
    assert time.monotonic() - began < 20, "it would take minutes"


def test_of_many_references_the_nearest_are_kept() -> None:
    names = " ".join(f"<{number}@elsewhere.example>" for number in range(2_000))
    found = letter(f"Subject: x\nReferences: {names}\nIn-Reply-To: <last@x>\n\nhello")
    assert found.references == [*(f"{number}@elsewhere.example" for number in range(1_981, 2_000)), "last@x"]


def test_files_and_both_texts_are_told_apart() -> None:
    mail = EmailMessage()
    mail["Subject"] = "x"
    mail.set_content("words")
    mail.add_alternative("<p>words</p>", subtype="html")
    mail.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="größe.pdf")
    found = letters.read(mail.as_bytes())
    assert found.text and found.text.strip() == "words"
    assert found.html and found.html.strip() == "<p>words</p>"
    assert [(file.name, file.type, file.data) for file in found.files] == [
        ("größe.pdf", "application/pdf", b"%PDF-1.4")
    ]


@pytest.mark.parametrize("subject", ["Re: Fwd: Party", "AW: re[2]: Party", "Party"])
def test_answers_have_the_subject_of_what_they_answer(subject: str) -> None:
    assert letters.topic(subject) == "Party"


def test_a_mailbox_is_cut_where_messages_begin_and_nowhere_else() -> None:
    first = b"Subject: a\n\nFrom here on it is text.\nFrom x y 10:00\n"
    second = b"Subject: b\n\n>From inside\nFrom x Mon Jan  1 10:00:00 2024\n"
    at = datetime(2024, 1, 1, tzinfo=UTC)
    line = mbox.began("a b@example.org", at)
    box = b"".join(line + mbox.quoted(each) + b"\n" for each in (first, second))
    found = list(mbox.messages(io.BytesIO(box)))
    assert [raw.data for raw in found] == [first, second]
    rest = list(mbox.messages(io.BytesIO(box), start=found[0].end))
    assert [raw.data for raw in rest] == [second]
    assert list(mbox.messages(io.BytesIO(box), start=found[1].end)) == []


def test_a_message_that_is_too_large_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mbox, "LARGEST", 1000)
    line = mbox.began("x", datetime(2024, 1, 1, tzinfo=UTC))
    box = line + b"Subject: a\n\n" + b"x" * 2000 + b"\n\n" + line + b"Subject: b\n\nsmall\n"
    assert [raw.data is None for raw in mbox.messages(io.BytesIO(box))] == [True, False]
    assert [raw.data for raw in mbox.messages(io.BytesIO(b"Subject: a\n\n" + b"x" * 2000))] == [None]
    assert list(mbox.messages(io.BytesIO(b""))) == []


def test_a_message_of_many_lines_takes_no_more_memory_than_it_is_long() -> None:
    box = mbox.began("x", datetime(2024, 1, 1, tzinfo=UTC)) + b"Subject: a\n\n" + b">From \n" * 50_000
    tracemalloc.start()
    try:
        (raw,) = mbox.messages(io.BytesIO(box))
        assert raw.data == b"Subject: a\n\n" + b"From \n" * 50_000
        assert tracemalloc.get_traced_memory()[1] < 4 * len(box)
    finally:
        tracemalloc.stop()

import pytest

from documents.extraction import ExtractionError, Heading
from documents.extraction.result import Attachment
from documents.tests import samples
from documents.tests.samples_email import PDF, by_hand, letter, multipart, nested, nested_parts

HEAD = (
    "# Offer\n\nFrom: Ann <ann@x.example>\nTo: ben@y.example\nDate: Mon, 05 Jan 2026 10:00:00 +0100"
)
FROM = "From: a@x.example"


@pytest.fixture
def mail(read):
    return lambda content: read(bytes(content), "mail.eml")


@pytest.fixture
def body(mail):
    """The text below the header lines."""
    return lambda content: mail(content).text.partition(FROM)[2].lstrip("\n")


def refused(mail, content):
    with pytest.raises(ExtractionError) as caught:
        mail(content)
    assert caught.value.permanent
    return caught.value


def test_subject_and_headers_stand_above_the_text(mail):
    extracted = mail(letter("Hello there.\nBye.\n", page="<p>Hello <b>there</b>"))

    assert extracted.text == f"{HEAD}\n\nHello there.\nBye."
    assert extracted.headings == [Heading(0, 1, "Offer")]
    assert (extracted.mime_type, extracted.title) == ("message/rfc822", "Offer")
    assert extracted.attachments == []


def test_a_page_is_read_where_the_plain_text_is_empty(mail):
    extracted = mail(letter(" \n", page="<h1>Hello</h1><ul><li>one<li>two</ul><p hidden>x"))

    assert extracted.text == f"{HEAD}\n\n## Hello\n\n- one\n- two"
    assert extracted.headings == [Heading(0, 1, "Offer"), Heading(len(HEAD) + 2, 2, "Hello")]


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        ("=?iso-8859-1?Q?Gr=FC=DFe?= =?utf-8?B?IGF1cw==?= Bonn", "Grüße aus Bonn"),
        ("=?utf-8?B?4oI=?= =?utf-8?B?rA==?=", "€"),
        ("=?tis-620?B?ocPYp+C3vg==?=", "กรุงเทพ"),
        ("=?no-such?Q?plain?=", "plain"),
        ("=?utf-8?B?a?= rest", "=?utf-8?B?a?= rest"),
        ("Grüße, roh", "Grüße, roh"),
        ("one\n two\n\tthree", "one two three"),
    ],
)
def test_subjects_in_any_encoding(mail, subject, shown):
    assert mail(by_hand(f"Subject: {subject}", "x")).title == shown


@pytest.mark.parametrize(
    ("words", "encoding", "declared"),
    [
        (samples.THAI, "cp874", "tis-620"),
        (samples.THAI, "cp874", "utf-8"),
        (samples.THAI, "utf-8", "us-ascii"),
        (samples.THAI, "utf-8", "no-such-thing"),
        ("Für Ännchen", "latin-1", ""),
        ("これは日本語のテキストです。", "iso2022_jp", "iso-2022-jp"),
        ("Съешь же ещё", "koi8-r", "koi8-r"),
    ],
)
def test_texts_in_any_encoding_rightly_declared_or_not(body, words, encoding, declared):
    kind = f"Content-Type: text/plain; charset={declared}" if declared else "Subject: x"
    content = by_hand(f"To: x\n{kind}", words.encode(encoding), encoding="ascii")
    assert body(content).removeprefix("To: x").strip() == words.strip()


def test_quoted_printable_and_base64(body):
    qp = "Content-Transfer-Encoding: quoted-printable\nContent-Type: text/plain; charset=utf-8"
    assert body(by_hand(qp, "Gr=C3=BC=\n=C3=9Fe =3D")) == "Grüße ="
    b64 = "Content-Transfer-Encoding: base64\nContent-Type: text/plain; charset=utf-8"
    assert body(by_hand(b64, "R3LDvMOfZQ")) == "Grüße"


def test_flowed_lines_are_joined(body):
    content = by_hand(
        "Content-Type: text/plain; format=flowed",
        "This is \nflowed.\n> quoted \n> on\n>> deeper \n> back\nEnd\n-- \nAnn\n",
    )
    assert body(content) == "This is flowed.\n> quoted on\n>> deeper\n> back\nEnd\n--\nAnn"


def test_several_texts_follow_each_other(body):
    plain, page = "Content-Type: text/plain\n\nOne.", "Content-Type: text/html\n\n<p>Two."
    assert body(multipart("mixed", plain, page)) == "One.\n\nTwo."
    assert body(multipart("alternative", plain, page)) == "One."


def test_parts_whose_boundary_is_missing_are_the_text(body):
    content = by_hand("Content-Type: multipart/mixed; boundary=b", "no boundary here")
    assert body(content) == "no boundary here"


# Files


def test_files_are_handed_over_with_their_names(mail):
    inner = letter("Inside.", subject="Inner / one")
    files = {"Rechnung März.pdf": PDF, "t.csv": b"a,b\n1,2\n", "": inner, "notes": b"words"}
    extracted = mail(letter(files=files))

    assert extracted.text == f"{HEAD}\n\nHello there."
    kept = extracted.attachments
    assert [one.name for one in kept] == ["Rechnung März.pdf", "t.csv", "Inner-one.eml", "notes"]
    assert [one.content for one in kept if one.name[-3:] != "eml"] == [
        PDF,
        files["t.csv"],
        b"words",
    ]
    assert kept[2].content == bytes(inner)


def test_names_in_old_ways_of_encoding(mail):
    part = "Content-Type: application/pdf; name={0}\nContent-Disposition: attachment\n\n%PDF-1.7"
    names = ["=?utf-8?Q?M=C3=A4rz.pdf?=", '"=?utf-8?B?TcOkcno=?="', '"../a\\\\b.pdf"']
    extracted = mail(multipart("mixed", *(part.format(name) for name in names)))
    assert [one.name for one in extracted.attachments] == ["März.pdf", "März.pdf", "../a\\b.pdf"]


def test_what_cannot_be_read_is_named_with_the_reason(mail):
    png = b"\x89PNG\r\n\x1a\n" + bytes(99)
    files = {"a.png": png, "a.zip": b"PK\x03\x04" + bytes(99), "winmail.dat": b"x"}
    reasons = {one.name: (one.reason, one.content) for one in mail(letter(files=files)).attachments}
    assert reasons["a.zip"] == ("files of this kind are not read", b"")
    told = "pictures of an e-mail are not read. Upload those that show text"
    assert reasons["a.png"] == (told, b"")
    assert "in a format of its own (TNEF)" in reasons["winmail.dat"][0]


def test_inline_pictures_signatures_and_invitations_are_passed_over(mail):
    kinds = ["image/png", "application/pgp-signature", "text/calendar", "message/delivery-status"]
    parts = (f'Content-Type: {kind}; name="x"\nContent-ID: <1>\n\nA: b' for kind in kinds)
    assert mail(multipart("signed", "Content-Type: text/plain\n\nx", *parts)).attachments == []


def test_files_beside_the_view_that_is_not_shown_are_kept(mail):
    """As Apple Mail has it: the page and its files are one of two views."""
    inside = (
        'Content-Type: multipart/mixed; boundary="c"\n\n--c\nContent-Type: text/html\n\n<p>Page\n'
        "--c\nContent-Type: application/pdf; name=a.pdf\n\n%PDF-1.7\n--c--"
    )
    extracted = mail(multipart("alternative", "Content-Type: text/plain\n\nPlain", inside))
    assert extracted.text.endswith("Plain")
    assert [one.name for one in extracted.attachments] == ["a.pdf"]


def test_only_so_many_files_and_bytes_are_handed_over(mail):
    many = mail(letter(files={f"{n}.txt": b"words %d" % n for n in range(300)})).attachments
    assert len([one for one in many if one.content]) == 50
    assert many[50] == Attachment("50.txt", reason="an e-mail's first 50 files are kept")
    assert many[200:] == [Attachment("100 more", reason="an e-mail's first 50 files are kept")]

    large = mail(letter(files={"a.pdf": PDF + bytes(40 << 20), "b.pdf": PDF + bytes(9 << 20)}))
    reason = "the files of this e-mail are larger than 48 MB together"
    assert [one.reason for one in large.attachments] == ["", reason]


def test_an_email_in_an_email_comes_as_a_file_each_time(mail):
    found = mail(nested(3)).attachments
    assert [one.name for one in found] == ["Level 2.eml"]
    assert [one.name for one in mail(found[0].content).attachments] == ["Level 1.eml"]


def test_an_encoded_email_in_an_email(mail):
    part = "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n"
    found = mail(multipart("mixed", part + "RnJvbTogYUBiLmMKCmhp")).attachments
    assert [(one.name, one.content) for one in found] == [
        ("attachment-1.eml", b"From: a@b.c\n\nhi")
    ]


# What cannot be read


@pytest.mark.parametrize(
    ("content", "how"),
    [
        (by_hand("Content-Type: application/pkcs7-mime; name=smime.p7m", "MIIB"), "S/MIME"),
        (multipart("encrypted", "Content-Type: application/pgp-encrypted\n\nVersion: 1"), "PGP"),
        (by_hand("Subject: x", "-----BEGIN PGP MESSAGE-----\n\nabc"), "PGP"),
    ],
)
def test_an_encrypted_email_is_told(mail, content, how):
    error = refused(mail, content)
    assert (error.code, how in error.message) == ("encrypted_eml", True)
    assert "save it without encryption" in error.message


def test_an_email_cut_off_is_damaged(mail):
    whole = bytes(letter(files={"a.pdf": PDF * 1000}))
    for size in (len(whole) // 2, len(whole) - 50):
        assert refused(mail, whole[:size]).code == "damaged_eml"


def test_parts_nest_only_so_deep(mail):
    assert mail(nested_parts(50)).text.endswith("hello")
    assert refused(mail, nested_parts(5000)).detail == "its parts are nested too deep"


def test_a_mailbox_is_not_one_email(read):
    letters = b"From ann@x Mon Jan  5 10:00:00 2026\n" + bytes(letter()) + b"\n"
    for name in ("all.mbox", "all"):
        with pytest.raises(ExtractionError, match=r"mailbox with many messages \(mbox\)"):
            read(letters * 3, name)
    assert read(letters, "one.eml").title == "Offer"

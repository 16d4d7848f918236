import random

import pytest

from documents.extraction import ExtractionError, Limits, extract
from documents.extraction.encodings import decode
from documents.tests import samples

FRENCH = "L'été dernier, nous avons vu la forêt – « très » belle. Ça coûtait 12 €.\n"
MIXED = "Invoice 2231 – total 1,200 บาท\nThe quick brown fox.\nPay at the กรุงเทพ office.\n"
JAPANESE = "これは日本語のテキストです。東京都は日本の首都であり、カタカナも使います。\n"
CHINESE = "中华人民共和国首都是北京。上海是中国最大的城市。\n"
RUSSIAN = "Москва является столицей России. Съешь же ещё этих мягких булок.\n"


@pytest.fixture
def read(tmp_path):
    def read(content, name="file.txt", **options):
        path = tmp_path / "upload"
        path.write_bytes(content)
        return extract(path, name, **options)

    return read


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (samples.THAI, "utf-8"),
        (samples.THAI, "cp874"),
        (samples.THAI, "utf-16"),
        (samples.THAI, "utf-16-le"),
        (samples.THAI, "utf-16-be"),
        (MIXED, "cp874"),
        (FRENCH, "cp1252"),
        (FRENCH, "utf-8-sig"),
        (FRENCH, "utf-32"),
        (FRENCH, "utf-16-le"),
        ("English only, “quoted” text — with dashes.\n", "cp1252"),
        (JAPANESE, "shift_jis"),
        (JAPANESE, "euc_jp"),
        (JAPANESE, "utf-16-be"),
        (CHINESE, "gb18030"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
    ],
)
def test_encodings_are_recognised(text, encoding):
    content = text.encode(encoding)
    if encoding == "utf-16-be" and text is JAPANESE:
        content = (text * 3).encode(encoding)
    assert decode(content) == content.decode(encoding).removeprefix("\ufeff")


@pytest.mark.parametrize("text", ["The library opens daily. " * 40, f"{samples.THAI} a b c " * 40])
def test_a_few_nuls_do_not_make_it_utf_16(text):
    content = bytearray(text.encode())
    content[100:100] = content[300:300] = b"\0"
    assert decode(bytes(content)) == text


def test_a_last_character_cut_in_half_is_left_out():
    assert decode("กรุงเทพ".encode()[:-1]) == "กรุงเท"


def test_one_stray_byte_does_not_garble_the_rest():
    text = samples.THAI * 20
    assert decode(text.encode() + b"\xff" + text.encode()) == f"{text}\ufffd{text}"


@pytest.mark.parametrize("size", [50, 1000, 100_000])
def test_random_bytes_are_refused_whatever_their_name(read, size):
    junk = random.Random(size).randbytes(size)
    for name in ("a.txt", "a.md", "a", "a.gif"):
        with pytest.raises(ExtractionError) as caught:
            read(junk, name)
        assert caught.value.code == "unsupported_type"


def test_other_pictures_and_junk_are_refused(read):
    for content in (b"GIF89a" + bytes(40), bytes(1000)):
        with pytest.raises(ExtractionError, match="KyroChat reads PDF, Word, PowerPoint"):
            read(content)


def test_plain_text_is_raw_but_for_newlines_and_controls(read):
    extracted = read(b"# no heading\r\none\rtwo\x0cthree\x1b[0m")

    assert extracted.text == "# no heading\none\ntwo\nthree[0m"
    assert (extracted.mime_type, extracted.headings) == ("text/plain", [])


def test_an_empty_file_and_a_blank_one_are_told_apart(read):
    codes = []
    for content in (b"", b" \n\t\n", b"\xef\xbb\xbf"):
        with pytest.raises(ExtractionError) as caught:
            read(content)
        codes.append(caught.value.code)
    assert codes == ["empty_file", "no_text", "no_text"]


def test_too_much_text_is_refused(read):
    limits = Limits(text_chars=1000)
    assert len(read(b"x" * 1000, limits=limits).text) == 1000
    with pytest.raises(ExtractionError, match="more than 1,000 characters of text") as caught:
        read(b"x" * 1001, limits=limits)
    assert caught.value.code == "too_large_text"


def test_a_file_without_suffix_is_markdown_if_it_has_headings(read):
    assert read(b"# One\n\nwords\n\n## Two\n", "README").mime_type == "text/markdown"
    assert read(b"just words", "README").mime_type == "text/plain"

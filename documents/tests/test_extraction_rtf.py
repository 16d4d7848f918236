import pytest

from documents.extraction import Heading

HEAD = (
    r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fswiss\fcharset0 Arial;}{\f1\fcharset222 Cordia;}"
    r"{\f2\fcharset128 MS Mincho;}}{\stylesheet{\s0 Normal;}{\s1\b heading 1;}"
    r"{\s2\outlinelevel1 Chapter;}{\*\cs10 Default;}}{\info{\title The guide}{\author Somebody}}"
)


def rtf(body, head=HEAD):
    return (head + body + "}").encode("latin-1")


def coded(text, page):
    return "".join(f"\\'{byte:02x}" for byte in text.encode(page))


def test_headings_lists_and_tables_keep_their_structure(read):
    extracted = read(
        rtf(
            r"\pard\s1 Top\par\pard\s2 Part\par\pard\plain Words\line more.\par"
            r"{\pntext\'B7\tab}first\par{\listtext 1.\tab}\ilvl1\ls2 second\par\pard"
            r"\trowd\cellx100\cellx200\intbl Name\cell a|b\par c\cell\row"
            r"\trowd\cellx100\cellx200\intbl One\cell Two\cell\row\pard After\par"
        ),
        "guide.rtf",
    )
    assert extracted.text == (
        "# Top\n\n## Part\n\nWords\nmore.\n\n- first\n  - second\n\n"
        "| Name | a\\|b c |\n| - | - |\n| One | Two |\n\nAfter"
    )
    assert extracted.headings == [Heading(0, 1, "Top"), Heading(7, 2, "Part")]
    assert (extracted.title, extracted.mime_type) == ("The guide", "application/rtf")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (r"caf\'e9 \f1 " + coded("ประเทศไทย", "cp874") + r"\f0  end", "café ประเทศไทย end"),
        (r"\f2 " + coded("日本", "cp932"), "日本"),
        (r"\uc1 \u3611?\u3619\'3f \u-10179?\u-8704? end", "ปร 😀 end"),
        (r"\uc0\u8364 5 \{x\} a\~b\emdash c", "€5 {x} a\xa0b—c"),
        (r"{\uc2\u8364 ab}ok", "€ok"),
    ],
)
def test_characters_of_every_code_page(read, body, text):
    assert read(rtf(body)).text == text


def test_a_thai_file_says_so_once_for_all_its_fonts(read):
    head = r"{\rtf1\ansi\ansicpg874\deff0{\fonttbl{\f0\fcharset0 Arial;}}"
    assert read(rtf(r"\f0 " + coded("กรุงเทพ", "cp874"), head)).text == "กรุงเทพ"


def test_pictures_headers_fields_and_hidden_words_stay_out(read):
    body = (
        r"{\header running}{\*\unknown\x nothing}before {\*\shppict{\pict\pngblip 8950}}"
        r"{\pict\bin6 }}{{\\}{\field{\*\fldinst HYPERLINK http://x}{\fldrslt link}}"
        r" \v secret\v0{\deleted gone}{\*\shpinst\shpleft1{\sp{\sn a}{\sv b}}{\shptxt boxed}}"
    )
    assert read(rtf(body)).text == "before link boxed"


def test_a_footnote_follows_its_paragraph(read):
    body = r"Claim{\footnote\pard the note\par}.\par Next\par"
    assert read(rtf(body)).text == "Claim.\n\nthe note\n\nNext"

import pytest

from conversations.rendering import render_answer
from documents.extraction import ExtractionError, Heading
from documents.tests import samples

JAPANESE = "これは日本語のテキストです。東京都は日本の首都であり、カタカナも使います。"
FRENCH = "L’été dernier, nous avons vu la forêt – « très » belle. Ça coûtait 12 €."


@pytest.fixture
def page(read):
    def page(body, head="<title>T</title>"):
        source = f"<!doctype html><html><head>{head}</head><body>{body}</body></html>"
        return read(source.encode(), "page.html")

    return page


@pytest.fixture
def text(page):
    return lambda body: page(body).text


def test_headings_and_paragraphs(page):
    extracted = page(
        "<h1>Guide <a class=anchor aria-hidden=true>x</a><a href=#g>¶</a></h1> Loose <b>bold</b>\n"
        "words<p>One<br>two &amp; <a href='https://x.example/'>link</a> &lt;b></p>"
        "<h2><code>Part</code></h2><div>end"
    )
    assert extracted.text == (
        "# Guide\n\nLoose bold words\n\nOne\ntwo & link <b>\n\n## Part\n\nend"
    )
    assert extracted.headings == [Heading(0, 1, "Guide"), Heading(47, 2, "Part")]
    assert (extracted.title, extracted.mime_type) == ("T", "text/html")


def test_an_unclosed_heading_does_not_swallow_the_page(page):
    extracted = page("<h1>Title<p>First.<p>Second.")
    assert extracted.text == "# Title\n\nFirst.\n\nSecond."


def test_nested_and_numbered_lists(text):
    assert text(
        "<ul><li>one<li>two<ol start=9><li>nine<li value=20>twenty<li>next</ol>"
        "<li><p>a</p><p>b</p><li><h3>Card</h3>words</ul>"
    ) == ("- one\n- two\n  9. nine\n  20. twenty\n  21. next\n- a\n\n  b\n\n### Card\n\nwords")


def test_terms_and_quotes(text):
    assert (
        text(
            "<dl><dt>Term<dd>Meaning<dt>T2<dt>T3<dd>Both<p>More</p><dt>Lonely</dl>"
            "<blockquote><p>Said<p>so</blockquote>"
        )
        == "Term\n: Meaning\n\nT2\nT3\n: Both\n\n  More\n\nLonely\n\n> Said\n\n> so"
    )


def test_code_is_kept_to_the_letter(text):
    body = (
        "<p>Use <code>a  b</code>.<pre><code class='language-python'>\ndef f():\n\treturn '```'\n"
    )
    assert text(body + "</code></pre>x") == (
        "Use `a b`.\n\n````python\ndef f():\n\treturn '```'\n````\n\nx"
    )
    assert text("<ul><li><pre>x\n\n y</pre><li>z</ul>") == "```\nx\n\n y\n```\n\n- z"


def test_pictures_formulas_powers_and_struck_prices_are_words(text):
    assert (
        text(
            "<p>A<img src=x alt='cat'>B <img src=y> H<sub>2</sub>O 10<sup>-6</sup> 4<sup>th</sup> "
            "<del>$9</del> <q>hi</q> <code></code>"
            "<math><mi>E</mi><annotation encoding='application/x-tex'>E=mc^2</annotation></math>"
        )
        == "A cat B H2O 10⁻⁶ 4th ~~$9~~ “hi” E=mc^2"
    )


# Tables


def test_a_table_with_spans_and_two_rows_of_headers(text):
    assert text(
        "<table><caption>Sales</caption><thead><tr><th rowspan=2>City<th colspan=2>2026"
        "<tr><th>Q1<th>Q2</thead><tr><td rowspan=2>Bonn<td>1<td>a|b<tr><td>3<td>4<br>5"
        "<tr><td colspan=3>Total</table>"
    ) == (
        "Sales\n\n| City | 2026 Q1 | 2026 Q2 |\n| - | - | - |\n| Bonn | 1 | a\\|b |\n"
        "| Bonn | 3 | 4 5 |\n| Total |  |  |"
    )


def test_a_span_of_a_billion_columns_is_one_column(text):
    body = "<table><tr><th>a<th colspan=1000000000>b<tr><td rowspan=999999999>c<td>d</table>"
    assert text(body) == "| a | b |\n| - | - |\n| c | d |"


def test_tables_that_lay_out_a_page_are_undone(text):
    data = "<table><tr><td>x<td>y<tr><td>1<td>2</table>"
    markdown = "| x | y |\n| - | - |\n| 1 | 2 |"
    assert text(data) == markdown
    assert text(f"<table><tr><td>left<td>{data}<td>right</table>") == f"left\n\n{markdown}\n\nright"
    assert text("<table><tr><td><h2>Head</h2>words<td>x<tr><td>a<td>b</table>") == (
        "## Head\n\nwords\n\nx\n\na\n\nb"
    )
    assert text(data.replace("<table", "<table role=presentation")) == "x\n\ny\n\n1\n\n2"
    assert text("<table><tr><th>only<tr><td>one</table>") == "only\n\none"


# What is not the body


def test_scripts_hidden_parts_and_menus_stay_out(text):
    assert (
        text(
            "<nav><a>Home</a></nav><div role=navigation>Menu</div><script>x()</script>"
            "<style>y</style>"
            "<template>t</template><noscript>n</noscript><p hidden>h<p style='display : none'>d"
            "<dialog>closed</dialog><select><option>o</select><svg><text>s</text></svg><!-- c -->"
            "<div id=cookie-banner>We use cookies <button>OK</button></div><main>Body</main>"
        )
        == "Body"
    )


def test_in_doubt_a_part_stays(text):
    recipe = "Cookies need butter. " * 200
    for body in (
        "<div class='cookie-recipe'>Mix</div>",
        f"<div class='cookie-box'>{recipe}</div>",
        "<div class='cookie-banner'><main>Mix</main></div>",
        "<main aria-hidden=true>Mix</main>",
        "<div hidden=until-found>Mix</div>",
        "<details><summary>Mix</summary></details>",
        "<h2><button>Mix</button></h2>",
        "<aside>Mix</aside>",
        "<article><p>x</p><footer><ul><li><a>Mix</a></ul></footer></article>",
    ):
        assert ("Cookies" if recipe in body else "Mix") in text(body + "<p>end")


def test_a_footer_keeps_its_address_and_loses_its_links(text):
    footer = "<footer><ul><li><a>Imprint</a><li><a>Jobs</a></ul><p>Tel. 0228 123</p></footer>"
    assert text("<p>Body</p>" + footer) == "Body\n\nTel. 0228 123"


def test_a_page_that_would_be_empty_is_read_whole(text):
    hidden = "Words in a place that is shown by a script. " * 20
    assert text(f"<div style='display:none'><p>{hidden}</p></div>") == hidden.strip()
    assert text(f"<nav><p>{hidden}</p></nav><p>©") == hidden.strip() + "\n\n©"


def test_a_page_drawn_by_scripts_has_no_text(page):
    with pytest.raises(ExtractionError, match="No text was found in this HTML"):
        page("<div id=app></div><script>draw()</script>")


# Encodings


@pytest.mark.parametrize(
    ("words", "encoding", "label"),
    [
        (samples.THAI, "cp874", "tis-620"),
        (samples.THAI, "cp874", "windows-874"),
        (samples.THAI, "cp874", ""),
        (samples.THAI, "utf-8", "tis-620"),
        (samples.THAI, "utf-16", ""),
        (JAPANESE, "shift_jis", "Shift_JIS"),
        (JAPANESE, "shift_jis", ""),
        (JAPANESE, "euc_jp", "x-euc-jp"),
        (FRENCH, "cp1252", "iso-8859-1"),
        (FRENCH, "cp1252", "utf-8"),
        (FRENCH, "utf-8", "iso-8859-1"),
        (FRENCH, "utf-8-sig", "windows-1251"),
        (FRENCH, "cp1252", "idna"),
        (FRENCH, "cp1252", "no-such-thing"),
    ],
)
@pytest.mark.parametrize("form", ['<meta charset="{0}">', "<META content='a; charset={0}' x>"])
def test_declared_rightly_wrongly_or_not_at_all(read, words, encoding, label, form):
    meta = form.format(label) if label else ""
    page = f"<!doctype html><html><head>{meta}</head><body><p>{words}</p></body></html>"
    assert read(page.encode(encoding), "page.html").text == words.strip()


def test_an_xhtml_page_says_its_encoding_and_closes_its_elements_itself(read):
    page = (
        '<?xml version="1.0" encoding="iso-8859-15"?><html><head><title/><script src="x"/></head>'
        "<body><p/><p>12 €</p></body></html>"
    )
    assert read(page.encode("iso-8859-15"), "page.xhtml").text == "12 €"


def test_soft_hyphens_and_places_to_break_do_not_divide_words(text):
    assert text("<p>docu\xadment, copper\u200bgranite, a<wbr>b") == "document, coppergranite, ab"


# Text stays text


def test_markup_in_a_page_is_harmless_where_its_text_is_shown(text):
    shown = text(
        "<p>[x](javascript:alert(1)) ![p](https://evil.example/p.png) "
        "&lt;script&gt;alert(1)&lt;/script&gt; &lt;img src=x onerror=alert(1)&gt;"
    )
    html = str(render_answer(shown))
    assert "[x](javascript:alert(1))" in shown
    assert "&lt;script&gt;" in html
    assert "<script" not in html
    assert "<img" not in html
    assert "href" not in html


def test_elements_nest_deeper_than_python_recurses(text):
    assert text("<b>" * 200_000 + "deep") == "deep"
    lists = text("<ul><li>x" * 2000)
    assert lists.count("x") == 2000
    assert max(map(len, lists.split("\n"))) < 30


def test_a_page_that_nests_blocks_without_end_is_refused_unparsed(read):
    with pytest.raises(ExtractionError) as caught:
        read(b"<html><body>" + b"<div>" * 300_000 + b"deep words", "deep.html")
    assert caught.value.code == "nested_too_deep"


def test_many_blocks_beside_one_another_are_not_taken_for_nested(read):
    page = "<html><body>" + "<ul><li>item<li>other</ul><div>words</div>" * 20_000
    assert read(page.encode(), "wide.html").text.count("words") == 20_000

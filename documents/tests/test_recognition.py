"""Text in pictures, by the real models; the words are ones that were seen to be read for sure."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from documents.extraction import ExtractionError, extract
from documents.extraction.ocr import pages
from documents.extraction.ocr.engine import MODELS, OPTIONS
from documents.extraction.recognition import Scan, recognise, with_texts
from documents.extraction.result import PDF, PNG, Extracted, Heading
from documents.tests import samples, samples_scans
from documents.tests.samples_scans import WORDS, drawn, saved, scanned_pdf


@pytest.fixture
def recognised(tmp_path):
    """Read a file as a worker does: its text, then that of its pictures."""

    def recognised(content, name="scan.pdf", **options):
        path = tmp_path / "upload"
        path.write_bytes(content)
        asked = {
            option: options.pop(option) for option in ("waiting", "before") if option in options
        }
        return recognise(Scan(path, **options), extract(path, name), **asked)

    return recognised


def test_only_the_pages_without_text_are_recognised(recognised, tmp_path):
    content = _mixed(samples.pdf("First page in letters.", "Third page in letters."))
    told = []
    read = recognised(content, before=lambda done, of: told.append((done, of)))
    start, end = read.pages[1]
    assert read.text[start:end] == WORDS
    assert read.recognised == (2,)
    assert read.unread == ()
    assert read.text.startswith("First page in letters.\n\n")
    assert read.text.endswith("\n\nThird page in letters.")
    assert told == [(0, 1)]


@pytest.mark.parametrize(
    ("kind", "mime_type"),
    [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp"), ("TIFF", "image/tiff")],
)
def test_picture_files_are_told_by_their_content_and_read(recognised, kind, mime_type):
    read = recognised(saved(drawn(WORDS), kind), "picture.bin")
    assert (read.mime_type, read.text, read.recognised) == (mime_type, WORDS, (1,))


def test_every_page_of_a_tiff_is_read(recognised):
    first, second = drawn(WORDS), drawn("Pay within 14 days")
    content = saved(first, "TIFF", save_all=True, append_images=[second])
    read = recognised(content, "scan.tiff")
    assert [read.text[start:end] for start, end in read.pages] == [WORDS, "Pay within 14 days"]


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_page_that_lies_on_its_side_or_head_is_read(recognised, degrees):
    turned = drawn(WORDS, "Pay within 14 days").rotate(degrees, expand=True)
    assert recognised(saved(turned, "PNG")).text == f"{WORDS}\nPay within 14 days"


def test_columns_are_read_one_after_the_other(recognised):
    left = ["The first column tells of", "boilers and their valves", "which are checked yearly"]
    left.append("by a person from outside")
    right = ["A second column stands", "beside it and is read", "after the first one ends"]
    right.append("as one would by eye")
    read = recognised(saved(samples_scans.columns(left, right), "PNG"))
    assert read.text == "\n".join(left) + "\n\n" + "\n".join(right)


def test_black_letters_on_nothing_are_read_as_on_paper(recognised):
    picture = drawn(WORDS).convert("L")
    clear = Image.new("RGBA", picture.size, (0, 0, 0, 0))
    clear.putalpha(picture.point(lambda value: 255 - value))
    assert recognised(saved(clear, "PNG")).text == WORDS


def test_a_budget_leaves_the_other_pages_unread_and_names_them(recognised):
    content = scanned_pdf(drawn(WORDS), drawn("Two"), drawn("Three"))
    read = recognised(content, most_pages=1)
    assert (read.recognised, read.unread) == ((1,), (2, 3))
    assert read.text.strip() == WORDS


def test_an_installation_that_reads_no_pictures_says_so(recognised):
    with pytest.raises(ExtractionError) as caught:
        recognised(scanned_pdf(drawn(WORDS)), most_pages=0)
    assert caught.value.code == "no_text"
    assert "this installation does not read text in pictures" in caught.value.message


def test_a_blank_page_holds_no_text_and_the_languages_are_named(recognised):
    with pytest.raises(ExtractionError) as caught:
        recognised(saved(Image.new("RGB", (400, 300), "white"), "PNG"))
    assert caught.value.code == "no_text"
    assert "Chinese, Japanese and the languages of Europe in Latin letters" in caught.value.message


@pytest.fixture
def russian():
    """Four lines in letters that the models do not know; some come out as nonsense."""
    return Image.open(Path(__file__).with_name("russian.png")).convert("RGB")


def test_a_scan_in_letters_that_are_not_read_holds_no_text_and_the_languages_are_named(
    recognised, russian
):
    with pytest.raises(ExtractionError) as caught:
        recognised(saved(russian, "PNG"))
    assert caught.value.code == "no_text"
    assert caught.value.message.startswith("No text was recognised in this document.")
    assert "Chinese, Japanese and the languages of Europe in Latin letters" in caught.value.message


def test_a_page_that_is_mostly_uncertain_is_unread_and_leaves_no_scraps(recognised, russian):
    read = recognised(scanned_pdf(drawn(WORDS), russian))
    assert (read.recognised, read.unread) == ((1,), (2,))
    assert read.text.strip() == WORDS


def test_a_page_keeps_what_is_sure_beside_little_that_is_not(recognised, russian):
    page = drawn(*[WORDS] * 4, size=(1000, 460))
    page.paste(russian.crop((0, 40, 500, 90)), (0, 400))
    read = recognised(saved(page, "PNG"))
    assert (read.recognised, read.unread) == ((1,), ())
    assert read.text.startswith("\n".join([WORDS] * 4))


def test_a_picture_of_too_many_points_is_refused_before_it_is_unpacked(recognised):
    huge = saved(Image.new("1", (20_000, 20_000)), "PNG")
    assert len(huge) < 100_000
    with pytest.raises(ExtractionError) as caught:
        recognised(huge, "bomb.png")
    assert caught.value.code == "too_large_picture"
    assert "This picture has 20,000 × 20,000 points" in caught.value.message


@pytest.mark.parametrize("mode", ["1", "P", "PA", "L", "I;16"])
def test_a_large_picture_of_any_kind_of_colours_is_made_smaller(tmp_path, mode):
    path = tmp_path / "large.tiff" if mode == "I;16" else tmp_path / "large.png"
    white = Image.new("L", (5_000, 4_000), 255)
    (white.convert("P") if mode == "PA" else white.convert(mode)).save(
        path, **({"transparency": 3} if mode == "PA" else {})
    )
    height, width, _colours = pages.rendered(path, PNG, 1, "").shape
    assert 0.9 * pages.MOST_POINTS < width * height <= pages.MOST_POINTS


def test_a_cut_picture_is_damaged(recognised):
    whole = saved(drawn(WORDS), "PNG")
    with pytest.raises(ExtractionError) as caught:
        recognised(whole[: len(whole) // 2], "cut.png")
    assert caught.value.code == "unreadable"


def test_a_file_that_is_no_picture_is_misnamed(recognised):
    with pytest.raises(ExtractionError) as caught:
        recognised(b"just words", "picture.png")
    assert caught.value.code == "not_a_png"


def test_a_cancel_is_heard_while_a_page_is_being_read(recognised):
    class Cancelled(Exception):
        pass

    def waiting():
        raise Cancelled

    page = drawn(*[WORDS] * 20, size=(900, 1700))
    with pytest.raises(Cancelled):
        recognised(saved(page, "PNG"), waiting=waiting)


def test_nothing_is_ever_looked_for_outside_the_package():
    paths = [Path(OPTIONS[f"{part}.model_path"]) for part in ("Det", "Rec", "Cls")]
    assert all(path.parent == MODELS and path.is_file() for path in paths)


def test_the_models_run_on_one_thread_and_open_no_socket(tmp_path):
    """Forks inherit the locks of their parent's threads, and a maker's telemetry is one."""
    code = (
        "import os, socket\n"
        "def refuse(*_): raise AssertionError('a socket was opened')\n"
        "socket.socket.connect = refuse\n"
        "from documents.extraction.ocr.engine import Engine\n"
        "Engine()\n"
        "print(len(os.listdir('/proc/self/task')))\n"
    )
    from documents.extraction.forker import ENVIRONMENT

    printed = subprocess.check_output(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[2],
        env=ENVIRONMENT | {"PYTHONPATH": "."},
        text=True,
    )
    assert printed.strip() == "1"


def test_texts_of_pictures_move_what_follows_and_its_headings():
    extracted = Extracted(
        PDF,
        "One\n\n\n\nThree",
        pages=[(0, 3), (5, 5), (7, 12)],
        headings=[Heading(0, 1, "One"), Heading(7, 1, "Three")],
        scans=(2,),
    )
    read = with_texts(extracted, {2: "Two"})
    assert read.text == "One\n\nTwo\n\nThree"
    assert [read.text[start:end] for start, end in read.pages] == ["One", "Two", "Three"]
    assert [heading.start for heading in read.headings] == [0, 10]
    assert (read.scans, read.recognised, read.unread) == ((), (2,), ())


def test_an_idle_process_with_the_models_ends_by_itself():
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    child = Path(__file__).parents[1] / "extraction" / "child.py"
    about = [str(theirs.fileno()), "documents.extraction.reading", "0.1"]
    with theirs, ours:
        process = subprocess.Popen(
            [sys.executable, "-I", str(child), *about],
            pass_fds=[theirs.fileno()],
            env={"PATH": os.defpath},
        )
        theirs.close()
        assert process.wait(timeout=60) == 0


def _mixed(written: bytes) -> bytes:
    """A PDF with a scanned page between its first and its second."""
    from io import BytesIO

    from pypdf import PdfReader, PdfWriter

    pages = PdfReader(BytesIO(written)).pages
    writer = PdfWriter()
    for page in (pages[0], PdfReader(BytesIO(scanned_pdf(drawn(WORDS)))).pages[0], pages[1]):
        writer.add_page(page)
    output = BytesIO()
    writer.write(output)
    return output.getvalue()

"""The pages of one document: its text with a passage marked, what can be done, how far it is."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.delivery import PendingTask
from accounts.tenancy import scope
from documents import editing, queue
from documents.models import Document, DocumentChunk, DocumentText
from documents.work import lease, pausing
from tests.sharing import share

pytestmark = pytest.mark.django_db
LIST = "/documents/"


@pytest.fixture
def signed_in(client, owner):
    client.force_login(owner)
    return client


def page_of(document: Document, name: str = "detail") -> str:
    return reverse(f"documents:{name}", args=[document.pk])


def test_a_passage_is_marked_on_its_page(signed_in, owner, make_document):
    document = make_document(owner)
    with scope(owner):
        text = "First page. Second <b>page</b> here. ท้องฟ้า"
        DocumentText.objects.update(content=text, pages=[[0, 12], [12, len(text)]])
    response = signed_in.get(f"{page_of(document)}?start=19&end=30")
    [part] = response.context["parts"]
    assert (part.number, part.before, part.passage) == (2, "Second ", "<b>page</b>")
    body = response.content.decode()
    assert 'id="passage" tabindex="-1">&lt;b&gt;page&lt;/b&gt;</mark>' in body
    assert "<b>page</b>" not in body


def test_a_passage_over_two_pages_shows_both(signed_in, owner, make_document):
    document = make_document(owner)
    with scope(owner):
        DocumentText.objects.update(content="abcdef", pages=[[0, 3], [3, 6]])
    parts = signed_in.get(f"{page_of(document)}?start=2&end=4").context["parts"]
    assert [(part.number, part.passage) for part in parts] == [(1, "c"), (2, "d")]


def test_a_long_text_is_cut_at_lines_and_the_chunk_found(signed_in, owner, make_document):
    lines = "".join(f"Line {number} of a long text.\n" for number in range(3000))
    document = make_document(owner, lines, "long.txt")
    with scope(owner):
        chunk = DocumentChunk.objects.order_by("chunk_index").last()
    response = signed_in.get(f"{page_of(document)}?chunk={chunk.pk}")
    assert response.context["page"].number == response.context["page"].paginator.num_pages > 3
    assert "".join(part.passage for part in response.context["parts"]) == chunk.content
    first = signed_in.get(page_of(document)).context["parts"][0]
    assert first.before.endswith("text.\n")


@pytest.mark.parametrize(
    "query",
    [
        "chunk=nonsense",
        "chunk=01234567-89ab-7def-8123-456789abcdef",
        "start=5&end=2",
        "start=0&end=" + "9" * 5000,
    ],
)
def test_a_link_to_a_passage_that_is_gone_says_so(signed_in, owner, make_document, query):
    response = signed_in.get(f"{page_of(make_document(owner))}?{query}")
    assert "not there any more" in response.content.decode()


def test_the_passages_page_shows_what_search_finds(signed_in, owner, make_document):
    text = signed_in.get(page_of(make_document(owner), "passages")).content.decode()
    assert "The sky is blue." in text


@pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume")
def test_the_original_comes_back_as_an_attachment(signed_in, owner, make_document):
    document = make_document(owner, name="ท้องฟ้า <x>.txt")
    response = signed_in.get(page_of(document, "download"))
    assert b"".join(response) == b"The sky is blue."
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["X-Content-Type-Options"] == "nosniff"


def test_title_and_tags_are_changed(signed_in, owner, make_document):
    document = make_document(owner)
    values = {"title": "Colours", "name": "../a\\sky.txt", "tags": "b, a,b", "description": ""}
    signed_in.post(page_of(document, "edit"), values)
    with scope(owner):
        document.refresh_from_db()
    assert (document.title, document.name, document.tags) == ("Colours", "sky.txt", ["b", "a"])


def test_cancelling_ends_the_work_with_a_reason(signed_in, owner, make_document):
    document = make_document(owner)
    with scope(owner):
        queue.reprocess(document, actor=owner)
    assert "hx-get" in signed_in.get(page_of(document)).content.decode()
    signed_in.post(page_of(document, "cancel"))
    with scope(owner):
        assert Document.objects.get().error_code == "cancelled"
    assert signed_in.get(page_of(document, "state"))["HX-Refresh"] == "true"


def test_deleting_asks_first(signed_in, owner, make_document):
    document = make_document(owner)
    assert "Delete sky.txt?" in signed_in.get(page_of(document, "delete")).content.decode()
    with scope(owner):
        assert Document.objects.count() == 1
    assert signed_in.post(page_of(document, "delete"))["Location"] == LIST
    with scope(owner):
        assert not Document.objects.exists()


# -- How far it is --------------------------------------------------------------------------


@pytest.fixture
def waiting(owner, make_document):
    document = make_document(owner)
    with scope(owner):
        return queue.reprocess(document, actor=owner)


def state_of(signed_in, document, **fields) -> str:
    with scope(document.owner_id):
        Document.objects.filter(pk=document.pk).update(**fields)
    return signed_in.get(page_of(document, "state")).content.decode()


def test_what_waits_for_its_turn_knows_how_many_come_first(signed_in, waiting, owner):
    assert "It is the next of your documents" in state_of(signed_in, waiting)
    earlier = waiting.created_at - dt.timedelta(days=1)
    with scope(owner):
        other = Document(owner=owner, name="b.txt", file_size=1, content_hash="b")
        other.save()
        Document.objects.filter(pk=other.pk).update(created_at=earlier)
    assert "1 of your documents comes first." in state_of(signed_in, waiting)


def test_what_waits_because_the_queue_is_paused_says_so_with_the_way_out(signed_in, waiting, owner):
    with scope(owner):
        pausing.pause(owner, actor=owner)
    shown = state_of(signed_in, waiting)
    assert "Your queue is paused." in shown
    assert 'value="resume"' in shown


def test_what_failed_for_now_says_why_and_when_it_is_tried_again(signed_in, waiting, owner):
    lease.claim(waiting.pk, owner.pk).fail("down", "The model is down.", permanent=False)
    with scope(owner):
        due = timezone.now() + dt.timedelta(seconds=90.5)
        PendingTask.objects.filter(object_id=waiting.pk).update(due_at=due)
    shown = state_of(signed_in, waiting)
    assert "The model is down." in shown
    assert "Try 1 of 3 failed." in shown
    assert "1 min 30 s" in shown


def test_stages_stand_with_their_times_and_the_worker_with_its_last_sign_of_life(
    signed_in, waiting, owner
):
    lease.claim(waiting.pk, owner.pk)
    now = timezone.now()
    times = {
        stage: (now - dt.timedelta(seconds=seconds)).isoformat()
        for stage, seconds in (("queued", 200), ("extracting", 100), ("embedding", 65.5))
    }
    beat = now - dt.timedelta(seconds=20.5)
    shown = state_of(signed_in, waiting, stage="embedding", stage_times=times, heartbeat_at=beat)
    spans = [part.partition("<")[0] for part in shown.split("stage-time")[1:]]
    assert [span.partition(">")[2] for span in spans] == ["1 min 40 s", "34 s", "1 min 5 s", ""]
    assert ">20 s</span> ago" in shown
    assert "Answers use the earlier text until then." in shown


def test_a_silent_worker_is_said_to_be_and_the_document_is_taken_again(signed_in, waiting, owner):
    lease.claim(waiting.pk, owner.pk)
    past = timezone.now() - dt.timedelta(seconds=1)
    assert "Its worker fell silent" in state_of(signed_in, waiting, lease_until=past)
    assert lease.claim(waiting.pk, owner.pk) is not None
    assert "Its worker fell silent" not in state_of(signed_in, waiting)


def test_a_failed_attempt_says_that_the_earlier_text_is_still_used(signed_in, waiting, owner):
    lease.claim(waiting.pk, owner.pk).fail("damaged", "The file is damaged.", permanent=True)
    read_at = dt.datetime(2026, 5, 12, 9, tzinfo=dt.UTC)
    with scope(owner):
        Document.objects.filter(pk=waiting.pk).update(processed_at=read_at)
    shown = signed_in.get(page_of(waiting)).content.decode()
    assert "The last attempt failed" in shown
    assert "The file is damaged." in shown
    assert "Answers still use the text of May 12, 2026." in shown
    assert "The sky is blue." in shown


# -- Changed passages, when the document is read again -----------------------------------------


def test_reading_again_asks_what_becomes_of_changed_passages(signed_in, owner, make_document):
    document = make_document(owner)
    with scope(owner):
        editing.switch(owner, DocumentChunk.objects.all(), on=False)
    asked = signed_in.post(page_of(document, "reprocess"))
    assert "1 is switched off." in asked.content.decode()
    with scope(owner):
        assert Document.objects.get().status == "ready"
    signed_in.post(page_of(document, "reprocess"), {"edits": "discard"})
    with scope(owner):
        document = Document.objects.get()
    assert (document.status, document.metadata["discard_edits"]) == ("pending", True)


def test_changes_that_were_lost_are_told_until_dismissed(signed_in, owner, make_document):
    document = make_document(owner)
    lost = {"content": "It is <red>.", "original": "It was.", "enabled": True}
    with scope(owner):
        metadata = {"lost_edits": [{**lost, "section": "", "page": 2}]}
        Document.objects.filter(pk=document.pk).update(metadata=metadata)
    assert "It is &lt;red&gt;." in signed_in.get(page_of(document)).content.decode()
    signed_in.post(page_of(document, "dismiss_lost_edits"))
    assert "red" not in signed_in.get(page_of(document)).content.decode()


# -- The original, for the page that draws it -----------------------------------------------


@pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume")
@pytest.mark.parametrize(
    ("wanted", "status", "content", "place"),
    [
        ("bytes=4-6", 206, b"sky", "bytes 4-6/16"),
        ("bytes=11-", 206, b"blue.", "bytes 11-15/16"),
        ("bytes=11-999", 206, b"blue.", "bytes 11-15/16"),
        ("bytes=0-15", 200, b"The sky is blue.", None),
        ("bytes=16-20", 200, b"The sky is blue.", None),
        ("bytes=6-4", 200, b"The sky is blue.", None),
        ("bytes=0-1,4-6", 200, b"The sky is blue.", None),
        ("", 200, b"The sky is blue.", None),
    ],
)
def test_a_stretch_of_the_original_is_sent(
    signed_in, owner, make_document, wanted, status, content, place
):
    document = make_document(owner)
    url, tag = page_of(document, "file"), f'"{document.content_hash}"'
    known = signed_in.get(url, headers={"If-None-Match": tag, "Range": wanted})
    assert (known.status_code, known.content) == (304, b"")
    response = signed_in.get(url, headers={"Range": wanted})
    assert response["ETag"] == tag
    assert response.headers.get("Content-Range") == place
    assert response["Content-Length"] == str(len(content))
    assert response["Accept-Ranges"] == "bytes"
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert (response.status_code, b"".join(response)) == (status, content)


@pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume")
def test_a_member_of_the_project_reads_the_original_and_the_text(
    client, owner, outsider, make_document
):
    document = make_document(owner)
    client.force_login(outsider)
    assert client.get(page_of(document, "file")).status_code == 404
    assert client.get(page_of(document)).status_code == 404
    share(owner, document, viewer=outsider)
    body = client.get(page_of(document)).content.decode()
    assert "The sky is blue." in body
    assert page_of(document, "delete") not in body
    assert page_of(document, "reprocess") not in body
    assert client.post(page_of(document, "delete")).status_code == 404
    assert b"".join(client.get(page_of(document, "file"))) == b"The sky is blue."

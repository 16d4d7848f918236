"""Cited statements are checked against what they cite: by words, and by meaning where these leave
it open."""

import asyncio
import time
from uuid import uuid4

import numpy as np
import pytest

from accounts.tenancy import scope
from conversations import claims, meaning
from conversations.citations import Binder
from conversations.claims import Claim
from conversations.models import Message
from conversations.rendering import render_answer
from documents.retrieval import Passage
from providers.fake import FakeEmbedder

LAMP = (
    "The warranty of the lamp lasts 26 months. It covers the motor, but it does not cover glass. "
    "Agatha Finch in Rome answers questions about repairs."
)
SKY = "The sky is blue on clear days. Grass is green in spring."


def passage(content: str, name: str = "lamp.pdf") -> Passage:
    return Passage(
        chunk_id=uuid4(),
        document_id=uuid4(),
        document_name=name,
        content=content,
        page=3,
        section="",
        start_char=0,
        end_char=len(content),
        score=1.0,
    )


def bound(said: str, *contents: str) -> tuple[str, Binder]:
    binder = Binder([passage(content) for content in contents or (LAMP, SKY)])
    parts = [*binder.feed(said), *binder.finish()]
    return "".join(part for part in parts if isinstance(part, str)), binder


def weigh(said: str, *contents: str, question: str = "") -> list[Claim]:
    return claims.weighed(*bound(said, *contents), question)


@pytest.mark.parametrize(
    ("said", "statements"),
    [
        ("The sky is blue [2]. Grass is green [2].", ["The sky is blue.", "Grass is green."]),
        ("The sky is blue. [2] Grass is green. [2]", ["The sky is blue.", "Grass is green."]),
        ("Nothing here. The sky is blue [2].", ["The sky is blue."]),
        ("The sky is blue [2] and grass is green [2].", ["The sky is blue", "and grass is green."]),
        ("According to [2], the sky is blue.", ["According to, the sky is blue."]),
        (
            "- The sky is blue [2]\n- **Grass** is `green` [2]",
            ["The sky is blue", "Grass is green"],
        ),
        ("| a | b |\n| - | - |\n| sky [2] | blue [2] |", ["sky blue"]),
        ("天空是蓝色的[2]。草是绿色的。[2]", ["天空是蓝色的。", "草是绿色的。"]),
        ("ท้องฟ้าเป็นสีฟ้า [2] หญ้าเป็นสีเขียว [2]", ["ท้องฟ้าเป็นสีฟ้า", "หญ้าเป็นสีเขียว"]),
        ("```\nrows[2]\n```\nThe sky is blue [2].", ["The sky is blue."]),
        ("# The sky\n\nNo mark.", []),
    ],
)
def test_a_statement_is_what_stands_before_its_marks(said, statements):
    assert [claim.text for claim in weigh(said)] == statements


def test_offsets_hold_the_statement_and_its_marks():
    content, binder = bound("Intro. The lamp lasts 26 months [1][2]. More.")
    [claim] = claims.weighed(content, binder)
    assert content[claim.start : claim.end] == "The lamp lasts 26 months [1] [2]."
    assert claim.numbers == (1, 2)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("The warranty of the lamp lasts 26 months [1].", "quote"),
        ("The lamp's warranty: 26 months [1].", "words"),
        ("The warranty of the lamp lasts 36 months [1].", "number"),
        ("Questions about repairs are answered by Bartholomew in Rome [1].", "name"),
        ("The lamp covers the motor, and it covers glass [1].", "denial"),
        ("Penguins swim in cold water all year [1].", ""),
    ],
)
def test_words_decide_where_they_can(said, reason):
    assert [claim.reason for claim in weigh(said)] == [reason]


def test_a_name_the_person_has_used_is_no_reason():
    said = "At Bartholomew's, questions about repairs in Rome are answered [1]."
    assert weigh(said)[0].reason == "name"
    assert weigh(said, question="Who answers at Bartholomew's?")[0].reason == "words"


def test_the_name_of_the_document_and_its_page_may_be_said():
    assert weigh("The lamp.pdf warranty lasts 26 months, page 3 [1].")[0].reason == "words"


def test_any_of_several_sources_may_say_a_part():
    said = "The warranty lasts 26 months and the sky is blue [1][2]."
    assert [claim.reason for claim in weigh(said)] == ["words"]


class Fixed(FakeEmbedder):
    """Vectors by what a text begins with; all others are at right angles to everything."""

    def __init__(self, model: str, **near: float) -> None:
        super().__init__()
        self.model, self.near = model, near

    def _embed(self, texts, kind):
        found = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in enumerate(texts):
            share = self.near.get(text.split()[0].strip("."), 0.0)
            found[row, 0], found[row, 1 + row % 90] = share, (1 - share**2) ** 0.5 or 1e-6
        return found


@pytest.mark.parametrize(("near", "reason"), [(0.95, "meaning"), (0.3, "unlike")])
def test_what_words_leave_open_is_compared_by_meaning(near, reason):
    found = weigh("Guarantee of two years and two months for the lamp [1].")
    assert [claim.reason for claim in found] == [""]
    embedder = Fixed(f"fixed/{near}", Guarantee=1.0, The=near, It=near)
    assert meaning.compare(found, embedder) == [reason]


def test_an_answer_in_another_script_is_left_to_meaning():
    found = weigh("天空是蓝色的[2]。")
    assert meaning.compare(found, Fixed("fixed/zh", **{"天空是蓝色的。": 0.5, "The": 1.0})) == [
        "meaning"
    ]
    assert claims.by_words_alone(found) == []


def test_without_meaning_words_alone_decide():
    said = "The months of the warranty and lamps [1]. Penguins swim in cold water [1]."
    found = claims.by_words_alone(weigh(said))
    assert [claim.reason for claim in found] == ["words", "unlike"]


def test_a_short_answer_costs_less_than_a_millisecond():
    """Of a hundred: 0.3 ms each where nothing else runs."""
    said = "The lamp's warranty lasts 26 months [1]. On clear days the sky looks blue [2]."
    bindings = [bound(said) for _ in range(100)]
    started = time.process_time()
    for content, binder in bindings:
        claims.weighed(content, binder)
    assert time.process_time() - started < 0.1


@pytest.mark.parametrize(
    "said", ["word [1] " * 20_000, "[1]" * 20_000, "Number 7 is 8 [2]. " * 9_000]
)
def test_the_longest_answer_is_checked_in_parts(said):
    content, binder = bound(said)
    started = time.process_time()
    assert len(claims.weighed(content, binder)) <= claims.MOST
    assert time.process_time() - started < 1


class Slow(FakeEmbedder):
    def _embed(self, texts, kind):
        time.sleep(0.3)
        return super()._embed(texts, kind)


@pytest.mark.django_db(transaction=True)
def test_an_answer_does_not_wait_for_a_slow_embedder(owner, monkeypatch):
    monkeypatch.setattr(meaning, "SECONDS", 0.05)
    monkeypatch.setattr(meaning, "_ask", lambda *_: Slow().embed_passages(["x"]))
    content, binder = bound("Penguins swim in cold water [1].")
    started = time.monotonic()
    [claim] = asyncio.run(meaning.checked(owner.pk, content, binder, ""))
    assert claim.reason == "unlike"
    assert time.monotonic() - started < 5


def test_the_marks_of_a_weak_statement_look_and_say_so():
    content, binder = bound("The sky is blue [2]. The lamp lasts 99 months [1].")
    found = [claim.as_json() for claim in claims.weighed(content, binder)]
    citations = [citation.as_json() for citation in binder.citations]
    html = render_answer(content, citations, (), found)
    sky, lamp = html.split("<a ")[1:]
    assert 'class="cite"' in sky
    assert ">1</a>" in sky
    assert 'class="cite cite-weak"' in lamp
    assert "Not clearly supported by this source" in lamp
    assert 'aria-label="Source 2, not clearly supported: lamp.pdf, page 3"' in lamp
    assert ">2?</a>" in lamp
    assert claims.doubted(content, found) == "The sky is blue [1]. The lamp lasts 99 months [2?]."


@pytest.mark.django_db(transaction=True)
def test_a_stored_answer_tells_what_became_of_its_statements(
    owner, api, posted, conversation, newest
):
    posted(owner, f"/chat/{conversation.pk}/send/", {"content": "What colour is the sky?"})
    message = newest()
    assert message.status == Message.Status.COMPLETE
    [claim] = message.claims
    said = "You asked: What colour is the sky? [1]"
    assert message.content[claim["start"] : claim["end"]] == said
    assert (claim["numbers"], claim["supported"], claim["reason"]) == ([1], False, "unlike")
    with scope(owner):
        told = api.get(f"/api/v1/messages/{message.pk}/").json()
    assert told["claims"] == [claim]

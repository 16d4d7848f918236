"""What says nearly the same goes behind; what tells something else never does."""

from dataclasses import replace
from uuid import uuid4

import pytest

from documents.retrieval.duplicates import behind
from documents.retrieval.found import Passage

RENT = (
    "The tenant Anna Berger pays a rent of 1,250 euros on the first working day of each month to "
    "the account of the landlord named below. If the rent is late by more than ten days, the "
    "landlord may ask for interest. Small repairs up to 100 euros are paid by the tenant, larger "
    "ones by the landlord, who has to be told of any damage to the flat within three days."
)
THAI = "ผู้เช่าต้องชำระค่าเช่าเดือนละ 5,000 บาท ภายในวันที่ห้าของทุกเดือน และไม่ต้องจ่ายค่าน้ำ"
CHINESE = "租户应在每月五日前支付租金五千元。租户不需要支付水费,但需要支付电费。"
ARABIC = "يدفع المستأجر الإيجار في اليوم الخامس من كل شهر ولا يدفع ثمن الماء والكهرباء."
FOOTER = "Kyro Ltd, 1 Harbour Street. Confidential. Do not pass on without written permission."
HEADER = "| Part | Months | Price |\n| --- | --- | --- |\n"

NEARLY_THE_SAME = {
    "identical": (RENT, RENT),
    "other lines": (RENT, RENT.replace(" of ", "\nof ")),
    "a typo mended": (RENT, RENT.replace("landlord may ask", "landlord can ask")),
    "a sentence added": (RENT, f"{RENT} this also holds for the cellar."),
    "Thai": (THAI, THAI.replace(" ", "")),
    "Chinese": (CHINESE, f"{CHINESE}\n"),
    "a table again": (f"{HEADER}| motor | 26 | 90 |", f"{HEADER}| motor | 26 | 90 |"),
}
DISTINCT = {
    "a number": (RENT, RENT.replace("1,250", "1,350")),
    "a number's place": (RENT, RENT.replace("1,250", "100").replace("up to 100", "up to 1,250")),
    "a name": (RENT, RENT.replace("Anna Berger", "Paul Berger")),
    "a negation": (RENT, RENT.replace("may ask", "may not ask")),
    "a code": (f"{RENT} amber-falcon", f"{RENT} cobalt-river"),
    "who pays whom": ("the buyer pays the seller", "the seller pays the buyer"),
    "Thai number": (THAI, THAI.replace("5,000", "6,000")),
    "Thai negation": (THAI, THAI.replace("ไม่ต้อง", "ต้อง")),
    "Chinese number": (CHINESE, CHINESE.replace("五千", "六千")),
    "Chinese negation": (CHINESE, CHINESE.replace("不需要", "需要")),
    "Arabic word": (ARABIC, ARABIC.replace("الخامس", "السادس")),
    "neighbours that overlap": (RENT, f"{RENT[250:]} The flat has two rooms and a balcony."),
    "one footer": (f"{RENT} {FOOTER}", f"The garden is open to everyone at all times. {FOOTER}"),
    "one header": (f"{HEADER}| motor | 26 | 90 |", f"{HEADER}| glass | 12 | 30 |"),
    "translation": ("The sky is blue today.", "Der Himmel ist heute blau."),
    "numbered footer": (f"{FOOTER} Page 3 of 9", f"{FOOTER} Page 4 of 9"),
}


def passage(content: str, similarity: float | None = 0.85, lexical: float = 3.0) -> Passage:
    where = (uuid4(), uuid4(), "contract.pdf", content, None, "", 0, len(content))
    return Passage(*where, score=0.5, similarity=similarity, lexical=lexical)


@pytest.mark.parametrize("texts", NEARLY_THE_SAME.values(), ids=NEARLY_THE_SAME)
def test_nearly_the_same_goes_behind_and_says_what_it_is_like(texts):
    better, again, other = passage(texts[0]), passage(texts[1]), passage("Ships sail at dawn.")
    expected = [better, other, replace(again, like=better.chunk_id)]
    assert behind([better, again, other], 3) == expected
    assert behind([better, again], 5) == [better, replace(again, like=better.chunk_id)]


@pytest.mark.parametrize("texts", DISTINCT.values(), ids=DISTINCT)
def test_what_tells_something_else_keeps_its_place(texts):
    passages = [passage(texts[0]), passage(texts[1]), passage("Ships sail at dawn.")]
    assert behind(passages, 3) == passages
    assert behind(passages[1::-1], 3) == passages[1::-1]


def test_nothing_is_lost_and_the_rest_is_not_looked_at():
    passages = [passage(RENT) for _ in range(20)] + [passage("Ships sail at dawn.")]
    moved = behind(passages, 5)
    assert [one.chunk_id for one in moved[:2]] == [passages[0].chunk_id, passages[20].chunk_id]
    assert {one.like for one in moved[2:]} == {passages[0].chunk_id}
    assert {one.chunk_id for one in moved} == {one.chunk_id for one in passages}
    assert behind([passage("Dawn."), *passages], 1)[1:] == passages


def test_passages_far_apart_are_not_compared():
    apart = [passage(RENT, similarity=0.85), passage(RENT, similarity=0.8)]
    assert behind(apart, 2) == apart
    words = [passage(RENT, lexical=3.0), passage(RENT, lexical=1.0)]
    assert behind(words, 2) == words


def test_without_vectors_words_are_enough():
    first, second = passage(RENT, similarity=None), passage(RENT, similarity=None)
    assert behind([first, second], 2)[1].like == first.chunk_id

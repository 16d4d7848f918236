import pytest

from language.tokens import estimate_tokens


@pytest.mark.parametrize(
    ("text", "counted"),  # by the tokenizer of multilingual e5, without its two marks
    [
        ("The Panthers defense gave up just 308 points, ranking sixth in the league.", 19),
        ("ทีมรับของแพนเธอร์สเสียเพียง 308 คะแนน", 14),
        ("黑豹队的防守只丢了 308 分，在联赛中排名第六。", 19),
        ("पैंथर्स के डिफेंस ने सिर्फ 308 अंक दिए।", 15),
    ],
)
def test_the_estimate_is_within_a_third_of_the_tokenizer(text, counted):
    assert estimate_tokens(text) == pytest.approx(counted, rel=0.34)


def test_blank_text_has_no_tokens_and_any_other_at_least_one():
    assert estimate_tokens(" \n") == 0
    assert estimate_tokens("a") == 1

from concurrent.futures import ThreadPoolExecutor

import pytest

from language import detection
from language.detection import language_of


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    return tmp_path_factory.mktemp("models")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (
            "en",
            "The delivery of the boiler is planned for March and the invoice covers all of it. ",
        ),
        (
            "de",
            "Die Lieferung des Kessels ist für März geplant, die Rechnung umfasst alle Geräte. ",
        ),
        ("fr", "La livraison de la chaudière est prévue pour mars et la facture couvre tout. "),
        ("uk", "Постачання котла заплановано на березень, і рахунок охоплює всі одиниці. "),
        ("ru", "Доставка котла запланирована на март, и счёт охватывает все единицы. "),
        ("fa", "تحویل دیگ بخار برای ماه مارس برنامه ریزی شده است و صورتحساب همه را پوشش می دهد"),
        ("hi", "यह दस्तावेज़ हिंदी में लिखा गया है और इसमें सभी इकाइयाँ शामिल हैं।"),
    ],
)
def test_languages_that_share_a_script_are_told_apart(language, text, models):
    assert language_of(text * 3, models) == language


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("th", "ประเทศไทยตั้งอยู่ในเอเชียตะวันออกเฉียงใต้"),
        ("ja", "日本語の文章はひらがなと漢字で書かれています。"),
        ("zh", "本合同自双方签字之日起生效。"),
        ("ko", "보일러 배송 계획입니다"),
        ("el", "Η παράδοση του λέβητα έχει προγραμματιστεί"),
        ("he", "משלוח הדוד מתוכנן לחודש מרץ הקרוב בבוקר"),
    ],
)
def test_a_script_with_one_language_is_certain_without_the_model(language, text, tmp_path):
    assert language_of(text, tmp_path) == language
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["", "ok", "Rechnung März", "12 44 18.5 KX-4283 " * 50])
def test_what_is_too_short_or_no_language_has_none(text, models):
    assert language_of(text, models) == ""


def test_two_scripts_in_equal_parts_have_no_language(models):
    text = "The delivery is planned for March. " + "Доставка запланирована на весну. "
    assert language_of(text * 10, models) == ""


def test_a_foreign_opening_does_not_decide_for_a_long_text(models):
    opening = "The original was published in English by the author. " * 9
    text = "Die Lieferung des Kessels ist für März geplant, die Rechnung umfasst alles. " * 200
    assert language_of(opening + text, models) == "de"


def test_many_first_uses_at_once_lay_the_model_out_once(tmp_path):
    folder = tmp_path / detection.FOLDER
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(detection._lay_out, [folder, folder]))
    assert [path.name for path in tmp_path.iterdir()] == [detection.FOLDER]
    assert sorted(path.name for path in folder.iterdir()) == [
        "about.json",
        "scores.npy",
        "steps.npy",
    ]

"""Chatbots through the API."""

import pytest

from accounts.models import AuditLog
from accounts.tenancy import scope
from chatbots.models import Chatbot

pytestmark = pytest.mark.django_db
CHATBOTS = "/api/v1/chatbots/"
NOBODY = "01a20000-0000-7000-8000-000000000000"


def test_a_name_is_enough(api, owner):
    response = api.post(CHATBOTS, {"name": "Colours"})
    made = response.json()
    assert (response.status_code, made["documents"], made["reads_library"]) == (201, [], True)
    assert made["slug"].startswith("colours-")
    assert (made["temperature"], made["top_k"], made["model"]) == (0.7, 8, "")
    with scope(owner):
        assert AuditLog.objects.get(action="chatbot.create").metadata == {"name": "Colours"}


def test_it_reads_the_documents_named_in_their_order(api, owner, make_document):
    ids = [str(make_document(owner, f"text {n}", f"{n}.txt").pk) for n in range(2)]
    made = api.post(CHATBOTS, {"name": "Reader", "documents": ids}).json()
    assert (made["documents"], made["reads_library"]) == (ids, False)
    url = f"{CHATBOTS}{made['id']}/"
    assert api.patch(url, {"name": "Same"}).json()["documents"] == ids
    assert api.patch(url, {"documents": ids[1:]}).json()["documents"] == ids[1:]
    assert api.patch(url, {"documents": []}).json()["reads_library"] is True


def test_documents_of_others_are_not_found_and_nothing_is_made(api, owner, outsider, make_document):
    foreign = str(make_document(outsider).pk)
    mine = str(make_document(owner).pk)
    for ids in ([foreign], [mine, foreign], [NOBODY]):
        assert api.post(CHATBOTS, {"name": "Thief", "documents": ids}).status_code == 404
    with scope(owner):
        assert not Chatbot.objects.exists()


def test_a_taken_address_is_refused_whoever_has_it(api, outsiders_api):
    outsiders_api.post(CHATBOTS, {"name": "Theirs", "slug": "taken"})
    mine = api.post(CHATBOTS, {"name": "Mine", "slug": "mine"}).json()
    tries = [
        api.post(CHATBOTS, {"name": "New", "slug": "taken"}),
        api.post(CHATBOTS, {"name": "New", "slug": "mine"}),
    ]
    other = api.post(CHATBOTS, {"name": "Other"}).json()
    tries.append(api.patch(f"{CHATBOTS}{other['id']}/", {"slug": "mine"}))
    assert [response.status_code for response in tries] == [400, 400, 400]
    assert tries[0].json() == tries[1].json() == tries[2].json()
    assert list(tries[0].json()["errors"]) == ["slug"]
    assert api.patch(f"{CHATBOTS}{mine['id']}/", {"slug": "mine"}).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "x" * 101},
        {"temperature": 2.1},
        {"temperature": "nan"},
        {"temperature": "inf"},
        {"max_tokens": 0},
        {"max_tokens": 10**30},
        {"top_k": 51},
        {"model": "no/such"},
        {"slug": "no spaces"},
        {"is_public": True},
        {"owner": NOBODY},
        {"documents": "all"},
    ],
    ids=str,
)
def test_what_makes_no_sense_is_refused(api, owner, wrong):
    assert api.post(CHATBOTS, {"name": "Bot", **wrong}).status_code == 400
    with scope(owner):
        assert not Chatbot.objects.exists()


def test_deleting_takes_the_conversations_along(api, owner):
    made = api.post(CHATBOTS, {"name": "Bot"}).json()
    api.post("/api/v1/conversations/", {"chatbot": made["slug"]})
    assert api.delete(f"{CHATBOTS}{made['id']}/").status_code == 204
    assert api.get("/api/v1/conversations/").json()["results"] == []
    with scope(owner):
        assert AuditLog.objects.filter(action="chatbot.delete").count() == 1


def test_the_list_costs_the_same_whatever_its_length(
    api, owner, make_document, django_assert_num_queries
):
    document = str(make_document(owner).pk)
    for number in range(4):
        api.post(CHATBOTS, {"name": f"Bot {number}", "documents": [document]})
    with django_assert_num_queries(8):
        rows = api.get(CHATBOTS).json()["results"]
    assert [row["documents"] for row in rows] == [[document]] * 4

"""The commands an administrator types."""

from __future__ import annotations

import re

import pytest
from django.core.management import CommandError, call_command

from accounts import keys
from accounts.audit import AuditLog
from accounts.invitations import open_invitation
from accounts.models import ApiKey, Invitation, User
from accounts.tenancy import scope, system
from billing import credits
from billing.charges import Charge
from billing.models import CreditBalance, CreditChange, Reservation, Subscription
from chatbots.models import Chatbot
from conversations.management.commands import seed_demo
from documents.models import Document
from tests import ingesting

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(capsys):
    """Runs a command and returns the lines of its standard output."""

    def run(*arguments: str) -> list[str]:
        capsys.readouterr()
        call_command(*arguments)
        return capsys.readouterr().out.splitlines()

    return run


def test_create_user_makes_a_person_who_can_sign_in(run, client):
    password = "correct horse battery"
    assert run("create_user", "Ann@Example.com", "--password", password, "--verified") == [
        "ann@example.com can sign in."
    ]
    client.post("/accounts/login/", {"login": "ann@example.com", "password": password})
    assert client.session["_auth_user_id"] == str(User.objects.get().pk)


def test_create_user_twice_says_that_somebody_is_there(run):
    run("create_user", "ann@example.com", "--password", "correct horse battery")
    with pytest.raises(CommandError, match="exists already"):
        run("create_user", "ANN@example.com", "--password", "correct horse battery")
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("email", "password", "reason"),
    [("ann", "correct horse battery", "valid email"), ("a@example.com", "12345678", "common")],
)
def test_create_user_refuses_what_sign_up_refuses(run, email, password, reason):
    with pytest.raises(CommandError, match=reason):
        run("create_user", email, "--password", password)
    assert not User.objects.exists()


def test_create_api_key_prints_the_key_alone(run, owner):
    [secret] = run("create_api_key", owner.email, "--name", "script", "--scopes", "search:read")
    key = keys.find(secret)
    assert (key.user, key.name, key.scopes) == (owner, "script", ["search:read"])


def test_create_api_key_without_scopes_may_do_everything(run, owner):
    [secret] = run("create_api_key", owner.email, "--name", "script")
    assert keys.find(secret).scopes == list(keys.SCOPES)


def test_create_api_key_names_unknown_scopes_and_people(run, owner):
    with pytest.raises(CommandError, match="Unknown scopes: everything"):
        run("create_api_key", owner.email, "--name", "script", "--scopes", "everything")
    with pytest.raises(CommandError, match=re.escape("Nobody has the e-mail address x@y.zz.")):
        run("create_api_key", "x@y.zz", "--name", "script")
    with scope(owner):
        assert not ApiKey.objects.exists()


def test_set_plan_changes_the_plan_and_the_tier(run, owner):
    assert run("set_plan", owner.email, "pro") == ["owner@example.com is on pro."]
    with scope(owner):
        assert Subscription.objects.get().plan.name == "pro"
    assert User.objects.get().tier == "pro"
    with pytest.raises(CommandError, match=r"no plan gold\. There are: free, pro, enter"):
        run("set_plan", owner.email, "gold")


def test_set_plan_notes_its_reason_and_says_that_stripe_goes_on(run, owner, capsys):
    with system():
        Subscription.objects.filter(user=owner).update(stripe_subscription_id="sub_1")
    call_command("set_plan", owner.email, "enterprise", "--reason", "A friend of the house")
    said = capsys.readouterr()
    assert said.out == "owner@example.com is on enterprise.\n"
    assert said.err.startswith("They pay through Stripe (sub_1): what Stripe says counts again")
    with scope(owner):
        told = AuditLog.objects.get(action="subscription.plan").metadata
    assert told == {"from": "free", "to": "enterprise", "reason": "A friend of the house"}


def test_set_credits_is_one_entry_of_the_difference(run, owner):
    set_credits = ("set_credits", owner.email)
    with scope(owner):
        credits.reserve(owner.pk, Charge(30))
    assert run(*set_credits, "100", "--reason", "Spent too much") == [
        "owner@example.com: 9,970 → 100 credits."
    ]
    assert run(*set_credits, "100", "--reason", "Again") == [
        "owner@example.com: 100 → 100 credits."
    ]
    with scope(owner):
        changes = CreditChange.objects.order_by("created_at").values_list("kind", "amount")
        assert list(changes)[1:] == [("reserve", -30), ("grant", -9_870)]
        assert CreditChange.objects.get(reason="Spent too much").actor_id is None
        assert AuditLog.objects.get(action="credits.adjust").metadata == {
            "balance": [9_970, 100],
            "reason": "Spent too much",
        }
        held = Reservation.objects.get()
        assert held.state == "held"
        credits.settle(held.pk, 10)
        assert CreditBalance.objects.get().balance == 120


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["owner@example.com", "-1", "--reason", "x"], "cannot fall below 0"),
        (["owner@example.com", "1000000000001", "--reason", "x"], "1,000,000,000,000 credits at"),
        (["owner@example.com", "5", "--reason", " "], "Give a reason"),
        (["owner@example.com", "5"], "--reason"),
        (["x@y.zz", "5", "--reason", "x"], "Nobody has the e-mail address x@y.zz"),
        (["owner@example.com", "many", "--reason", "x"], "invalid int value"),
    ],
)
def test_set_credits_refuses_what_makes_no_sense(run, owner, arguments, reason):
    with pytest.raises(CommandError, match=reason):
        run("set_credits", *arguments)
    with scope(owner):
        assert CreditBalance.objects.get().balance == 10_000
        assert CreditChange.objects.count() == 1


def test_check_ledger_is_content_with_what_the_program_did(run, owner, outsider):
    with scope(owner):
        credits.settle(credits.reserve(owner.pk, Charge(5)), 3)
        credits.reserve(owner.pk, Charge(7))
        credits.grant(owner.pk, 50)
    assert run("check_ledger") == ["2 balances are the sums of 6 entries."]


def test_check_ledger_names_whoever_does_not_add_up(run, owner, outsider, capsys):
    with system():
        held = credits.reserve(owner.pk, Charge(5, tokens=9))
        Reservation.objects.filter(pk=held).update(state="released")
        CreditBalance.objects.filter(owner=owner).update(balance=11)
        CreditBalance.objects.filter(owner=outsider).delete()
    with pytest.raises(SystemExit, match="1"):
        call_command("check_ledger")
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == [
        "outsider@example.com: balance is nothing, the rows say 10,000",
        "outsider@example.com: running is nothing, the rows say 0",
        "outsider@example.com: tokens held is nothing, the rows say 0",
        "owner@example.com: balance is 11, the rows say 9,995",
        "owner@example.com: running is 1, the rows say 0",
        "owner@example.com: tokens held is 9, the rows say 0",
        f"owner@example.com: reservation {held} is 0, the rows say -5",
    ]


def test_the_first_administrator_is_made_once(run, client):
    [login] = run("ensure_administrator")
    email, password = login.split()
    client.post("/accounts/login/", {"login": email, "password": password})
    assert client.get("/admin/").status_code == 200
    assert User.objects.get().tier == "enterprise"
    assert run("ensure_administrator") == []


def test_somebody_at_the_administrators_address_does_not_become_it(run):
    run("create_user", "admin@kyrochat.local", "--password", "correct horse battery")
    [login] = run("ensure_administrator")
    assert not login.startswith("admin@kyrochat.local")
    assert not User.objects.get(email="admin@kyrochat.local").is_superuser


def test_invite_prints_a_link_that_opens_sign_up(run, client):
    [link] = run("invite", "Ann@example.com")
    response = client.get(link.replace("http://localhost:8000", ""))
    assert response["Location"] == "/accounts/signup/"
    assert open_invitation(response.wsgi_request) == Invitation.objects.get(email="ann@example.com")
    with pytest.raises(CommandError, match="is not an e-mail address"):
        run("invite", "ann")


def test_the_demonstration_has_documents_that_can_be_read(run):
    first = run("seed_demo")
    assert first[0].startswith("demo@example.com ")
    assert run("seed_demo") == first[1:]
    demo = User.objects.get(email=seed_demo.EMAIL)
    with scope(demo):
        documents = list(Document.objects.all())
        assert Chatbot.objects.get().conversations.count() == 1
    for document in documents:
        ingesting.ingest(document.pk, demo.pk)
    with scope(demo):
        states = Document.objects.values_list("name", "status", "page_count")
        assert sorted(states, key=str) == [
            ("Employee handbook.pdf", "ready", 3),
            ("Release 4.2.md", "ready", None),
            ("Travel policy.md", "ready", None),
            ("ประกาศวันหยุด.txt", "ready", None),
        ]

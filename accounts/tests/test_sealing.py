"""Secrets as the database keeps them, and the change of the keys that seal them."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command

from accounts import sealing
from accounts.checks import credential_keys_can_be_used
from accounts.credentials import ProviderCredential, accounts_of
from accounts.tenancy import scope

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
SECRET = "sk-of-a-person-4711"


def test_a_fresh_installation_seals_with_a_key_of_its_own(settings):
    settings.SECRET_KEY = "one installation"
    token = sealing.seal(SECRET)
    assert SECRET not in token
    assert sealing.unseal(token) == SECRET
    settings.SECRET_KEY = "another installation"
    with pytest.raises(sealing.Unreadable):
        sealing.unseal(token)


def test_the_same_secret_is_never_sealed_to_the_same_token():
    assert sealing.seal(SECRET) != sealing.seal(SECRET)


def test_the_first_key_seals_and_the_others_open(settings):
    settings.CREDENTIAL_KEYS = [OLD]
    before = sealing.seal(SECRET)
    settings.CREDENTIAL_KEYS = [NEW, OLD]
    assert sealing.unseal(before) == SECRET
    after = sealing.seal(SECRET)
    settings.CREDENTIAL_KEYS = [OLD]
    with pytest.raises(sealing.Unreadable):
        sealing.unseal(after)


def test_what_the_derived_key_sealed_opens_after_keys_are_given(settings):
    token = sealing.seal(SECRET)
    settings.CREDENTIAL_KEYS = [NEW]
    assert sealing.unseal(token) == SECRET


def test_a_changed_token_opens_nothing():
    token = sealing.seal(SECRET)
    with pytest.raises(sealing.Unreadable):
        sealing.unseal(token[:-2] + ("AA" if token[-2:] != "AA" else "BB"))


def test_a_key_that_is_none_is_refused_at_the_start(settings):
    settings.CREDENTIAL_KEYS = [NEW, "my pass phrase"]
    [error] = credential_keys_can_be_used()
    assert error.msg == "KYRO_CREDENTIAL_KEYS: key 2 is not a Fernet key."
    settings.CREDENTIAL_KEYS = [NEW]
    assert credential_keys_can_be_used() == []


def keep(user, secret: str = SECRET) -> ProviderCredential:
    credential = ProviderCredential(owner=user, provider="openai")
    credential.keep(secret)
    with scope(user):
        credential.save()
    return credential


@pytest.mark.django_db
def test_rotation_seals_everybodys_keys_anew(settings, owner, outsider, capsys):
    settings.CREDENTIAL_KEYS = [OLD]
    keep(owner), keep(outsider, "sk-of-another-one")
    settings.CREDENTIAL_KEYS = [NEW, OLD]
    call_command("rotate_credential_keys")
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "2 provider keys are encrypted with the first key."
    settings.CREDENTIAL_KEYS = [NEW]
    for person, secret in ((owner, SECRET), (outsider, "sk-of-another-one")):
        with scope(person):
            assert accounts_of(person.pk)["openai"].api_key == secret


@pytest.mark.django_db
def test_rotation_names_what_no_key_opens_and_leaves_it(settings, owner, outsider):
    settings.CREDENTIAL_KEYS = [OLD]
    lost = keep(owner)
    settings.CREDENTIAL_KEYS = [NEW]
    keep(outsider)
    with pytest.raises(CommandError, match=f"1 cannot be opened with any key given: {lost.pk}"):
        call_command("rotate_credential_keys")
    with scope(owner):
        assert ProviderCredential.objects.get().secret == lost.secret

"""Adding, testing, replacing and removing one's provider keys: one way for the page and the API.

A key is tried with its provider before it is kept, outside any transaction: the functions here
open their own scopes.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import answering, audit
from accounts.connections import give_back
from accounts.credentials import KEY_ERRORS, ProviderCredential
from accounts.models import User
from accounts.tenancy import scope
from outbound.addresses import AddressRefused, check_url
from providers import registry
from providers.account import Account
from providers.errors import ProviderError

LIMIT = 20  # keys of one person, in use or not


@dataclass
class KeyNotSaved(Exception):
    """Nothing was changed. `code` is stable, `field` is what has to change, if any can help."""

    code: str
    message: str
    field: str = ""

    def __str__(self) -> str:
        return self.message


def add(
    user: User, provider: str, secret: str, *, label: str = "", base_url: str = ""
) -> ProviderCredential:
    """Keep a key that its provider accepts; it is used in place of the one before.

    Raises KeyNotSaved.
    """
    return keep(user, tried(provider, secret, base_url), label=label)


def tried(provider: str, secret: str, base_url: str = "") -> Account:
    """An account that its provider accepts, asked outside any transaction. Raises KeyNotSaved."""
    account = Account(provider, secret, _checked(base_url), guarded=True)
    _try(account)
    return account


def keep(user: User, account: Account, *, label: str = "") -> ProviderCredential:
    """What was tried. Raises KeyNotSaved."""
    with scope(user):
        person = _locked(user)
        if ProviderCredential.objects.for_user(user).count() >= LIMIT:
            message = _("%s keys are kept at most. Remove one first.") % LIMIT
            raise KeyNotSaved("too_many_keys", message)
        credential = ProviderCredential(
            owner=user, provider=account.provider, label=label, base_url=account.base_url
        )
        credential.keep(account.api_key)
        credential.checked_at = timezone.now()
        _retire_others(credential)
        credential.save(force_insert=True)
        answering.begin_with(person, account)
        _record("create", user, credential)
    return credential


def replace(user: User, pk: UUID, secret: str) -> ProviderCredential:
    """Another key for the same server: moved to another address it could be read there.

    Raises KeyNotSaved, and DoesNotExist when there is none.
    """
    with scope(user):
        credential = _own(user, pk)
    _try(Account(credential.provider, secret, credential.base_url, guarded=True))
    with scope(user):
        credential = _own(user, pk)
        credential.keep(secret)
        credential.last_error, credential.checked_at = "", timezone.now()
        credential.save()
        _record("replace", user, credential)
    return credential


def change(
    user: User, pk: UUID, *, label: str | None = None, is_active: bool | None = None
) -> ProviderCredential:
    """Name it anew, put it in use or out of it. Raises DoesNotExist."""
    with scope(user):
        person = _locked(user)
        credential = _own(user, pk)
        credential.label = credential.label if label is None else label
        if is_active is not None and is_active != credential.is_active:
            _switch(person, credential)
        credential.save()
        _record("update", user, credential)
    return credential


def test(user: User, pk: UUID) -> ProviderCredential:
    """Try a key again and note how it went. Raises DoesNotExist."""
    with scope(user):
        credential = _own(user, pk)
    credential.last_error, credential.checked_at = _fault(credential), timezone.now()
    with scope(user):
        same = ProviderCredential.objects.for_user(user).filter(pk=pk, secret=credential.secret)
        same.update(last_error=credential.last_error, checked_at=credential.checked_at)
        _record("test", user, credential)
    return credential


def remove(user: User, credential: ProviderCredential, *, actor: User | None = None) -> None:
    """Call inside the person's scope; `actor` is who does it, where it is not the person."""
    if credential.is_active:
        answering.end_with(_locked(user), credential.provider)
    _record("remove", actor or user, credential)
    credential.delete()


def remove_all(user: User, *, actor: User) -> None:
    """Call inside the person's scope."""
    for credential in ProviderCredential.objects.for_user(user):
        remove(user, credential, actor=actor)


def _checked(base_url: str) -> str:
    """The address in its normal spelling, without the slash that clients add themselves."""
    if not base_url:
        return ""
    if "?" in base_url:
        raise KeyNotSaved("address_invalid", _("Leave out what follows the “?”."), "base_url")
    try:
        return check_url(base_url).rstrip("/")
    except AddressRefused as error:
        raise KeyNotSaved(error.code, error.message, "base_url") from error


def _try(account: Account) -> None:
    """Raises KeyNotSaved with the provider's reason."""
    give_back()
    try:
        registry.check(account)
    except ProviderError as error:
        raise _not_saved(account, error) from error


def _not_saved(account: Account, error: ProviderError) -> KeyNotSaved:
    message = _said(account, error)
    if not error.permanent:
        return KeyNotSaved("provider_unreachable", message + " " + _("Nothing was saved."))
    about_the_key = error.code in KEY_ERRORS or not account.base_url
    return KeyNotSaved(error.code, message, "secret" if about_the_key else "base_url")


def _fault(credential: ProviderCredential) -> str:
    """Why this key does not work now; nothing when it does."""
    if not credential.is_readable:
        return _("This key can no longer be read. Save it again.")
    account = credential.account()
    give_back()
    try:
        registry.check(account)
    except ProviderError as error:
        return _said(account, error)
    return ""


def _said(account: Account, error: ProviderError) -> str:
    """A server of one's own may repeat in its errors what it was sent."""
    return error.message.replace(account.api_key, "…")


def _own(user: User, pk: UUID) -> ProviderCredential:
    return ProviderCredential.objects.for_user(user).get(pk=pk)


def _locked(user: User) -> User:
    """The person's row, held: two keys at once cannot both come into use."""
    return User.objects.select_for_update(no_key=True).get(pk=user.pk)


def _switch(person: User, credential: ProviderCredential) -> None:
    credential.is_active = not credential.is_active
    if credential.is_active:
        _retire_others(credential)
        answering.begin_with(person, credential.account())
    else:
        answering.end_with(person, credential.provider)


def _retire_others(credential: ProviderCredential) -> None:
    in_use = ProviderCredential.objects.filter(owner_id=credential.owner_id).active()
    in_use.filter(provider=credential.provider).exclude(pk=credential.pk).update(is_active=False)


def _record(act: str, actor: User, credential: ProviderCredential) -> None:
    audit.record(
        f"credential.{act}",
        actor=actor,
        owner_id=credential.owner_id,
        resource=credential,
        metadata={"provider": credential.provider, "label": credential.label},
    )

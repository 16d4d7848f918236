"""Secrets that people leave with us, as the database keeps them: encrypted by keys that rotate.

The first of KYRO_CREDENTIAL_KEYS encrypts, the others still decrypt. Last comes a key derived from
the installation's own secret: all that a fresh installation has, and what opens the secrets of the
time before KYRO_CREDENTIAL_KEYS was set.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Callable
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

LABEL = b"kyrochat provider credentials 1"  # whoever learns this key learns no other


# What other apps keep sealed: a plural name, and a function that seals all of it anew and tells
# how many were, and the ids of what no key opens.
RESEALED: dict[str, Callable[[], tuple[int, list[str]]]] = {}


class Unreadable(Exception):
    """None of our keys opens this: it was sealed with one that is no longer given."""


def seal(secret: str) -> str:
    return _fernet().encrypt(secret.encode()).decode()


def unseal(token: str) -> str:
    """The secret. Raises Unreadable."""
    try:
        return _fernet().decrypt(token).decode()
    except InvalidToken as error:
        raise Unreadable from error


def reseal(token: str) -> str:
    """The same secret, sealed with the first key. Raises Unreadable."""
    try:
        return _fernet().rotate(token).decode()
    except InvalidToken as error:
        raise Unreadable from error


def _fernet() -> MultiFernet:
    return _with(tuple(settings.CREDENTIAL_KEYS), settings.SECRET_KEY)


@lru_cache(maxsize=4)
def _with(keys: tuple[str, ...], secret_key: str) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in (*keys, _derived(secret_key))])


def _derived(secret_key: str) -> bytes:
    """From a secret of high entropy: a fast function is the right one, no salt is needed."""
    stretched = HKDF(SHA256(), length=32, salt=None, info=LABEL).derive(secret_key.encode())
    return urlsafe_b64encode(stretched)

"""Plans are the staff's: the application reads them."""

import pytest
from django.db import ProgrammingError

from billing.models import Plan

pytestmark = pytest.mark.django_db


def test_the_application_cannot_change_a_plan():
    with pytest.raises(ProgrammingError, match="permission denied"):
        Plan.objects.update(document_limit=None)

"""The place where originals lie: the data folder, or a bucket that may be out of reach."""

from django.utils.translation import gettext_lazy as _

UNREACHABLE = _("The file storage does not answer. Try again soon.")


class StorageDown(OSError):
    """It did not answer, or refused us; trying again later may help."""

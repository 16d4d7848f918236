"""dj-stripe's three migrations as one, which takes seconds where they take a minute.

Written by `makemigrations djstripe` into this package while it was empty; `replaces` and the rights
at its end are ours. Later migrations of dj-stripe's own are found behind it and follow as usual.
"""

import djstripe.migrations

__path__ = [*__path__, *djstripe.migrations.__path__]

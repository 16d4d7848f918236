"""Search in tables of many owners' passages: time, CPU, recall and completeness, by size of owner.

python -m benchmarks.search --keep DIR [--chunks 10000 100000] [--million] [--corpus DIR]

Each size is a database of its own in DIR, filled once. `--owners in-proportion` has one owner per
hundred passages instead of a thousand owners at every size.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

OWNERS = 1_000
MILLION = 1_000_000


def main() -> None:
    arguments = read_arguments()
    sizes = arguments.chunks + ([MILLION] if arguments.million else [])
    if len(sizes) > 1:  # Django is set up on one database per process
        for size in sizes:
            command = [sys.executable, "-m", "benchmarks.search", *passed_on(arguments)]
            subprocess.run([*command, "--chunks", str(size)], check=True)
        return
    owners = OWNERS if arguments.owners == "as-many" else sizes[0] // 100
    data = arguments.keep / f"{sizes[0]}-{owners}"
    data.mkdir(parents=True, exist_ok=True)
    data.chmod(0o755)  # the database account must be able to pass through
    with database(data) as superuser:
        from benchmarks import filling, searched

        shelf = filling.Shelf(sizes[0], owners)
        if filling.count_rows() < sum(shelf.sizes()):
            filling.fill(shelf, arguments.corpus, superuser)
        filling.install_functions(superuser)
        searched.show(shelf, superuser, questions=arguments.questions)


def passed_on(arguments: argparse.Namespace) -> list[str]:
    told = ["--keep", str(arguments.keep), "--owners", arguments.owners]
    told += ["--questions", str(arguments.questions)]
    return told + (["--corpus", str(arguments.corpus)] if arguments.corpus else [])


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--chunks", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument("--million", action="store_true", help="a million as well")
    parser.add_argument("--keep", type=Path, required=True, help="where the databases are kept")
    parser.add_argument("--corpus", type=Path, help="texts whose words are used")
    parser.add_argument("--owners", choices=["as-many", "in-proportion"], default="as-many")
    parser.add_argument("--questions", type=int, default=40, help="to each owner")
    return parser.parse_args()


@contextmanager
def database(data: Path) -> Iterator[dict[str, Any]]:
    """Our own servers and tables with Django set up on them; how to connect as the superuser."""
    from config.embedded import postgres
    from config.embedded.stack import start_services

    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "KYRO_DATA_DIR": str(data),
        "KYRO_LOG_LEVEL": "WARNING",
    }
    with start_services(data, durable=False):
        import django
        from django.core.management import call_command
        from django.db import connection

        django.setup()
        call_command("migrate", verbosity=0)
        yield postgres._superuser(data) | {"dbname": "kyro"}
        connection.close_pool()


if __name__ == "__main__":
    main()

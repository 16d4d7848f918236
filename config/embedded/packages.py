"""Programs that only the tests need: found, or installed as a Debian package where we may.

python -m config.embedded.packages NAME…
"""

import os
import shutil
import subprocess
import sys

PLACES = f"{os.environ.get('PATH', os.defpath)}:/usr/local/sbin:/usr/sbin:/sbin"


def found(*names: str) -> str | None:
    return next(filter(None, (shutil.which(name, path=PLACES) for name in names)), None)


def install(package: str) -> None:
    """Does nothing where there is no Debian, or no right to install."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    print(f"Installing the Debian package {package} for the tests", file=sys.stderr)
    quiet = {"stdout": sys.stderr, "env": os.environ | {"DEBIAN_FRONTEND": "noninteractive"}}
    subprocess.run(["apt-get", "update", "-qq"], **quiet)
    subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", package], **quiet)


def main(names: list[str]) -> None:
    for name in names:
        if not found(name):
            install(name)


if __name__ == "__main__":
    main(sys.argv[1:])

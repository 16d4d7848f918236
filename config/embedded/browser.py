"""Finds Chromium for the browser tests, or installs it; prints its path, or nothing when
Playwright's own copy is meant."""

import os
import shutil
import subprocess
import sys

from . import packages

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def main() -> int:
    path = found() or from_debian()
    if path:
        print(path)
        return 0
    if has_playwrights() or from_playwright():
        return 0
    print(
        "The browser tests need Chromium, and neither a package nor Playwright's copy could be "
        "installed. Install it, or name it: KYRO_CHROMIUM=/path/to/chromium make test",
        file=sys.stderr,
    )
    return 1


def found() -> str | None:
    chosen = os.environ.get("KYRO_CHROMIUM")
    if chosen:
        return shutil.which(chosen)
    return packages.found(*NAMES)


def from_debian() -> str | None:
    packages.install("chromium")
    return found()


def has_playwrights() -> bool:
    """Their browser and the libraries it loads: started once, because either may be missing."""
    from playwright.sync_api import Error, sync_playwright

    try:
        with sync_playwright() as playwright:
            playwright.chromium.launch().close()
    except Error:
        return False
    return True


def from_playwright() -> bool:
    print("Installing Playwright's Chromium for the browser tests", file=sys.stderr)
    install = [sys.executable, "-m", "playwright", "install", "chromium"]
    return subprocess.run(install, stdout=sys.stderr).returncode == 0 and has_playwrights()


if __name__ == "__main__":
    sys.exit(main())

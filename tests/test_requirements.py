"""What the product imports is in its own requirements, not only in those for development."""

import ast
import re
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ["language", "outbound", "providers", "accounts", "billing", "documents", "chatbots"]
ROOMS += ["conversations", "analytics", "config"]
FOR_TESTS = {"browser.py"}  # finds Chromium for `make test`


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


def locked(name: str) -> set[str]:
    lines = (ROOT / name).read_text(encoding="utf-8")
    return {match.lower() for match in re.findall(r"^([A-Za-z0-9._-]+)==", lines, re.MULTILINE)}


def test_the_product_needs_no_development_library():
    sources = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    shipped = [p for p in sources if "tests" not in p.parts and p.name not in FOR_TESTS]
    names = {name for p in shipped for name in imported(p)}
    distributions = packages_distributions()
    needed = {d.lower().replace("_", "-") for name in names for d in distributions.get(name, [])}
    assert needed - locked("requirements.txt") == set()

"""A pytest plugin loaded before Django: the suite has its own data folder, and no keys."""

import os
import shutil
import tempfile
from pathlib import Path

from config.embedded import paths
from tests import pooler

IN_COMPANY = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", 1)) > 1
# Of all processes of a run, which inherit its name from the one that starts them.
if "TESTS_SHARED" not in os.environ:
    os.environ["TESTS_SHARED"] = tempfile.mkdtemp(prefix="kyro-shared-")
SHARED = Path(os.environ["TESTS_SHARED"])
POOLED = bool(os.environ.get("KYRO_TEST_POOLED"))
DATA = Path(tempfile.mkdtemp(prefix="kyro-tests-"))
DATA.chmod(0o755)  # the database account must be able to pass through
for name in [name for name in os.environ if name.startswith(("KYRO_", "OPENAI_", "GEMINI_"))]:
    if name not in {"KYRO_CHROMIUM", "KYRO_TEST_MODELS"}:
        del os.environ[name]
os.environ.pop("DATABASE_URL", None)
os.environ.pop("REDIS_URL", None)
os.environ |= {
    "KYRO_DATA_DIR": str(DATA),
    "KYRO_LEASE_SECONDS": "2",
    "KYRO_HEARTBEAT_SECONDS": "0.5",
    "KYRO_SWEEP_SECONDS": "1",
    "KYRO_CRAWL_DELAY": "0",
    "KYRO_LOG_LEVEL": "WARNING",
    "KYRO_RATE_ANONYMOUS": "1000000",  # every test has the same address
}
paths.secrets(SHARED)  # made by the first who asks
shutil.copy(SHARED / "secrets.json", DATA)
if POOLED:
    os.environ |= pooler.variables(DATA)


def pytest_report_header() -> str:
    return "PostgreSQL behind PgBouncer" if POOLED else "PostgreSQL direct"


def pytest_unconfigure() -> None:
    shutil.rmtree(DATA, ignore_errors=True)
    if "PYTEST_XDIST_WORKER" not in os.environ:
        shutil.rmtree(SHARED, ignore_errors=True)

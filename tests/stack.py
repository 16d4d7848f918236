"""A pytest plugin loaded before Django: the suite has its own data folder, and no keys."""

import os
import shutil
import tempfile
from pathlib import Path

from tests import pooler

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
if POOLED:
    os.environ |= pooler.variables(DATA)


def pytest_report_header() -> str:
    return "PostgreSQL behind PgBouncer" if POOLED else "PostgreSQL direct"


def pytest_unconfigure() -> None:
    shutil.rmtree(DATA, ignore_errors=True)

# Python, make and git are all that must be there; everything else goes into .venv and .data.
.POSIX:
PYTHON = .venv/bin/python
# What `check --deploy` must find faultless: the environment of a public server.
DEPLOYED = KYRO_SECRET_KEY=only-for-this-check-0123456789-abcdefghijklmnopqrstuvwxyz \
	KYRO_BASE_URL=https://chat.example.com KYRO_ALLOWED_HOSTS=chat.example.com KYRO_DEBUG=0
# manage.py for what compares models with migrations: it would ask a database for its history.
WITHOUT_DATABASE = $(PYTHON) -c "import os, sys; from config import settings; \
	settings.DATABASES = {}; os.environ['DJANGO_SETTINGS_MODULE'] = 'config.settings'; \
	from django.core.management import execute_from_command_line as run; run(sys.argv)"

# What meets a pooler in kind: scopes, leases, money, search, kills, streams (two minutes).
# Everything through it: make test-pooled POOLED_TESTS=.
POOLED_TESTS = accounts/tests/test_tenancy.py documents/tests/test_lease.py \
	documents/tests/test_retrieval.py billing/tests/test_credits.py \
	billing/tests/test_credit_races.py billing/tests/test_days.py \
	billing/tests/stripe/test_webhook.py conversations/tests/test_answers.py \
	conversations/tests/test_api_messages.py tests/test_delivery.py tests/test_live_answers.py

# Three processes, each with its own PostgreSQL and Valkey: they wait more than they compute. What a
# file starts is started once.
TOGETHER = -n 3 --dist loadfile --no-loadscope-reorder

.PHONY: help run test test-pooled fuzz lint lint-types lint-rest format

help:
	@echo "make run     start KyroChat at http://localhost:8000 (KYRO_PORT, KYRO_DATA_DIR)"
	@echo "make test    run every test, the browser's included"
	@echo "make test-pooled  run the tests that a pooler could upset again, through PgBouncer (POOLED_TESTS)"
	@echo "make fuzz    send thousands of odd requests to every operation of the API (CASES=40)"
	@echo "make lint    check style, types, import order, migrations and deployment settings"
	@echo "make format  bring the code into its style"

run:
	@sh config/embedded/prepare.sh requirements.txt
	@exec $(PYTHON) -m config.embedded --with-parent

test:
	@sh config/embedded/prepare.sh requirements.txt requirements-dev.txt
	@$(PYTHON) -m config.embedded.packages pgbouncer
	@chromium=$$($(PYTHON) -m config.embedded.browser) && \
		KYRO_CHROMIUM="$$chromium" exec $(PYTHON) -m pytest $(TOGETHER) $(TESTS)

test-pooled:
	@sh config/embedded/prepare.sh requirements.txt requirements-dev.txt
	@$(PYTHON) -m config.embedded.packages pgbouncer
	@KYRO_TEST_POOLED=1 exec $(PYTHON) -m pytest $(TOGETHER) $(POOLED_TESTS)

fuzz:
	@sh config/embedded/prepare.sh requirements.txt requirements-dev.txt
	exec $(PYTHON) -m tests.fuzz --cases $${CASES:-40}

# Types take as long as all the rest, which is looked at beside them.
lint:
	@sh config/embedded/prepare.sh requirements.txt requirements-dev.txt
	@$(MAKE) -j 2 lint-types lint-rest

lint-types:
	$(PYTHON) -m mypy

lint-rest:
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -c "from importlinter.cli import lint_imports_command as lint; lint()"
	find templates -name '*.html' -exec $(PYTHON) -m djhtml --check {} +
	$(WITHOUT_DATABASE) makemigrations --check --dry-run
	$(DEPLOYED) $(PYTHON) manage.py check --deploy --fail-level WARNING

format:
	@sh config/embedded/prepare.sh requirements.txt requirements-dev.txt
	$(PYTHON) -m ruff check --fix --exit-zero .
	$(PYTHON) -m ruff format .
	find templates -name '*.html' -exec $(PYTHON) -m djhtml {} +

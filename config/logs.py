"""Structured logs: one event a line, the request id on each, secrets masked."""

from __future__ import annotations

import logging.config
import re
from typing import Any

import structlog

SECRET = re.compile(
    r"(kyro_[A-Za-z0-9]{4})[A-Za-z0-9_]+|(sk-[A-Za-z0-9]{4})[A-Za-z0-9_-]{8,}"
    r"|(AIza[A-Za-z0-9]{4})[A-Za-z0-9_-]{8,}|(Bearer\s+)\S+"
)
SECRET_NAMES = {"password", "secret", "token", "api_key", "authorization", "cookie"}


def mask_secrets(_logger: Any, _name: str, event: dict[str, Any]) -> dict[str, Any]:
    for key, value in event.items():
        if key.lower() in SECRET_NAMES:
            event[key] = "***"
        elif isinstance(value, str):
            event[key] = SECRET.sub(lambda m: next(filter(None, m.groups())) + "***", value)
    return event


SHARED = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
    mask_secrets,
]


def configure(options: dict[str, str]) -> None:
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if options["format"] == "json"
        else structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0)
    )
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "structured": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "processor": renderer,
                    "foreign_pre_chain": SHARED,
                }
            },
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
            "root": {"handlers": ["stderr"], "level": options["level"]},
            "loggers": {
                "httpx": {"level": "WARNING"},
                "celery.beat": {"level": "WARNING"},
                "celery.worker.strategy": {"level": "WARNING"},
                "celery.app.trace": {"level": "WARNING"},
                "django.request": {"level": "ERROR"},
            },
        }
    )

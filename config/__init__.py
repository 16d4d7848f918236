"""Project package. Importing it loads the Celery application, so that tasks find their broker."""

"""Django's admin with our own site, and the Celery application that tasks belong to."""

from django.contrib.admin.apps import AdminConfig

from config.celery import app as celery_application

__all__ = ["StaffAdminConfig", "celery_application"]


class StaffAdminConfig(AdminConfig):
    default = False
    default_site = "config.staff.site.StaffSite"

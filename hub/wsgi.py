"""The hub as a WSGI application, for gunicorn: its views are synchronous, so threads serve them best."""

import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from hub.load import SpreadCheckIns

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
application = SpreadCheckIns(get_wsgi_application(), settings.CHECK_INS_A_SECOND)
# All pages are read before the workers part: they share them, and the first visitor does not wait.
import_module("hub.urls")

"""The hub as an ASGI application: ``DJANGO_SETTINGS_MODULE=hub.settings uvicorn hub.asgi:application``."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
application = get_asgi_application()

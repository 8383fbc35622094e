"""The hub as an ASGI application: ``DJANGO_SETTINGS_MODULE=hub.settings uvicorn hub.asgi:application``."""

import os
import warnings

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
# whitenoise hands Django its small static files as plain iterators; read whole, they do no harm.
warnings.filterwarnings("ignore", "StreamingHttpResponse must consume synchronous iterators", Warning)
application = get_asgi_application()

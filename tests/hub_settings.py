"""The hub's settings for tests in this process: a data folder of its own that goes when they end."""

from __future__ import annotations

import os
import tempfile

from hub.data import DATA_VARIABLE

_folder = tempfile.TemporaryDirectory(prefix="hub-")
os.environ[DATA_VARIABLE] = _folder.name

from hub.settings import *  # noqa: E402, F403
from hub.settings import DATA  # noqa: E402

DATA.prepare()
# Every client of a test would look through all packages for files to serve.
WHITENOISE_AUTOREFRESH = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["*"]
os.environ.pop(DATA_VARIABLE)

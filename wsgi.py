"""For a WSGI server: `wsgi:app`."""

import os

from kb.app import create_app, set_memory_aside
from kb.config import read_settings

app = create_app(read_settings(os.environ))
set_memory_aside()

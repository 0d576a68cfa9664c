"""The WSGI object: `gunicorn wsgi:app`, `flask --app wsgi …`."""

from archive.app import create_app
from archive.extract.memory import use_one_heap
from config import load_settings

use_one_heap()
app = create_app(load_settings())

"""The WSGI object: `gunicorn wsgi:app`, `flask --app wsgi …`."""

from archive.app import create_app
from config import load_settings

app = create_app(load_settings())

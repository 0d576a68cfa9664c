"""The WSGI object: `gunicorn wsgi:app`, `flask --app wsgi …`."""

import gc
import sys

from archive.app import create_app
from archive.extract.memory import use_one_heap
from config import load_settings

use_one_heap()
app = create_app(load_settings())
# What is here before the web processes part stays for good: the collector need not walk through it
# at every turn, and what it does not touch the processes go on sharing.
gc.collect()
gc.freeze()
# A request is answered in a few milliseconds. Threads that take turns within it only get into each
# other's way: of eight readers at once half as many again are served if each is let finish.
sys.setswitchinterval(0.03)

"""While another program holds the database's write lock: a 503 that says when to come back, and
reading goes on."""

from __future__ import annotations

from archive.core.roles import Role
from archive.models import database as database_module
from archive.web.context import EXTENSION
from tests.conftest import make_user, open_app, sign_in


def test_locked_database_is_a_503_with_retry_after_and_pages_stay_up(settings, monkeypatch):
    # The wait itself is SQLite's; ten seconds of it would only make the test long.
    monkeypatch.setattr(database_module, "BUSY_TIMEOUT_MS", 200)
    app = open_app(settings)
    holdings = app.extensions[EXTENSION]
    email = make_user(holdings, Role.READER)
    client = app.test_client()
    with holdings.database.writing() as other:
        other.connection()
        refused = sign_in(client, email)
        assert refused.status_code == 503
        assert int(refused.headers["Retry-After"]) > 0
        assert "Kho đang bận" in refused.get_data(as_text=True)
        assert client.get("/").status_code == 200
    assert sign_in(client, email).status_code == 302
    holdings.database.close()

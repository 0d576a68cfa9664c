"""Behind a proxy of our own the reader's address is the one it forwards; otherwise nobody's word
is taken for it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from archive.models import SignInAttempt
from archive.web.context import EXTENSION
from tests.conftest import open_app, sign_in


@pytest.mark.parametrize(
    ("proxies", "seen"), [(1, "203.0.113.7"), (0, "127.0.0.1")], ids=["proxy", "no proxy"]
)
def test_failed_sign_in_is_counted_for_the_readers_own_address(settings, proxies, seen):
    app = open_app(replace(settings, proxies=proxies))
    client = app.test_client()
    client.environ_base["HTTP_X_FORWARDED_FOR"] = "203.0.113.7"
    sign_in(client, "khong-co@example.org", "sai mật khẩu rồi")
    database = app.extensions[EXTENSION].database
    with database.reading() as session:
        assert session.scalars(select(SignInAttempt.address)).all() == [seen]
    database.close()

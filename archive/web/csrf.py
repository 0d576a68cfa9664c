"""The form token, written differently in every answer."""

from __future__ import annotations

import base64
import binascii
import secrets
from typing import cast

from flask import Flask, g
from flask_wtf import CSRFProtect
from flask_wtf.csrf import generate_csrf
from wtforms.csrf.core import CSRF, CSRFTokenField
from wtforms.form import BaseForm
from wtforms.validators import ValidationError


def masked_token() -> str:
    """The token as a form carries it: one for all forms of an answer, another in the next.

    Pages are compressed, and repeat what an address asks for. Were the token's letters the same
    each time, the length of such pages would give them away one by one (BREACH).
    """
    if "masked_token" not in g:
        token = generate_csrf().encode("ascii")
        mask = secrets.token_bytes(len(token))
        g.masked_token = base64.urlsafe_b64encode(mask + _xor(token, mask)).decode("ascii")
    return cast(str, g.masked_token)


def unmasked(masked: str) -> str:
    """The token in what a form sent; "" where it holds none."""
    try:
        data = base64.urlsafe_b64decode(masked.encode("ascii"))
        half = len(data) // 2
        return _xor(data[half:], data[:half]).decode("ascii")
    except (ValueError, binascii.Error):
        return ""


def _xor(data: bytes, mask: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(data, mask, strict=False))


class FormTokens(CSRFProtect):
    """Flask-WTF's protection over masked tokens."""

    def init_app(self, app: Flask) -> None:
        super().init_app(app)
        app.jinja_env.globals["csrf_token"] = masked_token
        app.context_processor(lambda: {"csrf_token": masked_token})

    def _get_csrf_token(self) -> str | None:
        masked = super()._get_csrf_token()
        return unmasked(masked) if masked else None


class FormField(CSRF):
    """The token in a form of Flask-WTF: masked as elsewhere, and looked at before the view."""

    def generate_csrf_token(self, csrf_token_field: CSRFTokenField) -> str:
        return masked_token()

    def validate_csrf_token(self, form: BaseForm, field: CSRFTokenField) -> None:
        if not g.get("csrf_valid", False):
            raise ValidationError("the form's token was not looked at")

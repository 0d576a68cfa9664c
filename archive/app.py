"""create_app: the one place where everything meets."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from archive import cli
from archive.api import iiif, rest
from archive.core.language import written_number
from archive.logs import configure_logs
from archive.services.holdings import open_holdings
from archive.settings import Settings
from archive.web import (
    accounts,
    admin,
    authorities,
    browse,
    bulk,
    completion,
    deposits,
    discovery,
    errors,
    exports,
    feed,
    guesses,
    guides,
    health,
    home,
    names,
    notices,
    publications,
    receipts,
    records,
    register,
    review,
    search,
    static,
    styleguide,
    tus,
)
from archive.web.access import check_declarations, guard, sign_in_address
from archive.web.context import init_context, me
from archive.web.converters import RowNumber
from archive.web.csrf import FormTokens
from archive.web.delivery import init_delivery
from archive.web.headers import set_headers
from archive.web.inline import inline
from archive.web.languages import init_languages
from archive.web.present import told_moment, written_date, written_moment
from archive.web.templating import PageEnvironment
from archive.web.title_lines import keep_words
from archive.web.uploads import FORM_BYTES, ArchiveRequest, allow_files

ROOT = Path(__file__).resolve().parent.parent


def create_app(settings: Settings) -> Flask:
    """The WSGI application of the archive that `settings` describes.

    Opens the holdings; the database is expected to be migrated (`flask db upgrade`).
    """
    configure_logs()
    app = Flask("archive", static_folder=None, template_folder=str(ROOT / "templates"))
    app.request_class = ArchiveRequest
    app.jinja_environment = PageEnvironment
    app.url_map.converters["int"] = RowNumber
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=FORM_BYTES,
        MAX_FORM_MEMORY_SIZE=FORM_BYTES,
        PERMANENT_SESSION_LIFETIME=settings.session_lifetime,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_REFRESH_EACH_REQUEST=False,
        TRUSTED_HOSTS=list(settings.trusted_hosts) or None,
        # A form that stayed open over lunch is still good: the token lives as long as the session.
        WTF_CSRF_TIME_LIMIT=None,
    )
    if settings.proxies:
        # Without this every reader behind the proxy would share one address, and so one limit.
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=settings.proxies
        )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        vdate=written_date,
        vdatetime=written_moment,
        vmoment=told_moment,
        number=written_number,
        keep_words=keep_words,
    )
    init_context(app, open_holdings(settings))
    assets = static.init_assets(app, settings.assets)
    app.context_processor(
        lambda: {
            "site_name": settings.site_name,
            "me": me(),
            "sign_in_url": sign_in_address,
            "asset": assets.url,
            "inline": inline,
            "current": "",
            "query": "",
            "head": None,
        }
    )
    # The guard comes before the token's check: that one reads the body, and nobody should upload
    # into a refusal.
    app.before_request(guard)
    app.before_request(allow_files)
    FormTokens(app)
    init_delivery(app)
    app.after_request(set_headers)
    errors.init_errors(app)
    init_languages(app, ROOT / "translations", settings.languages)
    for module in (
        home,
        browse,
        guides,
        search,
        completion,
        feed,
        exports,
        publications,
        records,
        bulk,
        deposits,
        receipts,
        register,
        guesses,
        names,
        tus,
        review,
        notices,
        accounts,
        admin,
        authorities,
        static,
        discovery,
        styleguide,
        health,
        rest,
        iiif,
    ):
        app.register_blueprint(module.blueprint)
    check_declarations(app)
    cli.init_commands(app)
    return app

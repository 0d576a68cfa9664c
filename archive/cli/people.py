"""`user create`, `unit import`."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from flask.cli import with_appcontext

from archive.cli.console import fail, holdings, messages, says_errors
from archive.core.roles import SYSTEM, Role
from archive.core.wording import field_sentence
from archive.services import accounts, units

# Where `make run` answers.
LOCAL_ADDRESS = "http://127.0.0.1:8000"


@click.group("user")
def user() -> None:
    """Accounts."""


@user.command("create")
@click.argument("email")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--unit", "unit_code", default="", help="Code of the account's unit.")
@click.option("--name", default="")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@with_appcontext
@says_errors
def create(email: str, role: str, unit_code: str, name: str, password_stdin: bool) -> None:
    """Make an account. Without --password-stdin its one-time link is printed."""
    password = sys.stdin.readline().rstrip("\n") if password_stdin else None
    settings = holdings().settings
    with holdings().database.writing() as session:
        unit = units.find_unit(session, unit_code) if unit_code else None
        if unit_code and unit is None:
            fail(field_sentence("unit_unknown", {"value": unit_code}))
        made = accounts.create_user(
            session,
            email=email,
            role=Role(role),
            name=name,
            unit=unit,
            password=password,
            by=SYSTEM,
        )
        token = ""
        if password is None:
            session.flush()
            token, _ = accounts.make_password_link(
                session, user_id=made.id, by=SYSTEM, settings=settings
            )
        session.commit()
    messages.print(f"Đã tạo tài khoản {made.email}.")
    if token:
        click.echo(f"{settings.base_url or LOCAL_ADDRESS}/dat-mat-khau/{token}")
        if not settings.base_url:
            messages.print(
                f"Liên kết dùng địa chỉ {LOCAL_ADDRESS}. "
                "Kho ở địa chỉ khác: đặt ARCHIVE_BASE_URL trước khi tạo tài khoản."
            )


@click.group("unit")
def unit() -> None:
    """Units."""


@unit.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
@says_errors
def import_sheet(file: Path) -> None:
    """Read units from a CSV or TSV; a sheet with a wrong row changes nothing."""
    with holdings().database.writing() as session:
        result = units.import_units(session, file, by=SYSTEM)
        if result.failed:
            session.rollback()
            for row, column, problem, value in result.failed:
                words = field_sentence(problem, {"value": value})
                messages.print(f"Dòng {row}, cột {column}: {words}")
            sys.exit(1)
        session.commit()
    messages.print(
        f"Thêm {result.added} đơn vị, cập nhật {result.changed}, không đổi {result.unchanged}."
    )


COMMANDS = (user, unit)

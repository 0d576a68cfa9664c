"""`demo load`, `demo remove`."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from archive.cli.console import fail, holdings, messages, progress_bar, says_errors
from archive.demo.load import load_demo, remove_demo
from archive.services.holdings import Holdings

FONTS = "@expo-google-fonts"


@click.group("demo")
def demo() -> None:
    """The demo archive: publications made for illustration, marked as such."""


@demo.command("load")
@with_appcontext
@says_errors
def load() -> None:
    """Typeset and deposit the demo publications that are not there yet."""
    load_with_progress(holdings())


def load_with_progress(opened: Holdings) -> None:
    fonts = opened.settings.assets / FONTS
    if not fonts.is_dir():
        fail("Thiếu phông chữ để dựng kho minh họa. Chạy `make assets` rồi thử lại.")
    with progress_bar() as bar:
        task = bar.add_task("Dựng kho minh họa", total=None)
        added = load_demo(
            opened,
            fonts=fonts,
            on_publication=lambda done, total: bar.update(task, completed=done, total=total),
        )
    if added:
        messages.print(f"Kho minh họa: thêm {added} ấn phẩm.", markup=False)


@demo.command("remove")
@with_appcontext
@says_errors
def remove() -> None:
    """Take the demo publications and accounts away; real ones stay."""
    removed = remove_demo(holdings())
    messages.print(f"Đã gỡ {removed} ấn phẩm minh họa và các tài khoản thử.", markup=False)


COMMANDS = (demo,)

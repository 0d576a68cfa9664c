"""`catalogue rebuild`, `catalogue reread`, `fixity`."""

from __future__ import annotations

import sys
from dataclasses import asdict

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from archive.cli.console import (
    bare_holdings,
    holdings,
    messages,
    print_json,
    progress_bar,
    says_errors,
)
from archive.models import File, Publication
from archive.services import founding
from archive.services.holdings import object_id
from archive.services.rereading import read_anew
from archive.services.restoring import rebuild_catalogue
from archive.storage import fixity

_KINDS = {"missing": "mất", "changed": "bị đổi", "extra": "thừa"}


@click.group("catalogue")
def catalogue() -> None:
    """The catalogue."""


@catalogue.command("rebuild")
@with_appcontext
@says_errors
def rebuild() -> None:
    """Make the catalogue from `uploads/` alone; the worker reads the texts again."""
    founding.upgrade(bare_holdings().database)
    damaged: list[str] = []
    with progress_bar() as bar:
        task = bar.add_task("Dựng lại danh mục", total=None)
        added = rebuild_catalogue(
            holdings(),
            on_record=lambda _: bar.advance(task),
            on_damage=lambda name, _error: damaged.append(name),
        )
    messages.print(f"Đã dựng lại {added} ấn phẩm từ kho bản gốc.")
    for name in damaged:
        messages.print(f"{name}: bản gốc bị hỏng, chưa đưa được vào danh mục.")
    if damaged:
        sys.exit(1)


@catalogue.command("reread")
@click.argument("ids", nargs=-1)
@with_appcontext
@says_errors
def reread(ids: tuple[str, ...]) -> None:
    """Have the worker read the files of these publications (of all) anew, after an upgrade."""
    with holdings().database.reading() as session:
        wanted = select(File.publication_id).distinct().order_by(File.publication_id)
        known = session.scalars(wanted.where(File.publication_id.in_(ids)) if ids else wanted).all()
    with progress_bar() as bar:
        for publication_id in bar.track(known, description="Đọc lại"):
            with holdings().database.writing() as session:
                publication = session.get(Publication, publication_id)
                if publication is not None:
                    read_anew(session, holdings(), publication)
                session.commit()
    messages.print(f"Đã xếp {len(known)} ấn phẩm vào hàng chờ để đọc lại từ đầu.")
    missing = sorted(set(ids) - set(known))
    for publication_id in missing:
        messages.print(f"{publication_id}: không có ấn phẩm nào có tệp mang mã này.")
    if missing:
        sys.exit(1)


@click.command("fixity")
@click.option("--json", "as_json", is_flag=True)
@with_appcontext
@says_errors
def fixity_command(as_json: bool) -> None:
    """Read every original again and compare digests; name what changed, is missing or extra."""
    root = holdings().originals
    problems = []
    objects = 0
    with progress_bar() as bar:
        task = bar.add_task("Kiểm tra", total=None)
        for report in fixity.walk(root):
            objects += 1
            bar.advance(task)
            problems += [(report.object_id, problem) for problem in report.problems]
    with holdings().database.reading() as session:
        known = {
            object_id(row.id)
            for row in session.execute(select(Publication.id).where(Publication.object_version > 0))
        }
    orphans = fixity.compare(root, known)
    if as_json:
        print_json(
            {
                "objects": objects,
                "problems": [{"object": name, **asdict(problem)} for name, problem in problems],
                "not_catalogued": sorted(orphans.uncatalogued),
                "not_stored": sorted(orphans.unstored),
            }
        )
    else:
        for name, problem in problems:
            messages.print(f"{name}: {_KINDS[problem.kind]} {problem.path}")
        for name in sorted(orphans.uncatalogued):
            messages.print(f"{name}: có trong kho bản gốc, chưa có trong danh mục")
        for name in sorted(orphans.unstored):
            messages.print(f"{name}: có trong danh mục, không có bản gốc")
        messages.print(f"{objects} ấn phẩm, {len(problems)} chỗ sai lệch.")
    if problems or orphans.unstored:
        sys.exit(1)


COMMANDS = (catalogue, fixity_command)

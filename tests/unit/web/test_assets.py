"""Static files: an address that changes with the content, and no way out of the two folders."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import brotli
import pytest

from archive.web.assets import VENDOR_FILES, Assets
from tests.conftest import missing


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    static = tmp_path / "static"
    vendor = tmp_path / "node_modules"
    (static / "css").mkdir(parents=True)
    (static / "css" / "base.css").write_text("body{}")
    (tmp_path / "secret.txt").write_text("bí mật")
    (vendor / "htmx.org" / "dist").mkdir(parents=True)
    (vendor / "htmx.org" / "dist" / "htmx.min.js").write_text("var htmx")
    (vendor / "htmx.org" / "package.json").write_text("{}")
    return static, vendor


def test_address_changes_when_the_content_does(folders: tuple[Path, Path]) -> None:
    assets = Assets(*folders)
    first = assets.url("css/base.css")
    assert first.startswith("/static/css/base.css?v=")
    assert len(first.rsplit("=", 1)[1]) == 8
    assert assets.url("css/base.css") == first
    path = folders[0] / "css" / "base.css"
    path.write_text("body{margin:0}")
    assert assets.url("css/base.css") != first


def test_same_content_touched_again_keeps_its_address(folders: tuple[Path, Path]) -> None:
    assets = Assets(*folders)
    first = assets.url("css/base.css")
    os.utime(folders[0] / "css" / "base.css", (1, 1))
    assert assets.url("css/base.css") == first


def test_listed_package_file_is_served_under_its_short_name(folders: tuple[Path, Path]) -> None:
    found = Assets(*folders).find("vendor/htmx.min.js")
    assert found is not None
    assert found.read_text() == "var htmx"


def test_missing_package_file_has_a_plain_address_and_no_file(folders: tuple[Path, Path]) -> None:
    assets = Assets(folders[0], folders[1] / "nowhere")
    assert assets.find("vendor/openseadragon.min.js") is None
    assert assets.url("vendor/openseadragon.min.js") == "/static/vendor/openseadragon.min.js"


@pytest.mark.parametrize(
    "name",
    [
        "../secret.txt",
        "css/../../secret.txt",
        "/etc/passwd",
        "css\\..\\base.css",
        "vendor/../../node_modules/htmx.org/package.json",
        "vendor/package.json",
        "htmx.org/package.json",
        "css",
        "",
        "css/base.css\0.png",
        "a" * 5000,
    ],
)
def test_nothing_but_listed_files_is_found(folders: tuple[Path, Path], name: str) -> None:
    assert Assets(*folders).find(name) is None


def test_link_that_leads_out_is_not_followed(folders: tuple[Path, Path]) -> None:
    (folders[0] / "css" / "leak.css").symlink_to(folders[0].parent / "secret.txt")
    assert Assets(*folders).find("css/leak.css") is None


def test_every_listed_package_file_is_installed() -> None:
    vendor = Path(__file__).resolve().parents[3] / "node_modules"
    if not vendor.is_dir():
        missing("node_modules (npm ci)")
    assets = Assets(vendor.parent / "archive" / "static", vendor)
    assert [name for name in VENDOR_FILES if assets.find(name) is None] == []


def test_sheet_holds_the_sheets_it_imports_and_changes_with_each(
    folders: tuple[Path, Path],
) -> None:
    css = folders[0] / "css"
    (css / "site.css").write_text(
        '/* first */\n@import "base.css";\n@import "paper.css" print;\n', encoding="utf-8"
    )
    (css / "paper.css").write_text('b::after{content:"/* đ */"}', encoding="utf-8")
    assets = Assets(*folders)
    made = assets.asset("css/site.css")
    assert made is not None
    assert made.data.decode() == 'body{}\n@media print {\nb::after{content:"/* đ */"}\n}\n'
    first = assets.url("css/site.css")
    (css / "paper.css").write_text("b{}")
    assert assets.url("css/site.css") != first
    (css / "paper.css").unlink()
    assert assets.asset("css/site.css") is None


def test_sheet_and_module_name_what_they_load_by_its_content(folders: tuple[Path, Path]) -> None:
    (folders[0] / "css" / "fonts.css").write_text(
        'a{src: url("../vendor/htmx.min.js"); b: url("../img/none.png"); c: url("data:,x")}'
    )
    scripts = folders[0] / "js"
    scripts.mkdir()
    (scripts / "a.js").write_text(
        'import { b } from "./b.js";\nconst c = () => import("./b.js");\n'
    )
    (scripts / "b.js").write_text(
        'import { a } from "./a.js";\n// import("./b.js") is a word here\n'
    )
    assets = Assets(*folders)
    sheet, module = assets.asset("css/fonts.css"), assets.asset("js/a.js")
    assert sheet is not None
    assert module is not None
    htmx = assets.url("vendor/htmx.min.js")
    assert sheet.data.decode().strip() == (
        f'a{{src: url("{htmx}"); b: url("../img/none.png"); c: url("data:,x")}}'
    )
    lines = module.data.decode().splitlines()
    assert lines[0].startswith('import { b } from "/static/js/b.js?v=')
    assert lines[1].startswith('const c = () => import("/static/js/b.js?v=')
    first = assets.url("js/a.js")
    (scripts / "b.js").write_text("// other")
    assert assets.url("js/a.js") != first


def test_asset_is_compressed_once_and_only_where_that_saves(folders: tuple[Path, Path]) -> None:
    (folders[0] / "css" / "long.css").write_text("a{color:red}\n" * 200)
    (folders[0] / "font.woff2").write_bytes(b"x" * 2000)
    assets = Assets(*folders)
    long, short, font = map(assets.asset, ("css/long.css", "css/base.css", "font.woff2"))
    assert long is not None
    assert brotli.decompress(long.encoded("br")) == gzip.decompress(long.encoded("gzip"))
    assert long.encoded("br") is long.encoded("br")
    assert long.encodings() == ("br", "gzip")
    assert short is not None
    assert font is not None
    assert short.encodings() == font.encodings() == ()

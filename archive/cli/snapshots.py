"""`backup FILE`, `restore FILE`."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext

from archive.cli.console import fail, holdings, messages, progress_bar, says_errors
from archive.core.errors import SnapshotRefusedError, StorageError, StorageFullError
from archive.core.wording import size_label
from archive.services import snapshots

_REASONS = {
    "not_empty": "Kho này đã có dữ liệu. Chỉ phục hồi vào một kho trống.",
    "no_database": "Tệp này không phải bản sao lưu của kho.",
    "not_sqlite": "Cơ sở dữ liệu máy chủ được sao lưu bằng công cụ của nó.",
    "not_a_tar": "Tệp này không phải bản sao lưu của kho.",
    "cut_short": "Bản sao lưu bị cắt ngang.",
    "changed": "Bản sao lưu đã bị thay đổi: mã băm không khớp.",
}


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Write over a file of that name.")
@with_appcontext
@says_errors
def backup(file: Path, force: bool) -> None:
    """Write database, key and uploads into FILE (.tar or .tar.gz) while the archive works on."""
    with progress_bar() as bar:
        task = bar.add_task("Sao lưu", total=None)
        try:
            made = snapshots.back_up(
                holdings(), file, overwrite=force, on_file=lambda _n, _s: bar.advance(task)
            )
        except ValueError:
            fail("Tên bản sao lưu phải kết thúc bằng .tar hoặc .tar.gz.")
        except snapshots.RestoreRefusedError as error:
            if error.data["reason"] == "target_exists":
                fail(f"Tệp {file} đã có. Chọn tên khác, hoặc thêm --force để ghi đè.")
            fail(_REASONS[str(error.data["reason"])])
        except StorageFullError:
            fail("Không đủ chỗ trống cho bản sao lưu. Chưa có gì được ghi.")
        except StorageError as error:
            if error.data.get("problem") != "no_folder":
                raise
            fail(f"Không có thư mục {file.parent}.")
    for name in made.skipped:
        messages.print(f"Bỏ qua: {name}")
    words = f"Đã sao lưu {made.file_count} tệp, {size_label(made.size_bytes)}: {file}"
    messages.print(words)


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
@says_errors
def restore(file: Path) -> None:
    """Put a backup into an empty archive. The worker makes index and images again."""
    with progress_bar() as bar:
        task = bar.add_task("Phục hồi", total=None)
        try:
            made = snapshots.restore(holdings(), file, on_file=lambda _n, _s: bar.advance(task))
        except snapshots.RestoreRefusedError as error:
            fail(_REASONS[str(error.data["reason"])])
        except SnapshotRefusedError as error:
            problem = str(error.data["problem"])
            fail(_REASONS.get(problem, f"Không phục hồi được bản sao lưu ({problem})."))
    messages.print(f"Đã phục hồi {made.file_count} tệp.")


COMMANDS = (backup, restore)

"""The page objects of the backfile, made from its batches."""

from __future__ import annotations

from collections.abc import Sequence

from flask import request, url_for
from sqlalchemy.orm import Session

from archive.core.errors import InvalidInputError
from archive.core.language import N_, Words, _
from archive.core.vocabulary import ACCESS, KINDS, STATUS
from archive.core.wording import field_sentence, size_label
from archive.metadata.headings import NOTE, column_letters
from archive.models import BatchState, ImportBatch, RowState
from archive.services import administration, batches, sheets
from archive.services.batches import Plan
from archive.services.heartbeats import worker_is_alive
from archive.web.admin.base import ROWS
from archive.web.context import holdings, reading
from archive.web.listing import page_number
from archive.web.pages.imports import (
    BatchPage,
    BatchRow,
    ColumnRow,
    GuessLine,
    MappingPage,
    ProblemLine,
)
from archive.web.pages.parts import Link
from archive.web.present import paginate

STATES = Words(
    {
        BatchState.UPLOADED: N_("Chờ ghép cột"),
        BatchState.CHECKING: N_("Đang kiểm tra"),
        BatchState.CHECKED: N_("Đã kiểm tra, chờ nhập"),
        BatchState.RUNNING: N_("Đang nhập"),
        BatchState.PAUSED: N_("Tạm dừng"),
        BatchState.DONE: N_("Đã nhập xong"),
        BatchState.UNDOING: N_("Đang gỡ"),
        BatchState.UNDONE: N_("Đã gỡ"),
        BatchState.FAILED: N_("Không đọc được bảng"),
    }
)
FIELD_LABELS = Words(
    {
        "title": N_("Nhan đề"),
        "subtitle": N_("Phụ đề"),
        "other_titles": N_("Nhan đề khác"),
        "responsibility": N_("Thông tin trách nhiệm"),
        "creators": N_("Tác giả"),
        "unit": N_("Đơn vị"),
        "issued": N_("Ngày phát hành"),
        "kind": N_("Loại"),
        "publisher": N_("Nhà xuất bản"),
        "publisher_place": N_("Nơi xuất bản"),
        "printer": N_("Đơn vị in"),
        "edition": N_("Lần xuất bản"),
        "isbn": "ISBN",
        "issn": "ISSN",
        "licence_number": N_("Số giấy phép"),
        "licence_date": N_("Ngày cấp phép"),
        "print_run": N_("Số lượng in"),
        "extent": N_("Số trang"),
        "dimensions": N_("Khổ"),
        "languages": N_("Ngôn ngữ"),
        "series": N_("Tùng thư"),
        "volume": N_("Tập, số"),
        "themes": N_("Chủ đề"),
        "places": N_("Địa danh"),
        "people": N_("Nhân vật"),
        "events": N_("Sự kiện"),
        "relics": N_("Di tích"),
        "audiences": N_("Đối tượng"),
        "grades": N_("Lớp"),
        "subjects": N_("Môn học"),
        "abstract": N_("Tóm tắt"),
        "contents": N_("Mục lục"),
        "rights": N_("Quyền sử dụng"),
        "access": N_("Truy cập"),
        "embargo_until": N_("Hạn chế đến ngày"),
        "plan_task": N_("Nhiệm vụ"),
        "files": N_("Tệp"),
        NOTE: N_("Giữ làm ghi chú"),
    }
)
LACK_LABELS = Words(
    {
        "issued": N_("ngày phát hành"),
        "unit": N_("đơn vị"),
        "publisher": N_("nhà xuất bản"),
        "extent": N_("số trang"),
    }
)
_WHY = Words(
    {
        "name": N_("gần giống tên kho đã có"),
        "unit_unknown": N_("đơn vị kho chưa biết, tên trong bảng được giữ nguyên"),
        "date": N_("ngày đọc theo cách hiểu này"),
        "kind": N_("loại đọc theo cách hiểu này, chữ gốc giữ ở ghi chú"),
        "kind_other": N_("loại chưa có trong kho, chữ gốc giữ ở ghi chú"),
    }
)
_COLUMN_FIELDS = {"language": "languages", "file": "files"}
_SAMPLES = 3
_SAMPLE_CHARACTERS = 120


def sizes() -> tuple[str, str]:
    """How large a sheet and a ZIP may be, in words."""
    most_bytes = holdings().settings.max_upload_bytes
    return size_label(min(sheets.MOST_BYTES, most_bytes)), size_label(most_bytes)


def batch_rows(rows: Sequence[ImportBatch]) -> list[BatchRow]:
    return [
        BatchRow(
            name=row.name,
            url=url_for("admin.import_batch", batch_id=row.id),
            who=row.created_by_name,
            at=row.created_at,
            state=row.state.value,
            state_label=STATES[row.state],
            rows=row.row_count,
            added=row.added_count,
            problems=row.problem_count,
        )
        for row in rows
    ]


def mapping_page(
    session: Session, batch: ImportBatch, *, error: str = "", plan: Plan | None = None
) -> MappingPage:
    """The columns with what they probably mean; what was chosen in `plan`, where it was refused."""
    samples: list[list[str]] = []
    try:
        samples = batches.open_batch_sheet(holdings(), batch).sample(_SAMPLES)
    except InvalidInputError as fault:
        error = error or field_sentence(str(fault.data["problem"]), fault.data)
    chosen = plan.mapping if plan else batches.guess_mapping(session, batch)
    lowered = [heading.casefold() for heading in batch.headings]
    units = administration.all_units(session)
    return MappingPage(
        name=batch.name,
        url=url_for("admin.import_batch", batch_id=batch.id),
        told=batch.told,
        worksheets=batch.worksheets,
        worksheet=batch.worksheet,
        heading_row=batch.heading_row,
        columns=[
            ColumnRow(
                at=at,
                letters=column_letters(at),
                heading=heading,
                is_double=bool(heading) and lowered.count(heading.casefold()) > 1,
                samples=[
                    row[at][:_SAMPLE_CHARACTERS] for row in samples if at < len(row) and row[at]
                ],
                chosen=chosen[at] if at < len(chosen) else "",
            )
            for at, heading in enumerate(batch.headings)
        ],
        fields=[
            ("", _("Bỏ qua")),
            (NOTE, FIELD_LABELS[NOTE]),
            *((code, label) for code, label in FIELD_LABELS.items() if code != NOTE),
        ],
        choices={
            "unit": [("", _("Chưa rõ đơn vị")), *((unit.code, unit.name) for unit in units)],
            "kind": [("", _("Loại khác")), *KINDS.items()],
            "access": [("", ACCESS["public"]), *ACCESS.items()],
            "status": [(code, STATUS[code]) for code in ("accepted", "submitted", "draft")],
        },
        chosen={
            **(plan.constants if plan else batch.constants),
            "status": plan.status.value if plan else batch.status,
        },
        error=error,
    )


def batch_page(batch: ImportBatch) -> BatchPage:
    """The batch as it stands; of a long list of faults the page that the URL asks for."""
    session = reading()
    shown = RowState.KEPT if request.args.get("xem") == "giu-lai" else RowState.PROBLEM
    total = batch.kept_count if shown is RowState.KEPT else batch.problem_count
    number = page_number(request.args)
    rows = batches.list_rows(session, batch, shown, offset=(number - 1) * ROWS, limit=ROWS)
    is_working = batch.state in batches.WORKING
    url = url_for("admin.import_batch", batch_id=batch.id)
    return BatchPage(
        name=batch.name,
        url=url,
        state=batch.state.value,
        state_label=STATES[batch.state],
        sheet_name=batch.sheet_name,
        files_name=batch.files_name,
        told=batch.told,
        who=batch.created_by_name,
        at=batch.created_at,
        status_label=STATUS[batch.status],
        figures=_figures(batch, url),
        progress=_progress(batch) if is_working else None,
        worker_is_alive=worker_is_alive(session) if is_working else True,
        refresh_url=url_for("admin.import_now", batch_id=batch.id) if is_working else "",
        error=_fault(batch),
        acts=_acts(batch),
        on_error=batch.on_error,
        problem_count=batch.problem_count,
        ready_count=_ready(batch),
        guesses=_guesses(batch),
        shown=shown.value,
        problems=[
            ProblemLine(
                number=row.number,
                title=row.values.get("title", ""),
                faults=[
                    (
                        _label(problem["column"]),
                        batches.fault_words(problem),
                        problem["value"],
                    )
                    for problem in row.problems or ()
                ],
                publication=Link(
                    row.values.get("title", ""),
                    url_for("publications.show", publication_id=row.publication_id),
                )
                if shown is RowState.KEPT and row.publication_id
                else None,
            )
            for row in rows
        ],
        pagination=paginate(
            page=number,
            total=total,
            per_page=ROWS,
            path=url,
            args=request.args.to_dict(flat=False),
        ),
    )


def _ready(batch: ImportBatch) -> int:
    """How many rows are still to go in."""
    through = batch.problem_count + batch.present_count + batch.added_count
    return max(0, batch.row_count - through - batch.undone_count - batch.kept_count)


def _figures(batch: ImportBatch, url: str) -> list[Link]:
    figures = [Link(_("Dòng trong bảng"), url, batch.row_count)]
    if batch.state is not BatchState.UPLOADED:
        figures += [
            Link(_("Nhập được"), url, _ready(batch)),
            Link(_("Chưa đạt"), f"{url}#chua-dat", batch.problem_count),
            Link(_("Đã có trong kho"), url, batch.present_count),
            Link(_("Đã nhập"), url, batch.added_count),
        ]
    if batch.undone_count or batch.kept_count:
        figures += [
            Link(_("Đã gỡ"), url, batch.undone_count),
            Link(_("Giữ lại"), f"{url}?xem=giu-lai#chua-dat", batch.kept_count),
        ]
    return figures


def _progress(batch: ImportBatch) -> tuple[int, int, str]:
    match batch.state:
        case BatchState.CHECKING:
            return batch.row_count, 0, _("dòng đã kiểm tra")
        case BatchState.UNDOING:
            gone = batch.undone_count + batch.kept_count
            return gone, gone + batch.added_count, _("dòng đã gỡ")
        case _:
            through = batch.row_count - _ready(batch)
            return through, batch.row_count, _("dòng đã xong")


def _fault(batch: ImportBatch) -> str:
    if not batch.problem:
        return ""
    if "row" in batch.problem:
        return _("Dừng ở dòng {row}: {reason}").format(
            row=batch.problem["row"], reason=batches.fault_words(batch.problem)
        )
    return field_sentence(str(batch.problem.get("problem")), batch.problem)


def _acts(batch: ImportBatch) -> frozenset[str]:
    match batch.state:
        case BatchState.UPLOADED | BatchState.FAILED:
            return frozenset({"map"})
        case BatchState.CHECKED:
            return frozenset({"map", "run"})
        case BatchState.RUNNING:
            return frozenset({"pause"})
        case BatchState.PAUSED:
            return frozenset({"run", "undo"} if batch.added_count else {"run"})
        case BatchState.DONE:
            return frozenset({"undo"} if batch.added_count else ())
        case BatchState.UNDONE:
            return frozenset({"run"} if batch.undone_count else ())
        case _:
            return frozenset()


def _guesses(batch: ImportBatch) -> list[GuessLine]:
    if batch.state not in (BatchState.CHECKED, BatchState.PAUSED):
        return []
    return [
        GuessLine(
            at=at if batches.may_be_taken(guess) else None,
            field=_label(guess["field"]),
            given=guess["given"],
            taken=guess["taken"],
            words=_WHY.get(guess["why"], ""),
            count=guess["count"],
            is_chosen=batch.replacements.get(guess["field"], {}).get(guess["given"])
            == guess["taken"],
        )
        for at, guess in enumerate(batch.guessed)
    ]


def _label(column: str) -> str:
    return FIELD_LABELS.get(_COLUMN_FIELDS.get(column, column), "")

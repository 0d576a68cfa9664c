"""The record as a form: its fields with their labels, the groups they stand in, and what each
offers. Depositors and curators fill in the same fields in the same order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from flask_wtf import FlaskForm
from wtforms import HiddenField, MultipleFileField, SelectField, StringField, TextAreaField
from wtforms.fields.core import UnboundField
from wtforms.validators import InputRequired

from archive.core.language import N_, _
from archive.core.offered import AUDIENCES, GRADES, SUBJECTS
from archive.core.vocabulary import (
    ACCESS,
    CREATOR_ROLES,
    KINDS,
    LANGUAGES,
    MULTIPLE_FIELDS,
)
from archive.core.wording import field_sentence
from archive.metadata.isbn import has_right_check_digit, normal_isbn
from archive.metadata.issn import has_right_issn_digit
from archive.models import Publication
from archive.services.records import TEXT_FIELDS
from archive.web.forms import Form, choices_of
from archive.web.languages import lazy
from archive.web.pages.record import FieldGroup
from archive.web.present import typed_day

GROUPS: Mapping[str, Sequence[str]] = {
    N_("Ấn phẩm"): (
        *("title", "subtitle", "other_titles", "unit", "unit_name_given", "kind"),
        *("creators", "responsibility", "edition", "series", "volume", "languages"),
    ),
    N_("Xuất bản và in"): (
        *("issued", "publisher", "publisher_place", "printer", "print_run", "licence_number"),
        *("licence_date", "isbn", "issn", "extent", "dimensions"),
    ),
    N_("Nội dung"): (
        *("abstract", "contents", "themes", "places", "people", "events", "relics", "plan_task"),
    ),
    N_("Bạn đọc và trường học"): ("audiences", "grades", "subjects"),
    N_("Quyền"): ("access", "embargo_until", "rights"),
}
"""The record's fields in the order in which people fill them in."""

WIDE = frozenset(
    {
        *("title", "subtitle", "other_titles", "unit", "creators", "responsibility", "issued"),
        *("abstract", "contents", "audiences", "access"),
    }
)
"""What takes a whole row; of the others two stand side by side, and none is left alone."""
CHOICES: Mapping[str, Sequence[str]] = {
    "languages": tuple(map(lazy, LANGUAGES.vietnamese.values())),
    "audiences": AUDIENCES,
    "grades": GRADES,
    "subjects": SUBJECTS,
}
"""What a field of several values offers; other values are as good."""


class RecordForm(Form):
    """Everything as text: `services.records.read_record` reads it, so that a sheet and a form are
    held to the same rules."""

    title = StringField(lazy("Nhan đề"), [InputRequired(lazy("Nhập nhan đề."))])
    unit = SelectField(lazy("Đơn vị"), [InputRequired(lazy("Chọn đơn vị."))], choices=[])
    kind = SelectField(lazy("Loại ấn phẩm"), choices=lambda: choices_of(KINDS))
    issued = StringField(lazy("Ngày phát hành"), [InputRequired(lazy("Nhập ngày phát hành."))])
    access = SelectField(lazy("Ai được xem"), choices=lambda: choices_of(ACCESS))
    subtitle = StringField(lazy("Phụ đề"))
    responsibility = StringField(
        lazy("Thông tin trách nhiệm"), description=lazy("Như ghi trên ấn phẩm.")
    )
    creators = StringField(
        lazy("Tác giả"),
        description=lazy(
            "Ghi vai trò trong ngoặc: Nông Văn A (chủ biên); Trần B (ảnh). Các vai trò: {roles}.",
            roles=lambda: ", ".join(CREATOR_ROLES.values()),
        ),
    )
    other_titles = StringField(lazy("Nhan đề khác"))
    edition = StringField(
        lazy("Lần xuất bản"), description=lazy("Ví dụ: Tái bản lần 2, có bổ sung.")
    )
    publisher = StringField(lazy("Nhà xuất bản"))
    publisher_place = StringField(lazy("Nơi xuất bản"))
    printer = StringField(lazy("Đơn vị in"))
    isbn = StringField("ISBN", description=lazy("Ghi đúng như in trên sách, kể cả khi số in sai."))
    issn = StringField("ISSN", description=lazy("8 chữ số, ví dụ 1234-5679; ghi đúng như đã in."))
    licence_number = StringField(lazy("Số giấy phép"))
    licence_date = StringField(lazy("Ngày cấp phép"), description=lazy("Ví dụ 15/7/2024."))
    print_run = StringField(lazy("Số lượng in"))
    extent = StringField(lazy("Số trang"), description=lazy("Ví dụ: 128 trang, 1 tờ."))
    dimensions = StringField(lazy("Khổ"))
    series = StringField(
        lazy("Tùng thư"), description=lazy("Hoặc tên tạp chí, bản tin mà đây là một số.")
    )
    volume = StringField(lazy("Tập, số"))
    languages = StringField(lazy("Ngôn ngữ"), description=lazy("Ví dụ: tiếng Việt; tiếng Tày."))
    themes = StringField(lazy("Chủ đề"))
    places = StringField(lazy("Địa danh"))
    people = StringField(lazy("Nhân vật"))
    events = StringField(lazy("Sự kiện"))
    relics = StringField(lazy("Di tích"))
    audiences = StringField(lazy("Đối tượng"), description=lazy("Ví dụ: Chi bộ; Học sinh THCS."))
    grades = StringField(lazy("Lớp"), description=lazy("Từ 1 đến 12, ví dụ: 6; 7."))
    subjects = StringField(lazy("Môn học"))
    embargo_until = StringField(lazy("Hạn chế đến ngày"), description=lazy("Ví dụ 1/7/2027."))
    plan_task = StringField(lazy("Nhiệm vụ của kế hoạch"))
    rights = StringField(lazy("Quyền sử dụng"))
    abstract = TextAreaField(lazy("Tóm tắt"))
    contents = TextAreaField(lazy("Mục lục"), description=lazy("Mỗi mục một dòng."))

    def typed(self) -> Mapping[str, str]:
        """What was typed into the record's own fields, by field name."""
        return {
            name: str(self[name].data or "") for name in LABELS if name in self and name != "unit"
        }


LABELS: Mapping[str, str] = {
    **{
        name: made.args[0]
        for name, made in vars(RecordForm).items()
        if isinstance(made, UnboundField)
    },
    "unit_name_given": lazy("Tên đơn vị ghi trên ấn phẩm"),
}
"""What each field of the record is called on every page."""


class DepositForm(RecordForm):
    """The record with its files."""

    deposit_id = HiddenField()
    files = MultipleFileField(lazy("Tệp của ấn phẩm"))


class CorrectionForm(RecordForm):
    """The record as a curator corrects it. `seen` is the number of the version on which the form
    was filled in, 0 for a record that nobody had changed."""

    seen = HiddenField()
    issued = StringField(lazy("Ngày phát hành"))
    unit_name_given = StringField(
        LABELS["unit_name_given"],
        description=lazy(
            "Tên của ngày ấy, được giữ khi chọn đơn vị. Để trống thì hồ sơ hiện tên nay của đơn vị."
        ),
    )
    note = TextAreaField(
        lazy("Vì sao sửa"),
        description=lazy("Không bắt buộc. Lời ghi đi cùng lần sửa trong lịch sử hồ sơ."),
    )


def as_typed(publication: Publication) -> dict[str, str]:
    """The record as the form's text."""
    issued = publication.issue_date
    return {
        **{name: getattr(publication, name) for name in TEXT_FIELDS},
        **{name: typed_values(name, publication.typed_values_of(name)) for name in MULTIPLE_FIELDS},
        "unit": publication.unit.code,
        "unit_name_given": publication.unit_name_given,
        "kind": publication.kind,
        "issued": issued.vietnamese if issued else "",
        "access": publication.access.value,
        "embargo_until": typed_day(publication.embargo_until),
        "licence_date": typed_day(publication.licence_date),
    }


def typed_values(name: str, values: Iterable[str]) -> str:
    """Several values as a person types them, languages by their names."""
    labels: Mapping[str, str] = LANGUAGES if name == "languages" else {}
    return "; ".join(labels.get(value, value) for value in values)


def form_groups(form: FlaskForm, *, but: Iterable[str] = ()) -> list[FieldGroup]:
    """The form's fields in their groups, without those that stand elsewhere on the page."""
    left_out = frozenset(but)
    groups = [
        FieldGroup(
            title=_(title),
            fields=[form[name] for name in names if name in form and name not in left_out],
        )
        for title, names in GROUPS.items()
    ]
    return [group for group in groups if group.fields]


def number_warnings(given: Mapping[str, str]) -> dict[str, str]:
    """A sentence for each of `isbn` and `issn` whose check digit does not fit. Such numbers are
    printed in real books, so that none is refused."""
    doubtful = {}
    for name, fits in (("isbn", _isbn_fits), ("issn", has_right_issn_digit)):
        numbers = [part.strip() for part in given.get(name, "").replace(",", ";").split(";")]
        wrong = [number for number in numbers if number and not fits(number)]
        if wrong:
            doubtful[name] = field_sentence(f"{name}_doubtful", {"value": "; ".join(wrong)})
    return doubtful


def _isbn_fits(typed: str) -> bool:
    return has_right_check_digit(normal_isbn(typed))

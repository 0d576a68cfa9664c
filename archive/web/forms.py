"""The forms. They carry what was typed; the services decide what is right and name the field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    EmailField,
    HiddenField,
    MultipleFileField,
    PasswordField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.fields.core import UnboundField
from wtforms.validators import InputRequired

from archive.core.authorities import KINDS as AUTHORITY_KINDS
from archive.core.errors import InvalidInputError
from archive.core.language import _
from archive.core.vocabulary import ROLES
from archive.core.wording import field_sentence
from archive.services.records import without_controls
from archive.web.csrf import FormField
from archive.web.languages import lazy


def choices_of(labels: Mapping[str, str]) -> list[SelectChoice]:
    """The labels of codes as a select offers them."""
    return [SelectChoice(code, label) for code, label in labels.items()]


def show_error(form: FlaskForm, error: InvalidInputError) -> None:
    """Put the service's complaint beside the field it names."""
    name = str(error.data.get("field"))
    field = form._fields.get(name)
    words = field_sentence(str(error.data.get("problem")), error.data)
    if field is None:
        form.form_errors.append(words)
    else:
        field.errors = [*field.errors, words]


class _Words:
    """WTForms' own messages in the language of the page."""

    _KNOWN: Mapping[str, str] = {
        "Not a valid choice.": lazy("Chọn một mục trong danh sách."),
        "Not a valid choice": lazy("Chọn một mục trong danh sách."),
        "Invalid Choice: could not coerce.": lazy("Chọn một mục trong danh sách."),
        "This field is required.": lazy("Mục này không được để trống."),
    }

    def gettext(self, text: str) -> str:
        return self._KNOWN.get(text, text)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        return self.gettext(singular if number == 1 else plural)


class Form(FlaskForm):
    """Every form's base: its token, messages in its language, and text that HTML can show again."""

    class Meta(FlaskForm.Meta):
        csrf_class = FormField

        def bind_field(
            self, form: FlaskForm, unbound_field: UnboundField, options: dict[str, Any]
        ) -> Any:
            kind = unbound_field.field_class
            if issubclass(kind, StringField) and not issubclass(kind, PasswordField):
                options = {"filters": (without_controls,), **options}
            return super().bind_field(form, unbound_field, options)

        def get_translations(self, form: FlaskForm) -> _Words:
            return _Words()


class SignInForm(Form):
    email = EmailField(lazy("Thư điện tử"), [InputRequired(lazy("Nhập thư điện tử."))])
    password = PasswordField(lazy("Mật khẩu"), [InputRequired(lazy("Nhập mật khẩu."))])
    next = HiddenField()


class PasswordForm(Form):
    current = PasswordField(
        lazy("Mật khẩu hiện tại"), [InputRequired(lazy("Nhập mật khẩu hiện tại."))]
    )
    new = PasswordField(
        lazy("Mật khẩu mới"),
        [InputRequired(lazy("Nhập mật khẩu mới."))],
        description=lazy("Ít nhất 10 ký tự."),
    )
    again = PasswordField(
        lazy("Nhập lại mật khẩu mới"), [InputRequired(lazy("Nhập lại mật khẩu mới."))]
    )


class SetPasswordForm(Form):
    new = PasswordField(
        lazy("Mật khẩu mới"),
        [InputRequired(lazy("Nhập mật khẩu mới."))],
        description=lazy("Ít nhất 10 ký tự."),
    )
    again = PasswordField(
        lazy("Nhập lại mật khẩu mới"), [InputRequired(lazy("Nhập lại mật khẩu mới."))]
    )


class ReplaceForm(Form):
    files = MultipleFileField(lazy("Tệp mới"))
    reason = TextAreaField(
        lazy("Lý do thay tệp"),
        [InputRequired(lazy("Ghi lý do thay tệp."))],
        description=lazy("Ghi vào diễn biến."),
    )


class LogForm(Form):
    """What to look for in the log; it stands in the address."""

    class Meta(Form.Meta):
        csrf = False

    NAMES = ("kind", "who", "publication", "since", "until")
    kind = SelectField(lazy("Việc"), choices=[], validate_choice=False)
    who = StringField(lazy("Người làm"), description=lazy("Đúng tên ghi trong nhật ký."))
    publication = StringField(
        lazy("Ấn phẩm"), description=lazy("Mã hoặc địa chỉ trang của ấn phẩm.")
    )
    since = StringField(lazy("Từ ngày"), description=lazy("Ví dụ 1/7/2026."))
    until = StringField(lazy("Đến hết ngày"))


class UserForm(Form):
    email = EmailField(lazy("Thư điện tử"), [InputRequired(lazy("Nhập thư điện tử."))])
    name = StringField(lazy("Họ và tên"))
    role = SelectField(lazy("Vai trò"), choices=lambda: choices_of(ROLES))
    unit = SelectField(lazy("Đơn vị"), choices=[])


class UserChangeForm(Form):
    name = StringField(lazy("Họ và tên"))
    role = SelectField(lazy("Vai trò"), choices=lambda: choices_of(ROLES))
    unit = SelectField(lazy("Đơn vị"), choices=[])


class UnitForm(Form):
    code = StringField(
        lazy("Mã"),
        [InputRequired(lazy("Nhập mã đơn vị."))],
        description=lazy("Chữ không dấu, số, gạch nối."),
    )
    name = StringField(lazy("Tên đơn vị"), [InputRequired(lazy("Nhập tên đơn vị."))])
    kind = StringField(lazy("Loại đơn vị"))
    parent = SelectField(lazy("Thuộc đơn vị"), choices=[])
    valid_from = StringField(lazy("Có từ ngày"))
    valid_to = StringField(lazy("Đến hết ngày"))
    successor = SelectField(lazy("Đơn vị kế thừa"), choices=[])


class UnitChangeForm(UnitForm):
    code = None


class UnitMergeForm(Form):
    successor = SelectField(lazy("Hợp nhất vào"), [InputRequired(lazy("Chọn đơn vị."))], choices=[])
    since = StringField(
        lazy("Từ ngày"),
        [InputRequired(lazy("Nhập ngày."))],
        description=lazy("Ví dụ 1/7/2025: ngày đầu tiên."),
    )


class AuthorityForm(Form):
    """One name of the catalogue; other names are meant by their id or their only name."""

    FIELDS = (
        *("name", "variants", "type", "valid_from", "valid_to", "parent", "dates"),
        *("source", "note", "successors", "formerly_in"),
    )
    kind = SelectField(lazy("Loại"), choices=lambda: choices_of(AUTHORITY_KINDS))
    name = StringField(lazy("Tên"), [InputRequired(lazy("Nhập tên."))])
    variants = TextAreaField(
        lazy("Tên khác, cách viết khác"),
        description=lazy(
            "Mỗi tên một dòng; ghi chú viết sau dấu |. Hồ sơ dùng tên nào cũng được gắn."
        ),
    )
    type = StringField(
        lazy("Kiểu"), description=lazy("Với địa danh: tỉnh, huyện, xã, phường, thị trấn…")
    )
    dates = StringField(
        lazy("Năm sinh, năm mất hoặc ngày"), description=lazy("Ví dụ 1904–1947; 3/10/1950.")
    )
    valid_from = StringField(lazy("Có từ"), description=lazy("2025, 7/2025 hoặc 1/7/2025."))
    valid_to = StringField(lazy("Đến hết"))
    parent = StringField(lazy("Nằm trong"), description=lazy("Tên hoặc mã của mục rộng hơn."))
    successors = StringField(
        lazy("Về sau thành"), description=lazy("Tên hoặc mã, cách nhau bằng dấu chấm phẩy (;).")
    )
    formerly_in = StringField(lazy("Trước đó nằm trong"))
    note = TextAreaField(
        lazy("Ghi chú"),
        description=lazy("Từ chữ “Cần kiểm tra:” trở đi chỉ biên mục viên đọc được."),
    )
    source = TextAreaField(lazy("Nguồn"), description=lazy("Cách nhau bằng dấu ;."))


class MergeForm(Form):
    class Meta(Form.Meta):
        # It only asks what would be; the button that merges has its token.
        csrf = False

    into = StringField(lazy("Gộp vào"), description=lazy("Tên hoặc mã của mục được giữ lại."))


def empty_choice(labels: Mapping[str, str]) -> list[SelectChoice]:
    """The labels as choices, with none of them as the first."""
    return [SelectChoice("", _("— không —")), *choices_of(labels)]

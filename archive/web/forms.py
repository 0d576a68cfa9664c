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
from archive.core.vocabulary import ROLES
from archive.core.wording import field_sentence
from archive.services.records import without_controls
from archive.web.csrf import FormField


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
    """WTForms' own messages in Vietnamese."""

    _KNOWN: Mapping[str, str] = {
        "Not a valid choice.": "Chọn một mục trong danh sách.",
        "Not a valid choice": "Chọn một mục trong danh sách.",
        "Invalid Choice: could not coerce.": "Chọn một mục trong danh sách.",
        "This field is required.": "Mục này không được để trống.",
    }

    def gettext(self, text: str) -> str:
        return self._KNOWN.get(text, text)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        return self.gettext(singular if number == 1 else plural)


class Form(FlaskForm):
    """Every form's base: its token, messages in Vietnamese, and text that HTML can show again."""

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
    email = EmailField("Thư điện tử", [InputRequired("Nhập thư điện tử.")])
    password = PasswordField("Mật khẩu", [InputRequired("Nhập mật khẩu.")])
    next = HiddenField()


class PasswordForm(Form):
    current = PasswordField("Mật khẩu hiện tại", [InputRequired("Nhập mật khẩu hiện tại.")])
    new = PasswordField(
        "Mật khẩu mới", [InputRequired("Nhập mật khẩu mới.")], description="Ít nhất 10 ký tự."
    )
    again = PasswordField("Nhập lại mật khẩu mới", [InputRequired("Nhập lại mật khẩu mới.")])


class SetPasswordForm(Form):
    new = PasswordField(
        "Mật khẩu mới", [InputRequired("Nhập mật khẩu mới.")], description="Ít nhất 10 ký tự."
    )
    again = PasswordField("Nhập lại mật khẩu mới", [InputRequired("Nhập lại mật khẩu mới.")])


class ReplaceForm(Form):
    files = MultipleFileField("Tệp mới")
    reason = TextAreaField(
        "Lý do thay tệp", [InputRequired("Ghi lý do thay tệp.")], description="Ghi vào diễn biến."
    )


class LogForm(Form):
    """What to look for in the log; it stands in the address."""

    class Meta(Form.Meta):
        csrf = False

    NAMES = ("kind", "who", "publication", "since", "until")
    kind = SelectField("Việc", choices=[], validate_choice=False)
    who = StringField("Người làm", description="Đúng tên ghi trong nhật ký.")
    publication = StringField("Ấn phẩm", description="Mã hoặc địa chỉ trang của ấn phẩm.")
    since = StringField("Từ ngày", description="Ví dụ 1/7/2026.")
    until = StringField("Đến hết ngày")


class UserForm(Form):
    email = EmailField("Thư điện tử", [InputRequired("Nhập thư điện tử.")])
    name = StringField("Họ và tên")
    role = SelectField("Vai trò", choices=choices_of(ROLES))
    unit = SelectField("Đơn vị", choices=[])


class UserChangeForm(Form):
    name = StringField("Họ và tên")
    role = SelectField("Vai trò", choices=choices_of(ROLES))
    unit = SelectField("Đơn vị", choices=[])


class UnitForm(Form):
    code = StringField(
        "Mã", [InputRequired("Nhập mã đơn vị.")], description="Chữ không dấu, số, gạch nối."
    )
    name = StringField("Tên đơn vị", [InputRequired("Nhập tên đơn vị.")])
    kind = StringField("Loại đơn vị")
    parent = SelectField("Thuộc đơn vị", choices=[])
    valid_from = StringField("Có từ ngày")
    valid_to = StringField("Đến hết ngày")
    successor = SelectField("Đơn vị kế thừa", choices=[])


class UnitChangeForm(UnitForm):
    code = None


class UnitMergeForm(Form):
    successor = SelectField("Hợp nhất vào", [InputRequired("Chọn đơn vị.")], choices=[])
    since = StringField(
        "Từ ngày", [InputRequired("Nhập ngày.")], description="Ví dụ 1/7/2025: ngày đầu tiên."
    )


class AuthorityForm(Form):
    """One name of the catalogue; other names are meant by their id or their only name."""

    FIELDS = (
        *("name", "variants", "type", "valid_from", "valid_to", "parent", "dates"),
        *("source", "note", "successors", "formerly_in"),
    )
    kind = SelectField("Loại", choices=choices_of(AUTHORITY_KINDS))
    name = StringField("Tên", [InputRequired("Nhập tên.")])
    variants = TextAreaField(
        "Tên khác, cách viết khác",
        description="Mỗi tên một dòng; ghi chú viết sau dấu |. Hồ sơ dùng tên nào cũng được gắn.",
    )
    type = StringField("Kiểu", description="Với địa danh: tỉnh, huyện, xã, phường, thị trấn…")
    dates = StringField("Năm sinh, năm mất hoặc ngày", description="Ví dụ 1904–1947; 3/10/1950.")
    valid_from = StringField("Có từ", description="2025, 7/2025 hoặc 1/7/2025.")
    valid_to = StringField("Đến hết")
    parent = StringField("Nằm trong", description="Tên hoặc mã của mục rộng hơn.")
    successors = StringField("Về sau thành", description="Tên hoặc mã, cách nhau bằng dấu ;.")
    formerly_in = StringField("Trước đó nằm trong")
    note = TextAreaField("Ghi chú", description="Điều cần kiểm tra cũng ghi ở đây.")
    source = TextAreaField("Nguồn", description="Cách nhau bằng dấu ;.")


class MergeForm(Form):
    class Meta(Form.Meta):
        # It only asks what would be; the button that merges has its token.
        csrf = False

    into = StringField("Gộp vào", description="Tên hoặc mã của mục được giữ lại.")


def empty_choice(labels: Mapping[str, str]) -> list[SelectChoice]:
    """The labels as choices, with none of them as the first."""
    return [SelectChoice("", "— không —"), *choices_of(labels)]

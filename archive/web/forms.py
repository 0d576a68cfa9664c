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
from wtforms.validators import InputRequired

from archive.core.errors import InvalidInputError
from archive.core.vocabulary import ACCESS, KINDS, ROLES
from archive.core.wording import field_sentence

_NEEDED = InputRequired("Mục này không được để trống.")


def show_error(form: FlaskForm, error: InvalidInputError) -> None:
    """Put the service's complaint beside the field it names."""
    name = str(error.data.get("field"))
    field = form._fields.get(name)
    words = field_sentence(str(error.data.get("problem")), error.data)
    if field is None:
        form.form_errors.append(words)
    else:
        field.errors = [*field.errors, words]


class SignInForm(FlaskForm):
    email = EmailField("Địa chỉ thư", [_NEEDED])
    password = PasswordField("Mật khẩu", [_NEEDED])
    next = HiddenField()


class PasswordForm(FlaskForm):
    current = PasswordField("Mật khẩu hiện tại", [_NEEDED])
    new = PasswordField("Mật khẩu mới", [_NEEDED], description="Ít nhất 10 ký tự.")
    again = PasswordField("Nhập lại mật khẩu mới", [_NEEDED])


class SetPasswordForm(FlaskForm):
    new = PasswordField("Mật khẩu mới", [_NEEDED], description="Ít nhất 10 ký tự.")
    again = PasswordField("Nhập lại mật khẩu mới", [_NEEDED])


class DepositForm(FlaskForm):
    """Everything as text: `services.records.read_record` reads it, so that a sheet and a form are
    held to the same rules."""

    deposit_id = HiddenField()
    files = MultipleFileField("Tệp của ấn phẩm")
    title = StringField("Nhan đề", [_NEEDED])
    unit = SelectField("Đơn vị", [_NEEDED], choices=[])
    kind = SelectField("Loại ấn phẩm", choices=list(KINDS.items()))
    issued = StringField("Ngày phát hành", [_NEEDED])
    access = SelectField("Ai được xem", choices=list(ACCESS.items()))
    subtitle = StringField("Phụ đề")
    responsibility = StringField("Thông tin trách nhiệm")
    creators = StringField("Tác giả")
    publisher = StringField("Nhà xuất bản")
    printer = StringField("Đơn vị in")
    isbn = StringField("ISBN")
    licence_number = StringField("Số giấy phép")
    print_run = StringField("Số lượng in")
    dimensions = StringField("Khổ")
    series = StringField("Tùng thư")
    volume = StringField("Tập, số")
    languages = StringField("Ngôn ngữ", description="Mã ngôn ngữ: vi, tyz (Tày), nut (Nùng), en…")
    themes = StringField("Chủ đề")
    places = StringField("Địa danh")
    people = StringField("Nhân vật")
    events = StringField("Sự kiện")
    audiences = StringField("Đối tượng")
    grades = StringField("Lớp")
    subjects = StringField("Môn học")
    embargo_until = StringField("Hạn chế đến ngày", description="Ví dụ 1/7/2027.")
    plan_task = StringField("Nhiệm vụ của kế hoạch")
    rights = StringField("Quyền sử dụng")
    abstract = TextAreaField("Tóm tắt")

    def typed(self) -> Mapping[str, str]:
        """What was typed, by field name."""
        return {
            name: str(value or "")
            for name, value in self.data.items()
            if name not in ("files", "csrf_token", "deposit_id", "unit")
        }


class UserForm(FlaskForm):
    email = EmailField("Địa chỉ thư", [_NEEDED])
    name = StringField("Họ và tên")
    role = SelectField("Vai trò", choices=list(ROLES.items()))
    unit = SelectField("Đơn vị", choices=[])


class UserChangeForm(FlaskForm):
    name = StringField("Họ và tên")
    role = SelectField("Vai trò", choices=list(ROLES.items()))
    unit = SelectField("Đơn vị", choices=[])


class UnitForm(FlaskForm):
    code = StringField("Mã", [_NEEDED], description="Chữ không dấu, số, gạch nối.")
    name = StringField("Tên đơn vị", [_NEEDED])
    kind = StringField("Loại đơn vị")
    parent = SelectField("Thuộc đơn vị", choices=[])
    valid_from = StringField("Có từ ngày")
    valid_to = StringField("Đến hết ngày")
    successor = SelectField("Đơn vị kế thừa", choices=[])


class UnitChangeForm(UnitForm):
    code = None


def empty_choice(choices: list[tuple[str, str]]) -> list[tuple[str, Any]]:
    return [("", "— không —"), *choices]

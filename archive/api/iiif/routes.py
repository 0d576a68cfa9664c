"""The routes of `/iiif/3`. Who may see a page is asked at every request, also for a kept tile."""

from __future__ import annotations

import json
from collections.abc import Mapping

from flask import Blueprint, Response, request

from archive.api.iiif.description import CONTEXT, PROFILE, describe_picture
from archive.api.iiif.parameters import canonical_path, read_request
from archive.core.errors import (
    ExtractorFailedError,
    InvalidInputError,
    NotFoundError,
    StorageBusyError,
)
from archive.core.language import N_, _
from archive.extract.cutting import MEDIA_TYPES
from archive.services.page_cutting import check_drawable, cut_page
from archive.services.page_pictures import PagePicture, find_page_picture
from archive.web.access import OpenTo, open_to
from archive.web.context import base_url, current_actor, holdings, reading
from archive.web.present import picture_id

blueprint = Blueprint("iiif", __name__, url_prefix="/iiif/3")

_SHOWN = 100
_BUSY_SECONDS = 2
_SENTENCES: Mapping[tuple[str, str], str] = {
    ("region", "malformed"): N_(
        "Không hiểu vùng ảnh “{value}”. Viết full, square, x,y,rộng,cao hoặc pct:x,y,rộng,cao."
    ),
    ("region", "outside"): N_("Vùng ảnh “{value}” không có phần nào nằm trên trang."),
    ("size", "malformed"): N_(
        "Không hiểu cỡ ảnh “{value}”. Viết max, rộng, hoặc ,cao hoặc rộng,cao hoặc !rộng,cao "
        "hoặc pct:số."
    ),
    ("size", "too_large"): N_("Cỡ ảnh “{value}” lớn hơn vùng ảnh được chọn."),
    ("size", "too_small"): N_("Cỡ ảnh “{value}” nhỏ hơn một điểm ảnh."),
    ("size", "upscaling"): N_("Kho không phóng ảnh to hơn cỡ thật (“{value}”)."),
    ("rotation", "malformed"): N_(
        "Không hiểu góc xoay “{value}”. Viết 0, 90, 180 hoặc 270; thêm dấu ! ở trước để lật ảnh."
    ),
    ("rotation", "unknown"): N_("Ảnh chỉ xoay được 0, 90, 180 hoặc 270 độ, không xoay “{value}”."),
    ("quality", "unknown"): N_(
        "Không có kiểu màu “{value}”. Chọn default, color, gray hoặc bitonal."
    ),
    ("format", "unknown"): N_("Không có định dạng “{value}”. Chọn jpg, png hoặc webp."),
}


@blueprint.get("/<publication_id>_<int:number>")
@open_to(OpenTo.ANYONE)
def base(publication_id: str, number: int) -> Response:
    """To the description of the page (303)."""
    picture = _find(publication_id, number)
    response = Response(status=303, mimetype="text/plain")
    response.location = f"{_address(picture)}/info.json"
    return _with_headers(response, picture)


@blueprint.get("/<publication_id>_<int:number>/info.json")
@open_to(OpenTo.ANYONE)
def info(publication_id: str, number: int) -> Response:
    """What the page image offers, as JSON-LD, or as plain JSON to whoever asks for that alone."""
    picture = _find(publication_id, number)
    check_drawable(holdings(), picture)
    described = json.dumps(describe_picture(picture, address=_address(picture)), indent=2)
    offered = ["application/ld+json", "application/json"]
    media_type = request.accept_mimetypes.best_match(offered, offered[0])
    if media_type == offered[0]:
        media_type = f'{media_type};profile="{CONTEXT}"'
    response = Response(described, content_type=media_type)
    response.vary.add("Accept")
    response.add_etag()
    _with_headers(response, picture).make_conditional(request)
    return response


@blueprint.get("/<publication_id>_<int:number>/<region>/<size>/<rotation>/<quality>.<image_format>")
@open_to(OpenTo.ANYONE)
def image(
    publication_id: str,
    number: int,
    region: str,
    size: str,
    rotation: str,
    quality: str,
    image_format: str,
) -> Response:
    """A part of the page. Whoever has these very pixels already is told so without cutting them."""
    picture = _find(publication_id, number)
    cut = read_request(
        picture,
        region=region,
        size=size,
        rotation=rotation,
        quality=quality,
        image_format=image_format,
    )
    response = Response(mimetype=MEDIA_TYPES[cut.image_format])
    response.set_etag(picture.fingerprint(cut))
    canonical = f"{_address(picture)}/{canonical_path(cut, picture)}"
    response.headers.add("Link", f'<{canonical}>;rel="canonical"')
    _with_headers(response, picture)
    if not request.if_none_match.contains(picture.fingerprint(cut)):
        response.data = cut_page(holdings(), picture, cut)
    response.make_conditional(request)
    return response


@blueprint.after_request
def _answer_preflight(response: Response) -> Response:
    """A browser that asks first is told what may be asked, of any page alike."""
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
        response.headers["Access-Control-Allow-Headers"] = "Accept, If-None-Match"
        response.headers["Access-Control-Max-Age"] = "86400"
    return response


@blueprint.errorhandler(InvalidInputError)
def _invalid(error: InvalidInputError) -> Response:
    problem = str(error.data["problem"])
    sentence = _SENTENCES[(str(error.data["field"]), problem)]
    value = str(error.data["value"])[:_SHOWN]
    return _refusal(501 if problem == "upscaling" else 400, _(sentence).format(value=value))


@blueprint.errorhandler(NotFoundError)
def _not_found(_error: NotFoundError) -> Response:
    return _refusal(
        404, _("Không có ảnh của trang này, hoặc trang không mở cho tài khoản đang dùng.")
    )


@blueprint.errorhandler(StorageBusyError)
@blueprint.errorhandler(ExtractorFailedError)
def _busy(_error: Exception) -> Response:
    response = _refusal(503, _("Kho đang vẽ nhiều trang khác. Thử lại sau vài giây."))
    response.headers["Retry-After"] = str(_BUSY_SECONDS)
    return response


def _refusal(status: int, sentence: str) -> Response:
    return Response(f"{sentence}\n", status=status, mimetype="text/plain")


def _find(publication_id: str, number: int) -> PagePicture:
    return find_page_picture(reading(), holdings(), publication_id, number, actor=current_actor())


def _address(picture: PagePicture) -> str:
    """The base URI of the page, the same in every answer about it."""
    return f"{base_url()}/iiif/3/{picture_id(picture.publication_id, picture.number)}"


def _with_headers(response: Response, picture: PagePicture) -> Response:
    """Caches may keep an answer but ask each time: what was withdrawn is gone at the next look."""
    response.headers.add("Link", f'<{PROFILE}>;rel="profile"')
    response.headers["Cache-Control"] = f"{'public' if picture.is_public else 'private'}, no-cache"
    if picture.is_public:
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Expose-Headers"] = "Link"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response

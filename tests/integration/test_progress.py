"""What a depositor is told of the intake's stages."""

from __future__ import annotations

from sqlalchemy import update

from archive.models import File, Page, Publication
from archive.services.progress import progress_of


def reading_stage(holdings, publication_id: str):
    with holdings.database.reading() as session:
        publication = session.get(Publication, publication_id)
        files = session.query(File).filter_by(publication_id=publication_id).all()
        return progress_of(session, publication, files, can_recognise=True).stages[1]


def test_page_with_a_stamp_only_is_counted_once(holdings, deposited, work):
    """Its few letters are text, but the page still waits for the picture to be read."""
    publication_id = deposited()
    work()
    assert reading_stage(holdings, publication_id).detail == "3 trang có chữ"
    for waiting, told in (
        ([1], "3 trang, 2 trang có chữ, 1 trang chờ nhận dạng"),
        ([1, 2, 3], "3 trang chờ nhận dạng"),
    ):
        with holdings.database.writing() as session:
            session.execute(
                update(Page)
                .where(Page.publication_id == publication_id, Page.number.in_(waiting))
                .values(ocr_state="waiting")
            )
            session.commit()
        assert reading_stage(holdings, publication_id).detail == told

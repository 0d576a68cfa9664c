from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from archive.core.errors import InvalidInputError
from archive.storage.derivatives import Derivatives


@pytest.fixture
def images(tmp_path: Path) -> Derivatives:
    return Derivatives(tmp_path / "index" / "images")


def test_images_lie_spread_over_folders(images: Derivatives) -> None:
    path = images.path("k3f9x2m7q1zt", "f1", 1, 320)

    assert path.relative_to(images.folder).as_posix() == "k3/k3f9x2m7q1zt/f1/0001-320.webp"
    assert images.path("k3f9x2m7q1zt", "f1", 12345, 1200).name == "12345-1200.webp"


@pytest.mark.parametrize("bad", ["", ".", "..", "../x", "a/b", "a\\b", "a\0", "-a", "a" * 101])
def test_an_id_that_could_leave_the_folder_is_refused(images: Derivatives, bad: str) -> None:
    for call in (
        lambda: images.path(bad, "f1", 1, 320),
        lambda: images.path("k3f9", bad, 1, 320),
        lambda: images.remove(bad),
    ):
        with pytest.raises(InvalidInputError):
            call()


@pytest.mark.parametrize(("page_number", "width_px"), [(0, 320), (-1, 320), (1, 0)])
def test_pages_and_widths_are_positive(
    images: Derivatives, page_number: int, width_px: int
) -> None:
    with pytest.raises(InvalidInputError):
        images.path("k3f9", "f1", page_number, width_px)


def test_an_image_written_twice_is_the_second_and_nothing_else(images: Derivatives) -> None:
    path = images.path("k3f9", "f1", 1, 320)
    images.write(path, b"first")
    images.write(path, b"second")

    assert path.read_bytes() == b"second"
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_what_a_killed_writer_left_is_swept_and_images_stay(images: Derivatives) -> None:
    path = images.path("k3f9", "f1", 1, 320)
    images.write(path, b"whole")
    path.with_name(f".{path.name}.0123456789abcdef").write_bytes(b"ha")
    images.prepare("k3f9", "f1")

    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("path", ["../x.webp", "/outside/x.webp", "a/../../x.webp"])
def test_writing_elsewhere_is_refused(images: Derivatives, path: str) -> None:
    with pytest.raises(ValueError):
        images.write(images.folder / path, b"x")


def test_removing_takes_one_publications_images_and_no_others(images: Derivatives) -> None:
    for publication_id in ("k3f9", "k3aa"):
        for page_number in (1, 2):
            for width_px in (320, 1200):
                images.write(images.path(publication_id, "f1", page_number, width_px), b"x")

    assert images.remove("k3f9") == 4
    assert images.remove("k3f9") == 0

    assert not images.path("k3f9", "f1", 1, 320).exists()
    assert images.path("k3aa", "f1", 2, 1200).exists()


def test_writing_while_the_publication_is_removed_ends_with_the_image(images: Derivatives) -> None:
    path = images.path("k3f9", "f1", 1, 320)
    stop = threading.Event()

    def remove() -> None:
        while not stop.is_set():
            images.remove("k3f9")
            time.sleep(0.001)

    remover = threading.Thread(target=remove)
    remover.start()
    try:
        for _ in range(100):
            images.write(path, b"x")
    finally:
        stop.set()
        remover.join()
    images.write(path, b"last")

    assert path.read_bytes() == b"last"


def test_free_space_is_known_before_the_folder_is_made(images: Derivatives) -> None:
    assert not images.folder.exists()
    assert images.free_space_bytes > 0

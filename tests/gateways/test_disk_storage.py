from pathlib import Path

import pytest

from localmessages.gateways.disk_storage import DiskStorage
from localmessages.gateways.storage import FileMissing


def content(storage: DiskStorage, key: str) -> bytes:
    with storage.open(key) as file:
        return file.read()


def test_a_file_is_there_when_it_is_kept_and_not_before(tmp_path: Path):
    storage = DiskStorage(tmp_path / "files")
    draft = storage.draft("exports/a/b")
    draft.file.write(b"one")
    assert storage.size("exports/a/b") is None

    draft.keep()
    draft.discard()

    assert (content(storage, "exports/a/b"), storage.size("exports/a/b")) == (b"one", 3)


def test_another_takes_its_place_and_who_reads_the_first_reads_on(tmp_path: Path):
    storage = DiskStorage(tmp_path)
    for text in (b"first", b"second"):
        draft = storage.draft("a")
        draft.file.write(text)
        draft.keep()
        if text == b"first":
            reader = storage.open("a")

    with reader:
        assert reader.read() == b"first"
    assert content(storage, "a") == b"second"


def test_what_is_discarded_leaves_nothing(tmp_path: Path):
    storage = DiskStorage(tmp_path)
    draft = storage.draft("a")
    draft.file.write(b"one")
    (draft.scratch / "rows").write_bytes(b"one")

    draft.discard()

    assert [path.name for path in tmp_path.rglob("*")] == [".drafts"]


def test_of_what_is_kept_nothing_else_stays(tmp_path: Path):
    draft = DiskStorage(tmp_path).draft("a")
    (draft.scratch / "rows").write_bytes(b"one")

    draft.keep()

    assert sorted(path.name for path in tmp_path.rglob("*")) == [".drafts", "a"]


def test_what_is_not_there_is_missing_and_may_be_deleted(tmp_path: Path):
    storage = DiskStorage(tmp_path)

    storage.delete("a")

    assert storage.size("a") is None
    with pytest.raises(FileMissing):
        storage.open("a")


@pytest.mark.parametrize("key", ["../a", "a/../../b", "/etc/passwd", "", ".drafts/a", "a//b", "a\0b", "a/.b"])
def test_a_key_never_leads_out_of_the_directory(tmp_path: Path, key: str):
    with pytest.raises(ValueError, match="no key"):
        DiskStorage(tmp_path).open(key)


def test_files_are_closed_to_others(tmp_path: Path):
    storage = DiskStorage(tmp_path / "files")
    draft = storage.draft("a")
    draft.keep()

    assert (tmp_path / "files" / "a").stat().st_mode & 0o777 == 0o600

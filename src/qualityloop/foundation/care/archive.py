"""What a backup is: files with a manifest that names every one of them with its SHA-256; a folder, or one tar file."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any

from qualityloop.analysis.messages import AnalysisError, Place, message

FORMAT = 1
MANIFEST = "manifest.json"
SQLITE = "database.sqlite3"
POSTGRESQL = "database.dump"
HOME = "home"  # folder of what lay in the home folder
PACKED = {".tar": "w", ".tar.gz": "w:gz", ".tgz": "w:gz"}
PIECE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Content:
    """A file of a backup."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is in a backup. `tables` counts the rows of each table; `database` is sqlite or postgresql."""

    made_at: str
    version: str
    database: str
    secret_key: bool
    tables: dict[str, int]
    files: dict[str, Content] = field(default_factory=dict)


def packing(target: Path) -> str:
    """How `target` is packed, as tarfile calls it; empty for a folder."""
    return next((mode for ending, mode in PACKED.items() if target.name.endswith(ending)), "")


def digest(source: IO[bytes], copy: IO[bytes] | None = None) -> Content:
    """Read to the end, into `copy` where it is given."""
    whole, size = hashlib.sha256(), 0
    while piece := source.read(PIECE):
        whole.update(piece)
        size += len(piece)
        if copy is not None:
            copy.write(piece)
    return Content(whole.hexdigest(), size)


def write(folder: Path, manifest: Manifest, target: Path) -> None:
    """Make the backup in `folder` (beside `target`) the one at `target`: whole or not at all, for its owner only."""
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            with file.open("rb") as source:
                manifest.files[file.relative_to(folder).as_posix()] = digest(source)
    text = json.dumps({"format": FORMAT, **asdict(manifest)}, ensure_ascii=False, indent=1, sort_keys=True)
    (folder / MANIFEST).write_text(text, encoding="utf-8")
    mode = packing(target)
    if not mode:
        folder.chmod(0o700)
        if target.exists():
            target.rmdir()  # it is empty
        folder.rename(target)
        return
    draft = folder.with_name(folder.name + ".tar")
    try:
        handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        with os.fdopen(handle, "wb") as out, tarfile.open(fileobj=out, mode=mode) as tar:  # type: ignore[call-overload]
            tar.add(folder / MANIFEST, MANIFEST)  # first, so that reading it is quick
            for name in manifest.files:
                tar.add(folder / name, name)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _members(source: Path) -> Iterator[Iterator[tuple[str, IO[bytes]]]]:
    """Name and content of every file, the manifest first."""
    if source.is_dir():
        yield _of_folder(source)
        return
    try:
        with tarfile.open(source, "r|*") as tar:
            yield _of_tar(tar)
    except (tarfile.TarError, EOFError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise _no_backup(source) from error


def _of_folder(source: Path) -> Iterator[tuple[str, IO[bytes]]]:
    names = sorted(file.relative_to(source).as_posix() for file in source.rglob("*") if file.is_file())
    for name in (MANIFEST, *(n for n in names if n != MANIFEST)):
        try:
            with (source / name).open("rb") as content:
                yield name, content
        except FileNotFoundError:
            raise _no_backup(source) from None


def _of_tar(tar: tarfile.TarFile) -> Iterator[tuple[str, IO[bytes]]]:
    for member in tar:
        content = tar.extractfile(member) if member.isfile() else None
        if content is not None:
            yield member.name, content


def unpack(source: Path, folder: Path) -> Manifest:
    """Copy a backup into the empty `folder`; AnalysisError where it is none, or a file is not as it was written."""
    seen: set[str] = set()
    with _members(source) as members:
        first = next(members, None)
        if first is None or first[0] != MANIFEST:
            raise _no_backup(source)
        manifest = _manifest(first[1].read(), source)
        for name, content in members:
            wanted = manifest.files.get(name)
            if wanted is None or ".." in PurePosixPath(name).parts or PurePosixPath(name).is_absolute():
                raise AnalysisError(message("the backup holds {file}, which its manifest does not name", file=name))
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("wb") as copy:
                found = digest(content, copy)
            if found != wanted:
                changed = message("{file} in the backup is not as it was written", file=name)
                raise AnalysisError(changed, Place(str(source)))
            seen.add(name)
    if missing := sorted(set(manifest.files) - seen):
        raise AnalysisError(message("{file} is missing from the backup", file=missing[0]), Place(str(source)))
    return manifest


def _manifest(content: bytes, source: Path) -> Manifest:
    try:
        data: dict[str, Any] = json.loads(content)
        if data.pop("format") != FORMAT:
            other = message("the backup was written by another version of this program")
            raise AnalysisError(other, Place(str(source)))
        files = {name: Content(**entry) for name, entry in data.pop("files").items()}
        return Manifest(**data, files=files)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _no_backup(source) from error


def _no_backup(source: Path) -> AnalysisError:
    return AnalysisError(message("this is no backup of QualityLoop"), Place(str(source)))

"""Where the files of a folder lie: on this machine, or behind any URL that fsspec knows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol
from uuid import uuid4

from gateline.errors import InputError
from gateline.numerals import clip
from gateline.whole_files import write_whole

MARK = "://"
"""Stands in every URL and in no path that people write."""


class Folder(Protocol):
    """A folder of files by their names, which have slashes; it can be sent to other processes."""

    def __str__(self) -> str:
        """What messages call it."""

    def where(self, name: str) -> str:
        """What messages call a file in it."""

    def is_folder(self) -> bool:
        """Whether it is there and no file."""

    def files(self) -> list[str]:
        """The names of all files below it, in order."""

    def source(self, name: str) -> Any:
        """A file for pyarrow to read."""

    def state(self, name: str) -> list[Any]:
        """What tells a file that was changed: its size, and when it was changed."""

    def digest(self, name: str) -> str | None:
        """SHA-256 of a file; None where there is none."""

    def read(self, name: str) -> str:
        """A small file."""

    def write(self, name: str, text: str) -> None:
        """Write a small file, which appears when it is complete."""

    def writing(self, name: str) -> Any:
        """Context with the path of a file to write, which appears under its name when it is complete."""

    def make(self) -> None:
        """Make the folder where there is none."""

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""

    def sweep(self, name: str) -> None:
        """Remove what a killed run has left of a file."""


@dataclass(frozen=True, slots=True)
class LocalFolder:
    """A folder on this machine."""

    root: Path

    def __str__(self) -> str:
        return str(self.root)

    def where(self, name: str) -> str:
        """What messages call a file in it."""
        return str(self.root / name)

    def is_folder(self) -> bool:
        """Whether it is there and no file."""
        return self.root.is_dir()

    def files(self) -> list[str]:
        """The names of all files below it, in order."""
        return [path.relative_to(self.root).as_posix() for path in sorted(self.root.rglob("*")) if path.is_file()]

    def source(self, name: str) -> Path:
        """A file for pyarrow to read."""
        return self.root / name

    def state(self, name: str) -> list[Any]:
        """What tells a file that was changed: its size, and when it was changed, in nanoseconds."""
        found = (self.root / name).stat()
        return [found.st_size, found.st_mtime_ns]

    def digest(self, name: str) -> str | None:
        """SHA-256 of a file; None where there is none."""
        with suppress(FileNotFoundError), (self.root / name).open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
        return None

    def read(self, name: str) -> str:
        """A small file."""
        return (self.root / name).read_text(encoding="utf-8")

    def write(self, name: str, text: str) -> None:
        """Write a small file, which appears when it is complete."""
        (self.root / name).parent.mkdir(parents=True, exist_ok=True)
        write_whole(self.root / name, text)

    @contextmanager
    def writing(self, name: str) -> Iterator[Path]:
        """The file under its own name: who writes it makes its folder, and makes it appear when it is complete."""
        yield self.root / name

    def make(self) -> None:
        """Make the folder where there is none."""
        self.root.mkdir(parents=True, exist_ok=True)

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        (self.root / name).unlink(missing_ok=True)

    def sweep(self, name: str) -> None:
        """Remove what a killed run has left of a file."""
        target = self.root / name
        for left in target.parent.glob(f".{target.name}.*"):
            left.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class RemoteFolder:
    """A folder behind a URL, by fsspec; a file is written on this machine first, then sent, then renamed."""

    url: str

    def __str__(self) -> str:
        return self.url

    def where(self, name: str) -> str:
        """What messages call a file in it."""
        return f"{self.url.rstrip('/')}/{name}"

    def is_folder(self) -> bool:
        """Whether it is there and no file."""
        system, root = self._open()
        return bool(system.isdir(root))

    def files(self) -> list[str]:
        """The names of all files below it, in order."""
        system, root = self._open()
        return sorted(str(path).removeprefix(root).lstrip("/") for path in system.find(root))

    def source(self, name: str) -> Any:
        """A file for pyarrow to read."""
        system, root = self._open()
        return system.open(f"{root}/{name}", "rb")

    def state(self, name: str) -> list[Any]:
        """What tells a file that was changed: its size, and its tag or when it was changed."""
        system, root = self._open()
        found = system.info(f"{root}/{name}")
        marks = (found.get(key) for key in ("ETag", "etag", "mtime", "LastModified", "last_modified", "created"))
        return [found.get("size"), str(next((mark for mark in marks if mark is not None), ""))]

    def digest(self, name: str) -> str | None:
        """SHA-256 of a file; None where there is none."""
        with suppress(FileNotFoundError), self.source(name) as file:
            return file_digest(file, "sha256").hexdigest()
        return None

    def read(self, name: str) -> str:
        """A small file."""
        with self.source(name) as file:
            return str(file.read().decode("utf-8"))

    def write(self, name: str, text: str) -> None:
        """Write a small file, which appears when it is complete."""
        with self.writing(name) as path:
            path.write_text(text, encoding="utf-8")

    @contextmanager
    def writing(self, name: str) -> Iterator[Path]:
        """A file on this machine; what is written there is sent and renamed."""
        system, root = self._open()
        target = f"{root}/{name}"
        folder, _, last = target.rpartition("/")
        with TemporaryDirectory() as scratch:
            path = Path(scratch) / last
            if system.exists(target):  # what is there is replaced, even by nothing
                path.touch()
            yield path
            if path.exists():
                system.makedirs(folder, exist_ok=True)
                passing = f"{folder}/.{last}.{uuid4().hex}"
                system.put_file(str(path), passing)
                system.mv(passing, target)

    def make(self) -> None:
        """Make the folder where there is none."""
        system, root = self._open()
        system.makedirs(root, exist_ok=True)

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        system, root = self._open()
        with suppress(FileNotFoundError):
            system.rm_file(f"{root}/{name}")

    def sweep(self, name: str) -> None:
        """Remove what a killed run has left of a file."""
        system, root = self._open()
        folder, _, last = f"{root}/{name}".rpartition("/")
        with suppress(FileNotFoundError):
            for path in system.ls(folder, detail=False):
                if str(path).rpartition("/")[2].startswith(f".{last}."):
                    system.rm_file(path)

    def _open(self) -> tuple[Any, str]:
        """The file system and the path in it, as things are now and not as they were listed before.

        Raises
        ------
        InputError
            If fsspec is not installed, or does not know such a URL.
        """
        try:
            from fsspec.core import url_to_fs
        except ImportError:
            raise InputError(
                f"{self.url}: URLs are read with fsspec. Install it with: pip install 'gateline[cluster]'"
            ) from None
        try:
            system, root = url_to_fs(self.url)
        except (ImportError, ValueError) as error:
            raise InputError(f"{self.url}: cannot be opened: {clip(str(error), 200).rstrip('.')}.") from None
        system.invalidate_cache()
        return system, root.rstrip("/")


def folder_of(name: str | Path) -> Folder:
    """A folder by its path or URL."""
    return RemoteFolder(str(name)) if is_url(name) else LocalFolder(Path(name))


def is_url(name: object) -> bool:
    """Whether a name is a URL."""
    return isinstance(name, str) and MARK in name

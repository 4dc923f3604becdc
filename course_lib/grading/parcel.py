"""A folder as one value, so that a submission can be examined where its disk is not."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from course_lib.grading.admission import FILE_MB


@dataclass(frozen=True)
class Parcel:
    """What is in a folder.

    Attributes
    ----------
    files : dict of str to bytes
        Plain files by their names below the folder.
    large : dict of str to int
        Sizes of files that are too large to be accepted; their content stays where it is.
    odd : tuple of str
        Names of what is no plain file: links, devices, sockets.
    folders : tuple of str
    """

    files: dict[str, bytes]
    large: dict[str, int]
    odd: tuple[str, ...]
    folders: tuple[str, ...]

    @classmethod
    def of(cls, folder: Path) -> "Parcel":
        """Pack a folder; no link is followed."""
        files, large, odd, inner = {}, {}, [], []
        for where, folders, names in os.walk(folder):
            for name in (*folders, *names):
                path = Path(where, name)
                below, status = str(path.relative_to(folder)), path.lstat()
                if stat.S_ISDIR(status.st_mode):
                    inner.append(below)
                elif not stat.S_ISREG(status.st_mode):
                    odd.append(below)
                elif status.st_size > FILE_MB << 20:
                    large[below] = status.st_size
                else:
                    files[below] = path.read_bytes()
        return cls(files, large, tuple(odd), tuple(inner))

    def unpack(self, folder: Path) -> Path:
        """Make the folder anew, where admission will say of it what it would have said there."""
        folder.mkdir()
        for name in self.folders:
            (folder / name).mkdir(parents=True, exist_ok=True)
        for name, content in self.files.items():
            (folder / name).write_bytes(content)
        for name, size in self.large.items():
            with (folder / name).open("wb") as file:
                file.truncate(size)  # a hole: it takes no room
        for name in self.odd:
            (folder / name).symlink_to("nowhere")
        return folder

"""Names for students that say nothing about them and stay the same from report to report.

They are derived from a student's name with a key that stays in the folder of the course, so nobody
without it can find out who is meant by trying all names of a class.
"""

import hmac
import secrets
from pathlib import Path

COLOURS = """
Amber Azure Bronze Carmine Copper Coral Crimson Cyan Ebony Emerald Golden Hazel Indigo Ivory Jade
Khaki Lilac Magenta Maroon Mauve Navy Ochre Olive Pearl Purple Ruby Russet Saffron Sapphire
Scarlet Silver Teal
"""
ANIMALS = """
Badger Beaver Bison Crane Dolphin Eagle Falcon Ferret Finch Gecko Heron Ibex Jackdaw Kestrel
Kingfisher Lemur Lynx Marmot Marten Newt Orca Osprey Otter Owl Puffin Raven Robin Salmon Seal
Swift Tapir Wren
"""
KEY = ".pseudonyms"


def key(folder: Path) -> bytes:
    """The key in ``folder``, which is made when there is none."""
    path = folder / KEY
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(16), encoding="ascii")
    return path.read_bytes()


def pseudonyms(students: list[str], secret: bytes) -> dict[str, str]:
    """A pseudonym for each student; no two have the same.

    Examples
    --------
    >>> pseudonyms(["ada", "ben"], b"a key")
    {'ada': 'Jade Otter 53', 'ben': 'Ochre Beaver 49'}
    """
    found: dict[str, str] = {}
    taken: set[str] = set()
    for student in sorted(students):
        name = _name(hmac.digest(secret, student.encode(), "sha256"))
        while name in taken:
            name += "a"
        taken.add(name)
        found[student] = name
    return found


def _name(digest: bytes) -> str:
    number = 10 + int.from_bytes(digest[2:4], "big") % 90
    colours, animals = COLOURS.split(), ANIMALS.split()
    return f"{colours[digest[0] % len(colours)]} {animals[digest[1] % len(animals)]} {number}"

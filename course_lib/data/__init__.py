"""Data: what comes with the packages, and readers for files in their original formats.

Nothing here reaches for the network; ``course data mnist`` does, when it is asked to
(:mod:`~course_lib.data.download`).
"""

from course_lib.data.embedded import lecture_patterns, load_digits, load_photo, load_sunspots
from course_lib.data.files import read_image_folder, read_mnist, read_usps

__all__ = [
    "lecture_patterns",
    "load_digits",
    "load_sunspots",
    "load_photo",
    "read_mnist",
    "read_usps",
    "read_image_folder",
]

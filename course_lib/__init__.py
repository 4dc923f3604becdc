"""The algorithms of the course, each written once, forward and backward, for any array library.

``import course_lib`` is quick on purpose: students start kernels all day. Subpackages are
imported by name (``from course_lib.metrics import f1_score``), and neither torch nor matplotlib
is loaded before something needs it.
"""

__version__ = "0.1.0"

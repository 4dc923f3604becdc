"""The page of the library names everything that the library offers."""

import importlib

import pytest

PACKAGES = ["metrics", "nn", "optim", "training", "timeseries", "data"]


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_is_on_the_page(built_book, package):
    page = (built_book / "book/back/api.html").read_text()
    names = importlib.import_module(f"course_lib.{package}").__all__
    assert [name for name in names if f'id="course_lib.{package}.{name}"' not in page] == []

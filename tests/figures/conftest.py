import matplotlib
import matplotlib.pyplot as plt
import pytest

matplotlib.use("Agg")


@pytest.fixture(autouse=True)
def _own_figures():
    """Each test starts and ends without open figures and in matplotlib's own style."""
    with plt.rc_context():
        plt.close("all")
        yield
        plt.close("all")

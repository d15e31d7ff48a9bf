"""What the tests share: known truths, and the flag for what takes minutes."""

from __future__ import annotations

import numpy as np
import pytest

import interphase as ip


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="also run what takes minutes")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--full"):
        return
    for item in items:
        if "full" in item.keywords:
            item.add_marker(pytest.mark.skip(reason="takes minutes: --full runs it"))


AREAS = {"S 2-": 2000.0, "PS4 3-": 9000.0}
POSITIONS = {"S 2-": 160.2, "PS4 3-": 161.6}


def truth_of(**changes: float) -> ip.PeakModel:
    """S 2p with two doublets of known areas."""
    return ip.PeakModel(
        "S 2p",
        [
            ip.Doublet(name, position=POSITIONS[name], width=1.0, area=changes.get(name, AREAS[name]))
            for name in AREAS
        ],
        window=(158, 168),
    )


@pytest.fixture(scope="session")
def truth() -> ip.PeakModel:
    return truth_of()


@pytest.fixture(scope="session")
def model() -> ip.PeakModel:
    return ip.PeakModel("S 2p", [ip.Doublet(name, POSITIONS[name]) for name in AREAS], window=(158, 168))


@pytest.fixture(scope="session")
def spectrum(truth: ip.PeakModel) -> ip.Spectrum:
    return truth.simulate(seed=7, constant=600)


@pytest.fixture(scope="session")
def fit(model: ip.PeakModel, spectrum: ip.Spectrum) -> ip.Fit:
    return model.fit(spectrum)


@pytest.fixture(scope="session")
def matrix(truth: ip.PeakModel) -> np.ndarray:
    """Sixty spectra that differ in noise alone."""
    expected = truth.simulate(noise=False, constant=600).intensities
    return np.random.default_rng(5).poisson(expected, (60, expected.size)).astype(float)

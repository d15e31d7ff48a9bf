"""Many fits: the same numbers as one by one, from any number of threads, without leaks, and Ctrl-C stops them."""

from __future__ import annotations

import gc
import multiprocessing
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from conftest import AREAS
from hypothesis import given, settings
from hypothesis import strategies as st

import interphase as ip
from interphase import _native


@pytest.fixture(scope="module")
def prepared(model, spectrum):
    return model.prepare(spectrum)


@pytest.fixture(scope="module")
def table(prepared, matrix):
    return prepared.fit_many(matrix, quantities=True, covariances=True)


def test_a_batch_gives_what_single_fits_give(model, spectrum, prepared, matrix, table):
    assert table.names == prepared.names and len(table) == len(matrix) and table.converged.all()
    for index in (0, 7, 59):
        single = model.fit(ip.Spectrum(spectrum.binding_energies, matrix[index], level="S 2p"))
        quick = prepared.fit(matrix[index])
        assert quick.names == single.parameter_names and quick.converged
        assert np.array_equal(quick.values, table.values[index])
        assert np.array_equal(quick.uncertainties, table.uncertainties[index])
        assert quick.chi2 == table.chi2[index] and quick["S 2-.area"] == table["S 2-.area"][index]
        assert np.allclose(quick.values, single.values, rtol=1e-6)
        assert np.allclose(table.covariances[index], single.covariance, rtol=1e-3, atol=1e-9)
        for component in single.components:
            for name in ("position", "width", "area", "fraction"):
                value, u = table.quantity(component.name, name)
                assert value[index] == pytest.approx(getattr(component, name).value, rel=1e-6)
                assert u[index] == pytest.approx(getattr(component, name).u, rel=1e-3)


def test_uncertainties_are_those_of_repetition(table):
    areas, u = table.quantity("S 2-", "area")
    assert np.mean(areas) == pytest.approx(AREAS["S 2-"], abs=5 * np.std(areas) / np.sqrt(len(areas)))
    assert np.std(areas) == pytest.approx(np.mean(u), rel=0.35)


def test_eight_threads_give_identical_results(prepared, matrix, table):
    with ThreadPoolExecutor(8) as threads:
        tables = list(threads.map(lambda workers: prepared.fit_many(matrix, workers=workers), [1, 2, 3, 4, 5, 6, 7, 8]))
        rows = list(threads.map(prepared.fit, list(matrix) * 4))
    for other in tables:
        assert np.array_equal(other.values, table.values) and np.array_equal(other.chi2, table.chi2)
        assert np.array_equal(other.uncertainties, table.uncertainties, equal_nan=True)
    for index, row in enumerate(rows):
        assert np.array_equal(row.values, table.values[index % len(matrix)])


@settings(max_examples=10, deadline=None)
@given(order=st.permutations(range(30)))
def test_rows_may_come_in_any_order(prepared, matrix, table, order):
    permuted = prepared.fit_many(matrix[list(order)])
    assert np.array_equal(permuted.values, table.values[list(order)])


def test_arrays_that_need_no_copy_are_not_copied(prepared, matrix):
    wide = np.zeros((len(matrix), 2 * matrix.shape[1]))
    wide[:, : matrix.shape[1]] = matrix
    view = wide[:, : matrix.shape[1]]
    assert np.shares_memory(prepared._matrix(view, "intensities"), wide)
    assert np.array_equal(prepared.fit_many(view).values, prepared.fit_many(matrix).values)
    assert np.array_equal(prepared.fit_many(view[::2]).values, prepared.fit_many(matrix[::2]).values)
    for odd in (np.asfortranarray(matrix), matrix[:, ::-1][:, ::-1], matrix[::-1][::-1], matrix.tolist()):
        assert np.array_equal(prepared.fit_many(odd).values, prepared.fit_many(matrix).values)
    assert np.array_equal(prepared.fit_many(matrix.astype(np.float32)).values, prepared.fit_many(matrix).values)


def test_a_spectrum_that_cannot_be_fitted_stops_no_other(prepared, matrix):
    broken = matrix[:3].copy()
    broken[1, 5] = np.nan
    table = prepared.fit_many(broken)
    assert [ip.OUTCOMES[number] for number in table.outcomes] == ["converged", "failed", "converged"]
    assert np.isnan(table.values[1]).all() and not np.isnan(table.values[2]).any()
    assert prepared.fit(broken[1]).outcome == "failed"


def test_variances_and_shapes(prepared, matrix):
    given = prepared.fit_many(matrix, variances=np.maximum(matrix, 1) * 4)
    plain = prepared.fit_many(matrix, variances=np.maximum(matrix, 1))
    assert np.allclose(given.uncertainties, 2 * plain.uncertainties, rtol=1e-3)
    assert len(prepared.fit_many(np.empty((0, prepared.points)))) == 0
    for wrong in (matrix[0], matrix[:, :-1], matrix[None]):
        with pytest.raises(ip.ArgumentError, match="shape"):
            prepared.fit_many(wrong)
    with pytest.raises(ip.ArgumentError, match="shape"):
        prepared.fit(matrix)
    with pytest.raises(ip.ArgumentError, match="variances"):
        prepared.fit_many(matrix, variances=matrix[:3])
    with pytest.raises(ip.ArgumentError, match="workers"):
        prepared.fit_many(matrix, workers=0)
    with pytest.raises(ip.ArgumentError, match="quantities=True"):
        prepared.fit_many(matrix).quantity("S 2-", "area")


def test_tables_for_other_packages(table):
    frame = table.to_frame()
    assert len(frame) == 60 and (frame["outcome"] == "converged").all()
    assert np.array_equal(frame["PS4 3-.area"], table["PS4 3-.area"]) and "S 2-.fraction_u" in frame
    dataset = table.to_xarray(cycle=np.arange(60))
    assert dataset["value"].sel(parameter="S 2-.area", cycle=7) == table["S 2-.area"][7]
    assert dataset["fraction"].sel(component="S 2-").shape == (60,)


def test_progress_is_told_and_may_stop_a_batch(prepared, matrix):
    heard = []
    prepared.fit_many(np.tile(matrix, (20, 1)), progress=lambda done, count: heard.append((done, count)))
    assert heard[-1] == (1200, 1200)
    slow = np.random.default_rng(2).uniform(0, 1e5, (20000, prepared.points))

    def stop(done, count):
        raise RuntimeError("enough")

    began = time.monotonic()
    with pytest.raises(RuntimeError, match="enough"):
        prepared.fit_many(slow, progress=stop)
    assert time.monotonic() - began < 20


INTERRUPTED = """
import sys, threading, time
import numpy as np
import interphase as ip

truth = ip.PeakModel("S 2p", [ip.Doublet("S 2-", position=160.2, width=1, area=2000)], window=(158, 168))
model = ip.PeakModel("S 2p", [ip.Doublet("S 2-", 160.2)], window=(158, 168))
spectrum = truth.simulate()
# Noise that no model describes takes long: from many starts.
matrix = np.random.default_rng(1).uniform(0, 1e5, (200000, len(spectrum)))
prepared = model.prepare(spectrum)
print("ready", flush=True)
try:
    prepared.fit_many(matrix)
except KeyboardInterrupt as error:
    done = int((error.results.outcomes != ip.OUTCOMES.index("not fitted")).sum())
    print("done", done, type(error).__name__, flush=True)
# The library goes on working.
print("after", prepared.fit(spectrum.intensities).outcome, flush=True)
"""


def test_control_c_stops_a_batch_cleanly():
    process = subprocess.Popen([sys.executable, "-c", INTERRUPTED], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    began = time.monotonic()
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert time.monotonic() - began < 20
    lines = output.splitlines()
    assert lines[0].startswith("done ") and lines[0].endswith("BatchInterrupted") and lines[1] == "after converged"
    assert 0 < int(lines[0].split()[1]) < 200000


LONG_CALL = """
import time
from interphase.interruption import interruptible

print("ready", flush=True)
try:
    interruptible(lambda: time.sleep(120))
except KeyboardInterrupt:
    print("left", flush=True)
"""


def test_control_c_leaves_a_long_call():
    process = subprocess.Popen([sys.executable, "-c", LONG_CALL], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=60)
    assert output == "left\n" and process.returncode == 0


def test_the_interpreter_runs_while_the_library_fits(prepared):
    """The lock of the interpreter is released: another thread counts while a batch runs."""
    slow = np.random.default_rng(2).uniform(0, 1e5, (400, prepared.points))
    with ThreadPoolExecutor(1) as threads:
        future = threads.submit(prepared.fit_many, slow, workers=1)
        count = 0
        while not future.done():
            count += 1
            time.sleep(0)
    assert count > 50


CHILDREN: list[tuple[ip.PreparedModel, np.ndarray, int]] = []


def nth_fit_in_a_child(index: int) -> np.ndarray:
    prepared, matrix, workers = CHILDREN[index]
    return prepared.fit_many(matrix, workers=workers).values


@pytest.mark.skipif(sys.platform != "linux", reason="forks")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_children_that_are_forked_go_on_fitting(prepared, matrix, table):
    """As multiprocessing makes them on Linux: threads of the parent do not come along."""
    CHILDREN[:] = [(prepared, matrix, workers) for workers in (1, 2, 4)]
    with multiprocessing.get_context("fork").Pool(2) as pool:
        results = pool.map_async(nth_fit_in_a_child, range(3)).get(timeout=60)
    assert all(np.array_equal(values, table.values) for values in results)


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def grown(rounds: int, prepared: ip.PreparedModel, model: ip.PeakModel, spectrum: ip.Spectrum, matrix: np.ndarray) -> int:
    """The memory that `rounds` of fits leave behind, after as many to warm up."""

    def work(count: int) -> None:
        for index in range(count):
            prepared.fit(matrix[index % len(matrix)])
            if index % 50 == 0:
                prepared.fit_many(matrix[:20])
                fit = model.fit(spectrum)
                fit.covariance, fit.envelope, fit.yaml
                ip.Spectrum(spectrum.energies, spectrum.intensities, axis="kinetic", photon_energy=1486.6)
                try:
                    ip.read("/nowhere")
                except FileNotFoundError:
                    pass

    work(max(rounds // 10, 300))
    gc.collect()
    handles, before = _native.library.interphase_open_handles(), resident_bytes()
    work(rounds)
    gc.collect()
    assert _native.library.interphase_open_handles() == handles
    return resident_bytes() - before


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_fits_leave_no_memory_behind(prepared, model, spectrum, matrix):
    assert grown(5000, prepared, model, spectrum, matrix) < 4_000_000


@pytest.mark.full
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_a_hundred_thousand_fits_leave_no_memory_behind(prepared, model, spectrum, matrix):
    growth = grown(100_000, prepared, model, spectrum, matrix)
    print(f"100,000 fits: {growth / 1e6:+.2f} MB")
    assert growth < 4_000_000

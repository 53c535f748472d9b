"""What ``make`` does before anything else: which packages it misses, what it says, what it leaves alone."""

import os
import subprocess
import sys

import pytest

from tools import bootstrap
from tools.bootstrap import CannotGoOn

pytestmark = pytest.mark.once

ALL = {
    "demo": {"python3-pip", "libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"},
    "check": {"python3-pip", "libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0", "gettext"},
}
ALL["test"] = ALL["check"] | {"chromium", "fonts-noto-cjk", "poppler-utils", "postgresql", "redis-server"}


@pytest.fixture
def machine(monkeypatch):
    """A machine with apt that has one package of three; what is run on it is noted and does nothing.

    ``machine["there"]`` are the packages it has, ``machine["ran"]`` the commands; ``machine["apt"]`` says whether
    its apt-get install brings what is asked for.
    """
    state = {"there": {"one"}, "ran": [], "apt": True}

    def run(*words, **_):
        state["ran"].append(words)
        if words[1] == "install" and state["apt"]:
            state["there"] |= {"two", "three"}
        return words[1] != "install" or state["apt"]

    def there(package):
        return lambda: package in state["there"]

    monkeypatch.setattr(
        bootstrap, "NEEDED", {"demo": {name: there(name) for name in ("one", "two", "three")}}
    )
    monkeypatch.setattr(bootstrap, "run", run)
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr("os.geteuid", lambda: 0)
    return state


@pytest.mark.parametrize("purpose", ["demo", "check", "test"])
def test_each_purpose_has_its_packages(purpose):
    assert set(bootstrap.NEEDED[purpose]) == ALL[purpose]


def test_root_gets_what_is_missing_and_nothing_else(machine):
    bootstrap.install_system_packages("demo")
    update, install = machine["ran"]
    assert update[:2] == ("apt-get", "update")
    assert install[:2] == ("apt-get", "install")
    assert {"one", "two", "three"} & set(install) == {"two", "three"}
    bootstrap.install_system_packages("demo")
    assert len(machine["ran"]) == 2


def test_others_are_told_the_line_and_nothing_is_run(machine, monkeypatch):
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(CannotGoOn) as told:
        bootstrap.install_system_packages("demo")
    assert "\n    apt-get update\n" in str(told.value)
    assert "\n    apt-get install --no-install-recommends two three\n" in str(told.value)
    assert machine["ran"] == []


def test_without_apt_the_packages_are_named(machine, monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(CannotGoOn, match="two three"):
        bootstrap.install_system_packages("demo")
    assert machine["ran"] == []


def test_an_apt_that_fails_is_said_with_the_packages(machine):
    machine["apt"] = False
    with pytest.raises(CannotGoOn, match="two three"):
        bootstrap.install_system_packages("demo")


@pytest.mark.parametrize(
    ("listing", "index"),
    [
        ("", None),
        ("global.timeout='60'\nglobal.extra-index-url='https://more.example/simple'\n", None),
        ("global.index-url='https://global.example/simple?a=b'\n", "https://global.example/simple?a=b"),
        (
            "global.index-url='https://g.example/'\ninstall.index-url='https://i.example/'\n",
            "https://i.example/",
        ),
        (
            ":env:.index-url='https://e.example/'\ninstall.index-url='https://i.example/'\n",
            "https://e.example/",
        ),
    ],
)
def test_uv_asks_the_index_that_pip_is_told_to_ask(monkeypatch, listing, index):
    monkeypatch.setattr("subprocess.run", lambda words, **_: subprocess.CompletedProcess(words, 0, listing))
    assert bootstrap.index_of_pip() == index


def test_a_real_pip_tells_its_index(monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", "https://campus.example/simple")
    monkeypatch.setattr("sys.executable", sys._base_executable)
    assert bootstrap.index_of_pip() == "https://campus.example/simple"


def test_files_of_somebody_else_are_named_with_the_way_out(monkeypatch, tmp_path):
    hers, missing, roots = tmp_path / "hers", tmp_path / "missing", tmp_path / "roots"
    hers.touch()
    roots.touch()
    monkeypatch.setattr("os.access", lambda path, _: path == hers)
    bootstrap.look_for_files_of_somebody_else((hers, missing))
    with pytest.raises(CannotGoOn) as told:
        bootstrap.look_for_files_of_somebody_else((hers, missing, roots))
    assert str(roots) in str(told.value)
    assert f"chown -R {os.getuid()} " in str(told.value)


@pytest.fixture
def environment(monkeypatch, tmp_path):
    """An environment that is to be made; ``environment`` lists who was asked to, both fail at first."""
    asked = []
    monkeypatch.setattr(bootstrap, "STAMP", tmp_path / "stamp")
    monkeypatch.setattr(bootstrap, "PYTHON", tmp_path / "python")
    monkeypatch.setattr(bootstrap, "make_with_uv", lambda: asked.append("uv"))
    monkeypatch.setattr(bootstrap, "make_with_pip", lambda: asked.append("pip"))
    return asked


def test_when_neither_uv_nor_pip_can_the_next_run_tries_again(environment):
    for _ in range(2):
        with pytest.raises(CannotGoOn, match="the same command again"):
            bootstrap.make_environment()
    assert environment == ["uv", "pip", "uv", "pip"]
    assert not bootstrap.STAMP.exists()


def test_pip_is_asked_only_when_uv_cannot(environment, monkeypatch):
    monkeypatch.setattr(bootstrap, "make_with_uv", lambda: True)
    bootstrap.make_environment()
    assert environment == []
    assert bootstrap.STAMP.read_text() == bootstrap.fingerprint()


def test_another_lock_makes_another_environment(monkeypatch, tmp_path):
    before = bootstrap.fingerprint()
    changed = tmp_path / "requirements.txt"
    changed.write_bytes(bootstrap.LOCK.read_bytes() + b"# changed\n")
    monkeypatch.setattr(bootstrap, "LOCK", changed)
    assert bootstrap.fingerprint() != before


def test_a_reason_is_said_without_a_traceback(tmp_path):
    nothing = {"PATH": str(tmp_path), "HOME": str(tmp_path)}
    lacks_all = (
        "import runpy, sys, importlib.util, ctypes; importlib.util.find_spec = lambda name: None;"
        "\ndef fails(name): raise OSError\n"
        "ctypes.CDLL = fails; sys.argv = ['bootstrap.py', 'demo'];"
        f"runpy.run_path({str(bootstrap.ROOT / 'tools' / 'bootstrap.py')!r}, run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", lacks_all], env=nothing, capture_output=True, text=True)
    assert done.returncode == 1
    assert "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0" in done.stderr
    assert "Traceback" not in done.stderr

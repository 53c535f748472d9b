"""What pip installs is what uv locked, each with its hashes, and nothing of the tools in production."""

import re
import tomllib

import pytest

from tools.embedded import ROOT

pytestmark = pytest.mark.once


def listed(name: str) -> dict[str, str]:
    """Packages and versions in a list for pip."""
    return dict(re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==([^\s;]+)", (ROOT / name).read_text(), re.MULTILINE))


def normal(names) -> set[str]:
    return {re.sub(r"[-_.]+", "-", re.split(r"[\[><=~!;\s]", name)[0]).lower() for name in names}


@pytest.fixture(scope="module")
def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_each_version_is_the_locked_one(name):
    locked = {
        (package["name"], package.get("version"))
        for package in tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    }
    assert listed(name)
    assert set(listed(name).items()) <= locked


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt", "tools/uv.txt"])
def test_each_package_has_hashes(name):
    blocks = re.split(r"\n(?=\S)", (ROOT / name).read_text().strip())
    assert all("--hash=sha256:" in block for block in blocks)


def test_what_the_project_names_is_there(project):
    runtime = normal(project["project"]["dependencies"])
    tools = normal(project["dependency-groups"]["dev"])
    assert runtime <= set(listed("requirements.txt"))
    assert runtime | tools <= set(listed("requirements-dev.txt"))


def test_tools_stay_out_of_production():
    tools = {"pytest", "playwright", "ruff", "djlint", "factory-boy", "hypothesis", "pip-audit"}
    assert tools <= set(listed("requirements-dev.txt"))
    assert not tools & set(listed("requirements.txt"))

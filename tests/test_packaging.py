"""The files that say what to install agree: each check passes here and fails on a spoiled copy."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PINNED = [f"requirements/{name}.txt" for name in ("lab", "test", "colab")]
PINNED += ["binder/requirements.txt"]
ENVIRONMENTS = [
    {"python_version": minor, "python_full_version": f"{minor}.0"} | system
    for minor in ("3.11", "3.12", "3.13")
    for system in (
        {"sys_platform": "linux", "platform_machine": "x86_64", "os_name": "posix"},
        {"sys_platform": "linux", "platform_machine": "aarch64", "os_name": "posix"},
        {"sys_platform": "darwin", "platform_machine": "arm64", "os_name": "posix"},
        {"sys_platform": "win32", "platform_machine": "AMD64", "os_name": "nt"},
    )
]
BINDER = ENVIRONMENTS[0]


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def project(text=None):
    return tomllib.loads(text or read("pyproject.toml"))["project"]


def colab():
    """{name: version} of what Colab has."""
    return pins(read("requirements/colab.in"), BINDER)


def pins(text, environment):
    """{name: version} of a pinned file, as it reads on one machine."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    requirements = [Requirement(line) for line in lines]
    here = [each for each in requirements if not each.marker or each.marker.evaluate(environment)]
    assert all(re.fullmatch(r"==[\w.+!]+", str(each.specifier)) for each in here), "not all pinned"
    names = [canonicalize_name(each.name) for each in here]
    assert len(names) == len(set(names)), "a package is pinned twice"
    return {name: str(each.specifier)[2:] for name, each in zip(names, here, strict=True)}


# ---- the checks: each returns what is wrong, so an empty list is good --------------------------


def ranges_that_refuse(requirements, versions):
    """Requirements that would have one of these installed versions replaced."""
    return [
        text
        for text in requirements
        if (version := versions.get(canonicalize_name(Requirement(text).name)))
        and not Requirement(text).specifier.contains(version, prereleases=True)
    ]


def requirements_without_pin(requirements, pinned):
    """Requirements that a pinned file leaves out (tensorflow-cpu will do for tensorflow)."""
    if "tensorflow-cpu" in pinned:
        pinned = pinned | {"tensorflow": pinned["tensorflow-cpu"]}
    names = {text: canonicalize_name(Requirement(text).name) for text in requirements}
    return [text for text, name in names.items() if name not in pinned]


def pins_that_differ(fewer, more):
    return sorted(name for name in fewer if more.get(name) != fewer[name])


def addresses(text):
    """Lines that only work on one machine or with one registry."""
    pattern = re.compile(r"https?:|file:|(^|[\s=\"'])(/|~/|[A-Za-z]:\\)\w|--(extra-)?index|-i\s")
    return [line for line in text.splitlines() if pattern.search(line)]


def faults_of_conda(text, requires_python):
    """What keeps environment.yml from being Python, pip and the tested pins."""
    dependencies = yaml.safe_load(text)["dependencies"]
    plain = [each for each in dependencies if isinstance(each, str)]
    python = re.search(r"^python\s*=\s*([\d.]+)$", "\n".join(plain), re.M)
    faults = []
    if not python or python[1] not in SpecifierSet(requires_python):
        faults.append("python")
    if {re.match(r"\w+", each)[0] for each in plain} != {"python", "pip"}:
        faults.append("packages of conda's own: they are not the tested pins")
    if [each for each in dependencies if isinstance(each, dict)] != [
        {"pip": ["-r requirements/lab.txt"]}
    ]:
        faults.append("pip does not install requirements/lab.txt alone")
    return faults


def strange_links(text, address):
    """Where badges, clones and the like point, unless it is to `address` (OWNER/NAME)."""
    place = r"(?:colab\.research\.google\.com/github|mybinder\.org/v2/gh|clone https://github\.com)"
    citation = r"repository-code: \"?https://github\.com"
    linked = re.findall(rf"(?:{place}|{citation})/([\w-]+/[\w.-]*\w)", text)
    return sorted({name.removesuffix(".git") for name in linked} - {address})


# ---- ranges --------------------------------------------------------------------------------------


def test_colab_keeps_every_version_it_has():
    assert "3.13" in SpecifierSet(project()["requires-python"])
    assert ranges_that_refuse(project()["dependencies"], colab()) == []


@pytest.mark.parametrize(
    "spoiled", ["ipywidgets>=8", "mlxtend>=0.24", "numpy>=2.2", "numpy<2", "keras==3.15.1"]
)
def test_a_range_that_would_change_colab_is_found(spoiled):
    packages = colab()
    name = Requirement(spoiled).name
    others = [text for text in project()["dependencies"] if Requirement(text).name != name]
    assert ranges_that_refuse(others + [spoiled], packages) == [spoiled]


@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=lambda each: "-".join(each.values()))
def test_the_lessons_are_tried_with_the_versions_of_colab(environment):
    pinned, everything = pins(read("requirements/colab.txt"), environment), project()
    has_colab = {name: version for name, version in pinned.items() if name in colab()}
    assert pins_that_differ(has_colab, colab()) == []
    needed = everything["dependencies"] + everything["optional-dependencies"]["data"]
    assert requirements_without_pin(needed, pinned) == []


# ---- pins ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=lambda each: "-".join(each.values()))
def test_pins_are_complete_and_within_the_ranges(environment):
    everything = project()
    extras = everything["optional-dependencies"]
    for name, needed in [
        ("requirements/lab.txt", everything["dependencies"] + extras["lab"] + extras["data"]),
        ("requirements/test.txt", sum(extras.values(), everything["dependencies"])),
    ]:
        pinned = pins(read(name), environment)
        assert requirements_without_pin(needed, pinned) == []
        assert ranges_that_refuse(needed, pinned) == []
        assert ("tensorflow-cpu" in pinned) != ("tensorflow" in pinned)


@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=lambda each: "-".join(each.values()))
def test_what_test_installs_serves_the_lab(environment):
    lab, test = (pins(read(name), environment) for name in PINNED[:2])
    assert pins_that_differ(lab, test) == []


def test_binder_has_the_same_pins_and_the_small_tensorflow():
    binder, test = pins(read("binder/requirements.txt"), BINDER), pins(read(PINNED[1]), BINDER)
    assert pins_that_differ(binder, test) == []
    needed = project()["dependencies"] + project()["optional-dependencies"]["data"]
    assert requirements_without_pin(needed, binder) == []
    assert "tensorflow-cpu" in binder and not {"tensorflow", "pytest", "ruff"} & set(binder)
    python = read("binder/runtime.txt").strip().removeprefix("python-")
    assert python == BINDER["python_version"]


def test_spoiled_pins_are_found():
    text = read("requirements/lab.txt")
    numpy = re.search(r"^numpy==\S+", text, re.M)[0]
    other = pins(text.replace(numpy, "numpy==1.20.0"), BINDER)
    without = pins(text.replace(numpy, ""), BINDER)
    dependencies = project()["dependencies"]
    assert pins_that_differ(other, pins(text, BINDER)) == ["numpy"]
    assert pins_that_differ(pins(text, BINDER), without) == ["numpy"]
    assert ranges_that_refuse(dependencies, other) == ["numpy>=1.26"]
    assert requirements_without_pin(dependencies, without) == ["numpy>=1.26"]
    with pytest.raises(AssertionError, match="not all pinned"):
        pins(text.replace(numpy, "numpy>=2"), BINDER)
    with pytest.raises(AssertionError, match="pinned twice"):
        pins(text + "\nnumpy==2.0.0", BINDER)


@pytest.mark.parametrize("name", PINNED + ["environment.yml"])
def test_no_registry_or_machine_is_named(name):
    assert addresses(read(name)) == []


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://registry.example/simple",
        "--extra-index-url=x",
        "numpy @ file:///tmp/numpy.whl",
        "-r /home/me/lab.txt",
        "#    uv pip compile -o /tmp/lab.txt",
        "-r C:\\lab.txt",
    ],
)
def test_a_registry_or_machine_would_be_found(line):
    assert addresses(read("requirements/lab.txt") + line) == [line]


def test_pinned_files_say_how_they_were_made():
    for name in PINNED:
        command = read(name).splitlines()[1]
        assert command.startswith("#    uv pip compile pyproject.toml ")
        assert command.endswith(f" -o {name}")


# ---- the other files -----------------------------------------------------------------------------


def test_conda_gets_the_tested_pins():
    assert faults_of_conda(read("environment.yml"), project()["requires-python"]) == []


@pytest.mark.parametrize(
    "old, new",
    [
        ("python =3.12", "python =3.14"),
        ("  - pip\n", "  - pip\n  - numpy =1.26\n"),
        ("lab.txt", "test.txt"),
        ("      - -r requirements/lab.txt", "      - -r requirements/lab.txt\n      - tqdm"),
    ],
)
def test_a_spoiled_conda_environment_is_found(old, new):
    spoiled = read("environment.yml").replace(old, new)
    assert len(faults_of_conda(spoiled, project()["requires-python"])) == 1


def test_pre_commit_uses_the_pinned_ruff():
    hooks = yaml.safe_load(read(".pre-commit-config.yaml"))["repos"][0]["hooks"]
    pinned = "ruff==" + pins(read("requirements/test.txt"), BINDER)["ruff"]
    assert {package for hook in hooks for package in hook["additional_dependencies"]} == {pinned}


def test_one_address_everywhere():
    address = project()["urls"]["Repository"].removeprefix("https://github.com/")
    assert f"repository-code: https://github.com/{address}\n" in read("CITATION.cff")
    for path in [ROOT / "README.md", *(ROOT / "notebooks" / "source").rglob("*.py")]:
        if path.exists():
            assert strange_links(path.read_text(encoding="utf-8"), address) == []


@pytest.mark.parametrize(
    "text",
    [
        "https://colab.research.google.com/github/someone/else/blob/main/01.ipynb",
        "https://mybinder.org/v2/gh/someone/else/HEAD",
        "git clone https://github.com/someone/else.git",
        'repository-code: "https://github.com/someone/else"',
    ],
)
def test_another_address_would_be_found(text):
    assert strange_links(text, "OWNER/persogan_lessons") == ["someone/else"]
    assert strange_links(text, "someone/else") == []


def test_version_and_licence_are_told_alike():
    citation = yaml.safe_load(read("CITATION.cff"))
    for field in ("version", "license"):
        assert citation[field] == project()[field]
    assert read("LICENSE").startswith("MIT License")
    assert "https://creativecommons.org/licenses/by/4.0/" in read("LICENSE-TEXT")

"""Every part has a licence that is known, its text goes along, and what must not go along stops the build."""

from __future__ import annotations

import importlib.util
import re
import shutil
from email.message import Message
from importlib import metadata
from pathlib import Path

import pytest

from appbuild import licences
from appbuild.licences import LicenceError, Notice

EXTRAS = ("player", "synth")


def _closure(name: str, extras: tuple[str, ...] = ()) -> set[str]:
    """An installed package and all that it needs on this system."""
    packaging = pytest.importorskip("packaging.requirements")
    found: set[str] = set()
    waiting = [(name, extras)]
    while waiting:
        name, wanted = waiting.pop()
        if name in found:
            continue
        found.add(name)
        for line in metadata.requires(name) or ():
            need = packaging.Requirement(line)
            if need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in ("", *wanted)):
                waiting.append((metadata.metadata(need.name)["Name"], tuple(need.extras)))
    return found


@pytest.fixture(scope="module")
def application_packages() -> set[str]:
    try:
        return _closure("diffbgm-studio", EXTRAS) - {"diffbgm-studio"}
    except metadata.PackageNotFoundError as error:
        pytest.skip(f"{error} is not installed")


def test_the_licence_of_every_package_of_the_application_is_known(
    application_packages: set[str], tmp_path: Path
) -> None:
    names = {licences.canonical(name) for name in application_packages}
    assert {"torch", "numpy", "av", "pyside6-essentials", "pretty-midi"} <= names
    notices = [licences.package_notice(metadata.distribution(name), tmp_path) for name in application_packages]
    assert all(notice.licence for notice in notices)
    torch = next(notice for notice in notices if notice.name == "torch")
    assert torch.text and list((tmp_path / "torch").iterdir())


def test_the_licence_of_every_library_inside_them_is_known() -> None:
    spec = importlib.util.find_spec("numpy")
    assert spec is not None and spec.origin is not None
    site = Path(spec.origin).parents[1]
    places = ("*.libs/*", "torch/lib/*.so*", "PySide6/Qt/lib/lib*.so*")
    files = [str(path) for place in places for path in site.glob(place) if ".so" in path.name]
    wanted = [file for file in files if not re.search(r"jitbackend|backend_with|aoti_custom|gtest", file)]
    found = licences.native_notices(wanted)
    if files:
        assert {"OpenBLAS", "Qt"} & {notice.name for notice in found}


def test_a_library_that_is_not_known_stops_the_build() -> None:
    with pytest.raises(LicenceError, match=r"libmystery-1.so .* not known"):
        licences.native_notices(["/site/av.libs/libmystery-1.so"])


@pytest.mark.parametrize("target", ["av.libs/libx264-1.so.165", "libreadline.so.8", "libgdbm.so.6"])
def test_what_is_under_the_gpl_stops_the_build(target: str) -> None:
    with pytest.raises(LicenceError, match=re.escape(target)):
        licences.refuse(["libopus.so", target])


def _data(**fields: str | list[str]) -> Message:
    data = Message()
    for name, value in fields.items():
        for line in value if isinstance(value, list) else [value]:
            data[name.replace("_", "-")] = line
    return data


@pytest.mark.parametrize(
    ("data", "licence"),
    [
        (_data(License_Expression="MIT", License="other"), "MIT"),
        (_data(Classifier=["Topic :: X", "License :: OSI Approved :: BSD License"]), "BSD License"),
        (_data(Classifier=["License :: OSI Approved"], License="Apache 2.0 License\nlong text"), "Apache 2.0 License"),
        (_data(), ""),
    ],
)
def test_what_a_package_declares(data: Message, licence: str) -> None:
    assert licences.declared_licence(data) == licence


class _Package:
    version = "1"
    files = ()

    def __init__(self, **fields: str | list[str]) -> None:
        self.metadata = _data(Name="thing", **fields)


def test_a_package_under_the_gpl_or_without_licence_stops_the_build(tmp_path: Path) -> None:
    with pytest.raises(LicenceError, match="must not go along"):
        licences.package_notice(_Package(License_Expression="GPL-3.0-or-later"), tmp_path)
    with pytest.raises(LicenceError, match="not known"):
        licences.package_notice(_Package(), tmp_path)
    assert licences.package_notice(_Package(License_Expression="LGPL-3.0-only"), tmp_path).licence == "LGPL-3.0-only"


def test_the_page_lists_all(tmp_path: Path) -> None:
    page = licences.as_markdown(
        [Notice("numpy", "2", "BSD", "texts/numpy")],
        [Notice("Opus", "", "BSD")],
        [],
        Notice("Python", "3.11", "PSF-2.0"),
    )
    assert "| numpy | 2 | BSD | texts/numpy |" in page
    assert "| Python | 3.11 | PSF-2.0 |" in page
    assert "TimGM6mb.sf2" in page and "## Libraries of the system" not in page


def test_notices_of_real_files_lie_where_the_about_box_looks(tmp_path: Path, repository: Path) -> None:
    spec = importlib.util.find_spec("mido")
    assert spec is not None and spec.origin is not None
    entries = [("mido", spec.origin, "PYMODULE"), ("av.libs/libx264-1.so", str(tmp_path / "stand-ins/x"), "BINARY")]
    written = licences.write_notices(entries, repository, tmp_path / "out")
    places = {target for target, _, _ in written}
    assert "resources/licences/THIRD_PARTY.md" in places
    assert any(place.startswith("resources/licences/texts/mido/") for place in places)
    assert "| mido |" in (tmp_path / "out" / licences.NOTICES).read_text()


@pytest.mark.skipif(shutil.which("dpkg-query") is None, reason="this is no Debian")
def test_libraries_of_the_system_are_told_by_package(tmp_path: Path) -> None:
    libraries = sorted(str(path) for path in Path("/lib").glob("*-linux-gnu/libz.so.1"))
    if not libraries:
        pytest.skip("zlib is not installed")
    strange = str(tmp_path / "libstrange.so.1")
    notices = licences.system_notices([*libraries, strange], tmp_path)
    assert [notice.name for notice in notices] == ["zlib1g (Debian)", "libstrange.so.1"]
    assert notices[0].licence and (tmp_path / "debian/zlib1g/copyright").is_file()

"""Files that code writes, and those that it runs."""

from __future__ import annotations

from collections.abc import Callable

from yanmen.supply.packages.package import Package
from yanmen.supply.packages.reading.landed import MOST, Landed
from yanmen.supply.packages.reading.values import HOLE
from yanmen.supply.packages.studying import study

FETCH = (
    "import os, urllib.request\n"
    "def fetch(url, folder, name):\n"
    "    open(os.path.join(folder, name), 'wb').write(urllib.request.urlopen(url).read())\n"
)
RUN = (
    "import imp, os\ndef run(folder, name):\n    return imp.load_dynamic(name, os.path.join(folder, name))\n"
)
TAGS = frozenset({"download:x"})


def test_a_file_is_known_by_its_name() -> None:
    """Wherever it is written, and as a part of a command; short names only as a whole."""
    landed = Landed()
    landed.keep("x/payload.sh", TAGS, ("a.py",))
    landed.keep("x/t", TAGS, ("a.py",))

    assert landed.origins("bash /opt/payload.sh", ()) == TAGS
    assert landed.origins("t", ()) == TAGS
    assert not landed.origins("cat other", ())


def test_a_file_without_a_name_is_known_where_it_was_written() -> None:
    """And on the same errand; not to all the world."""
    landed = Landed()
    landed.keep(f"x/{HOLE}", TAGS, ("a.py", "7"))

    assert landed.origins(HOLE, ("a.py",)) == landed.origins(HOLE, ("b.py", "7")) == TAGS
    assert not landed.origins(HOLE, ("b.py", "8", ""))
    assert not landed.origins("", ("a.py",))


def test_so_many_files_are_remembered() -> None:
    """More are written by nobody's code."""
    landed = Landed()
    for number in range(MOST + 5):
        landed.keep(f"file-{number}.bin", TAGS, ())

    assert len(landed.named) == MOST


def test_functions_that_nobody_joins_say_nothing_of_each_other(make: Callable[..., Package]) -> None:
    """A downloader in one module and a loader in another were called a dropper: pip's own in every new environment."""
    apart = {"inert/__init__.py": "", "inert/index.py": FETCH, "inert/wheel.py": RUN}
    joined = (
        "from inert import index, wheel\n"
        "def go(url, folder, name):\n"
        "    index.fetch(url, folder, name)\n"
        "    wheel.run(folder, name)\n"
    )

    def runs_a_download(files: dict[str, str]) -> bool:
        effects = [one for one in study(make(files)).effects if one.does == "runs-code"]
        assert effects
        return any(tag.startswith("download:") for one in effects for tag in one.tags)

    assert not runs_a_download(apart)
    assert runs_a_download({"inert/__init__.py": FETCH + RUN})
    assert runs_a_download({**apart, "inert/__init__.py": joined})

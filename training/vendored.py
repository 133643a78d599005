"""How the digests of vendored source were made: ``python -m training.vendored --wheels DIR [--fetch]``.

``--fetch`` fills DIR with the wheels of every final release of LIBRARIES, by pip and whatever index its user configured, and
without running any of them; of a release that has only a source distribution nothing is known. Then the digests of their modules
are written into the package. The card is src/yanmen/supply/vendored/data/README.md.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from packaging.utils import InvalidWheelFilename, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from yanmen.supply.vendored.digest import digest
from yanmen.supply.vendored.pack import FILE, Release, written

LIBRARIES = """
    anyio appdirs asttokens attrs autocommand backports-tarfile blinker boltons bottle brotli cachecontrol cachetools cattrs
    certifi cffi chardet charset-normalizer click cloudpickle colorama configobj contextlib2 dateparser decorator defusedxml dill
    distlib distro dnspython docutils dulwich ecdsa enum34 exceptiongroup executing filelock flask funcsigs future
    futures graphlib-backport h11 h2 hpack html5lib httplib2 httpcore httpx humanize hyperframe idna
    importlib-metadata importlib-resources inflect iniconfig invoke ipaddress isodate itsdangerous jaraco-classes jaraco-collections
    jaraco-context jaraco-functools jaraco-text jinja2 jmespath joblib jsonschema lark lark-parser lockfile loky mako markdown
    markdown-it-py markupsafe marshmallow mdurl mistune monotonic more-itertools msgpack munch networkx nest-asyncio numpydoc
    oauthlib olefile ordered-set orderedmultidict packaging parso pathlib2 pathspec peewee pep517 pexpect pip pkginfo platformdirs
    pluggy ply progress prompt-toolkit ptyprocess pure-eval py pyasn1 pyasn1-modules pycparser pygments pyjwt pymysql
    pyparsing pyperclip pyproject-hooks pyrsistent python-dateutil python-dotenv python-json-logger pytoml
    pytz pyyaml redis requests requests-oauthlib requests-toolbelt resolvelib retrying rich rsa ruamel-yaml scandir semver
    setuptools shellingham simplejson six sniffio sortedcontainers soupsieve beautifulsoup4 sqlparse stack-data starlette tabulate
    tblib tenacity termcolor texttable threadpoolctl toml tomli tomli-w tomlkit toolz tornado tqdm traitlets typeguard
    typing-extensions typing-inspect tzlocal unidiff uritemplate urllib3 wcwidth webencodings websocket-client werkzeug wheel
    wrapt xmltodict yapf zipp
""".split()
RELEASES = 90
"""Of one library, the newest."""
PYTHONS = ("3.11", "3.8", "2.7")
TOGETHER = 40
_PLATFORMS = ("any", "manylinux2014_x86_64", "manylinux1_x86_64", "manylinux2010_x86_64")
_MODULE = 2 << 20


def target(python: str) -> list[str]:
    """Options of pip: wheels that an interpreter could take, whichever runs here."""
    tag = "cp" + python.replace(".", "")
    abis = ["none", "abi3", tag, f"{tag}m", f"{tag}mu"]
    words = [
        "--only-binary=:all:",
        "--implementation=cp",
        f"--python-version={python}",
        "--ignore-requires-python",
    ]
    return words + [f"--abi={one}" for one in abis] + [f"--platform={one}" for one in _PLATFORMS]


def pip(*words: str) -> str:
    """What pip says, its complaints too."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *words]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    return said.stdout + said.stderr


def releases(name: str, python: str) -> set[str]:
    """Final releases with a wheel."""
    found = re.search(r"Available versions: (.*)", pip("index", "versions", name, *target(python)))
    return set(filter(final, found[1].split(", "))) if found else set()


def final(version: str) -> bool:
    """Whether it is a version, and none before a release."""
    try:
        return not Version(version).is_prerelease
    except InvalidVersion:
        return False


def fetch(folder: Path) -> None:
    """Download what is not there yet, a release of every library at a time."""
    for python in PYTHONS:
        there = {(name, version) for name, version, _ in wheels(folder)}
        rounds: list[list[str]] = []
        with ThreadPoolExecutor(2) as pool:
            listed = list(pool.map(lambda name, python=python: releases(name, python), LIBRARIES))  # type: ignore[misc]
        for name, found in zip(LIBRARIES, listed, strict=True):
            known = sorted(found, key=Version, reverse=True)[:RELEASES]
            for place, version in enumerate(one for one in known if (name, one) not in there):
                rounds += [[]] * (place + 1 - len(rounds))
                rounds[place] = [*rounds[place], f"{name}=={version}"]
        for wanted in rounds:
            for start in range(0, len(wanted), TOGETHER):
                download(folder, python, wanted[start : start + TOGETHER])
            print(python, len(wanted), flush=True)


def download(folder: Path, python: str, wanted: list[str]) -> None:
    """All of them but those that pip does not find after all."""
    while wanted:
        said = pip("download", "--no-deps", f"--dest={folder}", *target(python), *wanted)
        if not (missing := re.search(r"No matching distribution found for (\S+)", said)):
            return
        wanted = [one for one in wanted if one != missing[1]]


def wheels(folder: Path) -> Iterator[tuple[str, str, Path]]:
    """Name, version and file, sorted."""
    for path in sorted(folder.glob("*.whl")):
        try:
            name, version, _, _ = parse_wheel_filename(path.name)
        except (InvalidWheelFilename, InvalidVersion):
            continue
        yield str(name), str(version), path


def modules(path: Path) -> dict[str, bytes]:
    """Path in the wheel to the digest of every module."""
    found: dict[str, bytes] = {}
    with zipfile.ZipFile(path) as archive:
        for one in archive.infolist():
            if (
                one.filename.endswith(".py")
                and one.file_size <= _MODULE
                and (known := digest(one.filename, archive.read(one)))
            ):
                found[one.filename] = known
    return found


def main() -> None:
    """Fetch what is missing, write the pack and print its hash."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--wheels", type=Path, required=True)
    parser.add_argument("--fetch", action="store_true")
    given = parser.parse_args()
    if given.fetch:
        fetch(given.wheels)
    listed = [
        Release(name, version, modules(path))
        for name, version, path in wheels(given.wheels)
        if name in LIBRARIES
    ]
    data = written(listed)
    FILE.write_bytes(data)
    print(f"{len(listed)} releases, {len(data)} bytes, sha256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()

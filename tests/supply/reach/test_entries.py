"""Where a project begins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from yanmen.supply.reach.entries import entries
from yanmen.supply.reach.own import Sources

Project = Callable[[Mapping[str, str]], Path]
CODE = {
    "src/shop/__init__.py": "",
    "src/shop/web.py": "",
    "src/shop/__main__.py": "",
    "src/shop/jobs.py": "",
    "train.py": "",
}


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        (
            "pyproject.toml",
            '[project.scripts]\nshop = "shop.web:main"\n',
            ("src/shop/web.py", "command", "main"),
        ),
        (
            "pyproject.toml",
            '[project.entry-points."x.y"]\nshop = "shop.jobs"\n',
            ("src/shop/jobs.py", "command", ""),
        ),
        (
            "pyproject.toml",
            '[tool.poetry.scripts]\nshop = "shop.web:main"\n',
            ("src/shop/web.py", "command", "main"),
        ),
        (
            "setup.cfg",
            "[options.entry_points]\nconsole_scripts =\n  a = shop.web:main\n",
            ("src/shop/web.py", "command", "main"),
        ),
        (
            "setup.py",
            "setup(entry_points={'console_scripts': ['a = shop.web:main']})",
            ("src/shop/web.py", "command", "main"),
        ),
        (
            "Dockerfile",
            'CMD ["uvicorn", "shop.web:app", "--port", "80"]\n',
            ("src/shop/web.py", "server", "app"),
        ),
        (
            "deploy/compose.yaml",
            "command: gunicorn -w 4 shop.web:create()\n",
            ("src/shop/web.py", "server", "create"),
        ),
        ("Procfile", "worker: celery -A shop.jobs worker\n", ("src/shop/jobs.py", "server", "")),
        ("Procfile", "web: flask --app=shop.web run\n", ("src/shop/web.py", "script", "")),
        ("run.sh", "exec python -m shop serve\n", ("src/shop/__main__.py", "script", "")),
        ("Dockerfile", "CMD python train.py --epochs 3\n", ("train.py", "server", "")),
        ("job.yaml", "args: [fastapi, run, ./train.py]\n", ("train.py", "server", "")),
    ],
)
def test_what_starts_a_project_is_found(
    project: Project, name: str, text: str, found: tuple[str, str, str]
) -> None:
    """In manifests and in files that hold commands; only what is the project's own."""
    known = entries(Sources(project({**CODE, name: text})), frozenset())

    assert found in [(one.source.path, one.kind, one.function) for one in known if one.where == name]


def test_words_that_name_nothing_of_ours_are_no_entry(project: Project) -> None:
    """A host and its port, an image and its tag, another's module, a file that is not there."""
    text = "image: python:3.12\nports: [redis:6379]\ncommand: uvicorn other.app:main python missing.py\n"
    known = entries(Sources(project({**CODE, "compose.yaml": text})), frozenset())

    assert [one.where for one in known] == [""]


def test_scripts_notebooks_and_tests_are_entries_by_themselves(project: Project) -> None:
    """A test is one even where something else names it."""
    files = {**CODE, "a.ipynb": "{}", "test_x.py": "", "run.sh": "python test_x.py\n"}
    known = {one.source.path: one.kind for one in entries(Sources(project(files)), frozenset({"train.py"}))}

    assert known == {
        "train.py": "script",
        "src/shop/__main__.py": "script",
        "a.ipynb": "notebook",
        "test_x.py": "test",
    }


def test_a_manifest_that_cannot_be_read_hides_no_other(project: Project) -> None:
    """Its modules are loose ones."""
    files = {
        **CODE,
        "pyproject.toml": "= broken",
        "setup.cfg": "[broken",
        "Procfile": "web: uvicorn shop.web:app\n",
    }

    assert [one.source.path for one in entries(Sources(project(files)), frozenset()) if one.where] == [
        "src/shop/web.py"
    ]

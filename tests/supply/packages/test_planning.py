"""When the files of a package run."""

from __future__ import annotations

from collections.abc import Callable

from yanmen.supply.packages.package import Package
from yanmen.supply.packages.planning import located, plan_of
from yanmen.supply.packages.reading.effects import Trigger

Make = Callable[..., Package]


def test_when_files_of_python_run(make: Make) -> None:
    """setup.py and an in-tree backend at install, a start-up file at start, tests only when called."""
    files = {"setup.py": "", "be.py": "", "a/__init__.py": "", "tests/test_a.py": "", "sitecustomize.py": "",
             "pyproject.toml": "[build-system]\nbuild-backend='be'\nbackend-path=['.']"}  # fmt: skip
    plan = plan_of(make(files, "sdist"))

    assert plan.files["setup.py"] is plan.files["be.py"] is Trigger.INSTALL
    assert plan.files["sitecustomize.py"] is Trigger.STARTUP
    assert plan.files["a/__init__.py"] is Trigger.IMPORT
    assert plan.files["tests/test_a.py"] is Trigger.CALLED
    assert {hook.kind for hook in plan.hooks} == {"setup", "backend", "customize"}


def test_build_hooks_of_other_backends(make: Make) -> None:
    """hatch_build.py, poetry's script, setuptools' command classes in pyproject.toml."""
    hatch = plan_of(
        make({"pyproject.toml": "[tool.hatch.build.hooks.custom]\n", "hatch_build.py": ""}, "sdist")
    )
    poetry = plan_of(make({"pyproject.toml": "[tool.poetry.build]\nscript = 'b.py'\n", "b.py": ""}, "sdist"))
    command = plan_of(
        make({"pyproject.toml": "[tool.setuptools.cmdclass]\nbuild_py = 'x.y.Z'\n", "x/y.py": ""}, "sdist")
    )

    assert hatch.files["hatch_build.py"] is poetry.files["b.py"] is command.files["x/y.py"] is Trigger.INSTALL


def test_when_files_of_node_run(make: Make) -> None:
    """What scripts of the life cycle name, also through other scripts; binding.gyp too."""
    scripts = {"postinstall": "npm run go", "go": "node tools/x", "test": "node t.js"}
    files = {
        "tools/x.js": "",
        "t.js": "",
        "index.js": "",
        "binding.gyp": "{'a': '<!(node g.js)'}",
        "g.js": "",
    }
    plan = plan_of(make(files, "npm", scripts=scripts, entry_points={"main": ("index.js",)}))

    assert plan.files["tools/x.js"] is plan.files["g.js"] is Trigger.INSTALL
    assert plan.files["index.js"] is Trigger.IMPORT
    assert plan.files["t.js"] is Trigger.CALLED


def test_modules_are_found_as_node_finds_them(make: Make) -> None:
    """Endings, folders with an index, dots that lead up; nothing outside."""
    package = make({"a/b.js": "", "c/index.js": ""}, "npm")

    assert located(package, "./b", "a/x.js") == "a/b.js"
    assert located(package, "../c", "a/x.js") == "c/index.js"
    assert located(package, "../../../etc/passwd", "a/x.js") == ""

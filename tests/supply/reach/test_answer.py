"""Whether a project can reach a component."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from yanmen.supply.reach import Reach
from yanmen.supply.reach.answer import names

Project = Callable[[Mapping[str, str]], Path]
Installed = Callable[..., Path]
YAML = {
    "yaml/__init__.py": "from yaml.loader import Loader\ndef load(x, Loader): return Loader\n",
    "yaml/loader.py": "class Loader: pass\n",
}


def test_a_direct_import_is_shown_with_its_line(project: Project, installed: Installed) -> None:
    """By the name that the module has, whatever the distribution is called."""
    reach = Reach.of(project({"app.py": "import os\nimport yaml\n"}), installed({"PyYAML": YAML}))
    found = reach.state("pyyaml")

    assert (found.state, found.path) == ("imported", ("app.py#L2 → yaml",))


def test_the_way_through_dependencies_is_the_shortest(project: Project, installed: Installed) -> None:
    """Project, dependency, the one that is vulnerable."""
    environment = installed(
        {
            "PyYAML": YAML,
            "loader-kit": {
                "kit/__init__.py": "from . import far\n\nfrom kit import near\n",
                "kit/near.py": "import yaml\n",
                "kit/far.py": "from kit import farther\n",
                "kit/farther.py": "import yaml\n",
            },
        }
    )
    found = Reach.of(
        project({"src/app/__init__.py": "", "src/app/main.py": "\nimport kit\n"}), environment
    ).state("pkg:pypi/pyyaml@5.1")

    assert found.state == "imported"
    assert found.path == (
        "src/app/main.py#L2 → kit",
        "kit/__init__.py#L3 → kit.near",
        "kit/near.py#L1 → yaml",
    )


def test_a_vulnerable_function_that_is_used_is_called(project: Project, installed: Installed) -> None:
    """Under another name too, and where another module hands it on."""
    files = {
        "app.py": "from handed import read as r\n\ndef main():\n    return r(open('x'))\n\nmain()\n",
        "handed.py": "from yaml import load as read\n",
    }
    found = Reach.of(project(files), installed({"PyYAML": YAML})).state("pyyaml", ids=["CVE-2020-1747"])

    assert (found.state, found.symbol) == ("called", "yaml.load")
    assert found.path[-1] == "app.py#L4 · yaml.load"


def test_one_that_stands_where_nothing_leads_is_imported_only(project: Project, installed: Installed) -> None:
    """In a function whose name nobody says; the reason names it."""
    files = {
        "pyproject.toml": '[project]\nname = "x"\nscripts = {x = "app:main"}\n',
        "app.py": "import yaml\ndef main():\n    print(1)\ndef forgotten(f):\n    return yaml.load(f)\n",
    }
    found = Reach.of(project(files), installed({"PyYAML": YAML})).state("pyyaml", ids=["CVE-2020-1747"])

    assert found.state == "imported"
    assert "app.py#L5" in found.why.en


def test_a_call_that_is_handed_a_safe_loader_is_none_of_the_fault(
    project: Project, installed: Installed
) -> None:
    """One without it, in the same file, is."""
    safe = "import yaml\ndef read(f):\n    return yaml.load(f, Loader=yaml.SafeLoader)\nread(1)\n"
    both = safe + "def other(f):\n    return yaml.load(f, None)\nother(2)\n"
    environment = installed({"PyYAML": YAML})

    assert (
        Reach.of(project({"app.py": safe}), environment).state("pyyaml", ids=["CVE-2020-1747"]).state
        == "imported"
    )
    found = Reach.of(project({"app.py": both}), environment).state("pyyaml", ids=["CVE-2020-1747"])
    assert (found.state, found.path) == ("called", ("app.py#L6 · yaml.load",))


def test_an_advisory_whose_functions_are_not_used_is_imported(project: Project, installed: Installed) -> None:
    """The names that were looked for are said."""
    reach = Reach.of(project({"app.py": "import yaml\nyaml.safe_dump({})\n"}), installed({"PyYAML": YAML}))
    found = reach.state("pyyaml", ids=["CVE-2020-1747"])

    assert found.state == "imported"
    assert "yaml.load" in found.why.en
    assert "not in our list" in reach.state("pyyaml", ids=["CVE-0000-0000"]).why.en


def test_what_nothing_imports_is_installed_only(project: Project, installed: Installed) -> None:
    """Where every source on the way was read and nothing is imported by a name made at run time."""
    environment = installed({"PyYAML": YAML, "kit": {"kit/__init__.py": "import json\n"}})
    found = Reach.of(project({"app.py": "import kit\n"}), environment).state("pyyaml")

    assert (found.state, found.path) == ("installed-only", ())


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "import importlib, os\nimportlib.import_module(os.environ['X'])",
            "unknown dynamic import at kit/__init__.py#L2",
        ),
        ("__import__(input())", "unknown dynamic import at kit/__init__.py#L1"),
        ("exec(open('x').read())", "code made at run time is run at kit/__init__.py#L1"),
        ("from importlib.metadata import entry_points\nentry_points()", "unknown dynamic import"),
        ("def broken(:", "could not be read (malformed)"),
    ],
)
def test_what_might_be_hidden_is_unknown(
    project: Project, installed: Installed, line: str, said: str
) -> None:
    """With the place where the trail is lost, in a dependency as in the project."""
    environment = installed({"PyYAML": YAML, "kit": {"kit/__init__.py": line + "\n"}})
    found = Reach.of(project({"app.py": "import kit\n"}), environment).state("pyyaml")

    assert found.state == "unknown"
    assert said in found.why.en
    assert found.holes


def test_a_dynamic_import_that_cannot_run_hides_nothing(project: Project, installed: Installed) -> None:
    """It stands in a function whose name nobody says."""
    code = "import importlib\ndef anything(name):\n    return importlib.import_module(name)\n"
    environment = installed({"PyYAML": YAML, "kit": {"kit/__init__.py": code}})

    assert (
        Reach.of(project({"app.py": "import kit\n"}), environment).state("pyyaml").state == "installed-only"
    )


@pytest.mark.parametrize(
    ("files", "state"),
    [
        ({"app.py": "import importlib\nimportlib.import_module('yaml')\n"}, "imported"),
        ({"app.py": "from kit import load\nload('yaml')\n"}, "imported"),
        ({"app.py": "from kit import load\nload('json')\n"}, "installed-only"),
        ({"app.py": "import kit\nkit.load(input())\n"}, "unknown"),
        ({"app.py": "import kit\nlist(map(kit.load, names))\n"}, "unknown"),
        ({"app.py": "import kit\nfor one in ('json', 'yaml'):\n    kit.load(one)\n"}, "imported"),
        ({"app.py": "import kit\ndef mine(n):\n    kit.load(n)\nmine('yaml')\n"}, "imported"),
        (
            {
                "app.py": "import kit\nclass Loads:\n    def __init__(self, n):\n        kit.load(n)\nLoads('yaml')\n"
            },
            "unknown",
        ),
    ],
)
def test_a_helper_imports_what_its_callers_give_it(
    project: Project, installed: Installed, files: dict[str, str], state: str
) -> None:
    """However many functions hand the name on."""
    kit = {"kit/__init__.py": "import importlib\ndef load(name):\n    return importlib.import_module(name)\n"}

    assert Reach.of(project(files), installed({"PyYAML": YAML, "kit": kit})).state("pyyaml").state == state


def test_a_lazy_package_imports_what_its_table_lists(project: Project, installed: Installed) -> None:
    """And only below itself."""
    lazy = {
        "kit/__init__.py": "from .lazy import _LazyModule\n_STRUCTURE = {'reader': ['Reader']}\n"
        "import sys\nsys.modules[__name__] = _LazyModule(__name__, _STRUCTURE)\n",
        "kit/lazy.py": "import importlib\nclass _LazyModule:\n    def __init__(self, name, table): self.name = name\n"
        "    def __getattr__(self, name): return importlib.import_module('.' + name, self.name)\n",
        "kit/reader.py": "import yaml\n",
        "kit/other.py": "import other\n",
    }
    reach = Reach.of(
        project({"app.py": "from kit import Reader\n"}),
        installed({"PyYAML": YAML, "kit": lazy, "other": {"other.py": ""}}),
    )

    assert reach.state("pyyaml").path[-1] == "kit/reader.py#L1 → yaml"
    assert reach.state("other").state == "installed-only"


def test_a_package_that_hands_its_parts_out_when_asked_imports_them(
    project: Project, installed: Installed
) -> None:
    """From a table of packages and names, as many large packages do; the trail is not lost by it."""
    code = """
from importlib import import_module
_TABLE = {'Reader': (__spec__.parent, '.reader'), 'part': (__spec__.parent, '__module__')}
def __getattr__(name):
    package, module = _TABLE.get(name)
    if module == '__module__':
        return import_module(f'.{name}', package=package)
    return getattr(import_module(module, package=package), name)
"""
    kit = {"kit/__init__.py": code, "kit/reader.py": "import yaml\n", "kit/part.py": ""}
    reach = Reach.of(
        project({"app.py": "from kit import Reader\n"}),
        installed({"PyYAML": YAML, "kit": kit, "other": {"other.py": ""}}),
    )

    assert reach.state("pyyaml").path[-1] == "kit/reader.py#L1 → yaml"
    assert reach.state("other").state == "installed-only"


def test_entry_points_are_followed_by_their_group(project: Project, installed: Installed) -> None:
    """What is installed says which modules they are."""
    environment = installed(
        {
            "PyYAML": YAML,
            "plugin": {"plugin.py": "import yaml\n", "entry_points.txt": "[kit.plugins]\none = plugin:run\n"},
        }
    )
    code = "from importlib.metadata import entry_points\nfor one in entry_points(group='kit.plugins'):\n    one.load()\n"
    other = code.replace("kit.plugins", "others")

    assert Reach.of(project({"app.py": code}), environment).state("pyyaml").path[-1] == "plugin.py#L1 → yaml"
    assert Reach.of(project({"app.py": other}), environment).state("pyyaml").state == "installed-only"


def test_what_only_tests_reach_is_said_so(project: Project, installed: Installed) -> None:
    """It is imported, and yet not by what runs."""
    files = {"app.py": "import json\n", "tests/test_app.py": "import yaml\ndef test_x():\n    yaml.load(x)\n"}
    found = Reach.of(project(files), installed({"PyYAML": YAML})).state("pyyaml", ids=["CVE-2020-1747"])

    assert (found.state, found.tests_only) == ("called", True)
    assert "only the project's tests" in found.why.en


def test_without_an_environment_nothing_is_only_installed(project: Project) -> None:
    """A direct import is known by the module's well-known name; what a package imports is not."""
    reach = Reach.of(project({"app.py": "import sklearn\nfrom PIL import Image\n"}))

    assert reach.state("scikit-learn").path == ("app.py#L1 → sklearn",)
    assert reach.state("Pillow").state == "imported"
    assert reach.state("joblib").state == "unknown"
    assert "sklearn, which app.py#L1 imports, is not at hand" in reach.state("joblib").why.en


def test_what_is_not_installed_is_unknown(project: Project, installed: Installed) -> None:
    """Its import names are a guess."""
    found = Reach.of(project({"app.py": "import json\n"}), installed({"PyYAML": YAML})).state("absent-thing")

    assert found.state == "unknown"
    assert "absent_thing" in found.why.en


def test_namespaces_that_packages_share_are_told_apart(project: Project, installed: Installed) -> None:
    """By the lists of their files."""
    environment = installed({"space-one": {"space/one.py": ""}, "space-two": {"space/two.py": ""}})
    reach = Reach.of(project({"app.py": "from space import one\n"}), environment)

    assert reach.state("space-one").state == "imported"
    assert reach.state("space-two").state == "installed-only"


def test_machine_code_hides_what_its_package_needs(project: Project, installed: Installed) -> None:
    """And nothing else."""
    environment = installed(
        {
            "PyYAML": YAML,
            "fast": {"fast.cpython-311-x86_64-linux-gnu.so": "\x7fELF"},
            "other": {"other.py": ""},
        },
        needs={"fast": "PyYAML"},
    )
    reach = Reach.of(project({"app.py": "import fast\n"}), environment)

    assert reach.state("pyyaml").state == "unknown"
    assert reach.state("other").state == "installed-only"


def test_a_file_that_python_reads_at_its_start_is_an_entry(project: Project, installed: Installed) -> None:
    """A ``.pth`` that imports."""
    environment = installed(
        {"PyYAML": YAML, "hook": {"hook.py": "import yaml\n", "hook.pth": "import hook; hook\n"}}
    )

    assert Reach.of(project({"app.py": ""}), environment).state("pyyaml").path == (
        "hook.pth#L1 → hook",
        "hook.py#L1 → yaml",
    )


def test_a_line_of_code_that_python_runs_at_its_start_is_code(project: Project, installed: Installed) -> None:
    """Whatever comes after the import that makes it one."""
    line = "# a path\nimport os; os.environ.get('X') and __import__('hook').add()\n"
    environment = installed({"PyYAML": YAML, "hook": {"hook.py": "import yaml\n", "hook.pth": line}})
    other = installed({"exec": {"exec.pth": "import os; exec(os.environ['X'])\n"}})

    assert Reach.of(project({"app.py": ""}), environment).state("pyyaml").path[0] == "hook.pth#L2 → hook"
    assert Reach.of(project({"app.py": ""}), other).state("absent").holes == ("exec.pth#L1",)


def test_a_notebook_is_read_by_its_cells(project: Project, installed: Installed) -> None:
    """The place names the cell; commands of the shell are no Python."""
    cells = '{"cell_type": "markdown", "source": "import none"}'
    cells += ', {"cell_type": "code", "source": ["!pip install x\\n", "import yaml"]}'
    book = f'{{"cells": [{cells}]}}'
    found = Reach.of(project({"a.ipynb": book}), installed({"PyYAML": YAML})).state("pyyaml")

    assert found.path == ("a.ipynb#cell2-L2 → yaml",)


def test_when_the_time_is_up_nothing_is_only_installed(project: Project, installed: Installed) -> None:
    """It is said, and it is unexamined."""
    reach = Reach.of(project({"app.py": "import json\n"}), installed({"PyYAML": YAML}), seconds=-1)

    assert reach.state("pyyaml").state == "unknown"
    assert [one.reason for one in reach.unexamined] == ["timed-out"]


def test_a_virtual_environment_in_the_project_is_found(project: Project) -> None:
    """And is none of the project's sources."""
    root = project(
        {
            "app.py": "import yaml\n",
            ".venv/pyvenv.cfg": "",
            ".venv/lib/python3.12/site-packages/yaml/__init__.py": "import absent\n",
            ".venv/lib/python3.12/site-packages/PyYAML-6.0.dist-info/RECORD": "yaml/__init__.py,,\n",
        }
    )
    reach = Reach.of(root)

    assert reach.state("pyyaml").state == "imported"
    assert [one.source.path for one in reach.entries] == ["app.py"]


@pytest.mark.parametrize("purl", ["pkg:golang/x@1", "pkg:npm/left-pad@1", "pkg:nonsense"])
def test_what_is_not_python_is_not_guessed(project: Project, purl: str) -> None:
    """An ecosystem that is not read is unknown; a project without sources too."""
    assert Reach.of(project({"README.md": ""})).state(purl).state == "unknown"
    assert Reach.of(project({"README.md": ""})).state("pyyaml").state == "unknown"


def test_scripts_of_npm_are_imported_or_unknown(project: Project) -> None:
    """Never only installed: what packages import is not followed."""
    reach = Reach.of(project({"web/app.ts": "\nimport {x} from '@scope/name/part'\n"}))

    assert reach.state("pkg:npm/%40scope/name@1.0").path == ("web/app.ts#L2 → @scope/name/part",)
    assert reach.state("other", "npm").state == "unknown"


def test_a_second_look_reads_nothing_anew(project: Project, installed: Installed, tmp_path: Path) -> None:
    """And says the same."""
    root, environment = project({"app.py": "import yaml\n"}), installed({"PyYAML": YAML})
    cache = tmp_path / "kept"
    first = Reach.of(root, environment, cache=cache).state("pyyaml")

    assert cache.is_file()
    assert Reach.of(root, environment, cache=cache).state("pyyaml") == first


def test_hostile_sources_are_unexamined(project: Project, installed: Installed) -> None:
    """A file that cannot be parsed is named, and what it may hide is not called unreached."""
    root = project({"app.py": "import other\n", "other.py": "x = " + "(" * 3_000})
    (root / "loop").symlink_to(root)
    reach = Reach.of(root, installed({"PyYAML": YAML}))

    assert {one.subject.id for one in reach.unexamined} == {"other.py"}
    assert reach.state("pyyaml").state == "unknown"


def test_pipes_among_installed_files_are_not_waited_for(project: Project, installed: Installed) -> None:
    """Nor is a link without an end; what they are is not known."""
    environment = installed({"PyYAML": YAML, "kit": {"kit/__init__.py": "from kit import pipe\n"}})
    site = next(environment.rglob("site-packages"))
    os.mkfifo(site / "kit/pipe.py")
    (site / "kit-1.0.dist-info/entry_points.txt").symlink_to("entry_points.txt")
    os.mkfifo(site / "start.pth")
    reach = Reach.of(project({"app.py": "import kit\n"}), environment)

    assert [(one.subject.id, one.reason) for one in reach.unexamined] == [("kit/pipe.py", "unreadable")]
    assert reach.state("pyyaml").state == "unknown"


def test_well_known_names_are_in_normal_form() -> None:
    """So that they are found."""
    assert all(name == name.lower() and "_" not in name for name in names())

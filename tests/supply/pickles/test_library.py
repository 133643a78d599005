"""Classes by their source: what is bare, and every way in which one only looks so."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.supply.pickles.assembly import REDUCE, expression, pickled, text, tuple_of
from tests.supply.pickles.assembly import name as global_

from yanmen.supply.models.examine import look
from yanmen.supply.pickles.knowledge import knowledge
from yanmen.supply.pickles.library import Library
from yanmen.supply.targets import Artifact


def _kind(folder: Path, text: str, name: str = "acme.models.Model", **more: str) -> str | None:
    """What bringing back a class of a library gives; None where its source does not show it to be harmless."""
    package = folder / "acme"
    package.mkdir(exist_ok=True)
    (package / "__init__.py").write_text(more.pop("init", ""), "utf-8")
    for module, content in {"models": text, **more}.items():
        (package / f"{module}.py").write_text(content, "utf-8")
    place, _, cls = name.rpartition(".")
    entry = Library([folder]).entry(place, cls, knowledge())
    return entry.gives if entry else None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("class Model:\n    def __init__(self): run()\n    def fit(self): run()", "bare-slots"),
        ("from .base import Base\nclass Model(Base): pass", "bare-slots"),
        ("from acme import base\nclass Model(base.Base): pass", "bare-slots"),
        ("from sklearn.base import BaseEstimator as B, ClassifierMixin\nclass Model(ClassifierMixin, B): pass", "bare"),
        ("from torch import nn\nclass Model(nn.Module): pass", "bare"),
        ("import abc\nclass Model(metaclass=abc.ABCMeta): pass", "bare-slots"),
        ("from dataclasses import dataclass\n@dataclass\nclass Model:\n    x: int = 1", "bare-slots!"),
        ("class Model:\n    def __hash__(self): return run(self.x)", "bare-slots!"),
        ("from collections import OrderedDict\nclass Model(OrderedDict): pass", "bare-mapping"),
        ("class Model(list): pass", "bare-sequence"),
        ("from enum import Enum\nclass Model(Enum):\n    A = 1", "bare-member"),
        ("from typing import NamedTuple\nclass Model(NamedTuple):\n    a: int", "bare-record"),
        ("from collections import namedtuple\nModel = namedtuple('Model', 'a b')", "bare-record"),
        ("def Model(): run()", "function"),
        ("class Model:\n    def __setstate__(self, state):\n        self.__dict__.update(state)", "bare"),
        (("class Model:\n    def __setstate__(self, s):\n        s = s.copy()\n        s.pop('old', None)\n"
         "        self.__dict__ = s"), "bare"),
        (("class Model:\n    def __setstate__(self, s):\n        if 'x' not in s:\n            s['x'] = None\n"
         "        self.__dict__.update(s)"), "bare"),
        ("def doc(cls):\n    cls.__doc__ = 'x'\n    return cls\n@doc\nclass Model: pass", "bare-slots"),
        (("def doc(text):\n    def put(cls):\n        cls.__doc__ = text\n        return cls\n    return put\n"
         "@doc('x')\nclass Model: pass"), "bare-slots"),
        ("class M(type):\n    def __instancecheck__(cls, x): return True\nclass Model(metaclass=M): pass", "bare-slots"),
        # attributes that are set by their names, where nothing answers
        ("class Model:\n    __slots__ = ('x',)\n    @property\n    def y(self): return run()", "bare-slots"),
        ("from dataclasses import dataclass\n@dataclass(slots=True)\nclass Model:\n    x: int", "bare-slots!"),
        ("class Model:\n    @property\n    def x(self): pass\n    @x.setter\n    def x(self, v): run(v)", "bare-slots"),
        ("class Model:\n    def __setattr__(self, n, v): run(v)", "bare"),
        ("class Model:\n    x = Asks()", "bare-slots"),
        ("from acme.base import property\nclass Model:\n    @property\n    def x(self): pass", "bare-slots"),
        ("class Model:\n    def __setstate__(self, s):\n        for k, v in s.items():\n            setattr(self, k, v)", "bare"),
        ("class Model:\n    def __setstate__(self, s):\n        vars(self).update(s)\n        self.x = Lock()", "bare"),
        (("class Model:\n    __slots__ = ('a', 'b')\n    def __setstate__(self, s):\n"
         "        for k, v in zip(self.__slots__, s):\n            setattr(self, k, v)"), "bare-items"),
        ("class Model:\n    def __setstate__(self, s): self.x = s['x']", "bare"),
        ("class Model(ValueError): pass", "bare-error"),
        ("class Base(Exception): pass\nclass Model(Base, KeyError):\n    def __str__(self): return run()", "bare-error"),
        ("class Model(Exception):\n    def __init__(self, x): run(x)", "named"),
        ("class Model(Exception):\n    def __setattr__(self, n, v): run(v)", "named"),
        # the library's own, whatever it is: it may be named
        ("class Model:\n    def __new__(cls, *a): return run()", "named"),
        ("from .base import Base as Model", "bare-slots"),
        ("class Model: pass\nModel.default = Model()", "bare-slots"),
        ("class Model: pass\nfor name in names:\n    setattr(Model, name, Asks())", "bare"),
        ("from .base import missing as Model", "named"),
        ("Model = make()", "named"),
        ("def own(): pass\nModel = [own, str, 'x', lambda: run()]", "named"),
        # what another has, under a name of its own
        ("import os\nModel = os.system", None),
        ("from os import system\nModel = system", None),
        ("import os\nrun = os.system\nModel = {'x': [run]}", None),
        ("import os\nfrom functools import partial\nModel = partial(os.system)", None),
        ("import os\nfor Model in [os.system]: pass", None),
        ("Model = eval", None),
    ],
)  # fmt: skip
def test_what_its_source_shows_to_be_bare(tmp_path: Path, text: str, kind: str | None) -> None:
    """With the kind of thing that it gives."""
    assert _kind(tmp_path, text, base="class Base:\n    x = 1\nmissing = Base()\n") == kind


@pytest.mark.parametrize(
    "text",
    [
        # what runs while an instance is brought back
        "class Model:\n    def __setstate__(self, state): run(state)",
        "class Model:\n    def __setstate__(self, state):\n        self.__dict__.update(state)\n        self.connect()",
        "class Model:\n    def __new__(cls, *a): return run()",
        "class Model:\n    def __del__(self): run(self.path)",
        "class Model:\n    def __getattr__(self, name): return run(name)",
        "class Model:\n    @property\n    def __dict__(self): return run()",
        "class Model:\n    @property\n    def __setstate__(self): return run",
        "class Model:\n    __setstate__ = run",
        "class Model:\n    if True:\n        def __setstate__(self, s): run(s)",
        "class Model:\n    for __setstate__ in [run]: pass",
        "class Model:\n    from evil import __setstate__",
        "class Model:\n    exec('def __setstate__(self, s): run(s)')",
        "class Model:\n    locals()['__setstate__'] = run",
        "class Model:\n    (__setstate__ := run)",
        # states from within the state: a name that is looked up on the instance may hide in them
        "class Model:\n    def __setstate__(self, s): self.__dict__.update(s['inner'])",
        "class Model:\n    def __setstate__(self, s): self.__dict__ = s['inner']",
        "class Model:\n    def __setstate__(self, s): self.__dict__['__setstate__'] = s['x']",
        "class Model:\n    def __setstate__(self, s): self.__dict__['append'] = s['x']",
        "class Model:\n    def __setstate__(self, s): s['helper'].update(s)",
        "class Model:\n    def __setstate__(self, s): s.pop(s['key'])",
        "class Model:\n    def __setstate__(self, s):\n        if s['x'] == 1: pass",
        "class Model:\n    def __setstate__(self, s):\n        if s['x']: pass",
        "class Model:\n    def __setstate__(self, s): self.x = run(s['x'])",
        "class Model:\n    def __setstate__(self, s): self.append = s['x']",
        "class Model:\n    def __setstate__(self, s): self.x.y = s['x']",
        ("class Model:\n    @property\n    def x(self): pass\n    @x.setter\n    def x(self, v): run(v)\n"
         "    def __setstate__(self, s): self.x = s['x']"),
        ("class Base:\n    x = Asks()\nclass Model(Base):\n    def __setstate__(self, s):\n"
         "        for k, v in s.items():\n            setattr(self, k, v)"),
        "class Model:\n    def __setstate__(self, s):\n        for k, v in s['x'].items():\n            setattr(self, k, v)",
        "class Model:\n    def __setstate__(self, s):\n        for k, v in s.items():\n            setattr(s['x'], k, v)",
        ("class Model:\n    __slots__ = ('append',)\n    def __setstate__(self, s):\n"
         "        for k, v in zip(self.__slots__, s):\n            setattr(self, k, v)"),
        "from dataclasses import dataclass\n@dataclass(slots=True, weakref_slot=True)\nclass Model: pass",
        "class Model:\n    def __setstate__(self, s): self.__dict__['y'] = s['x'] + 1",
        "class Model:\n    def __setstate__(self, s, run=print): self.__dict__.update(s)",
        # bases and makers that cannot be made out
        "from unread import Base\nclass Model(Base): pass",
        "class Model(make()): pass",
        "class Base:\n    def __setstate__(self, s): run(s)\nclass Model(Base): pass",
        "class Base:\n    def __del__(self): run()\nclass Model(Base):\n    def __del__(self): pass",
        "class M(type):\n    def __new__(m, n, b, d): return run()\nclass Model(metaclass=M): pass",
        "class M(type):\n    def __getattribute__(c, n): return run()\nclass Model(metaclass=M): pass",
        "class Model(metaclass=make()): pass",
        "class Model(**options): pass",
        "def change(cls):\n    cls.__setstate__ = run\n    return cls\n@change\nclass Model: pass",
        "def change(cls): return other(cls)\n@change\nclass Model: pass",
        "def change(cls):\n    cls = other(cls)\n    return cls\n@change\nclass Model: pass",
        "def change(cls):\n    setattr(cls, name, run)\n    return cls\n@change\nclass Model: pass",
        "from unread import change\n@change\nclass Model: pass",
        "class Base:\n    def __init_subclass__(cls): cls.__setstate__ = run\nclass Model(Base): pass",
        "class Base:\n    def __init_subclass__(cls): setattr(cls, name, run)\nclass Model(Base): pass",
        # what is put into it is asked of code of its own
        "class Model(dict):\n    def __setitem__(self, k, v): run(k, v)",
        "class Model(list):\n    def extend(self, items): run(items)",
        "class Model(list):\n    append = run",
        "from enum import Enum\nclass Model(Enum):\n    A = 1\n    @classmethod\n    def _missing_(cls, value): return run(value)",
        # a name that is something else in the end
        "class Model: pass\nModel = other(Model)",
        "class Model: pass\nModel.__setstate__ = run",
        "class Model: pass\nfor each in (Model,):\n    each.__setstate__ = run",
        "class Model: pass\nsetattr(Model, '__setstate__', run)",
        "try:\n    from unread import Model\nexcept ImportError:\n    class Model: pass",
        "class Model: pass\nfrom unread import *",
        "from subprocess import Popen as Model",
        "import os as Model",
        # importing it acts
        "import os\nos.system('id')\nclass Model: pass",
        "import subprocess\nif True:\n    try:\n        subprocess.run(['id'])\n    except OSError: pass\nclass Model: pass",
        "exec('x')\nclass Model: pass",
        "class Model(:",
    ],
)  # fmt: skip
def test_what_only_looks_so_is_not(tmp_path: Path, text: str) -> None:
    """Each is an attack by which a stream would run the library's code with values of its own; it may be named at most."""
    assert _kind(tmp_path, text) in {None, "named"}


def test_a_hook_that_another_module_sets_is_seen(tmp_path: Path) -> None:
    """Anywhere in the package."""
    text = "class Model: pass"
    assert _kind(tmp_path, text) == "bare-slots"
    assert (
        _kind(tmp_path, text, patches="from acme.models import Model\nModel.__setstate__ = run\n") == "named"
    )
    assert (
        _kind(tmp_path, text, patches="from acme import models\nsetattr(models.Model, '__new__', run)\n")
        == "named"
    )


def test_what_no_data_needs_is_not_read(tmp_path: Path) -> None:
    """Programs and tests of a library, the standard library's names, and what is not there."""
    for name in (
        "acme.tests.Model",
        "acme.__main__.Model",
        "acme.models.Other",
        "acme.models.Model.Inner",
        "json.decoder.JSONDecoder",
    ):
        assert (
            _kind(
                tmp_path, "class Model: pass", name, tests="class Model: pass", __main__="class Model: pass"
            )
            is None
        )
    (tmp_path / "json").mkdir()
    (tmp_path / "json" / "decoder.py").write_text("class JSONDecoder: pass", "utf-8")
    assert Library([tmp_path]).entry("json.decoder", "JSONDecoder", knowledge()) is None
    assert Library([tmp_path]).entry("../acme.models", "Model", knowledge()) is None


def _proof(folder: Path, text: str) -> str:
    return look(Artifact.held("m.pkl", expression(text)), libraries=(folder,)).proof


def test_a_file_is_proven_by_the_source_at_hand(tmp_path: Path) -> None:
    """And is not known without it."""
    _kind(
        tmp_path,
        "class Model: pass\nclass Loud:\n    def __eq__(self, o): return self.run(o)\n    __hash__ = None\ndef act(): pass\n",
    )
    made = "acme.models.Model.__new__() << {'weights': [1.5, 2], 'f': acme.models.act}"
    assert look(Artifact.held("m.pkl", expression(made))).proof == "unknown"
    assert _proof(tmp_path, made) == "proven_safe"
    assert _proof(tmp_path, "acme.models.Model.__new__() << (None, {'x': 1})") == "proven_safe"
    for other in (
        "acme.models.Model()", "acme.models.act()", "acme.models.Model << {'fit': 1}", "acme.models.act << {'__code__': 1}",
        "acme.models.Model.__new__() << {'__setstate__': acme.models.act}", "acme.models.Model.__new__() << {'__class__': 1}",
        "acme.models.Model.__new__() << (None, {'__class__': 1})",
        "acme.models.Model.__new__() << (None, {'extend': acme.models.act})",
        "acme.models.Model.__new__() << ({'append': 1}, {'x': 1})", "acme.models.Model.__new__() + [1]",
        "acme.models.Model.__new__() | {1: 2}",
    ):  # fmt: skip
        assert _proof(tmp_path, other) == "unknown" or "<< {'" in other, other
        assert _proof(tmp_path, other) != "proven_safe", other


def test_an_attribute_that_answers_is_not_set_by_its_name(tmp_path: Path) -> None:
    """A property's setter, or what may be another descriptor, of the class or of a base; put into the dict they are not asked."""
    _kind(
        tmp_path,
        "class Base:\n    @property\n    def x(self): pass\n    @x.setter\n    def x(self, v): run(v)\n"
        "import dataclasses\nclass Model(Base):\n    __slots__ = ('y',)\n    z = Asks()\n    p = property(run, run)\n"
        "    a, b = Asks(), 1\n    for c in [Asks()]: pass\n    with run() as d: pass\n    e = dataclasses.field(default=Asks())\n"
        "    f = g = Asks\n    h: int = Asks()\n"
        "Model.later = property(run, run)\nsetattr(Model, 'w', Asks())\n",
    )
    assert _proof(tmp_path, "acme.models.Model.__new__() << (None, {'y': 1})") == "proven_safe"
    assert _proof(tmp_path, "acme.models.Model.__new__() << ({'x': 1}, {'y': 1})") == "unknown"
    assert _proof(tmp_path, "acme.models.Model.__new__() << {'x': 1}") == "proven_safe"
    for name in (*"xzpabcdefghw", "later", "__class__", "append"):
        assert _proof(tmp_path, f"acme.models.Model.__new__() << (None, {{'{name}': 1}})") == "unknown", name


@pytest.mark.parametrize(
    "source",
    [
        "class Model:\n    __slots__ = ('y',)\ndef put(self, n, v): run(v)\nModel.__setattr__ = put\n",
        "def put(c):\n    c.y = property(None, run)\n    return c\n@put\nclass Model:\n    pass\n",
        "class Base:\n    def __init_subclass__(c): c.y = property(None, run)\nclass Model(Base):\n    pass\n",
    ],
)
def test_what_is_put_on_a_class_by_code_may_answer(source: str, tmp_path: Path) -> None:
    """A ``__setattr__`` that is assigned, what a decorator or a base does to it: nothing is set by its name."""
    _kind(tmp_path, source)

    assert _proof(tmp_path, "acme.models.Model.__new__() << (None, {'y': 1})") == "unknown"
    if "@" not in source:
        assert _proof(tmp_path, "acme.models.Model.__new__() << {'y': 1}") == "proven_safe"


def test_of_a_library_that_is_dangerous_what_it_does_not_call_is_known(tmp_path: Path) -> None:
    """Its classes and values may be kept; its functions may not, and a call is as dangerous as without the source."""
    package = tmp_path / "urllib3"
    package.mkdir()
    text = "class Timeout: pass\nclass Pool:\n    def __new__(cls, *a): return run()\nmissing = Pool()\n"
    (package / "__init__.py").write_text(text + "def get(): run()\nfrom os import system\n", "utf-8")
    assert (
        _proof(tmp_path, "[urllib3.Timeout.__new__() << {'x': 1}, urllib3.Pool, urllib3.missing]")
        == "proven_safe"
    )
    assert _proof(tmp_path, "urllib3.get") == "unknown"
    assert _proof(tmp_path, "urllib3.system") == "unknown"
    for said in (
        "urllib3.get('x')",
        "urllib3.Pool('x')",
        "urllib3.Timeout('x')",
        "urllib3.missing('x')",
        "urllib3.system('id')",
    ):
        assert _proof(tmp_path, said) == "unsafe", said


def test_an_error_is_made_and_not_raised(tmp_path: Path) -> None:
    """The interpreter keeps its arguments, and sets its state attribute by attribute."""
    _kind(
        tmp_path,
        "class Model(ValueError):\n    @property\n    def x(self): pass\n    @x.setter\n    def x(self, v): run(v)\n",
    )
    assert _proof(tmp_path, "acme.models.Model('x', [1]) << {'y': 1}") == "proven_safe"
    for other in ("<< {'x': 1}", "<< {'__class__': 1}", "<< {'append': 1}", "+ [1]"):
        assert _proof(tmp_path, f"acme.models.Model('x') {other}") == "unknown", other


@pytest.mark.parametrize(
    ("more", "proof"),
    [
        ("", "proven_safe"),
        ("    Kind = run\n", "unknown"),
        ("    def Kind(self): pass\n", "unknown"),
        ("        def _missing_(cls, v): run(v)\n", "unknown"),
        ("Model.Kind = run\n", "unknown"),
        ("for n in names: setattr(Model, n, run)\n", "unknown"),
    ],
)
def test_a_class_within_a_class_is_read(tmp_path: Path, more: str, proof: str) -> None:
    """Where nothing else binds its name, inside or outside."""
    inner = "from enum import Enum\nclass Model:\n    class Kind(Enum):\n        A = 'a'\n"
    _kind(tmp_path, inner + more)
    data = pickled(global_("acme.models", "Model.Kind"), tuple_of(text("a")), REDUCE)
    assert look(Artifact.held("m.pkl", data), libraries=(tmp_path,)).proof == proof


def test_what_answers_for_itself_is_no_key(tmp_path: Path) -> None:
    """A hash, a comparison: the library's code, with the attributes that the stream chose."""
    _kind(tmp_path, "class Model: pass\nclass Loud:\n    def __hash__(self): return self.run(self.what)\n")
    assert _proof(tmp_path, "[acme.models.Loud.__new__()]") == "proven_safe"
    assert _proof(tmp_path, "{'x': acme.models.Loud.__new__()}") == "proven_safe"
    assert _proof(tmp_path, "{acme.models.Model.__new__(): 1}") == "proven_safe"
    for other in (
        "{acme.models.Loud.__new__(): 1}", "{(1, acme.models.Loud.__new__()): 1}", "builtins.set([acme.models.Loud.__new__()])",
        "collections.OrderedDict([(acme.models.Loud.__new__(), 1)])", "collections.OrderedDict() | {acme.models.Loud.__new__(): 1}",
        "functools.partial(builtins.len, acme.models.Loud.__new__())",
        "collections.OrderedDict(acme.models.Loud.__new__())",
    ):  # fmt: skip
        assert _proof(tmp_path, other) == "unknown", other

"""What is named, called and changed, and whether that is harmless."""

from __future__ import annotations

from tests.supply.pickles.assembly import (
    NEWOBJ,
    PROTO2,
    REDUCE,
    STOP,
    call,
    constant,
    expression,
    name,
    old_name,
    pickled,
    text,
)
from tests.supply.pickles.reading import evidence, proof, read, rules


def test_the_steps_of_a_proof_name_each_call_and_why_it_is_harmless() -> None:
    """Once for each callable, with how often."""
    journal, _ = read(
        expression("(collections.OrderedDict(), collections.OrderedDict(), fractions.Fraction('1/2'))")
    )
    assert journal.steps["collections.OrderedDict"] == (2, "a dict")
    assert set(journal.steps) == {"collections.OrderedDict", "fractions.Fraction"}


def test_a_dangerous_name_is_unsafe_though_nothing_calls_it() -> None:
    """The model would call it later: as a preprocessing function, say."""
    stream = expression(
        "sklearn.preprocessing._function_transformer.FunctionTransformer.__new__() << {'func': os.system}"
    )
    assert rules(stream) == {"pickle.calls-os"}
    assert "names os.system" in evidence(stream)


def test_an_unlisted_name_of_the_library_is_unknown_until_it_is_called() -> None:
    """Naming is importing; calling is more."""
    assert rules(pickled(name("statistics", "mean"))) == {"pickle.names-unknown"}
    assert proof(pickled(name("statistics", "mean"))) == "unknown"
    assert "pickle.calls-library" in rules(expression("statistics.mean([1])"))


def test_arguments_that_are_no_tuple_are_taken_differently() -> None:
    """The Python unpickler calls with a list, the one in C does not."""
    stream = pickled(name("collections", "OrderedDict") + b"]" + REDUCE)
    assert rules(stream) == {"pickle.readers-differ"}


def test_what_cannot_be_called_or_changed_breaks_the_stream() -> None:
    """No unpickler gets further; and it is not said to be clean."""
    assert proof(pickled(call(text("os.system"), text("id")))) == "unknown"
    assert proof(expression("1 << {'a': 1}")) == "unknown"
    assert proof(expression("'a' | {'a': 1}")) == "unknown"


def test_the_helpers_of_the_language_call_through() -> None:
    """``__newobj__`` and ``_reconstructor`` are judged by the class that they are given."""
    assert proof(expression("copyreg.__newobj__(sklearn.svm._classes.SVC)")) == "proven_safe"
    assert proof(expression("copyreg.__newobj__(subprocess.Popen, 'id')")) == "unsafe"
    assert proof(expression("copyreg._reconstructor(subprocess.Popen, builtins.object, None)")) == "unsafe"
    assert (
        proof(expression("torch._tensor._rebuild_from_type_v2(builtins.exec, torch.Tensor, ('x',), {})"))
        == "unsafe"
    )


def test_keyword_arguments_are_arguments() -> None:
    """NEWOBJ_EX."""
    stream = pickled(name("subprocess", "Popen") + b")}" + text("args") + text("id") + b"s\x92")
    assert rules(stream) == {"pickle.calls-os"}
    assert proof(pickled(name("builtins", "object") + b")}\x92")) == "proven_safe"


def test_a_class_that_is_made_twice_is_judged_each_time() -> None:
    """Once in a harmless form, once in another."""
    stream = pickled(
        name("collections", "OrderedDict")
        + b")"
        + NEWOBJ
        + b"0"
        + call(name("collections", "OrderedDict"), constant(5))
    )
    assert proof(stream) == "unsafe"


def test_the_protocol_decides_whose_names_they_are() -> None:
    """``__builtin__`` is Python 2's; in a stream of protocol 4 nobody knows it."""
    assert proof(PROTO2 + old_name("__builtin__", "set") + b"]\x85" + REDUCE + STOP) == "proven_safe"
    assert proof(pickled(old_name("__builtin__", "set") + b"]\x85" + REDUCE)) != "proven_safe"


def test_a_kept_instance_of_a_dangerous_library_is_unknown_and_its_calls_are_unsafe() -> None:
    """What ``requests`` does it does when it is called; models keep its settings."""
    assert proof(expression("requests.structures.CaseInsensitiveDict.__new__()")) == "unknown"
    assert proof(expression("jinja2.exceptions.UndefinedError")) == "unknown"
    for said in (
        "urllib3.util.timeout._TYPE_DEFAULT(-1)",
        "requests.sessions.Session()",
        "aiohttp.helpers.BasicAuth.__new__('a', 'b', 'latin1')",
        "pyparsing.results.ParseResults.__new__(['ab'], None)",
        "fsspec.spec.make_instance(fsspec.implementations.local.LocalFileSystem, (), {})",
    ):
        assert proof(expression(said)) == "unknown", said
    for said in (
        "requests.sessions.Session('https://example.org')",
        "requests.api.get(b'x')",
        "requests.api.get(acme.host)",
        "requests.api.get(collections.OrderedDict())",
        "fsspec.spec.make_instance(os.system, (), {})",
        "jinja2.environment.Template(1)",
        "pyparsing.results.ParseResults(['ab'])",
        "requests.api.get.__new__('x')",
        "jinja2.environment.Template.__new__('{{ 1 }}')",
        "subprocess.Popen.__new__()",
        "cloudpickle.cloudpickle.loads",
    ):
        assert proof(expression(said)) == "unsafe", said

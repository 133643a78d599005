"""Every published way past a scanner that is known to us, as a stream of its own, with where it was published."""

from __future__ import annotations

import base64
import struct

import pytest
from tests.supply.pickles.assembly import (
    BUILD,
    DUP,
    MARK,
    MEMOIZE,
    NEWOBJ,
    POP,
    PROTO2,
    PROTO4,
    REDUCE,
    STOP,
    blob,
    call,
    constant,
    expression,
    frame,
    name,
    old_name,
    pickled,
    text,
    tuple_of,
)
from tests.supply.pickles.reading import evidence, proof, read, rules

COMMAND = tuple_of(text("id"))
SYSTEM = old_name("os", "system") + COMMAND + REDUCE
"""What most of them hide."""


def test_a_plain_command() -> None:
    """The control."""
    assert rules(PROTO2 + SYSTEM + STOP) == {"pickle.calls-os"}
    assert "os.system('id')" in evidence(PROTO2 + SYSTEM + STOP)


def test_a_command_by_the_old_opcodes_inst_and_obj() -> None:
    """Protocol 0 and 1 call without REDUCE."""
    assert rules(MARK + text("id") + b"ios\nsystem\n" + STOP) == {"pickle.calls-os"}
    assert rules(MARK + old_name("os", "system") + text("id") + b"o" + STOP) == {"pickle.calls-os"}


def test_a_stream_that_breaks_after_its_call() -> None:
    """Scanners that need a whole stream saw nothing (ReversingLabs, nullifAI, February 2025)."""
    assert proof(PROTO2 + SYSTEM + b"\xff") == "unsafe"
    assert proof(PROTO2 + SYSTEM) == "unsafe"
    assert proof(PROTO2 + SYSTEM + b"X\xff\xff\xff\x7f") == "unsafe"


def test_a_second_stream_after_stop() -> None:
    """What is loaded twice runs the second one (picklescan's multi-stream cases)."""
    assert proof(pickled(constant(1)) + PROTO2 + SYSTEM + STOP) == "unsafe"


def test_an_alias_of_a_command_in_another_module() -> None:
    """Block lists name os.system only (CVE-2025-1716, GHSA-655q-fx9r-782v and some forty more of picklescan)."""
    for module, attribute in (
        ("posix", "system"),
        ("nt", "popen"),
        ("pip", "main"),
        ("pip._internal", "main"),
        ("timeit", "timeit"),
        ("runpy", "run_path"),
        ("asyncio.unix_events", "_UnixSubprocessTransport._start"),
        ("torch.utils.bottleneck.__main__", "run_cprofile"),
        ("idlelib.pyshell", "ModifiedInterpreter.runcode"),
        ("doctest", "debug_script"),
        ("cProfile", "run"),
        ("pty", "spawn"),
        ("bdb", "Bdb.run"),
        ("numpy.testing._private.utils", "runstring"),
        ("numpy.f2py.crackfortran", "getlincoef"),
        ("torch.jit.unsupported_tensor_ops", "execWrapper"),
        ("lib2to3.pgen2.grammar", "Grammar.loads"),
        ("ensurepip", "_run_pip"),
        ("imaplib", "IMAP4_stream"),
        ("uuid", "_get_command_stdout"),
        ("test.support.script_helper", "assert_python_ok"),
        ("ctypes", "CDLL"),
        ("_operator", "methodcaller"),
        ("distutils.file_util", "write_file"),
        ("logging.config", "fileConfig"),
        ("code", "InteractiveInterpreter"),
        ("pydoc", "locate"),
        ("pkgutil", "resolve_name"),
        ("importlib.metadata", "EntryPoint"),
        ("urllib.request", "urlopen"),
        ("http.client", "HTTPSConnection"),
        ("smtplib", "SMTP"),
        ("multiprocessing.util", "spawnv_passfds"),
    ):
        assert proof(pickled(call(name(module, attribute), text("x")))) == "unsafe", (module, attribute)


def test_any_other_function_of_the_standard_library() -> None:
    """133 gadgets passed every block list.

    Hide-and-Seek, arXiv 2508.19774. The library is closed: what is in no table is not
    called.
    """
    for module, attribute in (
        ("calendar", "main"),
        ("statistics", "mean"),
        ("locale", "setlocale"),
        ("zoneinfo", "reset_tzpath"),
    ):
        assert rules(pickled(call(name(module, attribute), text("x")))) & {"pickle.calls-library"}


def test_a_name_with_dots_that_reaches_another_module() -> None:
    """GHSA-g38g-8gr9-h9xp: ``STACK_GLOBAL`` resolves dots, so an allowed module leads to any other."""
    assert proof(pickled(call(name("numpy", "core.os.system"), text("id")))) == "unsafe"
    assert proof(pickled(call(name("sklearn.utils", "os.system"), text("id")))) == "unsafe"
    assert proof(pickled(call(name("collections", "abc.sys.exit"), text("id")))) == "unsafe"


def test_a_function_that_is_changed_though_it_is_allowed_to_be_named() -> None:
    """ShadowPickle (arXiv 2607.17503): only globals that allow-lists accept; one of them is overwritten by BUILD."""
    overwritten = pickled(
        name("torch._utils", "_rebuild_tensor_v2") + b"}" + text("__code__") + constant(1) + b"s" + BUILD
    )
    assert rules(overwritten) == {"pickle.changes-code"}
    assert rules(expression("collections.OrderedDict | {'update': builtins.len}")) == {"pickle.changes-code"}
    assert rules(expression("numpy.ndarray << (None, {'tofile': builtins.len})")) == {"pickle.changes-code"}
    assert rules(expression("collections.OrderedDict + [1]")) == {"pickle.changes-code"}


def test_an_instance_that_is_given_its_own_setstate() -> None:
    """BUILD looks ``__setstate__`` up on the instance: a first BUILD plants it, a second one calls it."""
    planted = "(collections.OrderedDict() << {'__setstate__': builtins.list}) << {'x': 1}"
    assert proof(expression(planted)) != "proven_safe"
    assert proof(expression("collections.deque() << {'extend': builtins.list} + [1]")) != "proven_safe"


def test_the_class_of_an_instance_that_is_changed_by_slots() -> None:
    """A state of two parts is set by setattr: ``__class__`` would turn one class into another."""
    assert (
        proof(expression("uuid.UUID.__new__() << (None, {'__class__': collections.Counter})"))
        != "proven_safe"
    )


def test_a_shared_type_that_is_changed_in_place() -> None:
    """``numpy.dtype('f8', False, False)`` is the one that the whole program uses; BUILD on it turns every array's bytes around."""
    assert (
        proof(expression("numpy.dtype('f8', 0, 0) << (3, '>', None, None, None, -1, -1, 0)")) != "proven_safe"
    )


def test_a_maker_that_calls_what_it_is_given() -> None:
    """``__generator_ctor(name, ctor)`` calls its second argument; allowed by name, it is a door."""
    assert proof(expression("numpy.random._pickle.__generator_ctor('id', os.system)")) == "unsafe"
    inner = "numpy.random._pickle.__generator_ctor('id', functools.partial(builtins.len, 1))"
    assert proof(expression(inner)) != "proven_safe"


def test_raw_bytes_that_would_be_taken_for_pointers() -> None:
    """A compound type whose flags deny that it holds objects makes an array of the attacker's pointers."""
    dtype = "numpy.dtype('V8', False, True) << (3, '|', None, ('a',), {'a': (numpy.dtype('O8', False, True), 0)}, 8, 1, 0)"
    assert proof(expression(dtype)) != "proven_safe"
    outside = "numpy.dtype('V8', False, True) << (3, '|', None, ('a',), {'a': (numpy.dtype('f8', False, True), 4)}, 8, 1, 0)"
    assert proof(expression(outside)) != "proven_safe"


def test_a_distribution_whose_template_is_run() -> None:
    """scipy.stats.rv_generic.__setstate__ runs ``_parse_arg_template`` by exec."""
    state = "scipy.stats._continuous_distns.norm_gen.__new__() << {'_parse_arg_template': 'import os; os.system(1)'}"
    assert proof(expression(state)) != "proven_safe"


def test_frames_that_readers_take_differently() -> None:
    """CPython's C unpickler reads on over the end of a frame, the one in Python stops (frame-boundary divergence)."""
    short = PROTO4 + frame(constant(1) + POP, size=3) + constant(2) + STOP
    assert rules(short) == {"pickle.readers-differ"}
    assert proof(PROTO4 + frame(SYSTEM, size=4) + STOP) == "unsafe"
    assert rules(PROTO4 + frame(frame(constant(1)) + STOP)) == {"pickle.readers-differ"}
    assert rules(PROTO4 + frame(constant(1) + STOP, size=1 << 40)) == {"pickle.readers-differ"}
    hidden = PROTO4 + frame(constant(1) + STOP + constant(2) + STOP)
    assert "pickle.readers-differ" in rules(hidden)


@pytest.mark.parametrize(
    "stream",
    [
        b"I0x10\n.",
        b"I010\n.",
        b"I 1\n.",
        b"I1_0\n.",
        "I１\n.".encode(),
        b"L0x10L\n.",
        b"F1_0\n.",
        b"S'a' \n.",
        b"K\x01\x80\x04.",
        b"\x80\x04\x80\x04N.",
        b"Nr\xff\xff\xff\x7f.",
        b"\x80\x04cbuiltins\r\nlist\n.",
    ],
)
def test_spellings_that_readers_take_differently(stream: bytes) -> None:
    """Hexadecimal, octal, white space, underscores, other scripts' digits; PROTO twice; a gap in the memo; a line's odd end."""
    assert proof(stream) == "unknown"


@pytest.mark.parametrize(
    "stream",
    [
        b"T\xff\xff\xff\xffabc.",
        b"\x8b\xff\xff\xff\xffabc.",
        b"p-1\n.",
        b"g0\n.",
        b"",
        b"N",
        b".",
        b"\x80\x06N.",
    ],
)
def test_streams_that_no_reader_takes(stream: bytes) -> None:
    """Negative lengths and places, nothing at all, no STOP, a protocol to come."""
    assert proof(stream) == "unknown"


def test_names_of_other_scripts() -> None:
    """Import does not normalise, and neither do we: a look-alike is no name of ours."""
    assert proof(pickled(call(name("ｏｓ", "system"), text("id")))) != "proven_safe"
    assert proof(pickled(name("collections", "ＯrderedDict"))) == "unknown"


def test_names_of_python_2() -> None:
    """Streams before protocol 3 name Python 2's modules; the unpickler maps them."""
    assert proof(PROTO2 + call(old_name("__builtin__", "eval"), text("1")) + STOP) == "unsafe"
    assert proof(PROTO2 + call(old_name("commands", "getoutput"), text("id")) + STOP) == "unsafe"
    made = old_name("copy_reg", "_reconstructor") + tuple_of(
        old_name("__builtin__", "object"), old_name("__builtin__", "object"), b"N"
    )
    assert proof(PROTO2 + made + REDUCE + STOP) == "proven_safe"


def test_a_pickle_within_a_string() -> None:
    """Raw, base64 and hex, with a loader or without (nested pickles, SafePickle arXiv 2602.19818)."""
    inner = PROTO2 + SYSTEM + STOP
    for carried in (blob(inner), text(base64.b64encode(inner).decode()), text(inner.hex())):
        assert rules(pickled(carried)) == {"pickle.hides-bytes"}
        assert "os.system('id')" in evidence(pickled(carried))
        assert proof(pickled(carried)) == "unknown"
        assert proof(pickled(call(name("pickle", "loads"), carried))) == "unsafe"


def test_references_that_expand_without_end() -> None:
    """Billion laughs by DUP and by the memo: a few hundred bytes whose value no one can print, hash or copy."""
    laughs = b"]" + b"".join(
        b"](" + b"h" + bytes([level]) * 1 + b"".join(b"h" + bytes([level]) for _ in range(9)) + b"e\x94"
        for level in range(10)
    )
    assert rules(PROTO4 + b"]\x94" + laughs[1:] + STOP) == {"pickle.bomb"}
    doubled = b"N" + (DUP + b"\x86") * 40
    assert rules(PROTO4 + doubled + STOP) == {"pickle.bomb"}


def test_what_the_loader_decides() -> None:
    """Persistent identifiers and extension codes are looked up by the loading program."""
    assert proof(b"Pabc\n.") == "unknown"
    assert proof(pickled(text("abc") + b"Q")) == "unknown"
    assert proof(b"\x82\x01)R.") == "unknown"
    assert proof(b"\x84" + struct.pack("<i", 7) + b".") == "unknown"


def test_a_name_that_is_put_together() -> None:
    """A name that is no constant cannot be judged."""
    joined = call(name("collections", "OrderedDict"))
    assert proof(PROTO4 + text("os") + joined + b"\x93" + COMMAND + REDUCE + STOP) != "proven_safe"


def test_code_that_is_handed_to_a_function_of_no_table() -> None:
    """What runs it does not matter when the code is there to be read."""
    assert rules(pickled(call(name("mylib.tools", "run"), text("__import__('os').system('id')")))) >= {
        "pickle.runs-code"
    }
    assert proof(pickled(call(name("mylib.tools", "run"), text("hello")))) == "unknown"


def test_a_module_that_acts_when_it_is_imported() -> None:
    """Naming is importing."""
    assert proof(pickled(name("this", "s"))) == "unsafe"
    assert proof(pickled(name("antigravity", "x"))) == "unsafe"


def test_a_class_of_a_private_library_is_not_known() -> None:
    """Never clean, never called malicious: a person decides."""
    stream = pickled(
        name("acme.models", "Classifier") + b")" + NEWOBJ + b"}" + text("w") + constant(1) + b"s" + BUILD
    )
    assert proof(stream) == "unknown"
    assert rules(stream) == {"pickle.names-unknown", "pickle.calls-unknown"}


def test_what_dill_and_cloudpickle_write_for_functions() -> None:
    """Code is made, which is said and never clean; calling it, or giving it to what nobody knows, runs it."""
    code = call(name("dill._dill", "_create_code"), constant(1))
    made = call(name("cloudpickle.cloudpickle", "_make_function"), code, b"}", b"N", b"N", b"N")
    assert rules(pickled(made)) == {"pickle.carries-code"}
    assert proof(pickled(made)) == "unknown"
    kept = call(name("functools", "partial"), made)
    for run in (
        call(made), call(kept), call(name("acme", "apply"), made), call(name("builtins", "map"), made, b"]"),
        call(name("sklearn.utils", "apply"), kept),
    ):  # fmt: skip
        assert proof(pickled(run)) == "unsafe"
    assert "pickle.runs-code" in rules(
        pickled(call(name("cloudpickle.cloudpickle", "_make_function"), constant(1)))
    )


def test_popped_values_were_made_all_the_same() -> None:
    """A result that is thrown away was a call."""
    assert proof(PROTO4 + SYSTEM + POP + constant(1) + STOP) == "unsafe"
    assert proof(PROTO4 + MARK + SYSTEM + b"1" + constant(1) + STOP) == "unsafe"
    assert proof(PROTO4 + SYSTEM + MEMOIZE + POP + constant(1) + STOP) == "unsafe"


def test_what_inst_gives_stands_where_the_real_machine_has_it() -> None:
    """Found by bench/unpickler.py: it went to the stack that had just been dropped, and what came next was built into another."""
    made = MARK + MARK + b"iargparse\nNamespace\n" + b"(db"
    assert proof(PROTO2 + made + b"t.") == "proven_safe"
    later = made + SYSTEM
    assert rules(PROTO2 + later + b"t.") == {"pickle.calls-os"}
    spoiled = b"]" + MARK + b"icollections\nUserDict\n" + b"(X\x06\x00\x00\x00appendcos\nsystem\ndb0."
    assert proof(PROTO2 + spoiled) == "unsafe"


@pytest.mark.parametrize(
    "number", [b"I007\n0", b"I-01\n0", b"I7\0\n0", b"L7\0x\n0", b"F7\0x\n0", b"Np010\n0g10\n0"]
)
def test_numbers_that_only_the_c_unpickler_takes_hide_nothing(number: bytes) -> None:
    """Found by bench/unpickler.py: C's strtol takes 007 for octal and stops at a zero byte, and a place of the memo is decimal."""
    assert "pickle.calls-os" in rules(PROTO2 + number + SYSTEM + STOP)


def test_a_line_that_the_end_cuts_is_still_called() -> None:
    """Found by bench/unpickler.py: Python's own unpickler drops the last character, whatever it is, and calls before it ends."""
    assert "pickle.calls-os" in rules(MARK + text("id") + b"ios\nsystem!")
    assert "os.system" in read(b"cos\nsystem!")[0].names
    assert proof(b"cos\nsystem!") == "unsafe"


def test_a_name_that_breaks_across_its_frame_is_read_as_c_reads_a_file() -> None:
    """Found by bench/unpickler.py: the rest of the frame is no UTF-8, and it broke before the frame's end was looked at."""
    inside = b"cos\n\xff\xff"
    framed = PROTO4 + frame(inside) + b"system\n" + COMMAND + REDUCE + STOP
    assert "pickle.calls-os" in rules(framed)


def test_a_frame_within_a_frame_reads_nothing_from_a_file() -> None:
    """Found by bench/unpickler.py: the C unpickler holds the outer frame's bytes, and drops what is left of those."""
    outer = frame(b"N0", 3) + b"cco"
    framed = PROTO4 + frame(outer) + b"os\nsystem\n" + COMMAND + REDUCE + STOP
    assert "pickle.calls-os" in rules(framed)


def test_bytes_that_are_handed_over_are_not_judged() -> None:
    """A file alone does not load then."""
    assert proof(PROTO4 + b"\x97.") == "unknown"


@pytest.mark.parametrize("odd", [b"}(K\x01u.", b"(K\x01d.", b"}(K\x01K\x02K\x03u."])
def test_a_key_without_its_value_breaks_the_stream(odd: bytes) -> None:
    """Found by bench/unpickler.py: it was proven safe, and no unpickler takes it."""
    assert proof(PROTO2 + odd) == "unknown"
    assert "pickle.calls-os" in rules(PROTO2 + b"ccollections\nUserDict\n)R(" + SYSTEM + b"NNu.")

"""Calls by which scanners of model files were passed: advisories and studies of 2025 and 2026, written anew, none loaded."""

from __future__ import annotations

import pytest
from tests.supply.pickles.assembly import expression
from tests.supply.pickles.reading import proof

CALLS = """
idlelib.pyshell.ModifiedInterpreter.runcode|idlelib.autocomplete.AutoComplete.fetch_completions
idlelib.autocomplete.AutoComplete.get_entity|idlelib.calltip.get_entity|idlelib.calltip.Calltip.fetch_tip
idlelib.debugobj.ObjectTreeItem.SetText|idlelib.run.Executive.runcode|lib2to3.pgen2.grammar.Grammar.loads
lib2to3.pgen2.pgen.ParserGenerator.make_label|code.InteractiveInterpreter.runcode|codeop.compile_command
doctest.debug_script|doctest.testsource|cProfile.run|cProfile.runctx|profile.run|profile.Profile.run
profile.Profile.runctx|trace.Trace.run|trace.Trace.runctx|timeit.timeit|timeit.repeat|bdb.Bdb.run|bdb.Bdb.runeval
pdb.run|pdb.runcall|ensurepip._run_pip|ensurepip.bootstrap|pip.main|pip._internal.main|pip._internal.cli.main.main
asyncio.unix_events._UnixSubprocessTransport._start|asyncio.create_subprocess_shell
torch.utils.bottleneck.__main__.run_cprofile|torch.utils.bottleneck.__main__.run_autograd_prof
torch.utils.collect_env.run|torch.utils.data.datapipes.utils.decoder.basichandlers
torch.utils._config_module.ConfigModule.load_config|torch.utils.checkpoint.checkpoint
torch.fx.experimental.symbolic_shapes.ShapeEnv.evaluate_guards_expression|torch.jit.unsupported_tensor_ops.execWrapper
torch.jit.load|torch._dynamo.guards.GuardBuilder.get|torch.hub.load|torch.load|torch.serialization.load
torch.distributed.rpc.rpc_sync|torch.ops.load_library|torch._inductor.codecache.compile_file
torch.utils.cpp_extension.load_inline|torch.distributed.run.main|torch.package.PackageImporter
numpy.f2py.crackfortran.getlincoef|numpy.f2py.crackfortran.param_eval|numpy.f2py.crackfortran._eval_length
numpy.f2py.crackfortran.myeval|numpy.testing._private.utils.runstring|numpy.distutils.exec_command.exec_command
numpy.load|numpy.ctypeslib.load_library|numpy.core.numerictypes.eval|pandas.eval|pandas.read_pickle
pandas.io.pickle.read_pickle|pandas.core.computation.eval.eval|scipy.io.loadmat|joblib.load|sympy.sympify
sympy.parsing.sympy_parser.parse_expr|pydoc.pipepager|pydoc.locate|pydoc.tempfilepager|pty.spawn
uuid._get_command_stdout|uuid._popen|_osx_support._read_output|_osx_support._find_build_tool
_aix_support._read_cmd_output|imaplib.IMAP4_stream|operator.methodcaller|operator.attrgetter|functools.reduce
linecache.getlines|logging.config.fileConfig|logging.config.listen|logging.FileHandler|http.client.HTTPSConnection
ssl.get_server_certificate|smtplib.SMTP|ftplib.FTP|telnetlib.Telnet|urllib.request.urlopen|urllib.request.urlretrieve
socket.create_connection|requests.get|aiohttp.ClientSession|xmlrpc.client.ServerProxy|webbrowser.open|io.open
io.FileIO|_io.open|_pyio.open|distutils.file_util.write_file|distutils.spawn.spawn|shutil.rmtree|shutil.copyfile
tempfile.NamedTemporaryFile|pathlib.Path.write_text|sqlite3.connect|dbm.dumb.open|shelve.open|zipimport.zipimporter
pkgutil.resolve_name|pkgutil.get_data|importlib.import_module|importlib.machinery.SourceFileLoader|runpy.run_path
runpy._run_code|builtins.exec|builtins.eval|builtins.compile|builtins.__import__|builtins.getattr|builtins.map
builtins.filter|builtins.open|builtins.breakpoint|types.FunctionType|types.CodeType|marshal.loads|ctypes.CDLL
ctypes.util.find_library|_ctypes.dlopen|multiprocessing.util.spawnv_passfds|subprocess.Popen|subprocess._fork_exec
_posixsubprocess.fork_exec|os.posix_spawn|posix.system|nt.system|commands.getoutput|popen2.popen3|pickle.loads
_pickle.Unpickler|cPickle.loads|dill.loads|cloudpickle.loads|jsonpickle.decode|yaml.unsafe_load|site.addsitedir
sys.settrace|threading.Thread|_thread.start_new_thread|atexit.register|signal.signal|sched.scheduler
contextlib.ExitStack|unittest.mock.patch|unittest.main|inspect.getsource|gc.get_objects|sys._getframe|weakref.finalize
readline.read_init_file|cmd.Cmd|venv.create|platform.popen|mailcap.findmatch
test.support.script_helper.assert_python_ok|setuptools.setup|pkg_resources.run_script
IPython.core.interactiveshell.InteractiveShell.run_cell|nltk.downloader.download|nltk.data.load
nltk.app.chunkparser_app.app|tensorflow.load_op_library|tensorflow.py_function|transformers.pipeline
keras.src.utils.python_utils.func_load|keras.layers.Lambda|statsmodels.compat.pandas.read_pickle
sklearn.utils._testing.run|langchain.tools.shell|itertools.starmap|itertools.accumulate|copyreg.add_extension
dataclasses.make_dataclass|typing.get_type_hints|string.Formatter|reprlib.Repr
""".replace("\n", "|").strip("|")


@pytest.mark.parametrize("name", CALLS.split("|"))
def test_a_published_gadget_is_unsafe(name: str) -> None:
    """With a command for an argument, called at once or after it was kept."""
    assert proof(expression(f'{name}(\'__import__("os").system("id")\')')) == "unsafe"


@pytest.mark.parametrize("name", CALLS.split("|")[::4])
def test_it_is_so_wherever_it_hides(name: str) -> None:
    """Kept as a partial, as a factory, as an attribute of what is harmless."""
    for text in (
        f"functools.partial({name}, 'id')",
        f"collections.defaultdict({name})",
        f"collections.OrderedDict() << {{'call': {name}}}",
        f"[1, {{'a': ({name}, 2)}}]",
    ):
        assert proof(expression(text)) != "proven_safe", text

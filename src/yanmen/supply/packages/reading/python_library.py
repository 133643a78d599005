"""What functions of Python's libraries do: tables from the documentation of each."""

from __future__ import annotations

import string
from collections.abc import Mapping

from yanmen.supply.packages.reading.effects import Api, Shape
from yanmen.supply.packages.reading.places import variable_tags
from yanmen.supply.packages.reading.values import HOLE, NOTHING, Value, all_tags, iterated, lifted, merged

CONSTANTS: dict[str, str] = {
    "sys.executable": "python", "sys.argv[0]": "python", "os.sep": "/", "os.path.sep": "/", "os.linesep": "\n",
    "os.devnull": "/dev/null", "string.ascii_letters": string.ascii_letters, "string.ascii_lowercase": string.ascii_lowercase,
    "string.ascii_uppercase": string.ascii_uppercase, "string.digits": string.digits, "string.printable": string.printable,
    "string.punctuation": string.punctuation, "string.hexdigits": string.hexdigits,
}  # fmt: skip
"""What is known of variables of the standard library."""
BUILTINS = frozenset(
    "exec eval compile open __import__ getattr setattr globals locals vars chr ord int str len hex abs sum min max "
    "bool float repr "
    "bytes bytearray range map filter zip enumerate reversed sorted list tuple dict set frozenset next iter input "
    "print delattr type "
    "object isinstance hasattr any all memoryview __builtins__ builtins __file__ super divmod pow round slice callable id hash "
    "get_ipython format exit quit staticmethod classmethod property".split()
)


def _api(does: str, paths: str, text: int = 0, word: str = "", gives: str = "") -> dict[str, Api]:
    given = frozenset(part.replace("_", " ") for part in gives.split())
    return {path: Api(does, text, given, word) for path in paths.split()}  # type: ignore[arg-type]


APIS: dict[str, Api] = {
    **_api("runs-code", "exec eval builtins.exec builtins.eval code.interact runpy.run_path runpy.run_module execfile "
        "get_ipython().run_cell"),
    **_api("runs-code", "types.FunctionType types.CodeType code.InteractiveInterpreter().runcode "
        "code.InteractiveInterpreter().runsource"),
    **_api("runs-code", "importlib.util.module_from_spec().__loader__.exec_module zipimport.zipimporter().load_module "
        "imp.load_source", 1),
    **_api("runs-command", "os.system os.popen os.popen2 os.popen3 os.startfile commands.getoutput "
        "commands.getstatusoutput pty.spawn"),
    **_api("runs-command", "subprocess.run subprocess.call subprocess.Popen subprocess.check_output "
        "subprocess.check_call", word="args"),
    **_api("runs-command", "subprocess.getoutput subprocess.getstatusoutput asyncio.create_subprocess_shell", word="cmd"),
    **_api("runs-command", "get_ipython().system"),
    **_api("runs-command", "get_ipython().getoutput pexpect.spawn pexpect.run sh.bash sh.sh sh.curl win32api.WinExec"),
    **_api("runs-command", "ctypes.windll.shell32.ShellExecuteW ctypes.windll.shell32.ShellExecuteA", 2),
    **_api("loads-native", "ctypes.CDLL ctypes.WinDLL ctypes.PyDLL ctypes.cdll.LoadLibrary ctypes.windll.LoadLibrary"),
    **_api("loads-native", "ctypes.windll.kernel32.VirtualAlloc ctypes.windll.kernel32.CreateThread "
        "ctypes.windll.kernel32.RtlMoveMemory"),
    **_api("loads-native", "ctypes.windll.kernel32.WriteProcessMemory ctypes.windll.kernel32.CreateRemoteThread"),
    **_api("receives", "urllib.request.urlopen urllib.request.Request urllib2.urlopen urllib.urlopen urlopen", word="url"),
    **_api("receives", "requests.get requests.head requests.Session().get requests.session().get httpx.get "
        "httpx.Client().get", word="url"),
    **_api("receives", "httpx.AsyncClient().get aiohttp.ClientSession().get urllib3.PoolManager().urlopen "
        "wget.download pycurl.Curl", word="url"),
    **_api("receives", "urllib.request.urlretrieve urllib.urlretrieve requests.Session().send "
        "urllib.request.build_opener().open", word="url"),
    **_api("receives", "requests.request requests.Session().request httpx.request urllib3.PoolManager().request "
        "urllib3.request httpx.stream", 1, "url"),
    **_api("receives", "aiohttp.ClientSession().request cloudscraper.create_scraper().get gdown.download "
        "curl_cffi.requests.get", 0, "url"),
    **_api("sends", "requests.post requests.put requests.patch requests.Session().post requests.session().post "
        "httpx.post httpx.put", word="url"),
    **_api("sends", "httpx.Client().post httpx.AsyncClient().post aiohttp.ClientSession().post "
        "cloudscraper.create_scraper().post", word="url"),
    **_api("sends", "http.client.HTTPSConnection().request http.client.HTTPConnection().request "
        "httplib.HTTPSConnection().request", 1),
    **_api("sends", "socket.socket().send socket.socket().sendall socket.socket().sendto "
        "socket.create_connection().sendall", 0),
    **_api("sends", "smtplib.SMTP().sendmail smtplib.SMTP_SSL().sendmail smtplib.SMTP().send_message "
        "smtplib.SMTP_SSL().send_message", 2),
    **_api("sends", "ftplib.FTP().storbinary ftplib.FTP().storlines paramiko.SFTPClient().put "
        "telebot.TeleBot().send_message", 1),
    **_api("sends", "telegram.Bot().send_message telegram.Bot().send_document discord.SyncWebhook().send "
        "dhooks.Webhook().send", 1),
    **_api("sends", "discord_webhook.DiscordWebhook websocket.WebSocket().send websocket.create_connection().send "
        "dhooks.Webhook", 0),
    **_api("sends", "discord_webhook.DiscordWebhook().execute urllib.request.build_opener().open "
        "paho.mqtt.client.Client().publish", -1),
    **_api("sends", "boto3.client().put_object boto3.client().upload_file pymongo.MongoClient().insert_one "
        "redis.Redis().publish", 0),
    **_api("looks-up", "socket.gethostbyname socket.getaddrinfo dns.resolver.resolve dns.resolver.query "
        "dns.resolver.Resolver().resolve"),
    **_api("looks-up", "dns.resolver.Resolver().query socket.gethostbyname_ex aiodns.DNSResolver().query"),
    **_api("listens", "socket.socket().connect socket.socket().connect_ex socket.create_connection "
        "asyncio.open_connection websocket.WebSocketApp"),
    **_api("listens", "http.client.HTTPSConnection http.client.HTTPConnection httplib.HTTPSConnection smtplib.SMTP "
        "smtplib.SMTP_SSL ftplib.FTP"),
    **_api("reads", "io.open codecs.open pathlib.Path().read_text pathlib.Path().read_bytes pathlib.Path().open", -1),
    **_api("reads", "sqlite3.connect zipfile.ZipFile().write tarfile.open().add shutil.copy shutil.copyfile "
        "shutil.copy2 shutil.copytree"),
    **_api("reads", "shutil.make_archive", 2),
    **_api("reads", "configparser.ConfigParser().read linecache.getline fileinput.input numpy.fromfile PIL.Image.open "
        "wave.open"),
    **_api("marks-executable", "os.chmod pathlib.Path().chmod"),
    **_api("deletes", "os.remove os.unlink shutil.rmtree os.rmdir pathlib.Path().unlink send2trash.send2trash"),
    **_api("writes", "winreg.SetValueEx winreg.SetValue _winreg.SetValueEx", 1),
    **_api("watches", "pyperclip.paste pyperclip.copy win32clipboard.GetClipboardData clipboard.paste "
        "tkinter.Tk().clipboard_get", gives="clipboard"),
    **_api("watches", "pynput.keyboard.Listener keyboard.on_press keyboard.hook keyboard.on_release", gives="keystrokes"),
    **_api("watches", "PIL.ImageGrab.grab pyautogui.screenshot mss.mss().grab mss.mss().shot pyscreenshot.grab "
        "cv2.VideoCapture", gives="screen"),
    **_api("asks-whereabouts", "sys.gettrace psutil.process_iter ctypes.windll.kernel32.IsDebuggerPresent wmi.WMI"),
    **_api("hooks", "sys.settrace sys.setprofile"),
    **_api("import", "__import__ importlib.import_module importlib.__import__ builtins.__import__ pydoc.locate "
        "imp.load_module"),
    **_api("source", "os.environ os.environb os.environ.copy os.environ.items", gives="env"),
    **_api("pure", "socket.gethostname platform.node platform.uname os.uname platform.platform socket.getfqdn "
        "getpass.getuser os.getlogin", gives="host:facts"),
    **_api("pure", "uuid.getnode pwd.getpwuid", gives="host:facts"),
    **_api("pure", "platform.system platform.release platform.version platform.machine platform.processor"),
    **_api("pure", "psutil.net_if_addrs psutil.virtual_memory psutil.boot_time netifaces.interfaces "
        "locale.getdefaultlocale getmac.get_mac_address", gives="host:facts"),
    **_api("pure", "browser_cookie3.chrome browser_cookie3.firefox browser_cookie3.load "
        "browser_cookie3.edge", gives="secret:browser_store"),
    **_api("pure", "win32crypt.CryptUnprotectData ctypes.windll.crypt32.CryptUnprotectData", gives="secret:browser_store"),
    **_api("pure", "os.path.exists os.path.isfile os.path.isdir isinstance hasattr os.path.getsize os.makedirs "
        "os.mkdir len callable"),
    **_api("pure", "print logging.info logging.debug logging.warning logging.error os.access hashlib.sha256 "
        "hashlib.md5 hashlib.sha1 sys.exit"),
    **_api("pure", "keyring.get_password keyring.get_credential secretstorage.get_default_collection", gives="secret:keyring"),
    **_api("pure", "netrc.netrc gnupg.GPG().export_keys", gives="secret:publishing_tokens"),
    **_api("pure", "azure.identity.DefaultAzureCredential().get_token azure.identity.AzureCliCredential().get_token "
        "azure.identity.ManagedIdentityCredential().get_token google.auth.compute_engine.Credentials "
        "botocore.session.Session().get_credentials", gives="secret:cloud_credentials"),
    **_api("sends", "pycurl.Curl().setopt telnetlib.Telnet().write "
        "xmlrpc.client.ServerProxy().send tornado.httpclient.HTTPClient().fetch tornado.httpclient.AsyncHTTPClient().fetch"),
    **_api("receives", "imaplib.IMAP4_SSL().fetch imaplib.IMAP4().fetch poplib.POP3_SSL().retr poplib.POP3().retr "
        "ftplib.FTP().retrbinary ftplib.FTP().retrlines paramiko.SSHClient().exec_command"),
    **_api("pure", "boto3.Session().get_credentials boto3.session.Session().get_credentials google.auth.default "
        "botocore.session.get_session().get_credentials", gives="secret:cloud_credentials"),
    **_api("pure", "dotenv.dotenv_values dotenv.find_dotenv", gives="secret:credentials"),
    **_api("source", "flask.request fastapi.Request bottle.request", gives="request"),
    **_api("receives", "requests.api.get httplib2.Http().request aiohttp.request urllib3.HTTPSConnectionPool().request "
        "requests_html.HTMLSession().get tls_client.Session().get primp.Client().get", word="url"),
    **_api("sends", "requests.api.post tls_client.Session().post curl_cffi.requests.post aiohttp.ClientSession().put "
        "httpx.AsyncClient().put httpx.request requests.sessions.Session().post", word="url"),
    **_api("listens", "websockets.connect websockets.sync.client.connect websocket.create_connection socketio.Client().connect"),
    **_api("loads-native", "ctypes.CFUNCTYPE()", 0),
    **_api("watches", "ctypes.windll.user32.GetClipboardData ctypes.windll.user32.SetClipboardData", gives="clipboard"),
    **_api("decodes", "marshal.load marshal.loads cryptography.fernet.Fernet().decrypt "
        "Crypto.Cipher.AES.new().decrypt"),
    **_api("decodes", "Cryptodome.Cipher.AES.new().decrypt Crypto.Cipher.ARC4.new().decrypt "
        "Crypto.Cipher.PKCS1_OAEP.new().decrypt nacl.secret.SecretBox().decrypt"),
    **_api("decodes", "rsa.decrypt pyaes.AESModeOfOperationCTR().decrypt pyaes.AESModeOfOperationCBC().decrypt "
        "Cryptodome.Cipher.ARC4.new().decrypt"),
    **_api("passes", "compile builtins.compile io.StringIO io.BytesIO ast.parse textwrap.dedent "
        "pathlib.Path().expanduser pathlib.Path().resolve"),
    **_api("passes", "os.path.expanduser os.path.expandvars os.path.abspath os.path.realpath os.path.normpath "
        "os.fspath str.strip iter next set"),
    **_api("passes", "memoryview pathlib.Path().as_posix pathlib.Path().absolute frozenset "
        "shlex.quote shlex.split"),
    **_api("runs-callback", "asyncio.run asyncio.create_task asyncio.get_event_loop().run_until_complete filter "
        "asyncio.ensure_future asyncio.gather asyncio.get_event_loop().create_task", 0),
    **_api("starts-detached", "os.fork os.setsid os.daemon"),
    **_api("redirects", "os.dup2"),
    **_api("receives", "socket.socket().recv socket.socket().recvfrom websocket.WebSocket().recv "
        "socket.create_connection().recv", 9),
}  # fmt: skip


def _joined(args: list[Value], words: Mapping[str, Value]) -> Value:
    del words
    tags = frozenset(tag for arg in args for tag in all_tags(arg))
    parts = [arg.text for arg in args]
    text = "/".join(part.rstrip("/") if place < len(parts) - 1 else part for place, part in enumerate(parts))
    return Value(text, tags=tags, path="")


def _path(args: list[Value], words: Mapping[str, Value]) -> Value:
    return _with_path(_joined(args, words), "pathlib.Path()")


def _with_path(value: Value, path: str) -> Value:
    return Value(value.const, tags=value.tags, path=path)


def _home(args: list[Value], words: Mapping[str, Value]) -> Value:
    del args, words
    return Value("~", path="pathlib.Path()")


def _here(args: list[Value], words: Mapping[str, Value]) -> Value:
    del args, words
    return Value(HOLE)


def _inside(args: list[Value], words: Mapping[str, Value]) -> Value:
    del words
    if not args:
        return NOTHING
    return Value(items=[Value(f"{args[0].text}/{HOLE}", tags=args[0].tags)])


def _matching(args: list[Value], words: Mapping[str, Value]) -> Value:
    del words
    return Value(items=[Value(arg.text, tags=arg.tags) for arg in args[:1]]) if args else NOTHING


def _below(args: list[Value], words: Mapping[str, Value]) -> Value:
    del words
    text = "/".join(arg.text for arg in args)
    return Value(items=[Value(text, path="pathlib.Path()")])


def _walked(args: list[Value], words: Mapping[str, Value]) -> Value:
    del words
    root = args[0].text if args else HOLE
    name = Value(items=[Value(HOLE)])
    return Value(items=[Value(items=[Value(f"{root}/{HOLE}"), name, name])])


def _variable(args: list[Value], words: Mapping[str, Value]) -> Value:
    name = args[0].text if args else HOLE
    found = Value(f"${name}{HOLE}", tags=variable_tags(name))
    rest = [*args[1:2], *words.values()]
    return merged([found, *rest]) if rest else found


def _reversed(args: list[Value], words: Mapping[str, Value]) -> Value:
    del words
    items = list(iterated(args[0]) or ()) if args else []
    return Value(items=items[::-1], tags=(args[0].tags if args else frozenset()) | {"decoded"})


def _listed(args: list[Value], words: Mapping[str, Value]) -> Value:
    del words
    if not args:
        return Value(items=[])
    items = iterated(args[0])
    return (
        Value(items=list(items), tags=args[0].tags)
        if items is not None
        else Value(tags=all_tags(args[0]), path=args[0].path)
    )


def _dict(args: list[Value], words: Mapping[str, Value]) -> Value:
    if args and args[0].fields is None and args[0].items is None:
        return Value(tags=all_tags(args[0]), path=args[0].path)
    return Value(fields={**(args[0].fields or {} if args else {}), **words})


def _numbered(args: list[Value], words: Mapping[str, Value]) -> Value:
    del words
    items = iterated(args[0]) if args else None
    if items is None:
        return Value(tags=args[0].tags if args else frozenset())
    return Value(items=[Value(items=[lifted(place), one]) for place, one in enumerate(items)])


def _zipped(args: list[Value], words: Mapping[str, Value]) -> Value:
    del words
    found = [list(items) for arg in args if (items := iterated(arg)) is not None]
    if len(found) != len(args):
        return Value(tags=frozenset(tag for arg in args for tag in arg.tags))
    return Value(items=[Value(items=list(row)) for row in zip(*found, strict=False)])


def _builtins(args: list[Value], words: Mapping[str, Value]) -> Value:
    del words
    return Value(path=args[0].path) if args and args[0].path else Value(path="globals()")


def _packages(args: list[Value], words: Mapping[str, Value]) -> Value:
    del args, words
    return Value(f"{HOLE}/site-packages")


def _folder(args: list[Value], words: Mapping[str, Value]) -> Value:
    del words
    text = args[0].text if args else HOLE
    return Value(text.rpartition("/")[0] or HOLE, tags=args[0].tags if args else frozenset())


def _temporary(args: list[Value], words: Mapping[str, Value]) -> Value:
    given = [*args, *words.values()]
    ending = next((one.text for one in given if isinstance(one.const, str) and one.const.startswith(".")), "")
    return Value(f"/tmp/made-{id(given)}{ending}")  # noqa: S108  # a name for a path that is not known


def _cycled(args: list[Value], words: Mapping[str, Value]) -> Value:
    del words
    items = list(iterated(args[0]) or ()) if args else []
    return Value(items=(items * (4_096 // max(len(items), 1)))[:4_096]) if items else NOTHING


SHAPES: dict[str, Shape] = {
    "os.path.join": _joined, "posixpath.join": _joined, "ntpath.join": _joined,
    "pathlib.Path": _path, "pathlib.PurePath": _path, "pathlib.PosixPath": _path, "pathlib.WindowsPath": _path,
    "pathlib.Path().joinpath": _path, "pathlib.Path.home": _home, "os.getcwd": _here,
    "tempfile.gettempdir": lambda *_: Value("/tmp"),  # noqa: S108

    "pathlib.Path.cwd": _here, "pathlib.Path().glob": _below, "pathlib.Path().rglob": _below, "pathlib.Path().iterdir": _inside,
    "glob.glob": _matching, "glob.iglob": _matching, "os.listdir": _inside, "os.scandir": _inside, "os.walk": _walked,
    "os.getenv": _variable, "os.environ.get": _variable, "os.environ.pop": _variable, "os.environ.setdefault": _variable,
    "reversed": _reversed, "list": _listed, "tuple": _listed, "sorted": _listed, "set": _listed,
    "dict": _dict, "enumerate": _numbered, "zip": _zipped, "globals": _builtins, "locals": _builtins, "vars": _builtins,
    "itertools.cycle": _cycled, "copy.deepcopy": _dict, "copy.copy": _dict,
        "os.environ.copy": lambda *_: Value(tags=frozenset({"env"})),
    "os.path.dirname": _folder,
    "site.getsitepackages": lambda *given: Value(items=[_packages(*given)]), "site.getusersitepackages": _packages,
    "sysconfig.get_path": _packages, "distutils.sysconfig.get_python_lib": _packages,
    "sysconfig.get_paths": lambda *given: Value(fields={"purelib": _packages(*given), "platlib": _packages(*given)}),
    "tempfile.mkdtemp": _temporary, "tempfile.mktemp": _temporary, "tempfile.TemporaryDirectory": _temporary,
    "tempfile.NamedTemporaryFile": lambda *given: _with_path(_temporary(*given), "writer()"),
    "tempfile.mkstemp": lambda *given: Value(items=[NOTHING, _temporary(*given)]),
    "os.memfd_create": lambda *_: Value("/proc/self/fd/made"),
}  # fmt: skip

"""What functions of Node, of browsers and of well-known libraries do: tables from the documentation of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yanmen.supply.packages.reading.effects import Api, Shape, host_of
from yanmen.supply.packages.reading.libraries import Libraries as Caller
from yanmen.supply.packages.reading.places import file_tags
from yanmen.supply.packages.reading.values import HOLE, NOTHING, Value, all_tags, iterated, lifted

GLOBALS = frozenset(
    "require eval Function process Buffer atob btoa fetch XMLHttpRequest WebSocket setTimeout setInterval "
    "setImmediate queueMicrotask "
    "String Array Object Number Boolean Math JSON parseInt parseFloat decodeURIComponent encodeURIComponent decodeURI "
    "unescape escape "
    "globalThis global window self document navigator module exports Promise RegExp Reflect Proxy Symbol Map Set Date console "
    "__dirname __filename Uint8Array TextDecoder Error Bun Deno localStorage location Blob FormData URL URLSearchParams chrome "
    "\x00keys import $ jQuery".split()
)


def _api(does: str, paths: str, text: int = 0, gives: str = "") -> dict[str, Api]:
    given = frozenset(part.replace("_", " ") for part in gives.split())
    return {path: Api(does, text, given) for path in paths.split()}  # type: ignore[arg-type]


APIS: dict[str, Api] = {
    **_api("sends", "$.ajax $.post jQuery.ajax jQuery.post"),
    **_api("pure", "$().serialize $().serializeArray jQuery().serialize", gives="forms"),
    **_api("reads", "ethereum.request", gives="secret:wallet_accounts"),
    **_api("listens", "socket.io-client.connect socket.io-client.io.connect"),
    **_api("runs-code", "eval vm.runInThisContext vm.runInNewContext vm.runInContext vm.Script vm.compileFunction "
        "module._compile"),
    **_api("runs-command", "child_process.exec child_process.execSync execa.command execa.commandSync shelljs.exec "
        "Bun.$ zx.$ cross-spawn"),
    **_api("listens", "net.connect net.createConnection tls.connect net.Socket().connect dgram.createSocket WebSocket "
        "ws socket.io-client"),
    **_api("listens", "socket.io-client.io ws.WebSocket"),
    **_api("looks-up", "dns.lookup dns.resolve dns.resolve4 dns.resolveTxt dns.promises.lookup dns.promises.resolve "
        "dns.Resolver().resolve dns.resolveCname"),
    **_api("receives", "got got.get node-fetch.get axios.get superagent.get needle.get request.get bent "
        "undici.request phin download ky.get"),
    **_api("sends", "axios.post axios.put axios.request got.post got.put superagent.post needle.post request.post "
        "request.put ky.post"),
    **_api("sends", "navigator.sendBeacon net.connect().write net.createConnection().write net.Socket().write "
        "tls.connect().write"),
    **_api("sends", "nodemailer.createTransport().sendMail discord.js.WebhookClient().send "
        "node-telegram-bot-api().sendMessage WebSocket().send ws().send"),
    **_api("sends", "@octokit/rest.Octokit().repos.createOrUpdateFileContents "
        "@octokit/rest.Octokit().repos.createForAuthenticatedUser"),
    **_api("marks-executable", "fs.chmod fs.chmodSync fs.promises.chmod fs/promises.chmod"),
    **_api("deletes", "fs.unlink fs.unlinkSync fs.rm fs.rmSync fs.rmdir fs.rmdirSync fs.promises.rm "
        "fs.promises.unlink rimraf rimraf.sync fs-extra.removeSync"),
    **_api("watches", "clipboardy.read clipboardy.readSync clipboardy.write clipboardy.writeSync "
        "clipboardy.default.read navigator.clipboard.readText", gives="clipboard"),
    **_api("watches", "iohook.on node-global-key-listener.GlobalKeyboardListener().addListener", gives="keystrokes"),
    **_api("watches", "screenshot-desktop", gives="screen"),
    **_api("source", "process.env", gives="env"),
    **_api("source", "Bun.env Deno.env.toObject", gives="env"),
    **_api("pure", "os.hostname os.userInfo os.homedir os.networkInterfaces os.platform os.release os.arch os.type "
        "os.cpus os.version", gives="host:facts"),
    **_api("pure", "process.cwd os.totalmem node-machine-id.machineIdSync public-ip.v4 systeminformation.system "
        "dns.getServers", gives="host:facts"),
    **_api("pure", "fs.existsSync fs.accessSync fs.statSync fs.mkdirSync fs.mkdir console.log console.error "
        "console.warn fs.lstatSync"),
    **_api("pure", "process.exit Object.defineProperty Object.freeze Symbol RegExp Date.now"),
    **_api("decodes", "crypto.createDecipheriv().update crypto.createDecipheriv().final "
        "crypto.createDecipher().update crypto-js.AES.decrypt"),
    **_api("decodes", "crypto.privateDecrypt crypto.createDecipher().final crypto-js.enc.Base64.parse"),
    **_api("runs-callback", "setTimeout setInterval setImmediate queueMicrotask process.nextTick Promise Array.from "
        "fs.readdir fs.access fs.exists"),
    **_api("runs-callback", "process.on process.once Promise.all Promise.allSettled Promise.race"),
    **_api("passes", "Object.assign Promise.resolve JSON.stringify JSON.parse path.resolve path.normalize "
        "TextDecoder().decode Object.freeze structuredClone"),
    **_api("passes", "util.promisify promisify"),
    **_api("import", "require import module.require process.mainModule.require module.createRequire()"),
}  # fmt: skip


def _joined(args: list[Value], words: Mapping[str, Value]) -> Value:
    del words
    return Value(
        "/".join(arg.text for arg in args),
        tags=frozenset(tag for arg in args for tag in all_tags(arg)) - {"host:facts"},
    )


def _keys(args: list[Value], words: Mapping[str, Value]) -> Value:
    del words
    if not args:
        return NOTHING
    of = args[0]
    if of.items is not None:
        return Value(items=[lifted(place) for place in range(len(of.items))])
    if of.fields is not None and of.kind is None:
        return Value(items=[lifted(key) for key in of.fields])
    return Value(tags=of.tags, path=of.path)


def _values(args: list[Value], words: Mapping[str, Value]) -> Value:
    del words
    of = args[0] if args else NOTHING
    return Value(items=list(of.fields.values())) if of.fields else Value(tags=all_tags(of), path=of.path)


def _entries(args: list[Value], words: Mapping[str, Value]) -> Value:
    del words
    of = args[0] if args else NOTHING
    if of.fields:
        return Value(items=[Value(items=[lifted(key), one]) for key, one in of.fields.items()])
    return Value(tags=all_tags(of), path=of.path)


def _listed(args: list[Value], words: Mapping[str, Value]) -> Value:
    del words
    items = iterated(args[0]) if args else None
    return (
        Value(items=list(items), tags=args[0].tags)
        if items is not None
        else Value(tags=all_tags(args[0]) if args else frozenset())
    )


def _home(args: list[Value], words: Mapping[str, Value]) -> Value:
    del args, words
    return Value("~", tags=frozenset({"host:facts"}))


def _inside(args: list[Value], words: Mapping[str, Value]) -> Value:
    del words
    return Value(items=[Value(HOLE)]) if args else NOTHING


SHAPES: dict[str, Shape] = {
    "path.join": _joined, "path.resolve": _joined, "path.posix.join": _joined, "path.win32.join": _joined,
    "\x00keys": _keys, "Object.keys": _keys, "Object.values": _values, "Object.entries": _entries, "Array.from": _listed,
    "os.homedir": _home, "fs.readdirSync": _inside,
}  # fmt: skip
_PROCESS = ("spawn", "spawnSync", "execFile", "execFileSync", "fork")
_FS_READ = ("readFile", "readFileSync", "createReadStream")
_FS_WRITE = (
    "writeFile",
    "writeFileSync",
    "appendFile",
    "appendFileSync",
    "createWriteStream",
    "copyFileSync",
    "copyFile",
    "renameSync",
    "outputFileSync",
)


def _all(args: list[Value]) -> frozenset[str]:
    return frozenset(tag for arg in args for tag in all_tags(arg))


def _function(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    del words
    if not args:
        return NOTHING
    body = args[-1]
    if body.known and body.text.strip().rstrip(";") in {"return this", "return global", "return process"}:
        return Value(path="globalThis")
    for one in body.options():
        caller.emit("runs-code", fn.path or "Function", line, one.text, one.tags | _all(args))
        caller.run_function_text(one.text, line, one.tags)
    return Value(path="Function()")


def _spawn(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    del words
    parts = [args[0].text if args else HOLE]
    if fn.path.endswith("fork"):
        parts.insert(0, "node")
    if len(args) > 1 and args[1].items is not None:
        parts += [one.text for one in args[1].items[:100]]
    caller.run_command(" ".join(parts), fn.path, line, _all(args))
    caller.run_words(parts, line, _all(args))
    callbacks(caller, args, Value(path=f"{fn.path}()", tags=frozenset({"output"})))
    if any(
        option.fields and (detached := option.fields.get("detached")) and detached.const is True
        for option in args
    ):
        caller.emit("starts-detached", fn.path, line, " ".join(parts))
    return Value(path=f"{fn.path}()", tags=frozenset({"output"}) | caller.output_tags(" ".join(parts)))


def callbacks(caller: Caller, args: list[Value], given: Value) -> None:
    """Functions among the arguments are run, with what the call gives."""
    for arg in args:
        if arg.closure is not None:
            caller.invoke(arg.closure, [given, given, given], {})


def _read(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    del words
    tags: frozenset[str] = frozenset()
    for one in (args[0] if args else NOTHING).options():
        found = file_tags(one.text) | caller.stored_tags(one.text)
        caller.emit("reads", fn.path, line, one.text, found)
        tags |= found or frozenset({"file"})
    result = Value(path="reader()", tags=tags)
    callbacks(caller, args[1:], result)
    return result


def _write(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    del words
    if fn.path.endswith(("copyFileSync", "copyFile", "renameSync")):
        source, target = (*args[:2], NOTHING, NOTHING)[:2]
        caller.store(
            target.text, file_tags(source.text) | caller.stored_tags(source.text) | {"file"}, line, fn.path
        )
        return NOTHING
    target = args[0] if args else NOTHING
    if fn.path.endswith("createWriteStream"):
        caller.store(target.text, frozenset(), line, fn.path)
        return Value(target.text, path="writer()")
    for one in target.options():
        caller.store(one.text, _all(args[1:2]), line, fn.path)
        if len(args) > 1 and args[1].known and len(args[1].text) < 20_000:  # noqa: PLR2004  # a script, not a table
            caller.written.setdefault(one.text.rpartition("/")[2], args[1].text)
    callbacks(caller, args[1:], NOTHING)
    return Value(path=f"{fn.path}()")


def _piped(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    del words
    if args and args[0].path == "writer()":
        caller.store(args[0].text, all_tags(fn.bound[0]) if fn.bound else frozenset(), line, fn.path)
    elif args and fn.bound and "reader" in fn.bound[0].path and args[0].path.endswith("request()"):
        caller.emit("sends", fn.path, line, args[0].text, all_tags(fn.bound[0]))
    return args[0] if args else NOTHING


def _address(args: list[Value]) -> tuple[str, str]:
    """Address and method of a request, as its first arguments say."""
    texts, how = [], "GET"
    for arg in args[:2]:
        for one in arg.options():
            if isinstance(one.const, str):
                texts.append(one.text)
            fields = one.fields or {}
            host = next(
                (fields[key].text for key in ("hostname", "host", "url", "uri", "baseURL") if key in fields),
                "",
            )
            if host:
                path = fields["path"].text if "path" in fields else ""
                texts.append(host if "://" in host else f"https://{host}{path}")
            how = fields["method"].text.upper() if "method" in fields else how
    return (texts[0] if texts else HOLE), how


def _request(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    del words
    address, how = _address(args)
    tags = _all([arg for arg in args if arg.closure is None])
    sends = how not in {"GET", "HEAD"} or any(
        "body" in (arg.fields or {}) or "data" in (arg.fields or {}) for arg in args
    )
    caller.emit("sends" if sends else "receives", fn.path, line, address, tags)
    result = Value(address, path="request()", tags=frozenset({f"download:{host_of(address)}"}))
    callbacks(caller, args, Value(path="response()", tags=result.tags))
    return result


def _sent(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    del words
    tags = _all(args)
    if args and not all(arg.closure for arg in args):
        caller.emit("sends", fn.path, line, fn.bound[0].text if fn.bound else "", tags)
    callbacks(caller, args, NOTHING)
    return NOTHING


SPECIALS: dict[str, Any] = {
    **dict.fromkeys(("Function", "Function.constructor", "vm.compileFunction"), _function),
    **{f"child_process.{name}": _spawn for name in _PROCESS},
    **dict.fromkeys(("execa", "execa.execa", "execa.sync", "cross-spawn", "cross-spawn.sync", "Bun.spawn",
        "Bun.spawnSync"), _spawn),
    **{f"{module}.{name}": _read for name in _FS_READ for module in ("fs", "fs.promises", "fs/promises", "fs-extra",
        "graceful-fs")},
    **{f"{module}.{name}": _write for name in _FS_WRITE for module in ("fs", "fs.promises", "fs/promises", "fs-extra",
        "graceful-fs")},
    **{f"{module}.{name}": _request for name in ("get", "request") for module in ("http", "https",
        "follow-redirects.https", "http2")},
    **dict.fromkeys(("fetch", "node-fetch", "axios", "request", "cross-fetch", "undici.fetch", "globalThis.fetch",
        "needle", "superagent"), _request),
    **dict.fromkeys(("axios.get", "axios.post", "axios.put", "axios.request", "got", "got.post", "request.post",
        "request.get"), _request),
    "request().write": _sent, "request().end": _sent, "request().send": _sent, "XMLHttpRequest().send": _sent,
        "WebSocket().send": _sent,
    "request().pipe": _piped, "response().pipe": _piped, "reader().pipe": _piped, "response().body.pipe": _piped,
}  # fmt: skip

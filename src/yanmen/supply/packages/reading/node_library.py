"""What functions of Node, of browsers and of well-known libraries do: tables from the documentation of each."""

from __future__ import annotations

from collections.abc import Mapping

from yanmen.supply.packages.reading.effects import Api, Shape
from yanmen.supply.packages.reading.values import HOLE, NOTHING, Value, all_tags, iterated, lifted

CONSTANTS: dict[str, str] = {
    "process.execPath": "node", "process.argv0": "node", "path.sep": "/", "path.delimiter": ":", "os.EOL": "\n",
    "path.posix.sep": "/", "path.win32.sep": "\\",
}  # fmt: skip
"""What is known of variables of Node's own modules."""
GLOBALS = frozenset(
    "require eval Function process Buffer atob btoa fetch XMLHttpRequest WebSocket setTimeout setInterval "
    "setImmediate queueMicrotask "
    "String Array Object Number Boolean Math JSON parseInt parseFloat decodeURIComponent encodeURIComponent decodeURI "
    "unescape escape "
    "globalThis global window self document navigator module exports Promise RegExp Reflect Proxy Symbol Map Set Date console "
    "__dirname __filename Uint8Array TextDecoder Error Bun Deno localStorage location Blob FormData URL URLSearchParams chrome "
    "\x00keys import $ jQuery Image EventSource WebAssembly sessionStorage importScripts Worker".split()
)


def _api(does: str, paths: str, text: int = 0, gives: str = "") -> dict[str, Api]:
    given = frozenset(part.replace("_", " ") for part in gives.split())
    return {path: Api(does, text, given) for path in paths.split()}  # type: ignore[arg-type]


APIS: dict[str, Api] = {
    **_api("sends", "$.ajax $.post jQuery.ajax jQuery.post axios.create().post axios.create().put got.extend().post"),
    **_api("receives", "$.get $.getJSON $.getScript jQuery.get jQuery.getScript axios.create().get axios.create() EventSource "
        "got.extend().get request-promise request-promise-native importScripts simple-get make-fetch-happen bent()"),
    **_api("listens", "EventSource ssh2.Client().connect mqtt.connect"),
    **_api("source", "net.Socket tls.TLSSocket", gives="download:?"),
    **_api("source", "document.cookie", gives="page:cookies"),
    **_api("source", "localStorage sessionStorage", gives="page:storage"),
    **_api("writes", "@electron/asar.createPackage asar.createPackage @electron/asar.createPackageWithOptions fs.cpSync fs.cp "
        "fs-extra.copySync fs-extra.copy fs/promises.copyFile fs/promises.cp", 1),
    **_api("loads-native", "process.dlopen", 1),
    **_api("loads-native", "ffi-napi.Library bun:ffi.dlopen koffi.load"),
    **_api("receives", "location.replace location.assign document.location.replace document.location.assign open"),
    **_api("shows", "document.write document.writeln"),
    **_api("sends", "socket.io-client().emit socket.io-client.io().emit socket.io-client.connect().emit ws().send", 1),
    **_api("pure", "$().serialize $().serializeArray jQuery().serialize", gives="forms"),
    **_api("reads", "ethereum.request", gives="secret:wallet_accounts"),
    **_api("listens", "socket.io-client.connect socket.io-client.io.connect"),
    **_api("runs-code", "eval vm.runInThisContext vm.runInNewContext vm.runInContext vm.Script vm.compileFunction "
        "module._compile module()._compile module.Module()._compile module.constructor()._compile"),
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
    **_api("sends", "@octokit/rest.Octokit().rest.repos.createOrUpdateFileContents @octokit/core.Octokit().request "
        "octokit.Octokit().request "
        "octokit.Octokit().rest.repos.createOrUpdateFileContents "
        "@octokit/rest.Octokit().rest.repos.createForAuthenticatedUser @octokit/rest.Octokit().rest.gists.create "
        "@octokit/rest.Octokit().request telegraf.Telegraf().telegram.sendMessage @slack/webhook.IncomingWebhook().send "
        "ethers.Wallet().sendTransaction ethers.ethers.Wallet().sendTransaction"),
    **_api("sends", "@octokit/rest.Octokit().repos.createOrUpdateFileContents "
        "@octokit/rest.Octokit().repos.createForAuthenticatedUser"),
    **_api("marks-executable", "fs.chmod fs.chmodSync fs.promises.chmod fs/promises.chmod"),
    **_api("deletes", "fs.unlink fs.unlinkSync fs.rm fs.rmSync fs.rmdir fs.rmdirSync fs.promises.rm "
        "fs.promises.unlink rimraf rimraf.sync fs-extra.removeSync"),
    **_api("watches", "clipboardy.read clipboardy.readSync clipboardy.write clipboardy.writeSync "
        "clipboardy.default.read navigator.clipboard.readText", gives="clipboard"),
    **_api("watches", "iohook.on node-global-key-listener.GlobalKeyboardListener().addListener", gives="keystrokes"),
    **_api("watches", "screenshot-desktop", gives="screen"),
    **_api("pure", "keytar.getPassword keytar.findCredentials keytar.findPassword @primno/dpapi.Dpapi.unprotectData "
        "@primno/dpapi.unprotectData win-dpapi.unprotectData", gives="secret:keyring"),
    **_api("sends", "dgram.createSocket().send net.connect().end net.createConnection().end net.Socket().end tls.connect().end"),
    **_api("source", "process.env", gives="env"),
    **_api("source", "Bun.env Deno.env.toObject", gives="env"),
    **_api("pure", "os.hostname os.userInfo os.homedir os.networkInterfaces os.release os.cpus os.version", gives="host:facts"),
    **_api("pure", "os.platform os.arch os.type"),
    **_api("pure", "os.totalmem node-machine-id.machineIdSync public-ip.v4 systeminformation.system "
        "dns.getServers", gives="host:facts"),
    **_api("pure", "fs.existsSync fs.accessSync fs.statSync fs.mkdirSync fs.mkdir console.log console.error "
        "console.warn fs.lstatSync"),
    **_api("pure", "process.exit Object.defineProperty Object.freeze Symbol RegExp Date.now"),
    **_api("decodes", "crypto.createDecipheriv().update crypto.createDecipheriv().final "
        "crypto.createDecipher().update crypto-js.AES.decrypt"),
    **_api("decodes", "crypto.privateDecrypt crypto.createDecipher().final crypto-js.enc.Base64.parse"),
    **_api("runs-callback", "setImmediate queueMicrotask process.nextTick "
        "fs.readdir fs.access fs.exists"),
    **_api("runs-callback", "process.on process.once"),
    **_api("passes", "Object.assign Promise.resolve JSON.stringify JSON.parse path.resolve path.normalize "
        "TextDecoder().decode Object.freeze structuredClone"),
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
    return Value(tags=of.tags)


def _values(args: list[Value], words: Mapping[str, Value]) -> Value:
    del words
    of = args[0] if args else NOTHING
    return Value(items=list(of.fields.values())) if of.fields else Value(tags=all_tags(of))


def _entries(args: list[Value], words: Mapping[str, Value]) -> Value:
    del words
    of = args[0] if args else NOTHING
    if of.fields:
        return Value(items=[Value(items=[lifted(key), one]) for key, one in of.fields.items()])
    return Value(tags=all_tags(of))


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


def _here(args: list[Value], words: Mapping[str, Value]) -> Value:
    del args, words
    return Value(".", tags=frozenset({"host:facts"}))


def _resolved(args: list[Value], words: Mapping[str, Value]) -> Value:
    del words
    return Value(f"node_modules/{args[0].text}") if args and not args[0].text.startswith(".") else NOTHING


def _inside(args: list[Value], words: Mapping[str, Value]) -> Value:
    del words
    return Value(items=[Value(HOLE)]) if args else NOTHING


SHAPES: dict[str, Shape] = {
    "path.join": _joined, "path.resolve": _joined, "path.posix.join": _joined, "path.win32.join": _joined,
    "\x00keys": _keys, "Object.keys": _keys, "Object.values": _values, "Object.entries": _entries, "Array.from": _listed,
    "os.homedir": _home, "fs.readdirSync": _inside, "process.cwd": _here, "require.resolve": _resolved,
    "path.dirname": lambda args, _: Value(args[0].text.rpartition("/")[0] or HOLE, tags=args[0].tags) if args else NOTHING,
    "url.fileURLToPath": lambda args, _: args[0] if args else NOTHING,
    "os.tmpdir": lambda *_: Value("/tmp"),  # noqa: S108  # wherever it is
}  # fmt: skip

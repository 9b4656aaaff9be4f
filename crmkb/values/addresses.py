"""Addresses: the person in `Jane Roe <jane@acme.example>`, the domain of a link or e-mail address.

Only the forms that people type and exports contain are read, not whole message headers.
"""

from __future__ import annotations

import re

from crmkb.errors import BadValue

_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})+")
_EMAIL = re.compile(r"[^\s@<>()\[\]\\\"',;:]{1,64}@([^\s@]{1,253})")
_NAME_AND_EMAIL = re.compile(r"(?P<name>[^<>]*)<(?P<email>[^<>]*)>")
_EMAIL_AND_NAME = re.compile(r"(?P<email>[^\s()@]+@[^\s()@]+) ?\((?P<name>[^()]*)\)")
_SCHEME = re.compile(r"^(?:[a-z][a-z0-9+.-]*:)?//")
_HOST_END = re.compile(r"[/?#\\\s,;]")
_QUOTES = {'"': '"', "'": "'", "“": "”", "„": "“", "«": "»"}


class BadPerson(BadValue):
    """The text is not a person."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"{text!r} is not a person",
            hint='write "Jane Roe <jane@acme.example>", a name, or an e-mail address',
        )


class BadDomain(BadValue):
    """The text contains no domain."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"{text!r} is not a domain", hint="write acme.example or https://www.acme.example"
        )


def read_person(text: str) -> tuple[str, str]:
    """Return the name and the e-mail address of a person; one of them may be empty.

    Accept `Jane Roe <jane@acme.example>`, `"Roe, Jane" <…>`, `jane@acme.example (Jane Roe)`, a
    bare address and a bare name. Raise `BadPerson` for anything else.
    """
    line = " ".join(text.split())
    if match := _NAME_AND_EMAIL.fullmatch(line) or _EMAIL_AND_NAME.fullmatch(line):
        name, address = _unquote(match["name"]), match["email"].strip()
    elif "@" in line:
        name, address = "", line
    else:
        return _bare_name(line), ""
    if not is_email(address.removeprefix("mailto:")):
        raise BadPerson(text)
    return "" if is_email(name) else name, _plain_email(address)


def is_email(text: str) -> bool:
    """Return whether the text is one e-mail address."""
    match = _EMAIL.fullmatch(text)
    return match is not None and _is_domain(match[1])


def domain_of(text: str) -> str:
    """Return the domain of a link, a website or an e-mail address, or "" if it has none.

    `https://www.Acme.example/x`, `acme.example:8080` and `a@acme.example` all give `acme.example`.
    """
    address = _SCHEME.sub("", text.strip().strip("<>").lower())
    host = _HOST_END.split(address, maxsplit=1)[0].rpartition("@")[2]
    host = host.partition(":")[0].rstrip(".")
    short = host.removeprefix("www.")
    host = short if "." in short else host
    return host if _is_domain(host) else ""


def read_domains(text: str) -> list[str]:
    """Return the domains of a list separated by commas, semicolons or blanks, without duplicates.

    Raise `BadDomain` for a part without a domain.
    """
    parts = re.split(r"[\s,;]+", text)
    return list(dict.fromkeys(_domain(part) for part in parts if part))


def _domain(text: str) -> str:
    domain = domain_of(text)
    if not domain:
        raise BadDomain(text)
    return domain


def _is_domain(host: str) -> bool:
    if len(host) > 253 or not _DOMAIN.fullmatch(host):
        return False
    return not host.rpartition(".")[2].isdecimal()


def _bare_name(line: str) -> str:
    name = _unquote(line)
    if any(char in "<>" for char in name) or not any(map(str.isalnum, name)):
        raise BadPerson(line)
    return name


def _plain_email(address: str) -> str:
    mailbox, _, domain = address.removeprefix("mailto:").rpartition("@")
    return f"{mailbox}@{domain.lower()}"


def _unquote(name: str) -> str:
    name = name.strip()
    if len(name) > 1 and _QUOTES.get(name[0]) == name[-1]:
        name = re.sub(r"\\(.)", r"\1", name[1:-1]).strip()
    return name

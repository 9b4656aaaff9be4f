"""What is a secret and what only looks like one. No whole token stands here: hosts refuse those."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkb.secret_scan.scanner import Secret, find_secrets, gives_away, masked

SLACK = "xox" + "b-123456789012-abcdefGHIJKL"
AWS = "AKIA" + "IOSFODNN7EXAMPLE"
KEY_BEGINS = "-----BEGIN RSA PRIVATE" + " KEY-----"
CARD = "4111 1111 1111" + " 1111"
ACCOUNT = "DE89 3704 0044 0532" + " 0130 00"

SECRETS = [
    (SLACK, "a Slack token", "xoxb-…"),
    ("xox" + "p-1-2-3-0123456789abcdef", "a Slack token", "xoxp-…"),
    ("https://files.slack.com/f?t=xox" + "e-000000000-0000000", "a Slack token", "xoxe-…"),
    ("xoxe.xox" + "p-1-Mi0yLTEyMzQ1Njc4OTA", "a Slack token", "xoxe.xoxp-…"),
    ("xapp" + "-1-A0123456789-abcdef0123", "a Slack token", "xapp-…"),
    (
        "https://hooks.slack" + ".com/services/T00000000/B00000000/abcdefgh",
        "a Slack webhook",
        "hooks.slack.com/services/…",
    ),
    (AWS, "an AWS access key", "AKIA…"),
    ("ASIA" + "IOSFODNN7EXAMPLE", "an AWS access key", "ASIA…"),
    *(
        (f"{kind}_" + "a1B2c3" * 6, "a GitHub token", f"{kind}_…")
        for kind in ("ghp", "gho", "ghu", "ghs", "ghr")
    ),
    ("github" + "_pat_11ABCDEFG0abcdefghij01_" + "k1" * 29, "a GitHub token", "github_pat_…"),
    ("glpat" + "-x1Y2z3x1Y2z3x1Y2z3x1", "a GitLab token", "glpat-…"),
    ("sk_live" + "_4eC39HqLyjWDarjtT1zdp7dc", "a Stripe key", "sk_live_…"),
    ("rk_test" + "_4eC39HqLyjWDarjtT1zdp7dc", "a Stripe key", "rk_test_…"),
    ("whsec_" + "4eC39HqLyjWDarjtT1zdp7dc", "a Stripe key", "whsec_…"),
    ("AIza" + "SyA1234567890abcdefghijklmnopqrstuv", "a Google API key", "AIza…"),
    ("GOCSPX" + "-AbC1_dEf-GhI2jKl3mNo4PqR5", "a Google secret", "GOCSPX-…"),
    ("sk" + "-abcdefghijklmnopqrst1234", "an API key", "sk-…"),
    ("sk-ant" + "-api03-AbC1_dEf-GhI2jKl3mNo4PqR5", "an API key", "sk-ant-…"),
    ("sk-proj" + "-AbC1dEfGhI2jKl3mNo4PqR5", "an API key", "sk-proj-…"),
    ("SG." + "abcdefghijklmnopqrstuv.abcdefghijklmnop", "a SendGrid key", "SG.…"),
    ("npm_" + "a1B2c3" * 6, "an npm token", "npm_…"),
    ("pypi" + "-AgEIcHlwaS5vcmcCJDAxMjM0NTY3", "a PyPI token", "pypi-…"),
    ("PuTTY-User-Key" + "-File-3: ssh-ed25519", "a private key", "PuTTY-User-Key-File-…"),
    ("pat-eu1" + "-01234567-89ab-cdef-0123-456789abcdef", "a HubSpot token", "pat-eu1-…"),
    (
        "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N",
        "a JSON web token",
        "eyJ…",
    ),
    (f"{KEY_BEGINS}\nMIIEowIBAAKCAQEA12", "a private key", KEY_BEGINS[:-5] + "…"),
    (
        f"{KEY_BEGINS}\nProc-Type: 4,ENCRYPTED\n\nMIIEowIBAAKCAQEA12",
        "a private key",
        KEY_BEGINS[:-5] + "…",
    ),
    (f'"{KEY_BEGINS}\\nMIIEowIBAAKCAQEA12"', "a private key", KEY_BEGINS[:-5] + "…"),
    (CARD, "a card number", "…1111"),
    (CARD.replace(" ", ""), "a card number", "…1111"),
    ("5555-5555-5555" + "-4444", "a card number", "…4444"),
    ("2223 0031 2200" + " 3222", "a card number", "…3222"),
    ("3782 822463" + " 10005", "a card number", "…0005"),
    ("6011 1111 1111" + " 1117", "a card number", "…1117"),
    ("3530111333" + "300000", "a card number", "…0000"),
    (ACCOUNT, "a bank account", "DE89…"),
    (ACCOUNT.replace(" ", ""), "a bank account", "DE89…"),
    (f"IBAN {ACCOUNT} BIC COBADEFF", "a bank account", "DE89…"),
    ("GB29NWBK60161331" + "926819", "a bank account", "GB29…"),
    ("NL91 ABNA 0417" + " 1643 00", "a bank account", "NL91…"),
    ("NO93 8601 1117" + " 947", "a bank account", "NO93…"),
    ("FR14 2004 1010 0505" + " 0001 3M02 606", "a bank account", "FR14…"),
    ("password: hunter2", "a password", "password: …"),
    ("Password: Winter2026!", "a password", "Password: …"),
    ("**Password:** `s3cret!x`", "a password", "Password:** …"),
    ("passwd=abc123xyz", "a password", "passwd= …"),
    ("db_password = 'hunter2!'", "a password", "password = …"),
    ('{"password": "hunter2x"}', "a password", 'password": …'),
    ("the password is Tr0ub4dor&3", "a password", "password is …"),
    ("Password for the demo system: hunter22", "a password", "Password for the demo system: …"),
    ("| password | hunter22 |", "a password", "password | …"),
    ("Passwort: Sommer2024", "a password", "Passwort: …"),
    ("password: 12345678", "a password", "password: …"),
    ("secret=8fj2kd93kfls", "a key or token", "secret= …"),
    ("client_secret: 8fj2kd93kflsqq", "a key or token", "secret: …"),
    ("API key: 0123456789abcdef0123", "a key or token", "API key: …"),
    ("X-Auth-Token: abcdef1234567890", "a key or token", "Auth-Token: …"),
    ("postgres://crm:s3cr3t9@db.acme.example/x", "a password in a link", "://…:…@"),
]


@pytest.mark.parametrize("text, kind, excerpt", SECRETS)
@pytest.mark.parametrize("around", ["{}", "Notes\n\n- see {}.\n", "key: {}\n"])
def test_a_secret_is_found_and_not_given_away(
    text: str, kind: str, excerpt: str, around: str
) -> None:
    whole = around.format(text)

    (secret, *more) = find_secrets(whole)

    assert (secret.kind, secret.excerpt) == (kind, excerpt)
    assert more == []
    assert secret.line == whole[: whole.index(text)].count("\n") + 1
    assert list(find_secrets(masked(whole))) == []
    assert excerpt in masked(whole)


NONE = [
    "password: see 1Password",
    "Password: 1Password",
    "password: Bitwarden",
    "password: required",
    "Password: n/a",
    "password: <your-password>",
    "password: your-password1",
    "password: ${DB_PASSWORD}",
    "password: $PASS1",
    "password: %PASS1%",
    "password: {{ vault_pw1 }}",
    "password: os.environ['X1']",
    "password = settings.password2",
    "password=getpass1()",
    "password: changeme123",
    "password: ********",
    "password: jane1@acme.example",
    "password: https://vault.acme.example/1",
    "password is case-sensitive",
    "the password is 12 characters long",
    "password: 12-characters",
    "passwords: 90days",
    "Password expires: 2026-11-20",
    "password reset on 20.11.2026",
    "password: OAuth2",
    "password: String!",
    "We passed 3 tests: all is2well",
    "secret: santa",
    "secret: prod-db-credentials-2",
    "secret: k8s-ingress-tls2",
    "token: string",
    "token: 5000",
    "tokens: 128000 a month",
    "api key: stored in 1Password",
    "api_key: API_KEY_FOR_2026",
    "private key: id_ed25519_sk",
    "https://acme.example:8080/a@b",
    "https://user:password@acme.example",
    "https://user:${PASS}@acme.example",
    "mailto:jane@acme.example",
    "order 4111111111111112",
    "4111 1111 1111 1112",
    "order no. " + CARD,
    "hubspot_id: " + CARD.replace(" ", ""),
    "invoice: #" + CARD.replace(" ", ""),
    "9" + CARD.replace(" ", ""),
    "1000 0000 0000" + " 0008",
    "token: abc123",
    "password: a1!",
    ACCOUNT.replace(" ", "") + "12",
    CARD.replace(" ", "") + "234",
    "https://x.example/" + CARD.replace(" ", ""),
    "+47 22 33 44 55 66 77",
    "Tel. 4479 4612 3456 78",
    "2026-11-20-1430-1111",
    "1234567890123456",
    "0.4111111111111111",
    ACCOUNT.replace("89", "88"),
    "XX89 3704 0044 0532 0130 00",
    "EUR 50000 2026-11-20 14:30",
    "xoxb-your-token-goes-here",
    "xoxb-XXXXXXXXXXXX",
    "ghp_" + "x" * 36,
    "task-management-and-risk-assessment-2026-for-all",
    "sk-learn-and-other-libraries-of-python-3",
    "AKIA",
    "eyJ.eyJ.x",
    "-----BEGIN PUBLIC" + " KEY-----\nMIIBIjANBgkqhkiG9w0BAQ",
    "-----BEGIN RSA PRIVATE" + " KEY-----\n…\n",
]


@pytest.mark.parametrize("text", NONE)
@pytest.mark.parametrize("around", ["{}", "Notes\n\n- see {}.\n", "{}\n"])
def test_what_only_looks_like_a_secret_is_none(text: str, around: str) -> None:
    assert list(find_secrets(around.format(text))) == []


@pytest.mark.parametrize(
    "text",
    [f"_{SLACK}_", f"user_{SLACK}", f"({AWS})", "_sk" + "-abcdefghijklmnopqrst1234_"],
)
def test_a_token_behind_an_underscore_is_found(text: str) -> None:
    (secret,) = find_secrets(text)
    assert secret.excerpt in masked(text)


def test_a_short_token_of_slack_is_found() -> None:
    assert [each.excerpt for each in find_secrets("see xox" + "b-1234567890")] == ["xoxb-…"]


def test_a_token_with_percent_signs_is_masked_whole() -> None:
    text = "d=xox" + "d-AbCdEfGhIjKl%2FmNoPqR%2BsT%3D; x=y"
    assert masked(text) == "d=xoxd-…; x=y"


def test_a_private_key_in_a_mail_that_is_quoted_is_found() -> None:
    (secret,) = find_secrets(f"> {KEY_BEGINS}\n> Proc-Type: 4\n>\n> MIIEowIBAAKCAQEA12\n")
    assert secret.kind == "a private key"


HOSTILE = {
    "parts of a key": "token: " + "aa-" * 50 + "1!!x",
    "headers of a private key": f"{'x' * 30}\n{KEY_BEGINS}\n" + "a:  " * 60 + "!",
    "web tokens": "-eyJaaaaaaaa" * 40_000,
    "keys": "_sk-" * 100_000,
    "words behind a key": ("secret" + "_" * 90) * 5_000,
    "more words": ("secret" + "_a" * 40 + " ") * 5_000,
    "cards": f"{CARD}, " * 50_000,
    "accounts": f"{ACCOUNT} x " * 30_000,
    "tokens": f"{SLACK} " * 30_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_is_searched_for_hours(name: str) -> None:
    text = HOSTILE[name]
    assert len(list(find_secrets(text))) <= 50_000
    assert len(masked(text)) <= len(text)


def test_secrets_come_in_the_order_of_lines_and_once_each() -> None:
    text = f"{CARD}\n\npassword: hunter2\ntoken: {SLACK}\n"
    assert [(each.line, each.kind) for each in find_secrets(text)] == [
        (1, "a card number"),
        (3, "a password"),
        (4, "a key or token"),
    ]
    assert str(Secret(1, "a card number", "…1111")) == "a card number (…1111)"


def test_what_was_there_before_is_left_out() -> None:
    before = f"one {SLACK}\n"
    after = f"new {SLACK} line\npassword: hunter2\n"
    assert [each.kind for each in find_secrets(after, before)] == ["a password"]


@pytest.mark.parametrize(
    "name, text, gives",
    [
        ("2026-11-20-note-password-hunter2.md", "password: hunter2", True),
        ("note-card-4111-1111-1111-1111.md", CARD, True),
        (f"note-{SLACK.lower()}.md", f"subject: {SLACK}", True),
        ("note-hello.md", f"subject: {SLACK}", False),
        ("note-password.md", "password: hunter2", False),
    ],
)
def test_a_name_made_of_a_secret_is_known(name: str, text: str, gives: bool) -> None:
    assert gives_away(name, text) is gives


@given(st.text())
def test_any_text_can_be_searched_and_masked(text: str) -> None:
    assert len(list(find_secrets(text))) <= len(text)
    assert list(find_secrets(masked(text), text)) == []


@given(st.text(alphabet="pas wordxsk-0123456789:=|'\"`_.\n", max_size=80))
def test_texts_that_come_close_can_be_searched_and_masked(text: str) -> None:
    for secret in find_secrets(text):
        assert 1 <= secret.line <= text.count("\n") + 1
    assert masked(text) or not text

"""Invented customers of realistic size, the same for the same number: what benchmarks measure on.

A customer has 20 files: a profile, ten interactions, two deals, three contacts, and four of
context. A record has 10 to 15 keys and a body of 300 to 1,500 bytes. Pure: writing them is left to
`workspaces`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

TODAY = date(2026, 11, 20)
"""The day of every benchmark: passed as `--as-of`, so that each run computes the same."""

FILES_OF_A_CUSTOMER = 20
COMMON_WORD = "renewal"
"""Stands in about every other body: what searches look for."""

TEAM = ("ana", "ben", "kofi", "lee", "mira", "sofie")
STAGES = (
    *("qualified_lead", "discovery", "technical_validation", "business_case", "negotiation"),
    *("closed_won", "closed_lost"),
)
SETTINGS = (
    '[workspace]\nname = "Northbeam"\ntimezone = "Europe/Oslo"\ncurrency = "EUR"\n\n'
    "[rates]\nUSD = 0.92\n\n"
    + "".join(
        f'[team.{who}]\nname = "{who.title()} Example"\nemail = "{who}@northbeam.example"\n\n'
        for who in TEAM
    )
)

_COUNTRIES = ("NO", "SE", "DE", "FR", "US", "GB", "JP")
_INDUSTRIES = ("logistics", "retail", "banking", "health", "games", "machines", "energy")
_TYPES = ("call", "email", "meeting", "demo", "slack", "support", "note")
_MOODS = ("very_negative", "negative", "neutral", "positive", "very_positive")
_ROLES = ("champion", "influencer", "economic_buyer", "user", "blocker")
_FIRST = ("Jane", "Olav", "Mei", "Tomás", "Aïcha", "Pavel", "Ines", "Sunniva")
_LAST = ("Roe", "Strand", "Okafor", "Brandt", "Lindqvist", "Aasland", "Pellet", "Whitcombe")
_TEXT = (
    "the pipeline price backfill team asked whether quarter review before budget freeze moves and"
    " latency of nightly loads stays below what was promised in the pilot they compare us with a"
    " competitor who sells seats not volume legal wants the clause on data residency changed first"
    " our champion will present numbers to the board next steering meeting decides about scope"
)
_WORDS = _TEXT.split()


def customer_files(number: int) -> Iterator[tuple[str, str]]:
    """Yield path and text of each file of a customer."""
    random = Random(number)
    slug = customer_slug(number)
    folder = f"customers/{slug}"
    people = [f"{first.lower()}-{number}" for first in ("jane", "olav", "mei")]
    yield f"{folder}/profile.md", _profile(random, number, slug)
    for person in people:
        yield f"{folder}/relationships/{person}.md", _contact(random, number, person)
    deals = [f"deal-{name}-{number}" for name in ("platform", "seats")]
    for deal in deals:
        yield f"{folder}/deals/{deal}.md", _deal(random, deal, people)
    for count in range(10):
        moment = _moment(random)
        stem = f"{moment[:10]}-{moment[11:16].replace(':', '')}-{count}"
        yield f"{folder}/interactions/{stem}.md", _interaction(random, moment, people, deals)
    yield f"{folder}/context/usage.csv", _usage(random)
    yield f"{folder}/context/nps.csv", _nps(random, people)
    yield f"{folder}/context/outcomes.md", _outcomes(random)
    yield f"{folder}/context/notes.md", f"# Notes\n\n{_body(random)}"


def customer_slug(number: int) -> str:
    """Return the name of a customer's folder."""
    return f"customer-{number:05}"


def deals_table(rows: int, customers: int) -> str:
    """Return a table of deals as another system exports it, to be imported."""
    lines = ["opportunity_id,account,product,sales_agent,deal_stage,engage_date,close_value"]
    random = Random(rows)
    for number in range(rows):
        account = customer_slug(random.randrange(customers))
        stage, day = random.choice(STAGES), _day(random)
        seller, amount = random.choice(TEAM), random.randrange(500, 90_000)
        lines.append(f"OPP{number:06},{account},Relay,{seller},{stage},{day},{amount}")
    return "\n".join(lines) + "\n"


def _profile(random: Random, number: int, slug: str) -> str:
    keys = [
        f"name: Company {number} Holding",
        f"status: {random.choice(('prospect', 'pilot', 'active', 'active', 'churned'))}",
        f"tier: {random.choice(('enterprise', 'growth', 'startup'))}",
        f"owner: {random.choice(TEAM)}",
        f"csm: {random.choice(TEAM)}",
        f"industry: {random.choice(_INDUSTRIES)}",
        f"website: https://{slug}.example",
        f"domains:\n  - {slug}.example",
        f"employees: {random.randrange(20, 9_000)}",
        f"country: {random.choice(_COUNTRIES)}",
        f"onboarded: {_day(random)}",
        f"contract_amount: {random.randrange(5_000, 250_000)}",
        "contract_period: year",
        f"contract_renewal: {TODAY + timedelta(days=random.randrange(-30, 360))}",
        f"salesforce_id: 001{number:012}",
    ]
    return _record(keys, f"Company {number} Holding", _body(random))


def _contact(random: Random, number: int, slug: str) -> str:
    name = f"{random.choice(_FIRST)} {random.choice(_LAST)} {number}"
    keys = [
        f"name: {name}",
        "title: Head of Platform",
        f"role: {random.choice(_ROLES)}",
        f"influence: {random.choice(('high', 'medium', 'low'))}",
        f"emails:\n  - {slug}@{customer_slug(number)}.example",
        f'phones:\n  - "+47 22 {random.randrange(10, 99)} {random.randrange(10, 99)} 01"',
        f"primary: {'true' if slug.startswith('jane') else 'false'}",
        f"sentiment: {random.choice(_MOODS)}",
        f"since: {_day(random)}",
        "source: salesforce",
    ]
    return _record(keys, name, _body(random))


def _deal(random: Random, slug: str, people: list[str]) -> str:
    stage, opened = random.choice(STAGES), _day(random)
    position = min(STAGES.index(stage), 5)
    passed = [*STAGES[:position], stage]
    days = sorted(_day(random) for _ in passed)
    keys = [
        f"name: {slug.replace('-', ' ').title()}",
        f"stage: {stage}",
        f"amount: {random.randrange(500, 200_000)}",
        f"currency: {random.choice(('EUR', 'EUR', 'USD'))}",
        f"kind: {random.choice(('new', 'expansion', 'renewal'))}",
        f"opened: {opened}",
        f"close_date: {TODAY + timedelta(days=random.randrange(-200, 200))}",
        f"owner: {random.choice(TEAM)}",
        f"contacts:\n  - {people[0]}\n  - {people[1]}",
        "products:\n  - relay",
        "stage_history:\n"
        + "\n".join(f"  - {day} {name}" for day, name in zip(days, passed, strict=True)),
    ]
    return _record(keys, slug, _body(random))


def _interaction(random: Random, moment: str, people: list[str], deals: list[str]) -> str:
    subject = " ".join(random.choices(_WORDS, k=4)).capitalize()
    keys = [
        f"date: {moment}",
        f"type: {random.choice(_TYPES)}",
        f"subject: {subject}",
        f"direction: {random.choice(('inbound', 'outbound'))}",
        f"us:\n  - {random.choice(TEAM)}",
        f"them:\n  - {random.choice(people)}",
        f"sentiment: {random.choice(_MOODS)}",
        f"outcome: {' '.join(random.choices(_WORDS, k=6))}",
        f"duration: {random.randrange(5, 90)}",
        f"deal: {random.choice(deals)}",
        "topics:\n  - pricing",
    ]
    task = f"- [ ] Send the quote @{random.choice(TEAM)} due:{_day(random)}\n"
    steps = f"\n## Next steps\n\n{task}" if random.random() < 0.5 else ""
    return _record(keys, subject, _body(random) + steps)


def _record(keys: list[str], title: str, body: str) -> str:
    return "---\n" + "\n".join(keys) + f"\n---\n\n# {title}\n\n## Notes\n\n{body}"


def _body(random: Random) -> str:
    """Return 300 to 1,500 bytes of sentences."""
    text, wanted = "", random.randrange(300, 1_500)
    while len(text) < wanted:
        words = random.choices(_WORDS, k=random.randrange(6, 16))
        if random.random() < 0.1:
            words.append(COMMON_WORD)
        text += " ".join(words).capitalize() + (".\n" if random.random() < 0.3 else ". ")
    return text.strip() + "\n"


def _usage(random: Random) -> str:
    lines = ["date,active_users,licensed_users,features_used,features_total"]
    seats = random.randrange(5, 300)
    for week in range(12, 0, -1):
        day = TODAY - timedelta(weeks=week)
        lines.append(f"{day},{random.randrange(seats)},{seats},{random.randrange(1, 8)},8")
    return "\n".join(lines) + "\n"


def _nps(random: Random, people: list[str]) -> str:
    rows = [f"{_day(random)},{who},{random.randrange(11)},Said in the survey" for who in people]
    return "\n".join(["date,contact,score,comment", *sorted(rows)]) + "\n"


def _outcomes(random: Random) -> str:
    words = " ".join(random.choices(_WORDS, k=5)).capitalize()
    return f"# Outcomes\n\n- achieved {_day(random)} {words}\n- due 2027-01-31 {words}\n"


def _day(random: Random) -> date:
    return TODAY - timedelta(days=random.randrange(1, 500))


def _moment(random: Random) -> str:
    return f"{_day(random)}T{random.randrange(8, 18):02}:{random.choice((0, 15, 30, 45)):02}:00"

"""Names given by people into what front matter holds: handles, slugs, stages, currencies."""

from __future__ import annotations

from collections.abc import Iterable

from crmkb.errors import BadValue, NotFound, did_you_mean
from crmkb.text import close_matches, fold
from crmkb.workspace import Workspace


class NotOnTheTeam(NotFound):
    """An owner is no member of the team in `crm.toml`."""

    def __init__(self, name: str, close: list[str]) -> None:
        super().__init__("team member", name, close)
        self.hint = did_you_mean(close) or f"add it to crm.toml: [team.{name}]"


class BadStage(BadValue):
    """There is no such stage."""

    def __init__(self, word: str, stages: Iterable[str]) -> None:
        stages = list(stages)
        close = did_you_mean(close_matches(word, stages))
        super().__init__(f"no stage {word!r}", close or f"the stages are {', '.join(stages)}")


class BadCurrency(BadValue):
    """A currency is not given by its code."""

    def __init__(self, word: str) -> None:
        super().__init__(f"{word!r} is not a currency code", "write three letters, such as EUR")


def member(workspace: Workspace, name: str) -> str:
    """Return the handle of a member of the team named by handle, name or e-mail address."""
    team = workspace.config.team
    wanted = fold(name.removeprefix("@"))
    for handle, person in team.items():
        if wanted in (fold(handle), fold(person.name), fold(person.email)):
            return handle
    if not team:
        return name
    raise NotOnTheTeam(name, close_matches(wanted, team))


def stage_id(workspace: Workspace, word: str) -> str:
    """Return the id of a stage named by its id or its name."""
    wanted = fold(word).replace(" ", "_").replace("-", "_")
    for stage in workspace.config.stages.values():
        if wanted in (stage.id, fold(stage.name).replace(" ", "_")):
            return stage.id
    raise BadStage(word, workspace.config.stages)


def currency_code(word: str) -> str:
    """Return a currency code in capitals."""
    code = word.strip().upper()
    if len(code) != 3 or not code.isascii() or not code.isalpha():
        raise BadCurrency(word)
    return code


def contacts(workspace: Workspace, customer: str, names: Iterable[str]) -> list[str]:
    """Return the slugs of a customer's contacts, each once, in the order given."""
    slugs = (workspace.contact(name, customer).slug for name in names)
    return list(dict.fromkeys(slugs))

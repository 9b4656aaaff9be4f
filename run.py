#!/usr/bin/env python3
"""Set crmkb up in `.venv` beside this file, then run it.

python3 run.py demo [DIR]    play the main job in a sample workspace
python3 run.py test [...]    run the tests; what follows goes to pytest
python3 run.py crm ...       run any command of crm

Needs Python 3.11 or later and git. Installs what requirements.lock pins, and again only after that
file or pyproject.toml has changed.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

# Before anything that an older Python stumbles over: it gets this line and no traceback.
if sys.version_info < (3, 11):
    sys.exit("error: crmkb needs Python 3.11 or later, this is " + sys.version.split()[0])

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "installed"  # written last: a set-up that was cut short has none
BIN, EXE = (VENV / "Scripts", ".exe") if os.name == "nt" else (VENV / "bin", "")
PYTHON, CRM = str(BIN / f"python{EXE}"), str(BIN / f"crm{EXE}")


def main(words: list[str]) -> None:
    """Set up what is missing, then become the program asked for."""
    command, rest = (words[0], words[1:]) if words else ("", [])
    if command not in {"demo", "test", "crm"}:
        print(__doc__)
        sys.exit(0 if command in {"-h", "--help"} else 2)
    if not shutil.which("git"):
        sys.exit("error: crmkb needs git\nhint: install git and try again")
    set_up()
    if command == "test":
        os.chdir(ROOT)
        become([PYTHON, "-m", "pytest", *(rest or ["-n", "auto"])])
    become([CRM, "demo", *rest] if command == "demo" else [CRM, *rest])


def set_up() -> None:
    """Make `.venv` anew, unless it holds what is wanted already."""
    lock, project = ROOT / "requirements.lock", ROOT / "pyproject.toml"
    # The place counts too: what is installed into a `.venv` does not survive a move.
    decisive = os.fsencode(ROOT) + lock.read_bytes() + project.read_bytes()
    wanted = hashlib.sha256(decisive).hexdigest()
    if STAMP.exists() and STAMP.read_text() == wanted and Path(PYTHON).exists():
        return
    print("setting up .venv (once, about half a minute) ...", file=sys.stderr)
    try:
        run(sys.executable, "-m", "venv", "--clear", "--without-pip", str(VENV))
        install = [*installer(), "--quiet"]
        run(*install, "--require-hashes", "--requirement", str(lock))
        run(*install, "--no-deps", "--no-build-isolation", "--editable", str(ROOT))
    except subprocess.CalledProcessError:
        sys.exit("error: .venv could not be set up, for the reason above")
    except KeyboardInterrupt:
        sys.exit("error: the set-up of .venv was cut short; the next run begins it again")
    STAMP.write_text(wanted)


def installer() -> list[str]:
    """Return the first means this machine has of installing into `.venv`."""
    if find_spec("ensurepip"):
        run(PYTHON, "-m", "ensurepip", "--default-pip", stdout=subprocess.DEVNULL)
        return [PYTHON, "-m", "pip", "install"]
    if find_spec("pip"):
        return [sys.executable, "-m", "pip", "--python", PYTHON, "install"]
    if shutil.which("uv"):
        return ["uv", "pip", "install", "--python", PYTHON]
    sys.exit(
        "error: this Python has neither ensurepip nor pip, and there is no uv\n"
        "hint: on Debian and Ubuntu: sudo apt install python3-venv"
    )


def run(*command: str, stdout: int | None = None) -> None:
    """Run a command of the set-up, which must succeed."""
    subprocess.run(command, check=True, stdout=stdout)


def become(command: list[str]) -> None:
    """Hand terminal, signals and exit code over to the command."""
    if os.name == "nt":  # where exec returns to the prompt at once
        sys.exit(subprocess.call(command))
    os.execv(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])

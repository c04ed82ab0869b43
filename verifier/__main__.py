"""Verify an evidence file from the command line: exit 0 proven, 1 refused, 2 no trust anchors or usage."""

import argparse
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from verifier import trust, words
from verifier.findings import Refusal
from verifier.phrases import REASONS
from verifier.verification import verify

USAGE_ERROR = 2


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit code."""
    options = _parser().parse_args(arguments)
    language = options.lang or ("fr" if os.environ.get("LANG", "").startswith("fr") else "en")
    try:
        reader = trust.from_folder(options.trust) if options.trust else None
    except Refusal as refusal:
        said = REASONS[language].get(refusal.code, refusal.code)
        print(f"{said}: {refusal.place} {refusal.detail}", file=sys.stderr)
        return USAGE_ERROR
    if not options.file.is_file():
        print(f"{REASONS[language]['file_unreadable']}: {options.file}", file=sys.stderr)
        return USAGE_ERROR
    report = verify(options.file, reader, now=options.at or datetime.now(UTC))
    if options.json:
        print(json.dumps(report.as_json() | {"said": words.spoken(report, language)}, ensure_ascii=False, indent=2))
    else:
        print(words.say(report, language))
    return report.exit_code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m verifier", description=__doc__)
    parser.add_argument("file", type=Path, metavar="FILE.asice")
    parser.add_argument("--trust", type=Path, metavar="DIR", help="root.pem, tsa.pem, crls.pem, log.vkey you trust")
    parser.add_argument("--json", action="store_true", help="print the verdict as JSON")
    parser.add_argument("--lang", choices=words.LANGUAGES, help="fr or en; by default as LANG says")
    parser.add_argument("--at", type=_moment, metavar="ISO", help="judge as of this time instead of now")
    return parser


def _moment(text: str) -> datetime:
    value = datetime.fromisoformat(text)
    return value if value.tzinfo else value.replace(tzinfo=UTC)


if __name__ == "__main__":
    sys.exit(main())

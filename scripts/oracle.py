#!/usr/bin/env python3
"""Compare names, scopes and positions with LibCST's providers on the code below a directory.

    scripts/oracle.py DIRECTORY [LINES]

Stops after LINES lines (default 100,000) and prints what was compared, what differed for a
stated reason, and every other difference. Exit status 1 if there is one.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from tests.oracle.comparison import ON_PURPOSE, Outcome, compare  # noqa: E402


def main() -> int:
    directory = Path(sys.argv[1])
    most = int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
    files = sorted(directory.rglob("*.py"))
    random.Random(1).shuffle(files)
    total, examined = Outcome(), 0
    for file in files:
        if total.lines >= most:
            break
        total.add(compare(file))
        examined += 1
    print(f"{examined} files, {total.lines:,} lines")
    print(f"{total.positions:,} positions, {total.scopes:,} scopes, {total.names:,} names compared")
    for reason, count in sorted(total.deliberate.items()):
        print(f"{count:6,} differ on purpose: {ON_PURPOSE[reason]}")
    print(f"{len(total.differences):6,} other differences")
    for difference in total.differences:
        print("      ", difference)
    return 1 if total.differences else 0


if __name__ == "__main__":
    raise SystemExit(main())

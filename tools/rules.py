#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""rules.py: each test that runtime/docs/go.md names as the holder of a rule must exist.

A cell names a test by its file (NAME of runtime/src/NAME_test.cpp) and a part of its sentence.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent / "runtime"
NAMED = re.compile(r'(?:(\w+) )?"([^"]+)"')


def sentences(name):
    """The tests' names in that file, each on one line."""
    path = ROOT / "src" / f"{name}_test.cpp"
    text = re.sub(r'"\s*\n\s*"', "", path.read_text()) if path.exists() else ""
    return re.findall(r'TEST_CASE\(\s*"(.*?)"', text)


def missing(document):
    table = document.partition("| Go's rule | weft | held by |\n")[2].partition("\n\n")[0]
    for line in table.splitlines()[1:]:
        name = None
        for file, part in NAMED.findall(line.split("|")[3]):
            name = file or name
            if not any(part in sentence for sentence in sentences(name)):
                yield f'no test in runtime/src/{name}_test.cpp says "{part}"'
    if not table:
        yield "the table of rules is not there"


if __name__ == "__main__":
    sys.exit("\n".join(missing((ROOT / "docs/go.md").read_text())) or 0)

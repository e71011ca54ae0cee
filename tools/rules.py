#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""rules.py: each rule of runtime/docs/go_rules.md has a test, and that test runs wherever it can.

A cell names a test by its file (NAME of runtime/src/NAME_test.cpp) and a part of its sentence, or a program that must not
compile. A test runs wherever it can if it runs with every number of workers and in the simulator, or in a process of its own
that ends with a report, or needs no goroutine at all.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent / "runtime"
HEAD = "| Go's rule | weft | held by |"
NAMED = re.compile(r'(?:(\w+) )?"([^"]+)"')
REFUSED = re.compile(r"`(must_not_compile/\w+\.cpp)`")
CASE = re.compile(r'^TEST_CASE\(\s*"(.*?)"(.*?)^\}', re.M | re.S)
EVERYWHERE = re.compile(r"\beverywhere\(|\bin_child\(")
SOMEWHERE = re.compile(r"\b(run|for_each_seed|for_each_worker_count|scope)\(")


def cases(name):
    """Each test of that file: its name in one line, and its body."""
    path = ROOT / "src" / f"{name}_test.cpp"
    text = re.sub(r'"\s*\n\s*"', "", path.read_text()) if path.exists() else ""
    return CASE.findall(text)


def runs_wherever_it_can(body):
    both = "for_each_worker_count(" in body and "for_each_seed(" in body
    return both or EVERYWHERE.search(body) or not SOMEWHERE.search(body)


def faults_of(cell):
    name = None
    for file, part in NAMED.findall(cell):
        name = file or name
        found = [body for sentence, body in cases(name) if part in sentence]
        if not found:
            yield f'no test in runtime/src/{name}_test.cpp says "{part}"'
        if not all(map(runs_wherever_it_can, found)):
            yield f'{name} "{part}" does not run with every number of workers and in the simulator'
    for program in REFUSED.findall(cell):
        if not (ROOT / "test" / program).exists():
            yield f"there is no runtime/test/{program}"
    if not NAMED.search(cell) and not REFUSED.search(cell):
        yield f"nothing holds a rule: {cell.strip() or 'an empty cell'}"


def faults(document):
    tables = document.split(HEAD)[1:]
    for table in tables:
        for line in table.partition("\n\n")[0].strip().splitlines()[1:]:
            yield from faults_of(line.split("|")[3])
    if not tables:
        yield "the tables of rules are not there"


if __name__ == "__main__":
    sys.exit("\n".join(faults((ROOT / "docs/go_rules.md").read_text())) or 0)

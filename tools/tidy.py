#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Small rules that no formatter knows. Each names its replacement. Tested by tidy_test.py."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
CODE = (".cpp", ".h", ".S", ".ts", ".tsx", ".sql")
FILE_LINES_MAX = 600
LINE_COLUMNS_MAX = 100
FILE_BYTES_MAX = 400 * 1024
# Nobody reads these from beginning to end; they grow with what they list.
WRITTEN_BY_PROGRAMS = ("package-lock.json", "docs/openapi.json")

# (pattern, where it is banned, what to write instead)
BANS = [
    (re.compile(r"\bstd::(jthread|thread)\b"), "cohort apps", "weft::Scope::go, TaskSet or detach"),
    (re.compile(r"\bstd::(recursive_)?(shared_)?mutex\b"), "cohort apps", "weft::Mutex"),
    (re.compile(r"\bstd::condition_variable\b"), "cohort apps", "a weft channel"),
    (re.compile(r"\bsleep_(for|until)\b|\b(u|nano)sleep\("), "cohort apps tests", "weft::sleep or an event"),
    (re.compile(r"\b(system|steady|high_resolution)_clock\b"), "cohort apps", "weft::Clock or weft::wall_now"),
    (re.compile(r"\bthread_local\b"), "cohort apps tests", "weft::GoroutineLocal, or pass it"),
    (re.compile(r"\bcatch \(\.\.\.\)(?! \{[^}]*throw;)"), "cohort apps", "catch what you expect; Cancelled must pass"),
    (re.compile(r"\b(TODO|FIXME|XXX|HACK)\b"), "", "do it, or open an issue"),
    (re.compile(r"\busing namespace std;"), "", "the names themselves"),
]
# What a program links of weft carries the ABI's number (docs/decisions/0007-abi-namespace.md).
LIBRARY = re.compile(r"(runtime|weft_tls)/(include|src)/(?!.*(_test\.cpp|test_\w+\.h)$)")
NAMESPACE = re.compile(r"^namespace weft(?!::inline abi\d+\b)")


def line_errors(path, number, line):
    quoted = "R\"" in line or line.startswith("| ")  # text that must stay word for word
    if len(line) > LINE_COLUMNS_MAX and path.endswith((".cpp", ".h")) and not quoted:
        yield f"{path}:{number}: {len(line)} columns; the limit is {LINE_COLUMNS_MAX}"
    if LIBRARY.match(path) and NAMESPACE.match(line):
        yield f"{path}:{number}: weft's names belong to its ABI; write namespace weft::inline abi1"
    for pattern, where, instead in BANS:
        if where and path.split("/")[0] not in where.split():
            continue
        if "tidy: allow" in line:
            continue
        if pattern.search(line):
            yield f"{path}:{number}: '{pattern.search(line)[0]}' is banned here; write {instead}"


def file_errors(path, text):
    lines = text.splitlines()
    if path.endswith(CODE) and len(lines) > FILE_LINES_MAX:
        yield f"{path}: {len(lines)} lines; split it before {FILE_LINES_MAX}"
    if path.endswith((".cpp", ".h", ".S")) and not lines[0].startswith("// SPDX-License-Identifier"):
        yield f"{path}: the first line is the SPDX line"
    if path.endswith(CODE):
        for number, line in enumerate(lines, 1):
            yield from line_errors(path, number, line)
    if path.endswith(".md"):
        yield from document_errors(path, text)


def document_errors(path, text):
    prose = re.sub(r"```.*?```", "", text, flags=re.S)
    titles = re.findall(r"^# ", prose, flags=re.M)
    if len(titles) != 1:
        yield f"{path}: {len(titles)} titles; a document has one"
    for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", prose):
        if not (ROOT / path).parent.joinpath(target).exists():
            yield f"{path}: the link to {target} leads nowhere"


def main():
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    errors = []
    for path in names.stdout.splitlines():
        file = ROOT / path
        if not file.is_file():
            continue
        if file.stat().st_size > FILE_BYTES_MAX and not path.endswith(WRITTEN_BY_PROGRAMS):
            errors.append(f"{path}: {file.stat().st_size} bytes; the limit is {FILE_BYTES_MAX}")
        if path.endswith((*CODE, ".md")):
            errors += file_errors(path, file.read_text())
    print(*(errors or ["tidy ok"]), sep="\n")
    sys.exit(bool(errors))


if __name__ == "__main__":
    main()

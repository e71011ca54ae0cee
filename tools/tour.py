#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes one program of the C++ blocks of a document, and holds what it prints against the blocks
that follow them.

tour.py extract DOCUMENT PROGRAM.cpp
tour.py check DOCUMENT PROGRAM
"""
import pathlib
import re
import subprocess
import sys

STEP = re.compile(r"^```cpp\n(.*?)^```\n(?:```text\n(.*?)^```\n)?", re.M | re.S)
MARK = "-- step "


def steps(document):
    """The blocks and what each prints; a block that prints nothing has no text block."""
    return STEP.findall(pathlib.Path(document).read_text())


def extract(document, program):
    found = steps(document)
    text = "// Written by tools/tour.py.\n#include \"runtime/examples/tour.h\"\n\n"
    for number, (code, _) in enumerate(found, 1):
        text += f"static void step_{number}() {{\n{code}}}\n\n"
    text += "int main() {\n"
    for number in range(1, len(found) + 1):
        text += f"    std::printf(\"{MARK}{number}\\n\");\n    std::fflush(stdout);\n"
        text += f"    if (const int code = weft::run([] {{ step_{number}(); }})) return code;\n"
    pathlib.Path(program).write_text(text + "}\n")


def check(document, program):
    expected = "".join(f"{MARK}{n}\n{said}" for n, (_, said) in enumerate(steps(document), 1))
    run = subprocess.run([program], capture_output=True, text=True, timeout=60)
    if run.returncode == 0 and run.stdout == expected and run.stderr == "":
        return 0
    print(f"it ended with {run.returncode} and printed\n{run.stdout}{run.stderr}\ninstead of\n{expected}")
    return 1


if __name__ == "__main__":
    sys.exit({"extract": extract, "check": check}[sys.argv[1]](*sys.argv[2:]))

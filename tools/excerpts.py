#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Keeps the code in a document equal to the programs it is from.

excerpts.py write DOCUMENT...   puts the code into the blocks that follow a line like
                                <!-- runtime/examples/recipes/libpq.cpp: connect -->
excerpts.py check DOCUMENT...   fails where a block says something else

In the program the excerpt stands between the lines "// [connect]" and "// [end]".
"""
import pathlib
import re
import sys
import textwrap

ROOT = pathlib.Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"(<!-- (\S+): (\S+) -->\n)```cpp\n.*?^```\n", re.M | re.S)


def excerpt(program, name):
    text = (ROOT / program).read_text()
    found = re.search(rf"^ *// \[{re.escape(name)}\]\n(.*?)^ *// \[end\]\n", text, re.M | re.S)
    if not found:
        sys.exit(f"{program} has no excerpt [{name}]")
    return textwrap.dedent(found[1]).strip("\n")


def renewed(text):
    return BLOCK.sub(lambda block: f"{block[1]}```cpp\n{excerpt(block[2], block[3])}\n```\n", text)


def main(command, *documents):
    stale = []
    for path in map(pathlib.Path, documents):
        text = path.read_text()
        if text.count("```cpp\n") != len(BLOCK.findall(text)):
            sys.exit(f"{path}: a block does not say which program it is from")
        if renewed(text) != text:
            stale.append(str(path))
            if command == "write":
                path.write_text(renewed(text))
    if command == "check" and stale:
        sys.exit(f"run tools/excerpts.py write {' '.join(stale)}")


if __name__ == "__main__":
    main(*sys.argv[1:])

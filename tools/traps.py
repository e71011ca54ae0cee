#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The traps of runtime/examples/traps: runs them, and writes and checks their document.

traps.py run SOURCE PROGRAM   a wrong program must say every "// Says:" of its source, in that order,
                              and end with the code of "// Ends:" (else with any but 0); a right one
                              is silent and ends with 0
traps.py write BUILD...       writes runtime/docs/traps.md from the sources and what they say; a
                              program that needs a sanitizer is looked for in the later folders
traps.py check                holds the document against the sources
"""
import pathlib
import re
import subprocess
import sys
import textwrap

ROOT = pathlib.Path(__file__).resolve().parent.parent
TRAPS = ROOT / "runtime/examples/traps"
DOCUMENT = ROOT / "runtime/docs/traps.md"
NOTE = re.compile(r"^// (?:Says|Ends|Needs): .*\n", re.M)


def output(program):
    """What it says, without the path to the build folder, and its exit code."""
    # Without address randomisation, which Debian 12's libtsan does not get along with.
    run = subprocess.run(["setarch", "-R", program], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                         timeout=50)
    return re.sub(r"(?:\.\./)+", "", run.stdout), run.returncode


def run(source, program):
    text = pathlib.Path(source).read_text()
    says = re.findall(r"^// Says: (.*)", text, re.M)
    ends = re.search(r"^// Ends: (\d+)", text, re.M)
    said, code = output(program)
    if not says:
        return f"the right program ended with {code} and said\n{said}" if code or said else None
    at = 0
    for line in says:
        at = said.find(line, at)
        if at < 0:
            return f"it does not say, or not in this order: {line}\n{said}"
    if code != int(ends[1]) if ends else code == 0:
        return f"it ended with {code}\n{said}"
    return None


def sections():
    """For each trap: its title, and its programs without licence and notes."""
    for folder in sorted(p for p in TRAPS.iterdir() if p.is_dir()):
        number, name = folder.name.split("_", 1)
        programs = [NOTE.sub("", (folder / f"{kind}.cpp").read_text().split("\n", 1)[1]).strip()
                    for kind in ("wrong", "right")]
        yield folder, f"T{int(number)}: {name.replace('_', ' ')}", programs


def split(program):
    """The first comment, as prose, and the code."""
    comment = re.match(r"(?://.*\n)+", program)[0]
    return " ".join(line[2:].strip() for line in comment.splitlines()), program[len(comment):].strip()


def excerpt(said):
    """A report without stacks, and without what differs from run to run."""
    said = re.sub(r"^    stack:\n(?: {8}.*\n?)*", "", said, flags=re.M)
    said = re.sub(r"(goroutine) \d+", r"\1 N", said)
    said = re.sub(r", (?:\d+ ms|[\d.]+ s)\]", "]", said)
    said = re.sub(r"^    #[1-9].*\n", "", said, flags=re.M)  # and so in ThreadSanitizer's words
    said = re.sub(r" \((?:trap_|pid=|tid=)[^)]*\)| at 0x[0-9a-f]+", "", said)
    lines = [textwrap.fill(line, 106, subsequent_indent="        ", break_long_words=False,
                           break_on_hyphens=False) if len(line) >= 110 else line for line in said.splitlines()]
    return "\n".join(lines).strip()


def write(*builds):
    intro, _, outro = DOCUMENT.read_text().partition("<!-- traps -->\n")
    outro = outro.partition("<!-- end of traps -->\n")[2]
    text = ""
    for folder, title, (wrong, right) in sections():
        found = [ROOT / build / "runtime/examples" / f"trap_{folder.name}_wrong" for build in builds]
        said, _ = output(next(program for program in found if program.exists()))
        (bug, wrong_code), (fix, right_code) = split(wrong), split(right)
        bug, fix = (textwrap.fill(line, 100, break_on_hyphens=False)
                    for line in (f"**The bug.** {bug}", f"**The fix.** {fix}"))
        text += (f"\n## {title}\n\n{bug}\n\n```cpp\n{wrong_code}\n```\n\n"
                 f"**What weft says.**\n\n```text\n{excerpt(said)}\n```\n\n"
                 f"{fix}\n\n```cpp\n{right_code}\n```\n")
    DOCUMENT.write_text(f"{intro}<!-- traps -->\n{text}\n<!-- end of traps -->\n{outro}")
    return None


def run_together(source):
    """Whether the formatter has joined notes: each is a line, or a part of it would not be looked for."""
    notes = re.search(r"(?:^// .*\n)*\Z", source.read_text(), re.M)[0]
    return any(not NOTE.fullmatch(line + "\n") or line.count("Says: ") > 1 for line in notes.splitlines())


def check():
    joined = [str(source.relative_to(ROOT)) for source in TRAPS.glob("*/wrong.cpp") if run_together(source)]
    if joined:
        return f"one note a line, and short enough to stay one: {', '.join(joined)}"
    document = DOCUMENT.read_text()
    stale = [title for _, title, programs in sections() for program in programs
             if f"## {title}\n" not in document or f"```cpp\n{split(program)[1]}\n```" not in document]
    return f"run tools/traps.py write build/release build/tsan for: {', '.join(sorted(set(stale)))}" if stale else None


if __name__ == "__main__":
    problem = {"run": run, "write": write, "check": check}[sys.argv[1]](*sys.argv[2:])
    if problem:
        sys.exit(problem)

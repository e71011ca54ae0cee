# SPDX-License-Identifier: Apache-2.0
"""Drives gdb over ward.cpp, as a process and as a core file, and reads what it says.

Usage: check.py PROGRAM FOLDER PROCESSOR [SANITIZER]. Exits with 77, and says why, where there is nothing to see.
"""
import pathlib
import re
import shutil
import subprocess
import sys

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "gdb/weft.py"


def gdb(program, *commands):
    call = ["gdb", "-batch", "-nx", "-ex", f"source {SCRIPT}"]
    for command in commands:
        call += ["-ex", command]
    done = subprocess.run([*call, *program], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    return done.stdout


def expect(said, *wanted):
    for pattern in wanted:
        if not re.search(pattern, said, re.DOTALL):
            sys.exit(f"not found: {pattern}\nin what gdb said:\n{said}")


def look(said):
    """What both must show: every goroutine, and the frames of one that waits and of one that runs."""
    expect(said, r'"main" \[runs on thread 1\]',
           r'"nurse" \[receive "alerts" at \S*ward\.cpp:\d+\] started at \S*ward\.cpp:\d+',
           r'"physician" \[mutex at ')
    stacks = {name: text for name, text in re.findall(r'\ngoroutine \d+ "(\w+)"(.*?)(?=\ngoroutine |\Z)',
                                                      said, re.DOTALL)}
    expect(stacks["nurse"], r"wait_for_alerts\(\).*ward\.cpp:\d+.*weft_abi1_entry")
    expect(stacks["physician"], r"wait_for_the_list\(\).*ward\.cpp:\d+.*weft_abi1_entry")
    expect(stacks["main"], r"#0\s+everybody_waits")
    for name in ("nurse", "physician"):
        # gdb guesses its way out of a wrong innermost frame, so that one is looked at on its own.
        expect(stacks[name], r"\n#1 [^\n]*(switch_fiber|Worker::leave)")
        if "everybody_waits" in stacks[name]:
            sys.exit(f"the thread's own frame shows in {name}'s stack:\n{said}")


def reason_to_skip(processor, sanitizer):
    if processor != "x86_64":
        return f"built for {processor}: gdb would see the emulator, and weft.py knows x86-64 only"
    if sanitizer:
        return "with a sanitizer a core file is larger than anybody wants"
    return None if shutil.which("gdb") else "gdb is not installed"


def main():
    program, folder, processor, *sanitizer = sys.argv[1:]
    reason = reason_to_skip(processor, sanitizer)
    if reason:
        print("skipped:", reason)
        sys.exit(77)
    folder = pathlib.Path(folder)
    core = folder / "ward.core"
    look(gdb([program], "break everybody_waits", "run", "info goroutines", "goroutine all bt",
             f"generate-core-file {core}"))
    look(gdb([program, str(core)], "info goroutines", "goroutine all bt"))
    core.unlink()
    expect(gdb([program], "info goroutines"), "does not run")
    expect(gdb(["/bin/true"], "starti", "info goroutines"), "has no weft in it")


main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""False alarms: every test of weft's, every example, every right trap and the short rows of the bench, each once as it is and
once with everything on and the background looking every 20 ms (WEFT_DIAGNOSIS). What says something as it is provokes a report
on purpose and is left out; of the others each report that only everything brings is looked at.

false_alarms.py check BUILD [PART-OF-A-NAME]   fails at any PROVEN or LIKELY that TRUE_ALL_THE_SAME does not explain
false_alarms.py write BUILD                    as check, and writes runtime/docs/false-alarms.md
"""
import collections
import concurrent.futures
import contextlib
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "runtime/docs/false-alarms.md"
EVERYTHING = "everything,stuck_after=40"
LONG_ROWS = re.compile(r"million|worst-wait|p99")
ASKED_FOR = {"no deadline"}  # true of whatever waits without one
# What everything finds rightly, though as it is nobody looks in time, by a part of its sentence or the name of the program.
TRUE_ALL_THE_SAME = {
    "deep_scan_test.cpp": "The test hangs them on purpose, and looks for them itself.",
    "once the last thread that could wake somebody has ended, the deadlock is proven":
        "True: the thread that could have waked main has gone by then.",
    "a context carried into a plain thread cancels its waits there":
        "True for a moment: only a thread that weft does not know will act.",
    "who is cancelled and who cancelled him stands in the trace":
        "True: only a cancel ends the wait for an event that nobody else knows, and a cancel does not count as mending it.",
}


def explained(name, sentence):
    return next((why for part, why in TRUE_ALL_THE_SAME.items() if part == name or part in sentence), None)


def listed(program, *arguments):
    return subprocess.run([program, *arguments], capture_output=True, text=True, check=True).stdout.splitlines()


def test_cases(build):
    program = build / "runtime_test"
    for name in listed(program, "--list-test-cases"):
        if not name.startswith(("[doctest]", "===")):
            # Wildcards in a name match themselves; a comma would part two filters.
            yield "test", name, [program, "--minimal", "-tc=" + name.replace(",", "\\,")]


def programs(build):
    yield from test_cases(build)
    for program in sorted((build / "runtime/examples").iterdir()):
        if os.access(program, os.X_OK) and program.is_file() and re.match(r"example_|tour$|trap_.*_right$", program.name):
            yield ("trap" if program.name.startswith("trap") else "example"), program.name, [program]
    bench = build / "runtime/bench/weft_bench"
    for row in listed(bench, "list") if bench.exists() else ():
        if not LONG_ROWS.search(row):
            yield "bench", row, [bench, row, "2"]


def reports_of(command, diagnosis):
    """What it said, and whether it ended."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "reports"
        environment = os.environ | {"WEFT_REPORTS": str(file), "WEFT_DIAGNOSIS": diagnosis}
        # A group of its own, so that none is left of a test that starts others and does not end.
        program = subprocess.Popen(command, env=environment, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, start_new_session=True)
        try:
            end = f"exit {program.wait(timeout=120)}"
        except subprocess.TimeoutExpired:
            end = "no end"
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGKILL)
            program.wait()
        lines = file.read_text(errors="replace").splitlines() if file.exists() else []
    return [json.loads(line) for line in lines], end


def look(program):
    kind, name, command = program
    found = {"kind": kind, "name": name, "silent": False, "said": []}
    if reports_of(command, "")[0]:
        return found
    reports, found["end"] = reports_of(command, EVERYTHING)
    found["silent"] = True
    found["said"] = [one for one in reports if one["finding"] not in ASKED_FOR]
    return found


def table(results):
    lines = ["| what | run | silent as it is | with everything: PROVEN | LIKELY | SMELL |", "|---|---|---|---|---|---|"]
    for kind in ("test", "example", "trap", "bench"):
        of_kind = [one for one in results if one["kind"] == kind]
        silent = [one for one in of_kind if one["silent"]]
        said = collections.Counter(certainty for one in silent for certainty in {r["certainty"] for r in one["said"]})
        figures = " | ".join(str(said[certainty]) for certainty in ("PROVEN", "LIKELY", "SMELL"))
        lines.append(f"| {kind if kind == 'bench' else kind + 's'} | {len(of_kind)} | {len(silent)} | {figures} |")
    return lines


def remarks(results):
    """A line for each program of which something was said, and those without an explanation."""
    lines, unexplained = [], []
    for one in results:
        for report in {(r["certainty"], r["finding"]): r for r in one["said"]}.values():
            sentence = report["sentence"].replace("../../", "")
            why = explained(one["name"], sentence)
            lines.append(f"- {one['kind']} `{one['name']}`: {report['certainty']} {report['finding']}. {why or sentence}")
            if why is None and report["certainty"] != "SMELL":
                unexplained.append(lines[-1])
    return lines, unexplained


def main():
    verb, build = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
    wanted = sys.argv[3] if len(sys.argv) > 3 else ""
    chosen = [one for one in programs(build) if wanted in one[1]]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(look, chosen))
    lines, unexplained = remarks(results)
    print("\n".join(table(results) + [""] + lines))
    if verb == "write":
        head, _ = DOCUMENT.read_text().split("<!-- found -->\n")
        DOCUMENT.write_text("\n".join([head + "<!-- found -->", "", *table(results), "", *lines]).rstrip() + "\n")
    for line in unexplained:
        print("not explained:", line)
    return bool(unexplained) or not results


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The bugs of runtime/bugs: runs them, and writes and checks their table.

bugs.py check PROGRAM [NAME...]   each bug must be found as its file says, or not, by a search of memory no less surely, and each
                                  fixed twin must end without a report
bugs.py twins PROGRAM [NAME...]   only the latter
bugs.py write PROGRAM             as check, and writes runtime/docs/bugs.md
"""
import concurrent.futures
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "runtime/docs/bugs.md"
BEGIN, END = "<!-- bugs -->\n", "<!-- end of bugs -->\n"
CERTAINTIES = ["nothing", "SMELL", "LIKELY", "PROVEN"]
LEVELS = ["at the call", "background", "as an exception", "at quiescence", "at exit"]


def run(program, *arguments):
    """Its last line as JSON, or what it said instead."""
    try:
        # Without address randomisation, which Debian 12's libtsan does not get along with.
        done = subprocess.run(["setarch", "-R", program, *arguments], capture_output=True, text=True, timeout=60)
    except subprocess.TimeoutExpired:
        return {"ended": False}
    try:
        return json.loads(done.stdout.splitlines()[-1]) | {"code": done.returncode}
    except (IndexError, json.JSONDecodeError):
        return {"ended": False, "code": done.returncode, "said": done.stdout + done.stderr}


def bugs(program):
    listed = subprocess.run([program, "list"], capture_output=True, text=True, check=True)
    return [json.loads(line) for line in listed.stdout.splitlines()]


def in_words(said):
    """As `expected` has it."""
    if "found" not in said:
        return "it ended without a word: " + said.get("said", "never")
    if not said["found"]:
        return "not found"
    report = said["report"]
    what = f"{report['certainty']} {report['finding']}" if "certainty" in report else "exception"
    return f"{what}, {said['how']}"


def fault_of_twin(said):
    if said.get("found"):
        return f"false alarm: {in_words(said)}: {said['report']['sentence']}"
    if said.get("ended", True) and said["code"] == 0:
        return None
    return f"it did not end well: {said}"


def try_twin(program, bug, *how):
    bug["twin"] = run(program, "run", bug["name"], "right", *how)
    fault = fault_of_twin(bug["twin"])
    bug.setdefault("faults", []).extend([f"{bug['name']}, the fixed twin {''.join(how)}: {fault}"] if fault else [])
    return bug


def certainty(said):
    return said["report"].get("certainty", "PROVEN") if said.get("found") else "nothing"


def try_both(program, bug):
    try_twin(program, bug, "by_memory")
    bug["searched"] = run(program, "run", bug["name"], "wrong", "by_memory")
    by_memory = bug["twin"]
    try_twin(program, bug)
    if by_memory.get("found"):
        bug["twin"] = by_memory
    bug["said"] = run(program, "run", bug["name"], "wrong")
    if CERTAINTIES.index(certainty(bug["searched"])) < CERTAINTIES.index(certainty(bug["said"])):
        bug["faults"].append(f"{bug['name']}: by memory it is less sure: {in_words(bug['searched'])}")
    if in_words(bug["said"]) not in bug["expected"].split(" or "):
        bug["faults"].append(f"{bug['name']}: expected: {bug['expected']}; it is: {in_words(bug['said'])}"
                             f" {bug['said'].get('report', {}).get('sentence', '')}")
    return bug


def try_all(program, names, try_one):
    """In the order of the list. Four at once: nearly all of the time they wait."""
    chosen = [bug for bug in bugs(program) if not names or bug["name"] in names]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        yield from pool.map(lambda bug: try_one(program, bug), chosen)


def row(bug):
    said = bug["said"]
    found = in_words(said)
    what, _, how = found.rpartition(", ") if said["found"] else (found, "", "")
    soon = f"{said['ms']} ms" if said["found"] else ""
    if how in ("at the call", "as an exception"):
        soon = "at once"
    elif how == "background":
        soon = f"{said['ms'] / 1000:.1f} s"
    elif how:
        soon = "at the end"
    alarm = in_words(bug["twin"]) if bug["twin"].get("found") else "none"
    searched = in_words(bug["searched"])
    by_memory = "" if searched == found else searched.rpartition(", ")[0]
    return (f"| {bug['name'].replace('_', ' ')} | {bug['kind']} | {what} | {how} | {soon} | {by_memory} | {alarm} |"
            f" {bug['why']} |")


def summary(tried):
    levels = [in_words(bug["said"]).rpartition(", ")[2] for bug in tried]
    lines = [f"- {levels.count(level)} {level}" for level in LEVELS if level in levels]
    lines.append(f"- {levels.count('not found')} not found")
    proven = [bug for bug in tried if certainty(bug["searched"]) == "PROVEN" and certainty(bug["said"]) != "PROVEN"]
    lines.append(f"- {len(proven)} more are `PROVEN` when memory is searched")
    alarms = [bug for bug in tried if bug["twin"].get("found")]
    lines.append(f"- {len(alarms)} false alarms on {len(tried)} fixed twins")
    return f"Of {len(tried)} bugs:\n\n" + "\n".join(lines) + "\n"


def write(tried):
    intro, _, outro = DOCUMENT.read_text().partition(BEGIN)
    outro = outro.partition(END)[2]
    table = ["| bug | kind | weft says | found | how soon | by memory | on the twin | remark |",
             "|---|---|---|---|---|---|---|---|"]
    DOCUMENT.write_text(f"{intro}{BEGIN}\n{summary(tried)}\n" + "\n".join(table + [row(bug) for bug in tried])
                        + f"\n\n{END}{outro}")


def main(verb, program, *names):
    tried = []
    for bug in try_all(program, names, try_twin if verb == "twins" else try_both):
        tried.append(bug)
        print(*bug["faults"], sep="\n", end="\n" if bug["faults"] else "", flush=True)
    if verb == "write":
        write(tried)
    return 1 if any(bug["faults"] for bug in tried) else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

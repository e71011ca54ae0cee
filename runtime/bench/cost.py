#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs weft's rows with diagnosis off, as it is by default, and with all of it, by turns (off default everything,
default everything off, ...), and prints what it costs. Only ratios of neighbouring runs count: the machine drifts.
"""
import argparse
import re
import statistics

from compare import QUIET, ROOT, ROWS, WEFT, machine, number, run_quiet

HERE = machine().rsplit(", ", 1)[0]  # Go takes no part
OUT = ROOT / "runtime/docs/cost.md"
WAYS = {"off": "off", "default": "", "everything": "everything"}  # as WEFT_DIAGNOSIS has it
GOAL = 1.03
BESIDE = "p99-beside-100k"
BESIDE_GOAL = 1.05
LONG = re.compile("million|worst-wait")  # half the rounds
TITLES = [(row, title) for row, title, *_ in ROWS] + [
    (BESIDE, "99th percentile of a request's time beside 100,000 parked goroutines")]

HEAD = (
    "| work | workers | off | default | everything | default / off | spread | everything / off | spread | goal | verdict | other load |\n"
    "|---|---|---|---|---|---|---|---|---|---|---|---|"
)


def measure(row, workers, rounds, tries):
    names = list(WAYS)
    found = []
    for i in range(rounds):
        turn = names[i % len(names):] + names[:i % len(names)]
        found.append({way: run_quiet(WEFT, row, workers, tries, WAYS[way]) for way in turn})
    return found


def ratios(found, way):
    return sorted(one[way][0] / one["off"][0] for one in found)


def line(row, title, workers, found):
    goal = BESIDE_GOAL if row == BESIDE else GOAL
    medians = {way: statistics.median(one[way][0] for one in found) for way in WAYS}
    unit = found[0]["off"][2]
    default, everything = ratios(found, "default"), ratios(found, "everything")
    verdict = "reached" if statistics.median(default) <= goal else "**missed**"
    spread = [f"{statistics.median(all_of):.3f} | {all_of[0]:.2f}–{all_of[-1]:.2f}" for all_of in (default, everything)]
    figures = " | ".join(f"{number(medians[way])} {unit}" for way in WAYS)
    other = max(run[1] for one in found for run in one.values())
    return f"| {title} | {workers} | {figures} | {spread[0]} | {spread[1]} | {goal:.2f} | {verdict} | {other:.0%} |"


def merged(lines):
    """The page's rows in their order, those just measured in place of what stood there."""
    known = {}
    for text in (OUT.read_text().splitlines() if OUT.exists() else []) + lines:
        if text.startswith("| "):
            known[tuple(text.split(" | ")[:2])] = text
    return [HEAD] + [known[key] for _, title in TITLES for w in "12" if (key := (f"| {title}", w)) in known]


def write_page(lines, rounds):
    OUT.write_text(
        "# What diagnosis costs\n\n"
        "Written by `./dev bench cost`: the rows of the [figures](figures.md) with `Options::diagnosis` off, by default, and\n"
        "with everything on (`search_memory`, `require_deadline`, crowds from 100 on), by turns. The goal is for\n"
        "the default.\n\n"
        f"{HERE}; rounds: {rounds}, of the million's rows and the worst waits half as many.\n"
        f"Ratio and spread are of neighbouring runs. A run with more than {QUIET:.0%} of other load was repeated (`--tries`) and\n"
        "the quietest kept; the last column is the worst kept. A verdict within the spread is the machine's as much as weft's.\n\n"
        "What cannot be switched off is in all three: that locks know their owner, waits what they are for, and channels\n"
        "where their ends lie.\n\n"
        + "\n".join(lines) + "\n")
    print(f"\nwritten: {OUT.relative_to(ROOT)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", default="", help="only rows whose name matches this regular expression; of the others the page keeps what it has")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--tries", type=int, default=3, help="for a quiet run")
    parser.add_argument("--workers", default="1,2")
    options = parser.parse_args()
    lines = []
    print(HERE, HEAD, sep="\n\n", flush=True)
    for row, title in TITLES:
        if not re.search(options.rows, row):
            continue
        rounds = options.rounds // 2 if LONG.match(row) else options.rounds
        for workers in (int(w) for w in options.workers.split(",")):
            lines.append(line(row, title, workers, measure(row, workers, rounds, options.tries)))
            print(lines[-1], flush=True)
    write_page(merged(lines), options.rounds)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs weft's rows and Go's by turns (A B A B) in one go and prints weft / Go beside the goals.

Only ratios of neighbouring runs count: the machine drifts. A run that more than 8 % of other load fell into is
repeated, --tries times at most, and the quietest is kept; the worst kept is printed.
"""
import argparse
import os
import pathlib
import platform
import re
import resource
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
WEFT = ROOT / "build/release/runtime/bench/weft_bench"
GO = ROOT / "build/go_bench"
FIBER = ROOT / "build/release/runtime/bench/fiber_bench"  # only where Boost.Fiber is
LIMITS = pathlib.Path(__file__).resolve().parent / "limits.md"  # "## row", then what limits it
QUIET = 0.08
NONE = None

# row, what it is, the goals for weft / Go with 1 and with 2 workers
ROWS = [
    ("spawn+join-1M", "spawn and join a million", 0.10, 0.20),
    ("spawn-join-one", "spawn one, join it", 0.25, 0.55),
    ("yield", "yield, two goroutines", 0.20, 0.25),
    ("ping-pong", "unbuffered ping-pong, round trip", 0.20, 0.25),
    ("one-goroutine", "send and receive in one goroutine", NONE, NONE),
    ("cap128-1x1", "capacity 128, 1 × 1", 0.50, 0.45),
    ("cap128-4x4", "capacity 128, 4 × 4", 0.50, 0.70),
    ("select4-unbuffered", "select over 4, unbuffered", 0.50, 0.60),
    ("select4-cap128", "select over 4, capacity 128", 0.45, 0.55),
    ("mutex", "mutex, uncontended", 1.0, 1.0),
    ("mutex-8", "mutex, 8 contend", 1.0, 0.6),
    ("rwmutex-read", "RWMutex read, uncontended", 1.0, 1.0),
    ("rwmutex-95-5", "RWMutex 95/5, 8 goroutines", 1.0, 1.0),
    ("skynet-1M", "skynet, a million leaves", 0.08, 0.08),
    ("pipeline", "pipeline of 3 stages, capacity 10, a record", 0.45, 0.80),
    ("pipeline-w4", "the same, 4 workers in the middle", 0.45, 0.90),
    ("timers-1M-wall", "a million sleep 0–1 s, wall", 0.55, 0.65),
    ("timers-1M-cpu", "the same, CPU", 0.55, 0.60),
    ("bytes-parked", "memory of a parked goroutine", 1.65, 1.65),
    ("bytes-not-run", "memory of one that has not run (with 2 workers most have)", 0.10, 0.10),
    ("million-channels", "a million wait for a channel each gets a value from, start to end", NONE, NONE),
    ("million-echo", "a million goroutines, one echo each over 10,000 loopback connections, an echo", NONE, NONE),
    ("million-dump", "dump of a million, by groups", NONE, NONE),
    ("million-dump-memory", "memory the dump takes", NONE, NONE),
    ("million-shutdown", "cancel a million that wait, until all have ended", NONE, NONE),
    ("worst-wait-ping-pong", "worst wait of a third beside ping-pong", NONE, NONE),
    ("worst-wait-pipeline-w4", "worst wait beside the pipeline with 4", NONE, NONE),
    ("worst-wait-4x4", "worst wait beside 4 × 4", NONE, NONE),
]


def busy_seconds():
    with open("/proc/stat", encoding="ascii") as stat:
        ticks = [int(t) for t in stat.readline().split()[1:]]
    return (sum(ticks[:8]) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")  # all but idle and iowait


def own_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def run_once(program, row, workers, diagnosis):
    """One figure, the share of the machine that others used meanwhile, and the processor time it took."""
    start, busy, own = time.monotonic(), busy_seconds(), own_seconds()
    done = subprocess.run([program, row, str(workers)], capture_output=True, text=True, check=False,
                          env=os.environ | {"WEFT_DIAGNOSIS": diagnosis})
    wall = time.monotonic() - start
    if done.returncode != 0:
        sys.exit(f"{program} {row} {workers} ended with {done.returncode}\n{done.stderr}")
    own = own_seconds() - own
    other = max(0.0, busy_seconds() - busy - own - 0.02) / (wall * os.cpu_count())
    value, unit = done.stdout.split()
    return float(value), other, unit, own


def run_quiet(program, row, workers, most, diagnosis=""):
    tries = []
    for _ in range(most):
        tries.append(run_once(program, row, workers, diagnosis))
        if tries[-1][1] <= QUIET:
            break
    return min(tries, key=lambda t: t[1])


def measure(row, workers, rounds, tries, peer=GO):
    pairs = [(run_quiet(peer, row, workers, tries), run_quiet(WEFT, row, workers, tries)) for _ in range(rounds)]
    ratios = sorted(w[0] / g[0] for g, w in pairs)
    return {
        "peer": statistics.median(g[0] for g, _ in pairs),
        "weft": statistics.median(w[0] for _, w in pairs),
        "unit": pairs[0][0][2],
        "ratio": statistics.median(ratios),
        "low": ratios[0],
        "high": ratios[-1],
        "cpu": statistics.median(w[3] / g[3] for g, w in pairs),
        "other": max(max(g[1], w[1]) for g, w in pairs),
    }


def number(value):
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def slower(m):
    """Without a goal it is said only that Go was ahead in the middle of all rounds."""
    return "**slower**" if m["ratio"] > 1 else "–"


def line(title, workers, goal, m):
    verdict = slower(m) if goal is None else "reached" if m["ratio"] <= goal else "**missed**"
    goal_text = "–" if goal is None else f"{goal:.2f}"
    return (f"| {title} | {workers} | {number(m['peer'])} {m['unit']} | {number(m['weft'])} {m['unit']} | "
            f"{m['ratio']:.2f} | {m['low']:.2f}–{m['high']:.2f} | {m['cpu']:.2f} | {goal_text} | {verdict} | {m['other']:.0%} |")


def limits(missed):
    """For the page: what LIMITS says of the rows that missed their goal or, without one, were slower: (row, title) each."""
    texts = dict(part.split("\n", 1) for part in LIMITS.read_text().split("\n## ")[1:])
    told = [(title, texts.get(row, "Nobody has looked into this yet.").strip()) for row, title in missed]
    return "\n## What limits what was missed or slower\n\n" + "\n\n".join(f"**{title}.** {text}" for title, text in told) + "\n" if told else ""


def machine():
    model = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    gcc = subprocess.run(["g++", "-dumpfullversion"], capture_output=True, text=True, check=True).stdout.strip()
    return (f"{os.cpu_count()} processors ({model[1] if model else platform.machine()}), "
            f"Linux {platform.release().split('-')[0]}, gcc {gcc} -O2, {os.environ.get('GO_VERSION', 'Go')}")


FIBER_HEAD = (
    "\nBoost.Fiber 1.81 as Debian ships it, where it has the same primitive: round robin on one worker, work stealing on\n"
    "two, its stacks and spinning as they are by default. Its spawns are 20,000 at once instead of a million, and its\n"
    "channel of 128 keeps 127.\n\n"
    "| work | workers | Boost.Fiber | weft | weft / Boost.Fiber | spread | other load |\n"
    "|---|---|---|---|---|---|---|"
)


def line_beside_fiber(title, workers, m):
    return (f"| {title} | {workers} | {number(m['peer'])} {m['unit']} | {number(m['weft'])} {m['unit']} | "
            f"{m['ratio']:.2f} | {m['low']:.2f}–{m['high']:.2f} | {m['other']:.0%} |")


def fiber_rows():
    if not FIBER.exists():
        return []
    return subprocess.run([FIBER, "list"], capture_output=True, text=True, check=True).stdout.split()


def on_page(page, columns):
    """The lines of the page's table with so many columns, by their first two cells."""
    lines = page.read_text().splitlines() if page.exists() else []
    cells = [[cell.strip() for cell in one.strip("|").split("|")] for one in lines]
    return {(cell[0], cell[1]): one for cell, one in zip(cells, lines) if len(cell) == columns}


def table(head, names, options, page, measured):
    """Line by line: measured now where `--rows` asks for it, else as the page has it."""
    kept = on_page(page, head.splitlines()[-1].count("|") - 1)
    yield head
    print(head, flush=True)
    for row, title, *goals in ROWS:
        if row not in names:
            continue
        for workers in (int(w) for w in options.workers.split(",")):
            text = kept.get((title, str(workers)), "")
            if re.search(options.rows, row):
                text = measured(row, title, workers, goals)
                print(text, flush=True)
            if text:
                yield text


HEAD = (
    "| work | workers | Go | weft | weft / Go | spread | CPU / CPU | goal | verdict | other load |\n"
    "|---|---|---|---|---|---|---|---|---|---|"
)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", default="", help="only rows whose name matches this regular expression; of the others the page keeps what it has")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--tries", type=int, default=3, help="for a quiet run")
    parser.add_argument("--workers", default="1,2")
    parser.add_argument("--out", default=str(ROOT / "runtime/docs/figures.md"), help="the page")
    options = parser.parse_args()
    page = pathlib.Path(options.out)
    print(machine(), flush=True)

    def beside_go(row, title, workers, goals):
        found = measure(row, workers, options.rounds, options.tries)
        return line(title, workers, goals[min(workers, 2) - 1], found)

    def beside_fiber(row, title, workers, _):
        return line_beside_fiber(title, workers, measure(row, workers, options.rounds, options.tries, FIBER))

    lines = list(table(HEAD, [row for row, *_ in ROWS], options, page, beside_go))
    missed = [(row, title) for row, title, *_ in ROWS
              if any(one.startswith(f"| {title} |") and ("**missed**" in one or "**slower**" in one) for one in lines)]
    lines += table(FIBER_HEAD, fiber_rows(), options, page, beside_fiber)
    write_page(page, lines, missed, options.rounds)


def write_page(out, lines, missed, rounds):
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(
        "# Figures\n\n"
        "Written by `./dev bench weft`. weft as shipped (guards, fairness and diagnosis on) beside Go's versions of the\n"
        "same programs (`runtime/bench/peers/go`), each row by turns in one go; `--rows` measures some of them again.\n\n"
        f"{machine()}; rounds: {rounds}.\n"
        "Ratio and spread are of neighbouring runs: below 1, weft is faster. A run with more than\n"
        f"{QUIET:.0%} of other load was repeated (`--tries`) and the quietest kept; the last column is the worst kept. Where it\n"
        "says more than a fifth, take the wall times as a sketch. CPU / CPU compares the processor time of the whole\n"
        "programs: it says what a second processor costs, and it hardly feels other load.\n\n"
        + "\n".join(lines) + "\n" + limits(missed))
    print(f"\nwritten: {out.relative_to(ROOT)}")


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: Apache-2.0
"""Reads the trace that examples/trace.cpp writes as strictly as a viewer may: check.py PROGRAM FILE.

Every turn that begins on a track ends there, no two turns of a track overlap, time never falls on a
track, every wait that begins ends, every arrow that ends has begun, and all that the program did is there.
"""
import collections
import json
import pathlib
import subprocess
import sys


def expect(holds, text):
    if not holds:
        sys.exit(text)


def turns_of(events):
    """(track, name, begin, end) of each turn."""
    turns, open_turns, last = [], {}, collections.defaultdict(float)
    for event in events:
        track, when = event["tid"], event["ts"]
        expect(when >= last[track], f"track {track} goes back from {last[track]} to {when}")
        last[track] = when
        if event["ph"] == "B":
            expect(track not in open_turns, f"two turns at once: {event}")
            open_turns[track] = event
        elif event["ph"] == "E":
            expect(track in open_turns, f"a turn ends that has not begun: {event}")
            begun = open_turns.pop(track)
            turns.append((track, begun["name"], begun["ts"], when))
    expect(not open_turns, f"turns that do not end: {open_turns}")
    return turns


def check_waits(events):
    open_waits = {}
    for event in events:
        if event["ph"] == "b":
            expect(event["id"] not in open_waits, f"two waits at once: {event}")
            open_waits[event["id"]] = event["name"]
        elif event["ph"] == "e":
            expect(open_waits.pop(event["id"], None) == event["name"], f"another wait ends: {event}")
    expect(not open_waits, f"waits that do not end: {open_waits}")


def main(program, path):
    subprocess.run([program, path], check=True, stdout=subprocess.DEVNULL, timeout=60)
    trace = json.loads(pathlib.Path(path).read_text())
    events = trace["traceEvents"]
    expect(trace["otherData"]["dropped"] == 0, "events were dropped")
    tracks = {e["tid"]: e["args"]["name"] for e in events if e["ph"] == "M"}
    turns = turns_of(events)
    expect(all(tracks[track].startswith("worker ") for track, *_ in turns), f"a turn beside the workers: {tracks}")
    names = collections.Counter(name for _, name, *_ in turns)
    expect(names["site"] >= 3 and names["registry"] >= 1 and names["main"] >= 1, f"somebody is missing: {names}")
    check_waits(events)
    left = collections.Counter(e["args"]["left by"] for e in events if e["ph"] == "E" and "args" in e)
    expect(left["sleep"] == 30 and left["receive"] >= 1 and left["join"] >= 1 and left["end"] == 4, f"not these: {left}")
    moments = collections.Counter(e["name"] for e in events if e["ph"] == "i")
    expect(moments["spawn"] == 4, f"four were started: {moments}")
    begun = {e["id"] for e in events if e["ph"] == "s"}
    expect(all(e["id"] in begun for e in events if e["ph"] == "f"), "an arrow ends that has not begun")


if __name__ == "__main__":
    main(*sys.argv[1:])

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""clang-tidy over every source that is shipped, or over what lies under the given paths; of tests, when they
are named so, only what clang as a compiler says: ./dev compilers compiles all of them with it.

Usage: lint.py BUILD_FOLDER [PATH_PREFIX...]

A file found clean is not read again until something it was judged by changes: its text, a header of
this repository that it includes, its compile command, .clang-tidy. Needs a configured build only.

Most of the time goes into the headers of the library. So neighbours are read together, as one source that
includes them, and alone only where that says anything: it may be that their names clash.
"""
import collections
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TOOL = "clang-tidy-19"
TOGETHER = 8
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^">]+)[">]', re.M)
PRECOMPILED = re.compile(r" -Winvalid-pch -include \S+/cmake_pch\.hxx")
TEST = re.compile(r"_(test|bench|fuzz)\.cpp$|^tests/|/(examples|bench|bugs|test)/")


def includes(text, here, folders):
    """The files of this repository that `text` includes directly."""
    for name in INCLUDE.findall(text):
        for folder in [here, *folders]:
            path = (folder / name).resolve()
            if path.is_relative_to(ROOT) and path.is_file():
                yield path
                break


def closure(source, folders):
    """`source` and every file of this repository that it includes, however far away."""
    found, todo = set(), [source]
    while todo:
        path = todo.pop()
        if path not in found:
            found.add(path)
            todo += includes(path.read_text(errors="replace"), path.parent, folders)
    return sorted(found)


def key_of(command, settings):
    """Changes whenever the verdict on this file could change."""
    source = pathlib.Path(command["file"])
    folders = [pathlib.Path(folder) for folder in re.findall(r"-I\s*(\S+)", command["command"])]
    digest = hashlib.sha256(settings + command["command"].encode())
    for path in closure(source, folders):
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def wanted(build, prefixes):
    """The sources to read; what the build writes is not there before a build."""
    for command in json.loads((build / "compile_commands.json").read_text()):
        path = os.path.relpath(command["file"], ROOT)
        # Without what gcc compiled beforehand: clang cannot read it, and a file is to name what it uses.
        command["command"] = PRECOMPILED.sub("", command["command"])
        if path.endswith(".cpp") and path.startswith(prefixes or "") and not path.startswith("build/"):
            if prefixes or not TEST.search(path):
                yield path, command


def flags_of(command):
    """How a source is compiled, whichever it is."""
    return command["command"].partition(" ")[2].partition(" -o ")[0]


def read(source, flags, *more):
    """What clang-tidy says about a source; nothing if it is clean."""
    done = subprocess.run([TOOL, "--quiet", *more, source, "--", *shlex.split(flags)], cwd=ROOT, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode == 0:
        return ""
    return done.stdout or done.stderr or f"{source}: {TOOL} ended with {done.returncode}"


def judge(path, flags):
    return read(path, flags, *(["--checks=-*,clang-diagnostic-*,modernize-use-override"] if TEST.search(path) else []))


def judge_together(folder, flags, files):
    """What is found in files that are compiled alike; the clean ones are remembered."""
    if len(files) == 1:
        path, stamp = files[0]
        said = judge(path, flags)
    else:
        source = folder / f"{files[0][1].name}_{len(files)}.cpp"
        source.write_text("".join(f'#include "{ROOT / path}"  // NOLINT(bugprone-suspicious-include)\n' for path, _ in files))
        said = read(source, flags)
        source.unlink()
    if not said:
        for _, stamp in files:
            stamp.touch()
        return []
    half = len(files) // 2
    if half == 0:
        return [said]
    return judge_together(folder, flags, files[:half]) + judge_together(folder, flags, files[half:])


def groups(todo):
    """Neighbours that are compiled alike, some at a time; tests, which are judged otherwise, alone."""
    alike = collections.defaultdict(list)
    for path, command, stamp in sorted(todo, key=lambda one: one[0]):
        alike[path if TEST.search(path) else "", flags_of(command)].append((path, stamp))
    for (_, flags), files in alike.items():
        for start in range(0, len(files), TOGETHER):
            yield flags, files[start:start + TOGETHER]


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    stamps = build.parent / "tidy"
    stamps.mkdir(exist_ok=True)
    folder = build / "lint"
    folder.mkdir(exist_ok=True)
    version = subprocess.run([TOOL, "--version"], stdout=subprocess.PIPE, check=True).stdout
    settings = version + (ROOT / ".clang-tidy").read_bytes()
    files = [(path, command, stamps / key_of(command, settings))
             for path, command in wanted(build, tuple(sys.argv[2:]))]
    todo = [one for one in files if not one[2].exists()]
    for old in set(stamps.iterdir()) - {stamp for _, _, stamp in files} if len(sys.argv) == 2 else ():
        old.unlink()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        bad = 0
        for said in pool.map(lambda group: judge_together(folder, *group), list(groups(todo))):
            for text in said:
                print(text, flush=True)
                bad += 1
    print(f"lint: {len(files)} files, {len(todo)} read, {bad} with findings")
    return bool(bad) or not files


if __name__ == "__main__":
    sys.exit(main())

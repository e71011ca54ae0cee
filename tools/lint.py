#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""clang-tidy over every source that is shipped, or over what lies under the given paths; of tests, when they
are named so, only what clang as a compiler says: ./dev compilers compiles all of them with it.

Usage: lint.py BUILD_FOLDER [PATH_PREFIX...]

A file found clean is not read again until something it was judged by changes: its text, a header of
this repository that it includes, its compile command, .clang-tidy. Needs a configured build only.
"""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TOOL = "clang-tidy-19"
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


def write_commands(build, folder):
    """The compile commands without what gcc compiled beforehand: clang cannot read it, and a file is to name what it uses."""
    folder.mkdir(exist_ok=True)
    text = (build / "compile_commands.json").read_text()
    (folder / "compile_commands.json").write_text(PRECOMPILED.sub("", text))


def wanted(commands, prefixes):
    """The sources to read; what the build writes is not there before a build."""
    for command in json.loads((commands / "compile_commands.json").read_text()):
        path = os.path.relpath(command["file"], ROOT)
        if path.endswith(".cpp") and path.startswith(prefixes or "") and not path.startswith("build/"):
            if prefixes or not TEST.search(path):
                yield path, command


def judge(commands, path, stamp):
    """What clang-tidy says about the file; nothing if it is clean, which is then remembered."""
    call = [TOOL, "--quiet", "-p", commands, path]
    if TEST.search(path):
        call.append("--checks=-*,clang-diagnostic-*,modernize-use-override")
    done = subprocess.run(call, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          check=False)
    if done.returncode == 0:
        stamp.touch()
        return ""
    return done.stdout or done.stderr


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    stamps = build.parent / "tidy"
    stamps.mkdir(exist_ok=True)
    commands = build / "lint"
    write_commands(build, commands)
    version = subprocess.run([TOOL, "--version"], stdout=subprocess.PIPE, check=True).stdout
    settings = version + (ROOT / ".clang-tidy").read_bytes()
    files = [(path, stamps / key_of(command, settings))
             for path, command in wanted(commands, tuple(sys.argv[2:]))]
    todo = [(path, stamp) for path, stamp in files if not stamp.exists()]
    for old in set(stamps.iterdir()) - {stamp for _, stamp in files} if len(sys.argv) == 2 else ():
        old.unlink()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        bad = 0
        for text in filter(None, pool.map(lambda one: judge(commands, *one), todo)):
            print(text, flush=True)
            bad += 1
    print(f"lint: {len(files)} files, {len(todo)} read, {bad} with findings")
    return bool(bad) or not files


if __name__ == "__main__":
    sys.exit(main())

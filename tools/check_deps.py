#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds every #include against modules.cmake. Exit 1 on a breach, or on a permission nobody uses."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
MODULE = re.compile(r"^module\((\S+)(.*?)\)\s*(?:#.*)?$", re.M | re.S)
INCLUDE = re.compile(r'^#include ([<"])([^>"]+)[>"]')
# Headers of the C++ library have no dot; these of the C library are everybody's.
EVERYBODY = re.compile(r"(c?(assert|ctype|errno|inttypes|limits|math|stdint|stdio|stdlib|string|time)\.h)$")


class Module:
    def __init__(self, rest):
        uses = re.search(r"USES ((?:[a-z_]+(?:/[a-z_]+)*\s*)+)", rest)
        wraps = re.search(r'WRAPS "(.*?)"', rest)
        self.uses = uses[1].split() if uses else []
        self.wraps = wraps[1].replace("\\\\", "\\") if wraps else "$^"
        self.seen = set()


def read_modules(text, errors):
    modules = {}
    for name, rest in MODULE.findall(text):
        module = Module(rest)
        errors += [f"modules.cmake: {name} uses {u}, which does not stand above it"
                   for u in module.uses if u not in modules]
        modules[name] = module
    return modules


def owner(modules, path):
    """The module whose include folder holds it, else the one with the longest name that it starts with."""
    for module in modules:
        if (ROOT / module / "include" / path).is_file():
            return module
    return max((m for m in modules if path.startswith(m + "/")), key=len, default=None)


def check_line(modules, me, path, number, line, errors):
    found = INCLUDE.match(line)
    if not found:
        return
    is_test = re.search(r"_(test|bench|fuzz)\.cpp$|/test_\w+\.h$", path) is not None
    kind, header = found.groups()
    here = f"{path}:{number}"
    if kind == '"':
        target = owner(modules, header)
        if target is None:
            errors.append(f"{here}: {header} belongs to no module")
            return
        modules[me].seen.add(target)
        allowed = target in (me, *modules[me].uses) or (is_test and target == "tests/support")
        if not allowed:
            errors.append(f"{here}: {me} may not include {header} (it does not USE {target})")
        if target != me and "/src/" in header and not is_test:
            errors.append(f"{here}: {header} is private to {target}")
    elif "." in header and not EVERYBODY.match(header):
        if not is_test and not re.fullmatch(modules[me].wraps, header):
            errors.append(f"{here}: <{header}> belongs in the one module that WRAPS it")
    elif "/" in header and not re.fullmatch(modules[me].wraps, header):
        errors.append(f"{here}: <{header}> belongs in the one module that WRAPS it")


def main():
    errors = []
    modules = read_modules((ROOT / "modules.cmake").read_text(), errors)
    files = {p for m in modules for p in (ROOT / m).rglob("*.*") if p.suffix in (".h", ".cpp")}
    for file in sorted(files):
        path = file.relative_to(ROOT).as_posix()
        # Programs of their own: they show how the library is used, or stand beside it.
        if re.search("/(examples|consume|bench|peers)/", path):
            continue
        me = owner(modules, path)
        for number, line in enumerate(file.read_text().splitlines(), 1):
            check_line(modules, me, path, number, line, errors)
    for name, module in modules.items():
        errors += [f"modules.cmake: {name} never uses {u}; take the permission away"
                   for u in module.uses if u not in module.seen]
    print(*(sorted(errors) or [f"dependencies ok: {len(modules)} modules"]), sep="\n")
    sys.exit(bool(errors))


if __name__ == "__main__":
    main()

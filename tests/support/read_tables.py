#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the SQL of a study's tables for analysis against their CSV.

read_tables.py FOLDER [URI]: FOLDER has a folder for each site, with what its archive has. Each
tables.sql is run twice, as after two nights, in SQLite and, with its URI, in a PostgreSQL database;
then every table must have the rows of the sites' CSV and no others. Prints tables and rows.
"""

import csv
import pathlib
import sqlite3
import subprocess
import sys
from collections import Counter
from decimal import Decimal

csv.field_size_limit(1 << 30)


class Sqlite:
    def __init__(self):
        self.base = sqlite3.connect(":memory:", isolation_level=None)

    def run(self, path):
        self.base.executescript(path.read_text())

    def rows(self, table):
        return [["" if cell is None else str(cell) for cell in row]
                for row in self.base.execute(f'SELECT * FROM "{table}"')]

    @staticmethod
    def exact(text):
        return Decimal(repr(float(text)))  # what its numbers hold


class Postgres:
    def __init__(self, uri):
        self.uri = uri

    def psql(self, *more):
        ran = subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", *more, self.uri],
                             capture_output=True, text=True, check=False)
        if ran.returncode != 0:
            sys.exit(f"psql: {ran.stderr[:2000]}")
        return ran.stdout

    def run(self, path):
        self.psql("-f", str(path))

    def rows(self, table):
        text = self.psql("--csv", "-t", "-c", f'SELECT * FROM "{table}"')
        return list(csv.reader(text.splitlines(keepends=True)))

    @staticmethod
    def exact(text):
        return Decimal(text)


def plain(cell, kind, exact):
    """A value however it is written."""
    if cell == "":
        return cell
    if kind in ("integer", "decimal"):
        return exact(cell) if kind == "decimal" else int(cell)
    if kind == "boolean":
        return cell in ("true", "t", "1")
    return cell.replace("T", " ") if kind == "datetime" else cell


def read(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))[1:]


def kinds_of(sites):
    """The type of each column, by table."""
    kinds = {"columns": ["text", "integer"] + ["text"] * 6}
    for site in sites:
        found = {}
        for table, _, _, kind, *_ in read(site / "columns.csv"):
            found.setdefault(table, []).append(kind)
        kinds.update(found)
    return kinds


def check(store, sites):
    for _ in range(2):
        for site in sites:
            store.run(site / "tables.sql")
    tables = rows = 0
    for table, kinds in sorted(kinds_of(sites).items()):
        # What columns there are is said by each site, and is the same.
        said_by = sites[-1:] if table == "columns" else sites

        def counted(lines):
            return Counter(tuple(plain(cell, kind, store.exact) for cell, kind in zip(line, kinds))
                           for line in lines)

        files = [site / f"{table}.csv" for site in said_by]
        expected = counted(line for file in files if file.exists() for line in read(file))
        found = counted(store.rows(table))
        if found != expected:
            sys.exit(f"{type(store).__name__}, {table}: lacks {list((expected - found))[:3]}, "
                     f"has beside it {list((found - expected))[:3]}")
        tables += 1
        rows += sum(found.values())
    return tables, rows


def main():
    sites = sorted(path for path in pathlib.Path(sys.argv[1]).iterdir() if path.is_dir())
    counts = {check(store, sites) for store in [Sqlite(), *map(Postgres, sys.argv[2:])]}
    if len(counts) != 1:
        sys.exit(f"not the same in both: {counts}")
    print(*counts.pop())


if __name__ == "__main__":
    main()

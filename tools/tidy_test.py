#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every rule of tidy.py, check_deps.py, excerpts.py and rules.py must be able to fail, and lint.py may not skip what
changed."""
import pathlib
import tempfile
import unittest

import check_deps
import excerpts
import lint
import rules
import tidy

HEAD = "// SPDX-License-Identifier: Apache-2.0\n"


def errors_of(path, text):
    return list(tidy.file_errors(path, text))


class TidyTest(unittest.TestCase):
    def test_a_clean_file_has_no_errors(self):
        self.assertEqual(errors_of("cohort/a.cpp", HEAD + "int x;\n"), [])

    def test_a_long_line_is_an_error(self):
        self.assertEqual(len(errors_of("cohort/a.cpp", HEAD + "x" * 101)), 1)

    def test_a_long_file_is_an_error(self):
        self.assertEqual(len(errors_of("cohort/a.cpp", HEAD + "\n" * 600)), 1)

    def test_a_thread_is_banned_in_cohort_and_allowed_in_the_runtime(self):
        self.assertEqual(len(errors_of("cohort/a.cpp", HEAD + "std::thread t;\n")), 1)
        self.assertEqual(errors_of("runtime/src/a.cpp", HEAD + "std::thread t;\n"), [])

    def test_a_name_of_weft_outside_its_abi_is_an_error_but_in_its_tests(self):
        self.assertEqual(len(errors_of("runtime/src/a.cpp", HEAD + "namespace weft::detail {\n")), 1)
        self.assertEqual(errors_of("runtime/src/a.cpp", HEAD + "namespace weft::inline abi1 {\n"), [])
        self.assertEqual(errors_of("runtime/src/a_test.cpp", HEAD + "namespace weft {\n"), [])

    def test_a_left_over_is_an_error(self):
        self.assertEqual(len(errors_of("runtime/src/a.cpp", HEAD + "// " + "FIX" + "ME\n")), 1)

    def test_a_missing_spdx_line_is_an_error(self):
        self.assertEqual(len(errors_of("cohort/a.h", "int x;\n")), 1)

    def test_two_titles_and_a_dead_link_are_errors(self):
        self.assertEqual(len(errors_of("docs/a.md", "# A\n# B\n")), 1)
        self.assertEqual(len(errors_of("docs/a.md", "# A\n[x](nowhere.md)\n")), 1)


class DocumentsTest(unittest.TestCase):
    def test_code_that_differs_from_its_program_is_renewed(self):
        before = excerpts.ROOT
        with tempfile.TemporaryDirectory() as folder:
            excerpts.ROOT = pathlib.Path(folder)
            (excerpts.ROOT / "a.cpp").write_text("    // [part]\n    int x;\n    // [end]\n")
            same = "<!-- a.cpp: part -->\n```cpp\nint x;\n```\n"
            self.assertEqual(excerpts.renewed(same), same)
            self.assertEqual(excerpts.renewed(same.replace("int x", "int y")), same)
            with self.assertRaises(SystemExit):
                excerpts.renewed(same.replace("part", "other"))
        excerpts.ROOT = before

    def test_a_rule_without_its_test_is_missed(self):
        table = "| Go's rule | weft | held by |\n|---|---|---|\n| a | b | ticker \"%s\" |\n\n"
        self.assertEqual(list(rules.faults(table % "ticks come one period apart")), [])
        self.assertEqual(len(list(rules.faults(table % "ticks come when they like"))), 1)
        self.assertEqual(len(list(rules.faults(""))), 1)


class DepsTest(unittest.TestCase):
    def setUp(self):
        self.errors = []
        self.modules = check_deps.read_modules(
            'module(runtime WRAPS "sys/.*")\nmodule(cohort/base USES runtime)\n'
            "module(cohort/audit USES cohort/base)\n", self.errors)

    def check(self, me, line):
        check_deps.check_line(self.modules, me, f"{me}/a.cpp", 1, line, self.errors)
        return len(self.errors)

    def test_what_a_module_uses_it_may_include(self):
        self.assertEqual(self.check("cohort/audit", '#include "cohort/base/id.h"'), 0)

    def test_an_upward_include_is_a_breach(self):
        self.assertEqual(self.check("cohort/base", '#include "cohort/audit/audit.h"'), 1)

    def test_an_unwrapped_third_party_header_is_a_breach(self):
        self.assertEqual(self.check("cohort/base", "#include <sqlite3.h>"), 1)

    def test_a_private_header_is_a_breach(self):
        self.assertEqual(self.check("cohort/base", '#include "runtime/src/worker.h"'), 1)

    def test_a_module_above_its_use_is_an_error(self):
        check_deps.read_modules("module(a USES b)\nmodule(b)\n", self.errors)
        self.assertEqual(len(self.errors), 1)


class LintTest(unittest.TestCase):
    """A file is skipped only while nothing that it was judged by changed."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.addCleanup(setattr, lint, "ROOT", lint.ROOT)
        lint.ROOT = pathlib.Path(folder.name).resolve()
        self.write("src/a.cpp", '#include "b.h"\n')
        self.write("src/b.h", "#include <weft/c.h>\n")
        self.write("include/weft/c.h", "")
        self.write("src/apart.h", "")
        self.before = self.key()

    def write(self, path, text):
        (lint.ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (lint.ROOT / path).write_text(text)

    def key(self, flags="", settings=b""):
        command = f"c++ -I{lint.ROOT}/include {flags} -c {lint.ROOT}/src/a.cpp"
        return lint.key_of({"file": f"{lint.ROOT}/src/a.cpp", "command": command}, settings)

    def test_a_change_of_the_file_is_seen(self):
        self.write("src/a.cpp", '#include "b.h"\nint x;\n')
        self.assertNotEqual(self.key(), self.before)

    def test_a_change_of_a_header_of_a_header_is_seen(self):
        self.write("include/weft/c.h", "int x;\n")
        self.assertNotEqual(self.key(), self.before)

    def test_a_change_of_the_flags_or_of_the_checks_is_seen(self):
        self.assertNotEqual(self.key(flags="-DX"), self.before)
        self.assertNotEqual(self.key(settings=b"-*"), self.before)

    def test_a_header_that_is_not_included_changes_nothing(self):
        self.write("src/apart.h", "int x;\n")
        self.assertEqual(self.key(), self.before)


if __name__ == "__main__":
    unittest.main(argv=["tidy_test"], verbosity=0)

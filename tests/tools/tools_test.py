#!/usr/bin/env python3
"""The scripts that the build and the benchmarks lean on: each must be able to say no."""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "bench/baselines")]
import check_includes  # noqa: E402
import delete_control  # noqa: E402


def run(*command: str, **more) -> subprocess.CompletedProcess:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, **more)


class Includes(unittest.TestCase):
    def breaches(self, file: str, text: str) -> list[str]:
        with tempfile.TemporaryDirectory() as place:
            root = Path(place)
            (root / "docs").mkdir()
            shutil.copy(ROOT / "docs/architecture.md", root / "docs")
            path = root / "src" / file
            path.parent.mkdir(parents=True)
            path.write_text(text)
            return check_includes.breaches(root)

    def test_downwards_is_allowed(self):
        self.assertEqual(self.breaches("repair/x.cpp", '#include "repair/engine.h"\n#include "syntax/tree.h"\n#include <map>\n'), [])

    def test_upwards_is_not(self):
        found = self.breaches("syntax/x.h", '#include <string>\n#include "toolchain/diagnostic.h"\n')
        self.assertEqual(len(found), 1)
        self.assertTrue(found[0].startswith("src/syntax/x.h:2:"), found)

    def test_libraries_stay_in_their_module(self):
        self.assertEqual(len(self.breaches("server/x.cpp", "#include <boost/beast/http.hpp>\n")), 1)
        self.assertEqual(self.breaches("net/x.cpp", "  #  include <boost/beast/http.hpp>\n"), [])

    def test_unknown_module(self):
        self.assertEqual(len(self.breaches("helpers/x.cpp", "\n")), 1)

    def test_relative_include(self):
        self.assertEqual(len(self.breaches("base/x.cpp", '#include "../base/text.h"\n')), 1)


class InstallScript(unittest.TestCase):
    script = str(ROOT / "scripts/install-deps.sh")

    def test_lists_a_group(self):
        listed = run(self.script, "--list", "build", "runtime").stdout.split()
        self.assertIn("g++", listed)
        self.assertIn("bubblewrap", listed)
        self.assertEqual(listed, sorted(set(listed), key=listed.index))

    def test_unknown_group(self):
        self.assertEqual(run(self.script, "--list", "nonsense").returncode, 2)
        self.assertEqual(run(self.script).returncode, 2)

    def with_dpkg(self, answer: str, *arguments: str) -> subprocess.CompletedProcess:
        """Runs the script with a dpkg-query that knows only what `answer` says, and nothing that could install."""
        with tempfile.TemporaryDirectory() as place:
            for name in ("bash", "sed", "grep", "tr", "sort", "id", "true", "env", "mktemp", "rm", "tail"):
                os.symlink(shutil.which(name), f"{place}/{name}")
            fake = Path(place, "dpkg-query")
            fake.write_text(f"#!{shutil.which('bash')}\nprintf '{answer}'\n")
            fake.chmod(0o755)
            return run(shutil.which("bash"), self.script, *arguments, env={"PATH": place})

    def test_check_names_what_is_missing(self):
        done = self.with_dpkg("clang-19 installed\\n", "--check", "fuzz")
        self.assertEqual((done.returncode, done.stdout), (1, "libclang-rt-19-dev\n"))

    def test_removed_but_configured_is_missing(self):
        done = self.with_dpkg("clang-19 config-files\\nlibclang-rt-19-dev installed\\n", "--check", "fuzz")
        self.assertEqual((done.returncode, done.stdout), (1, "clang-19\n"))

    def test_all_there(self):
        done = self.with_dpkg("clang-19 installed\\nlibclang-rt-19-dev installed\\n", "fuzz")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))


class Dev(unittest.TestCase):
    def test_help_names_every_command(self):
        text = run("./dev", "help").stdout
        for command in ("run", "test", "build", "serve", "bench", "fuzz", "lint", "format"):
            self.assertRegex(text, rf"(?m)^  {command} ")

    def test_unknown_command_fails(self):
        done = run("./dev", "nonsense")
        self.assertEqual(done.returncode, 1)
        self.assertIn("unknown command 'nonsense'", done.stderr)

    def test_unknown_test_option_fails_before_doing_anything(self):
        self.assertEqual(run("./dev", "test", "--nonsense").returncode, 1)


class DeletionControl(unittest.TestCase):
    def test_deletes_exactly_the_lines(self):
        with tempfile.TemporaryDirectory() as place:
            path = Path(place, "a.rs")
            path.write_text("one\ntwo\nthree\nfour")
            self.assertTrue(delete_control.delete(path, {2, 4}))
            self.assertEqual(path.read_text(), "one\nthree\n")
            self.assertFalse(delete_control.delete(path, {9}))


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
"""The comments of public functions name the statuses that the tests have seen these return, and no others: check_statuses.py FOLDER TEST...
FOLDER has a file for each test, which support/recorder.c has written. Needs Doxygen, which finds out what comments say."""
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent

# Where size_t has 64 bits these would take more memory than there is; with 32 they need not.
NEVER_SEEN = {("digitnet_model_evaluate", "ELIMIT"), ("digitnet_session_clone", "ELIMIT")}


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(77)


def status_names():
    header = (ROOT / "include/digitnet/status.h").read_text()
    return {int(value): name for name, value in re.findall(r"X\((\w+), (-?\d+), ", header)}


def seen_statuses(files):
    """Sets of names by function."""
    names = status_names()
    seen = defaultdict(set)
    for path in files:
        for line in path.read_text().splitlines():
            function, status = line.split()
            seen[function].add(names[int(status)])
    return seen


def comments():
    """The text of each function's comment, with what it copies from another one."""
    with tempfile.TemporaryDirectory() as output:
        settings = ["@INCLUDE = cmake/Doxyfile", f"OUTPUT_DIRECTORY = {output}", "INPUT = include/digitnet", "FILE_PATTERNS = *.h",
                    "USE_MDFILE_AS_MAINPAGE =", "GENERATE_HTML = NO"]
        subprocess.run(["doxygen", "-"], cwd=ROOT, input="\n".join(settings), text=True, check=True, stderr=subprocess.DEVNULL)
        return {member.findtext("name"): "".join(member.find("detaileddescription").itertext())
                for path in Path(output, "xml").glob("*_8h.xml")
                for member in ElementTree.parse(path).iter("memberdef") if member.get("kind") == "function"}


def named_statuses(comment):
    return set(re.findall(r"\bDIGITNET_(OK|E[A-Z]+)\b", comment))


def form(function):
    """Functions that differ in this alone are one function in several forms."""
    return re.sub(r"(_u8|_f32)?(_ex)?$", "", function)


def promises_not_seen(seen, comment_of):
    """Those in NEVER_SEEN must not be seen, or the list is wrong."""
    seen_of_form = defaultdict(set)
    for function, statuses in seen.items():
        seen_of_form[form(function)] |= statuses
    for function in comment_of:
        never_seen = {status for name, status in NEVER_SEEN if name == form(function)}
        yield from ((function, status) for status in named_statuses(comment_of[function])
                    if (status in seen_of_form[form(function)]) == (status in never_seen))


def main(folder, *tests):
    if not shutil.which("doxygen"):
        skip("this check needs doxygen")
    files = [Path(folder, test) for test in tests]
    for file in files:
        if not file.exists():
            skip(f"{file.name} has not run")
    seen = seen_statuses(files)
    comment_of = comments()
    faults = [f"{function} returned {status}, which its comment does not name"
              for function, statuses in seen.items() for status in statuses - named_statuses(comment_of[function])]
    faults += [f"{function} is said to return {status}, and no test has seen it, or one has that should not" for function, status in promises_not_seen(seen, comment_of)]
    print("\n".join(sorted(faults)) or f"{sum(map(len, seen.values()))} statuses of {len(seen)} functions")
    return 1 if faults else 0


sys.exit(main(*sys.argv[1:]))

#!/usr/bin/env python3
"""Breaks the readers of files in one place at a time and counts how often the tests notice.

    tests/mutation.py [--sample N] [--seed S] [FILE...]

Each mutant is one of the given sources (default: the readers of ONNX and IDX files) with one comparison, condition, connective, negation,
sum or constant changed. It is compiled, linked before the library into one test program after another, and noticed where one of them
fails, hangs or crashes. What compiles to the same object as the source is no mutant. Prints the survivors and the shares that were
noticed, of what reads other tools' files and of the others; fails below 80 and 90%. With --sample only N mutants, drawn by the seed, are
tried: all of them take 8 hours. Builds in build-mutation/.
"""
import argparse
import json
import pathlib
import random
import re
import resource
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build-mutation"
WANTED = {"import": 0.8, "others": 0.9}  # shares to be noticed; in src/import many mutants do the same by other layers
TIMEOUT = 20  # seconds of processor time for one test program; they take a few at most
WAIT = 10 * TIMEOUT  # seconds, where it does nothing
MEMORY = 8 << 30  # test_zlib asks for more than 4 GiB, and uses none of them

ONNX_TESTS = ["test_onnx_wire", "golden/test_golden", "test_onnx_metadata", "test_onnx_fields", "test_onnx_operators", "test_onnx_hostile", "test_onnx_nodes",
              "test_onnx", "test_onnx_training", "reliability/test_bombs", "reliability/test_changed_bytes"]
IMPORT_TESTS = ["test_layers_of_graphs", "test_forms", "test_refusals", "test_fold", "test_view", "test_settle", "test_patterns", "test_constant", "test_pool",
                "foreign/test_foreign", "foreign/test_foreign_training", "test_input_scaling", "test_onnx_operators", "test_load_options", "test_any_operator"]
IDX_TESTS = ["golden/test_golden", "test_idx", "reliability/test_zlib", "reliability/test_bombs"]
SOURCES = ["onnx/wire", "onnx/attribute", "onnx/tensor", "onnx/form", "layers/tensor_onnx", "layers/window",
           "model_file/import", "model_file/graph", "model_file/metadata", "model_file/nodes"]
TESTS = {f"src/{name}.c": ONNX_TESTS for name in SOURCES}
TESTS["src/layers/window.c"] = ["test_padding", "test_layers", "test_convolutions", "test_image_layers", "test_overflow", *ONNX_TESTS]
TESTS |= {f"src/import/{path.name}": IMPORT_TESTS for path in sorted((ROOT / "src/import").glob("*.c"))}
TESTS["src/dataset/idx.c"] = IDX_TESTS

# What is replaced by what. A pattern's first group is replaced.
RULES = [
    (r" (==) ", "!="), (r" (!=) ", "=="), (r" (<) ", "<="), (r" (<=) ", "<"), (r" (>) ", ">="), (r" (>=) ", ">"),
    (r" (&&)\s", "||"), (r" (\|\|)\s", "&&"), (r" (\+) ", "-"), (r" (-) ", "+"), (r"[( ](!)[a-z(]", ""),
    (r"\b(true)\b", "false"), (r"\b(false)\b", "true"), (r"\bif (\()", "(!"),
    (r"(?<![\w.%\\{])(\d+)(?![\w.])", None),  # but not the 0 of {0}, which says that all is zero
]


def mask(text):
    """The text with comments, strings and preprocessor lines blanked, so that nothing in them matches."""
    def blank(match):
        return re.sub(r"[^\n]", "\0", match.group())
    return re.sub(r'/\*.*?\*/|"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])+\'|^[ \t]*#(?:[^\n]*\\\n)*[^\n]*', blank, text, flags=re.S | re.M)


def closing(text, start):
    """The place of the parenthesis that closes the one at `start`."""
    depth = 0
    for place in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[place], 0)
        if depth == 0:
            return place
    raise ValueError("unbalanced parentheses")


def mutants(text):
    """All changed texts, each with the line and what was done."""
    masked = mask(text)
    for pattern, replacement in RULES:
        for match in re.finditer(pattern, masked):
            start, end = match.span(1)
            line = text.count("\n", 0, start) + 1
            if replacement == "(!":
                close = closing(masked, start)
                yield line, "condition negated", text[:start] + "(!" + text[start:close] + "))" + text[close + 1:]
            else:
                new = str(int(match.group(1)) + 1) if replacement is None else replacement
                yield line, f"{match.group(1)} -> {new or 'nothing'}", text[:start] + new + text[end:]


def run(command, **options):
    return subprocess.run(command, capture_output=True, text=True, **options)


def build():
    """Builds the library and the tests; returns each source's compile command and each test's link command."""
    subprocess.run(["cmake", "-S", ROOT, "-B", BUILD, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=None", "-DCMAKE_C_FLAGS=-O1 -DNDEBUG",
                    "-DDIGITNET_BLAS=builtin", "-DDIGITNET_BUILD_BENCHMARKS=OFF", "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON"],
                   check=True, stdout=subprocess.DEVNULL)
    programs = sorted({f"tests/{test}" for tests in TESTS.values() for test in tests})
    subprocess.run(["cmake", "--build", BUILD, "--target", *programs], check=True, stdout=subprocess.DEVNULL)
    compiles = {str(pathlib.Path(entry["file"]).relative_to(ROOT)): shlex.split(entry["command"])
                for entry in json.loads((BUILD / "compile_commands.json").read_text())}
    links = {}
    for program in programs:
        last = run(["ninja", "-C", BUILD, "-t", "commands", program], check=True).stdout.strip().splitlines()[-1]
        links[program.removeprefix("tests/")] = shlex.split(last.split(" && ")[1])
    return compiles, links


def compile_source(command, source, target):
    """True where the source compiles."""
    command = command[:command.index("-o")] + ["-w", "-I", str(ROOT / "src"), "-o", str(target), "-c", str(source)]
    return run(command, cwd=BUILD).returncode == 0


def limit_program():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (TIMEOUT, TIMEOUT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def test_fails(link, target):
    """Whether the test program notices the mutant's object, which comes before the library."""
    program = BUILD / "mutant"
    output = link.index("-o")
    subprocess.run(link[:output] + [str(target), "-o", str(program)] + link[output + 2:], cwd=BUILD, check=True)
    try:
        return run([program], cwd=ROOT / "tests", timeout=WAIT, preexec_fn=limit_program, errors="replace").returncode != 0
    except subprocess.TimeoutExpired:
        return True


def is_noticed(tests, links, target):
    """Whether a test fails; the one that does is the first to be tried next time."""
    for test in tests:
        if test_fails(links[test], target):
            tests.remove(test)
            tests.insert(0, test)
            return True
    return False


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sample", type=int, help="try only so many mutants")
    parser.add_argument("--seed", type=int, default=1, help="draws the sample")
    parser.add_argument("files", nargs="*", metavar="FILE", default=list(TESTS))
    arguments = parser.parse_args()
    compiles, links = build()
    source, target = BUILD / "mutant.c", BUILD / "mutant.o"
    originals = {}  # objects, from the same path: it is in them
    tests = {file: list(TESTS[file]) for file in arguments.files}
    for file in arguments.files:
        source.write_text((ROOT / file).read_text())
        compile_source(compiles[file], source, target)
        originals[file] = target.read_bytes()
        failing = [test for test in tests[file] if test_fails(links[test], target)]
        if failing:
            sys.exit(f"fails without a change: {' '.join(failing)}")
    candidates = [(file, *mutant) for file in arguments.files for mutant in mutants((ROOT / file).read_text())]
    everything = len(candidates)
    random.Random(arguments.seed).shuffle(candidates)
    tried, noticed = dict.fromkeys(WANTED, 0), dict.fromkeys(WANTED, 0)
    for file, line, change, text in candidates[:arguments.sample]:
        source.write_text(text)
        if not compile_source(compiles[file], source, target) or target.read_bytes() == originals[file]:
            continue
        part = "import" if file.startswith("src/import/") else "others"
        tried[part] += 1
        if is_noticed(tests[file], links, target):
            noticed[part] += 1
        else:
            print(f"survived: {file}:{line}: {change}", flush=True)
    for part in WANTED:
        print(f"{part}: {noticed[part]} of {tried[part]} mutants noticed: {noticed[part] / max(tried[part], 1):.1%}")
    print(f"of {everything} candidates")
    return 0 if all(noticed[part] >= WANTED[part] * tried[part] for part in WANTED) else 1


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Every code block of README.md and of docs/, as it stands there, is compiled and run with the installed library, in a folder that has MNIST's
small part in data/mnist, some of it as pictures in photos, and the models that come along in models:

    check_documents.py BUILD_FOLDER [DOCUMENT...]

The language of a block says what is done with it; a comment before it says what a reader need not see.

    c, cpp  A program, which sh and cmake blocks behind it find as program.c or program.cpp; with the installed readers where it includes
            one of their headers. Behind <!-- not run --> a program of MPI, which is compiled where there is one. Behind <!-- inside NAME --> statements, which take
            the place of INSIDE in tests/checks/documents/NAME.
    cmake   A project, or lines of one, which is built, and whose program is run. One that takes the library's sources is configured: such
            ones are built by tests/consumers/check_add_subdirectory.sh and check_fetch_content.sh.
    sh      Commands. Behind <!-- not run --> they are only looked up: each must be there and know its options.
    python  Behind <!-- not run --> only compiled: it takes libraries that are not this project's.
    text    A drawing; or, behind <!-- printed -->, something that the last program has printed.

Links to other files of the tree are followed too.
"""
import gzip
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent.parent
SUBSET = SOURCE / "tests/data/mnist-subset"
BLOCK = re.compile(r"^(?:<!-- (?P<note>.*?) -->\n)?```(?P<language>\S*)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
COMPILERS = {"c": ["cc", "-std=c11"], "cpp": ["c++", "-std=c++17"]}
SECONDS = 300


class Failure(Exception):
    pass


def run(command, folder, environment):
    """Runs a command; its output is shown where it fails."""
    done = subprocess.run(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=SECONDS, text=True, errors="replace")
    if done.returncode != 0:
        raise Failure(f"{shlex.join(map(str, command))} ended with {done.returncode}:\n{done.stdout}")
    return done.stdout


def write_photos(folder):
    """Some digits as PGM files, in a sub-folder for each class."""
    images = gzip.decompress((SUBSET / "train-images-idx3-ubyte.gz").read_bytes())[16:]
    labels = gzip.decompress((SUBSET / "train-labels-idx1-ubyte.gz").read_bytes())[8:]
    for i, label in enumerate(labels[:100]):
        (folder / str(label)).mkdir(parents=True, exist_ok=True)
        (folder / str(label) / f"{i}.pgm").write_bytes(b"P5 28 28 255\n" + images[784 * i:784 * (i + 1)])


class Installed:
    """A build, installed in a folder, and the environment in which programs find it."""

    def __init__(self, build, folder):
        self.build = build
        self.cache = dict(re.findall(r"^(\w+):\w+=(.*)$", (build / "CMakeCache.txt").read_text(), re.MULTILINE))
        self.prefix = folder / "a prefix"
        run(["cmake", "--install", build, "--prefix", self.prefix], folder, os.environ)
        package = next(self.prefix.rglob("digitnet.pc")).parent
        self.environment = {**os.environ, "PKG_CONFIG_PATH": str(package), "LD_LIBRARY_PATH": str(package.parent),
                            "CMAKE_PREFIX_PATH": str(self.prefix), "CMAKE_GENERATOR": self.cache["CMAKE_GENERATOR"]}


class Document:
    """A document's blocks, run in their order in one folder."""

    def __init__(self, path, installed, folder):
        self.path = path
        self.installed = installed
        self.folder = folder
        self.count = 0
        self.printed = ""
        (folder / "data").mkdir(parents=True)
        (folder / "data/mnist").symlink_to(SUBSET)
        (folder / "models").symlink_to(SOURCE / "models")
        write_photos(folder / "photos")
        # As in a clone of the sources in which examples/run-mnist.sh has built the programs.
        (folder / "examples").symlink_to(SOURCE / "examples")
        (folder / "build-release").symlink_to(installed.build)

    def run(self, command, folder=None):
        return run(command, folder or self.folder, self.installed.environment)

    def check_prose(self, text):
        if re.search(r"^\s*(```|~~~)|^\n( {4}|\t)", text, re.MULTILINE):
            raise Failure(f"{self.path.relative_to(SOURCE)} has code outside of blocks that begin and end with ```")
        for target in LINK.findall(text):
            if not (self.path.parent / target).exists():
                raise Failure(f"{self.path.relative_to(SOURCE)} links to {target}, which is not there")

    def check(self):
        text = self.path.read_text(encoding="utf-8")
        self.check_prose(BLOCK.sub("", text))
        blocks = list(BLOCK.finditer(text))
        for block in blocks:
            line = text.count("\n", 0, block.start("language")) + 1
            try:
                self.check_block(block["language"], block["note"], block["code"])
            except (Failure, subprocess.TimeoutExpired) as failure:
                raise Failure(f"{self.path.relative_to(SOURCE)}, line {line}: {failure}") from None
        return len(blocks)

    def check_block(self, language, note, code):
        self.count += 1
        if language in COMPILERS and (note is None or note.startswith("inside ")):
            self.check_program(language, code if note is None else self.wrap(note.removeprefix("inside "), code))
        elif language == "c" and note == "not run":
            self.compile_with_mpi(code)
        elif language == "cmake" and note is None:
            self.check_project(code)
        elif language == "sh" and note is None:
            self.run(["bash", "-euo", "pipefail", "-c", code])
        elif language == "sh" and note == "not run":
            self.look_up(code)
        elif language == "python" and note == "not run":
            self.check_syntax(code)
        elif language == "text" and note == "printed":
            if code not in self.printed:
                raise Failure(f"the program before prints something else:\n{self.printed}")
        elif language != "text" or note is not None:
            raise Failure(f"a block of language '{language}' with the note '{note}': this test does not know what to do with it")

    @staticmethod
    def check_syntax(code):
        try:
            compile(code, "program.py", "exec")
        except SyntaxError as error:
            raise Failure(f"it is no Python: {error}") from None

    @staticmethod
    def wrap(name, code):
        around = (SOURCE / "tests/checks/documents" / name).read_text(encoding="utf-8")
        if around.count("INSIDE") != 1:
            raise Failure(f"tests/checks/documents/{name} has no place, or two, for what is inside")
        return around.replace("INSIDE", code)

    def check_program(self, language, code):
        source, program = self.folder / f"program.{language}", self.folder / f"block-{self.count}"
        source.write_text(code, encoding="utf-8")
        flags = shlex.split(self.run(["pkg-config", "--cflags", "--libs", "digitnet"]))
        if re.search(r'^#include "', code, re.MULTILINE):
            flags += self.reader_flags()
        self.run([*COMPILERS[language], "-Wall", "-Wextra", "-Werror", "-pthread", "-o", program, source, *flags])
        self.printed = self.run([program])

    def compile_with_mpi(self, code):
        source = self.folder / f"block-{self.count}.c"
        source.write_text(code, encoding="utf-8")
        flags = [f"-I{SOURCE}/mpi/include", *shlex.split(self.run(["pkg-config", "--cflags", "digitnet"]))]
        if shutil.which("mpicc"):
            self.run(["mpicc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", source, *flags])

    def reader_flags(self):
        """Readers are written for POSIX: -std=gnu11 comes after the compiler's own."""
        readers = self.installed.prefix / "share/digitnet/readers"
        libraries = shlex.split(self.run(["pkg-config", "--cflags", "--libs", "libpng", "libjpeg"]))
        return ["-std=gnu11", f"-I{readers}", *readers.glob("*.c"), *libraries, "-lm"]

    def check_project(self, code):
        """A project whose program is the document's last one. Where it takes the library's sources, they lie in it, as a folder and packed."""
        project = self.folder / f"project-{self.count}"
        project.mkdir()
        if "project(" not in code:
            code = f"cmake_minimum_required(VERSION 3.21)\nproject(program)\nadd_executable(program program.c)\n{code}"
        (project / "CMakeLists.txt").write_text(code, encoding="utf-8")
        shutil.copy(self.folder / "program.c", project)
        if "find_package(digitnet" in code:
            self.run(["cmake", "-S", project, "-B", project / "build"])
            self.run(["cmake", "--build", project / "build", "--target", "program"])
            self.run([project / "build/program"])
            return
        (project / "libdigitnet").symlink_to(SOURCE)
        run(["cpack", "--config", self.installed.build / "CPackSourceConfig.cmake", "-B", project], project, os.environ)
        self.run(["cmake", "-S", project, "-B", project / "build", f"-DDIGITNET_BLAS={self.installed.cache['DIGITNET_BLAS']}"])

    def look_up(self, code):
        for command in re.split(r"\n|&&", code.replace("\\\n", " ")):
            words = shlex.split(command, comments=True)
            words = words[:words.index("--")] if "--" in words else words  # what follows is for another program
            if words[:1] == ["sudo"]:
                words = words[1:]
            if words:
                self.look_up_command(words)

    def look_up_command(self, words):
        known, options = self.own_program(words) if "/" in words[0] else self.system_program(words)
        for option in options:
            if not re.search(rf"{re.escape(option)}(?![\w-])", known):
                raise Failure(f"{words[0]} does not know {option}")

    @staticmethod
    def system_program(words):
        """Of a program of the system, options of this project's build alone."""
        if words[0] not in ("apt-get", "git", "ldconfig", "mpirun") and shutil.which(words[0]) is None:
            raise Failure(f"there is no program {words[0]}")
        settings = [SOURCE / "CMakeLists.txt", *(SOURCE / "cmake").glob("*.cmake")]
        return ("\n".join(path.read_text(encoding="utf-8") for path in settings),
                [word[2:].split("=")[0] for word in words if word.startswith("-DDIGITNET_")])

    def own_program(self, words):
        file = (self.folder if words[0].startswith("./build-release/") else SOURCE) / words[0]
        if not os.access(file, os.X_OK):
            raise Failure(f"{words[0]} is no program of this tree")
        return self.help_of(file), [word.split("=")[0] for word in words[1:] if word.startswith("-")]

    def help_of(self, file):
        """A script's text says which options it knows; run-mnist.sh hands others on."""
        if file.suffix != ".sh":
            return self.run([file, "--help"])
        self.run(["bash", "-n", file])
        text = file.read_text(encoding="utf-8")
        trainer = self.installed.build / "examples/mnist_train"
        return text + (self.run([trainer, "--help"]) if "mnist_train" in text and trainer.exists() else "")


def main(build, *names):
    documents = [Path(name).resolve() for name in names] or [SOURCE / "README.md", *sorted((SOURCE / "docs").rglob("*.md"))]
    failed = False
    with tempfile.TemporaryDirectory() as scratch:
        installed = Installed(Path(build).resolve(), Path(scratch))
        for number, path in enumerate(documents):
            try:
                count = Document(path, installed, Path(scratch) / str(number)).check()
                print(f"{path.relative_to(SOURCE)}: {count} blocks")
            except Failure as failure:
                print(failure)
                failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))

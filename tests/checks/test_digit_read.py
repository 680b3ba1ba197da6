#!/usr/bin/env python3
"""Runs digit_read as a user would: test_digit_read.py PROGRAM

On the pictures in examples/digits, and on lines, pages and tables put together from MNIST's test digits, in ink of several colours: what
it reads, in each format; exit codes; files that are no pictures.
"""
import csv
import gzip
import json
import resource
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent.parent
SUBSET = SOURCE / "tests/data/mnist-subset"
SIDE = 28
WHITE = (250, 250, 250)
# Red ink in shadow is as light as the paper in its luma.
INKS = {"black": ((20, 20, 25), WHITE), "red in shadow": ((210, 95, 110), (135, 135, 135)), "light blue": ((120, 170, 235), WHITE)}

# Strokes of letters, from corner to corner of a grid of 3 x 3 places: 0 1 2 above, 3 4 5, 6 7 8 below.
LETTERS = {"A": "61 18 35", "E": "06 02 35 68", "F": "06 02 34", "H": "06 35 28", "K": "06 32 38", "M": "60 04 42 28", "N": "60 08 82",
           "V": "07 72", "W": "06 64 48 82", "X": "08 26"}

program = sys.argv[1]
scratch = tempfile.TemporaryDirectory()
folder = Path(scratch.name)


def run(*arguments, code=0, **options):
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, **options)
    assert done.returncode == code, f"{arguments}: {done.returncode}, not {code}\n{done.stdout}{done.stderr}"
    return done


def mnist_digits():
    """For each digit the pictures of it in the subset's test part."""
    images = gzip.decompress((SUBSET / "t10k-images-idx3-ubyte.gz").read_bytes())[16:]
    labels = gzip.decompress((SUBSET / "t10k-labels-idx1-ubyte.gz").read_bytes())[8:]
    found = {str(digit): [] for digit in range(10)}
    for i, label in enumerate(labels):
        found[str(label)].append(images[i * SIDE * SIDE:(i + 1) * SIDE * SIDE])
    return found


def letter(strokes):
    """A picture of a letter like one of a digit."""
    places = [(7 + 7 * (i % 3), 4 + 10 * (i // 3)) for i in range(9)]
    pixels = bytearray(SIDE * SIDE)
    for start, end in strokes.split():
        (x0, y0), (x1, y1) = places[int(start)], places[int(end)]
        for step in range(61):
            x, y = x0 + (x1 - x0) * step / 60, y0 + (y1 - y0) * step / 60
            for row in range(int(y), int(y) + 2):
                for column in range(int(x), int(x) + 2):
                    pixels[row * SIDE + column] = 255
    return [bytes(pixels)] * 3


def draw(path, rows, digits, ink, paper, pitch=34, rule=0, shift=0, turned=False):
    """Rows of digits, twice as large as in MNIST, each in the middle of a cell of 2 x pitch, between rules where asked for; as TIFF, which
    takes no library to write. Each row begins `shift` columns further on."""
    width, height = 2 * pitch * len(rows[0]) + 40, 2 * pitch * len(rows) + 40
    pixels = bytearray(bytes(paper) * (width * height))
    for r, row in enumerate(rows):
        for c, digit in enumerate(row):
            if digit == " ":
                continue
            stencil = digits[digit][(r + c) % 3]
            for y in range(2 * SIDE):
                for x in range(2 * SIDE):
                    part = stencil[y // 2 * SIDE + x // 2] / 255
                    at = 3 * ((20 + 2 * pitch * r + pitch - SIDE + y) * width + 20 + 2 * pitch * c + pitch - SIDE + r * shift % pitch + x)
                    pixels[at:at + 3] = bytes(int(p + part * (i - p)) for i, p in zip(ink, paper))
    for at in range(rule and len(rows) + 1):
        y = 19 + 2 * pitch * at
        pixels[3 * (y * width + 20):3 * (y * width + width - 19)] = bytes(ink) * (width - 39)
    for at in range(rule and len(rows[0]) + 1):
        for y in range(19, height - 19):
            x = 19 + 2 * pitch * at
            pixels[3 * (y * width + x):3 * (y * width + x) + 3] = bytes(ink)
    if turned:
        pixels = b"".join(pixels[at:at + 3] for at in range(len(pixels) - 3, -1, -3))
    path.write_bytes(tiff(width, height, bytes(pixels)))
    return path


def tiff(width, height, pixels):
    """Baseline TIFF 6.0: one strip of red, green and blue."""
    short, long = 3, 4
    entries = [(256, long, width), (257, long, height), (258, short, 8), (262, short, 2), (273, long, 8), (277, short, 3), (278, long, height),
               (279, long, len(pixels))]
    directory = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHLL", tag, kind, 1, value) for tag, kind, value in entries)
    return struct.pack("<2sHL", b"II", 42, 8 + len(pixels)) + pixels + directory + struct.pack("<L", 0)


def usage():
    assert run("--help").stdout.startswith("usage: digit_read")
    for wrong in [[], ["--nonsense"], ["--table", "0x9", "a"], ["--length", "x", "a"], ["--allow", "a", "b"], ["--draw", "out.png", "a", "b"],
                  ["--polarity", "grey", "a"], ["--error-rate", "2", "a"]]:
        assert "usage: digit_read" in run(*wrong, code=2).stderr, wrong
    for message, wrong in [("an argument is empty", [""]), ("--length must be a number as 5, or two as in 5-9, not 0", ["--length", "0", "a"]),
                           ("--error-rate must be a number greater than 0 and less than 1, not abc", ["--error-rate", "abc", "a"]),
                           ("--draw must be a name, not empty", ["--draw", "", "a"]),
                           ("--digit takes no --draw-steps", ["--digit", "--draw-steps", folder, "a"]),
                           ("--digit takes no --length", ["--digit", "--length", "5", "a"]),
                           ("--table takes no --separators", ["--table", "any", "--separators", ".", "a"]),
                           ("--draw-steps is for one picture", ["--draw-steps", folder, "a", "b"])]:
        assert run(*wrong, code=2).stderr.startswith(f"digit_read: {message}\nusage: digit_read"), wrong


def no_pictures():
    (folder / "text.png").write_text("no picture")
    (folder / "cut.tif").write_bytes(tiff(100, 100, bytes(300)))
    for name in ("text.png", "cut.tif", "nothing.png"):
        done = run("--digit", folder / name, code=1)
        assert name in done.stderr and not done.stdout, done
    # Those before and behind are read.
    one = SOURCE / "examples/digits/chalk-4.jpg"
    assert run("--digit", one, folder / "text.png", one, code=1).stdout.count("4") >= 2


def single_digits():
    pictures = sorted(path for path in (SOURCE / "examples/digits").iterdir() if path.suffix in (".jpg", ".png", ".pgm"))
    read = json.loads(run("--digit", "--json", *pictures).stdout)
    assert [picture["file"] for picture in read] == [str(path) for path in pictures]
    for path, picture in zip(pictures, read):
        assert picture["lines"][0]["text"] == path.stem[-1], picture


def lines(digits):
    for name, (ink, paper) in INKS.items():
        path = draw(folder / f"{name}.tif", ["20716"], digits, ink, paper)
        assert run("--line", path).stdout.strip().split()[-1] == "20716", name
        rows = list(csv.DictReader(run("--line", "--csv", path).stdout.splitlines()))
        assert len(rows) == 1 and "20716" in rows[0].values(), rows
    assert "20716" not in run("--line", "--allow", "01", path).stdout


def lines_of(path):
    return [line["text"] for line in json.loads(run("--json", path).stdout)[0]["lines"]]


def pages(digits):
    path = draw(folder / "page.tif", ["31415", "92653"], digits, *INKS["black"])
    assert lines_of(path) == ["31415", "92653"]
    run("--draw", folder / "drawn.png", "--draw-steps", folder, path)
    assert (folder / "drawn.png").read_bytes()[:4] == b"\x89PNG" and len(list(folder.glob("*.png"))) > 2


def few_bytes():
    """No file may become longer than 100 bytes, as on a full disk."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))


def lost_drawings():
    """No part of a picture is left; what is no file of its own, such as a device, is not removed. A link to it is as good in a test."""
    one, part = SOURCE / "examples/digits/chalk-4.jpg", folder / "part.png"
    for no_folder in (folder / "nowhere", one):
        assert f"cannot write {no_folder}/ink.png: No" in run("--draw-steps", no_folder, one, code=1).stderr
    done = run("--digit", "--draw", part, one, code=1, preexec_fn=few_bytes, restore_signals=False)
    assert f"cannot write {part}: File too large" in done.stderr and not part.exists(), done
    link, full = folder / "link.png", Path("/dev/full")
    if full.is_char_device():
        link.symlink_to(full)
        done = run("--digit", "--draw", link, one, code=1)
        assert f"cannot write {link}: No space left on device" in done.stderr and link.is_symlink(), done


def forms(digits):
    """What is printed on a page is not read, above numbers or beside them, and does not say which way up it is."""
    glyphs = digits | {name: letter(strokes) for name, strokes in LETTERS.items()}
    rows = [row for text in ("NAMEXHAVEN", "WAXENKEEN ", "FENXVAHMEN", "HAVENXMAKE", "  31475   ", "  92654   ") for row in (text, " " * 10)]
    for turned in (False, True):
        path = draw(folder / "form.tif", rows, glyphs, *INKS["black"], shift=7, turned=turned)
        assert lines_of(path) == ["31475", "92654"], turned
    beside = [row for text in ("NAMEX20716", "WAXEN31475", "  MAKEX   ", "FEN  92654") for row in (text, " " * 10)]
    for turned in (False, True):
        path = draw(folder / "beside.tif", beside, glyphs, *INKS["black"], shift=7, turned=turned)
        assert lines_of(path) == ["20716", "31475", "92654"], (turned, lines_of(path))
    path = draw(folder / "text.tif", rows[:8], glyphs, *INKS["black"], shift=7)
    assert lines_of(path) == []


def tables(digits):
    rows = ["123", "456", "789"]
    path = draw(folder / "table.tif", rows, digits, *INKS["black"], pitch=40, rule=1)
    for size in ("3x3", "any"):
        assert run("--table", size, path).stdout.split() == rows


usage()
no_pictures()
single_digits()
lines(mnist_digits())
pages(mnist_digits())
lost_drawings()
forms(mnist_digits())
tables(mnist_digits())

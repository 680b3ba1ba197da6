#!/usr/bin/env python3
"""Draws lines of MNIST's digits as they stand in the world, each kind on its own: draw_lines.py MNIST OUT COUNT [--held-out]

Of each kind COUNT pictures, and their digits in OUT/KIND.csv. The digits are MNIST's test digits, or its last 5,000 training digits, which
train_reader holds out, to look for weaknesses with. Needs NumPy, Pillow and Debian's fonts-dejavu-core.
"""
import gzip
import os
import sys

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
HELD_OUT = 5000
PAPER, PEN = 235, 40
HEIGHT = 40  # of a digit, in pixels

random = np.random.default_rng(14)


def read(folder, name, header):
    for suffix, opener in (("", open), (".gz", gzip.open)):
        path = os.path.join(folder, name + suffix)
        if os.path.exists(path):
            with opener(path, "rb") as file:
                return np.frombuffer(file.read()[header:], np.uint8)
    sys.exit(f"{folder} has no {name}")


def read_digits(folder, held_out):
    part = "train" if held_out else "t10k"
    images, labels = read(folder, f"{part}-images-idx3-ubyte", 16).reshape(-1, 28, 28), read(folder, f"{part}-labels-idx1-ubyte", 8)
    return (images[-HELD_OUT:], labels[-HELD_OUT:]) if held_out else (images, labels)


def write(height=HEIGHT, gap=(0.05, 0.35), count=None, wander=0.06, sizes=0.08):
    """A line's ink, from 0 to 1, its text, and where its digits end; gaps, baseline and sizes in heights of a digit."""
    count = count or random.integers(3, 9)
    ink = np.zeros((int(2.2 * height), int((count * 2.2 + 3) * height)))
    text, ends, x = "", [], int(0.6 * height)
    for _ in range(count):
        index = random.integers(len(images))
        side = int(28 / 20 * height * (1 + sizes * random.normal()))
        digit = np.asarray(Image.fromarray(images[index]).resize((side, side), Image.BICUBIC)) / 255
        rows, columns = np.where(digit.max(1) > 0.3)[0], np.where(digit.max(0) > 0.3)[0]
        digit = digit[rows[0]:rows[-1] + 1, columns[0]:columns[-1] + 1]
        top = int(min(max((len(ink) - len(digit)) / 2 + wander * height * random.normal(), 0), len(ink) - len(digit)))
        place = ink[top:top + digit.shape[0], x:x + digit.shape[1]]
        np.maximum(place, digit, out=place)
        text += str(labels[index])
        ends.append(x + digit.shape[1])
        x = int(ends[-1] + random.uniform(*gap) * height)
    return ink[:, :int(ends[-1] + 0.6 * height)], text, ends


def paint(ink, paper=PAPER, pen=PEN):
    return paper - (paper - pen) * np.clip(ink, 0, 1)


def spread(ink, kind, side):
    return np.asarray(Image.fromarray((255 * ink).astype(np.uint8)).filter(kind(side))) / 255


def darken(grey, rows, columns, level):
    grey[rows, columns] = np.minimum(grey[rows, columns], level)


def bend(grey, rise):
    """Each column moved down by so many rows, which `rise` says for columns from -1 to 1."""
    moved = np.full_like(grey, PAPER)
    for x, rows in enumerate(np.round(rise(np.linspace(-1, 1, grey.shape[1]))).astype(int)):
        if rows >= 0:
            moved[rows:, x] = grey[:len(grey) - rows, x]
        else:
            moved[:rows, x] = grey[-rows:, x]
    return moved


def lean(grey, shear):
    wide = np.pad(grey, ((0, 0), (30, 30)), constant_values=PAPER)
    picture = Image.fromarray(wide.astype(np.uint8))
    return np.asarray(picture.transform(picture.size, Image.AFFINE, (1, shear, -shear * len(grey) / 2, 0, 1, 0), Image.BICUBIC, fillcolor=PAPER))


def put_sign(grey, sign, at_end):
    width = 46
    wide = np.pad(grey, ((0, 0), (0, width) if at_end else (width, 0)), constant_values=PAPER)
    picture = Image.fromarray(wide.astype(np.uint8))
    ImageDraw.Draw(picture).text((wide.shape[1] - width + 2 if at_end else 10, len(grey) // 2), sign, fill=50,
                                 font=ImageFont.truetype(FONT, HEIGHT + 4), anchor="lm")
    return np.asarray(picture).astype(float)


def plain(**options):
    ink, text, _ = write(**options)
    return paint(ink), text


def changed(change):
    """A kind whose grey picture is changed."""
    grey, text = plain()
    return change(grey), text


def with_pen(kind, side, **options):
    ink, text, _ = write(**options)
    return paint(spread(ink, kind, side)), text


def on_paper(paper, pen):
    ink, text, _ = write()
    return paint(ink, paper, pen), text


def add_specks(grey):
    specks = spread((random.random(grey.shape) < 0.004).astype(float), ImageFilter.MaxFilter, 3) > 0
    grey[specks] = 60
    return grey


def add_rule(grey, lowest, highest, level):
    row = int(len(grey) / 2 + HEIGHT * random.uniform(lowest, highest))
    darken(grey, slice(row, row + 2), slice(None), level)
    return grey


def add_squares(grey):
    darken(grey, slice(5, None, 20), slice(None), 180)
    darken(grey, slice(None), slice(5, None, 20), 180)
    return grey


def add_box(grey):
    for edge in (slice(3, 5), slice(-5, -3)):
        darken(grey, edge, slice(3, -3), 80)
        darken(grey, slice(3, -3), edge, 80)
    return grey


def add_waves(grey):
    rows, columns = np.mgrid[0:grey.shape[0], 0:grey.shape[1]]
    middle = len(grey) / 2
    waves = sum(np.exp(-((rows - middle - 0.4 * len(grey) * np.sin(columns / 25 + k) - 4 * k + 12) / 1.2) ** 2) for k in range(6))
    return np.minimum(grey, PAPER - 45 * np.clip(waves, 0, 1))


def add_shadow(grey):
    grey[:, int(grey.shape[1] * random.uniform(0.2, 0.8)):] *= 0.5
    return grey


def add_commas():
    ink, text, ends = write(gap=(0.35, 0.5))
    grey = paint(ink)
    for end in ends[:-1:3]:
        for row in range(9):
            darken(grey, slice(len(grey) // 2 + 16 + row, len(grey) // 2 + 18 + row), slice(end + 6 - row // 3, end + 10 - row // 3), 45)
    return grey, text


KINDS = {
    "plain": plain,
    "small": lambda: plain(height=14),
    "large": lambda: plain(height=120),
    "sizes": lambda: plain(sizes=0.25),
    "wandering": lambda: plain(wander=0.2),
    "wide gaps": lambda: plain(gap=(0.8, 2)),
    "sixteen digits": lambda: plain(count=16),
    "thin pen": lambda: with_pen(ImageFilter.MinFilter, 5, height=60),
    "felt pen": lambda: with_pen(ImageFilter.MaxFilter, 5, gap=(0.2, 0.4)),
    "pencil": lambda: on_paper(190, 150),
    "chalk": lambda: on_paper(40, 220),
    "shadow": lambda: changed(add_shadow),
    "specks": lambda: changed(add_specks),
    "rule below": lambda: changed(lambda grey: add_rule(grey, 0.45, 0.75, 90)),
    "rule through": lambda: changed(lambda grey: add_rule(grey, -0.1, 0.3, 150)),
    "squared paper": lambda: changed(add_squares),
    "box": lambda: changed(add_box),
    "cheque's waves": lambda: changed(add_waves),
    "falling": lambda: changed(lambda grey: bend(np.pad(grey, ((40, 40), (0, 0)), constant_values=PAPER), lambda x: 0.04 * grey.shape[1] * x)),
    "curved": lambda: changed(lambda grey: bend(np.pad(grey, ((40, 40), (0, 0)), constant_values=PAPER), lambda x: 30 * x * x - 15)),
    "leaning": lambda: changed(lambda grey: lean(grey, random.choice([-0.5, 0.5]))),
    "dark table": lambda: changed(lambda grey: np.pad(grey, ((25, 25), (30, 30)), constant_values=60)),
    "commas": add_commas,
    "dollar sign": lambda: changed(lambda grey: put_sign(grey, "$", False)),
    "hashes": lambda: changed(lambda grey: put_sign(put_sign(grey, "#", False), "#", True)),
    "equals sign": lambda: changed(lambda grey: put_sign(grey, "=", True)),
}

mnist, out, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
images, labels = read_digits(mnist, "--held-out" in sys.argv)
os.makedirs(out, exist_ok=True)
for kind, draw in KINDS.items():
    with open(os.path.join(out, f"{kind}.csv"), "w") as table:
        table.write("file,digits\n")
        for i in range(count):
            grey, text = draw()
            name = f"{kind}_{i}.png"
            Image.fromarray(np.clip(grey + 4 * random.normal(size=grey.shape), 0, 255).astype(np.uint8)).save(os.path.join(out, name))
            table.write(f"{name},{text}\n")

#!/usr/bin/env python3
"""Draws the pictures in this folder: make-digits.py [FOLDER]. Needs NumPy and Pillow."""
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

# Each digit as strokes, each stroke as points that a pen passes through: x to the right, y down, about 1 high.
STROKES = {
    0: [[(.52, .03), (.30, .10), (.16, .38), (.18, .72), (.36, .97), (.60, .92), (.76, .62), (.72, .26), (.56, .05), (.44, .06)]],
    1: [[(.34, .22), (.47, .10), (.54, .02), (.51, .35), (.48, .70), (.46, .99)]],
    2: [[(.20, .24), (.30, .07), (.52, .02), (.72, .14), (.70, .36), (.50, .62), (.22, .90), (.16, .97), (.30, .93), (.55, .95), (.82, .93)]],
    3: [[(.22, .12), (.44, .02), (.70, .10), (.70, .30), (.44, .46), (.66, .52), (.80, .72), (.66, .94), (.38, .99), (.17, .88)]],
    4: [[(.48, .02), (.34, .28), (.15, .62), (.34, .61), (.60, .59), (.84, .58)], [(.64, .34), (.61, .66), (.58, .99)]],
    5: [[(.30, .06), (.27, .26), (.24, .46), (.46, .40), (.70, .52), (.74, .76), (.56, .96), (.30, .96), (.16, .86)], [(.31, .06), (.52, .06), (.76, .03)]],
    6: [[(.62, .02), (.40, .22), (.24, .52), (.22, .80), (.38, .98), (.62, .92), (.70, .70), (.52, .56), (.32, .64), (.24, .80)]],
    7: [[(.18, .09), (.42, .08), (.66, .07), (.80, .04), (.66, .34), (.50, .66), (.40, .98)], [(.36, .52), (.54, .50), (.72, .48)]],
    8: [[(.66, .16), (.48, .02), (.28, .14), (.36, .38), (.60, .56), (.72, .80), (.52, .98), (.28, .86), (.32, .62), (.56, .42), (.70, .22), (.64, .13)]],
    9: [[(.70, .22), (.52, .04), (.28, .14), (.24, .38), (.44, .50), (.66, .36), (.71, .18), (.68, .50), (.62, .78), (.52, 1.0)]],
}


def curve(points):
    """A smooth line through the points (Catmull and Rom's spline)."""
    p = np.array([points[0], *points, points[-1]], float)
    t = np.linspace(0, 1, 40)[:, None]
    parts = []
    for a, b, c, d in zip(p, p[1:], p[2:], p[3:]):
        parts.append(.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3))
    return np.concatenate(parts)


def ink(digit, size, height, width, pen, slant=0.0, seed=0):
    """Coverage from 0 to 1 of a picture of `size` = (columns, rows) with a digit `height` high, drawn by a pen `pen` wide."""
    random = np.random.default_rng(seed)
    scale = 3
    picture = Image.new("L", (size[0] * scale, size[1] * scale))
    draw = ImageDraw.Draw(picture)
    left, top = (size[0] - width) * random.uniform(.3, .7), (size[1] - height) * random.uniform(.35, .65)
    for stroke in STROKES[digit]:
        points = np.array(stroke) + random.normal(0, .012, (len(stroke), 2))
        line = curve(points)
        pressure = 1 + .22 * np.sin(np.linspace(0, random.uniform(3, 7), len(line)) + random.uniform(0, 6))
        for (x, y), strength in zip(line, pressure):
            x, y = left + (x - slant * (y - .5)) * width, top + y * height
            r = pen * strength / 2
            draw.ellipse([scale * (x - r), scale * (y - r), scale * (x + r), scale * (y + r)], fill=255)
    return np.asarray(picture.resize(size, Image.Resampling.BOX), float) / 255


def light(size, dark, bright, angle):
    """Light that falls off across the picture, and towards its corners."""
    y, x = np.mgrid[-1:1:size[1] * 1j, -1:1:size[0] * 1j]
    slope = (x * np.cos(angle) + y * np.sin(angle)) / 2.6 + .5
    return (dark + (bright - dark) * slope) * (1 - .10 * (x**2 + y**2))


def photo(digit, size, height, pen, paper, colour, light_from, seed, rules=False, slant=.1, blur=.8, noise=3.0):
    """A colour photograph: dark strokes on paper that is not evenly lit."""
    random = np.random.default_rng(seed + 1000)
    cover = ink(digit, size, height, .72 * height, pen, slant, seed)[..., None]
    sheet = np.ones((size[1], size[0], 3)) * np.array(paper, float)
    texture = np.asarray(Image.fromarray(random.integers(0, 255, (size[1] // 4, size[0] // 4), np.uint8)).resize(size, Image.Resampling.BICUBIC), float)
    sheet *= 1 + (texture[..., None] / 255 - .5) * .02
    if rules:
        sheet[:: size[1] // 7, :, :] *= np.array([.93, .95, .98])
    picture = (sheet * (1 - cover) + np.array(colour, float) * cover) * light(size, *light_from)[..., None]
    blurred = Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(blur))
    grain = random.normal(0, noise, (size[1], size[0], 3))
    return Image.fromarray(np.clip(np.asarray(blurred, float) + grain, 0, 255).astype(np.uint8))


def flat(digit, size, height, pen, background, foreground, seed, slant=.1):
    """A grey drawing without light or noise."""
    cover = ink(digit, size, height, .72 * height, pen, slant, seed)
    return Image.fromarray(np.clip(background + (foreground - background) * cover, 0, 255).round().astype(np.uint8))


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    white, cream, blue, pencil, black = (235, 236, 232), (232, 222, 200), (38, 52, 120), (120, 118, 116), (30, 30, 34)
    jpeg = {"quality": 85, "optimize": True}
    photo(0, (360, 420), 220, 13, white, black, (.55, 1.05, .4), 1).save(folder / "marker-0.jpg", **jpeg)
    photo(2, (480, 360), 200, 7, cream, blue, (.50, 1.05, 2.2), 2).save(folder / "ballpoint-2.jpg", **jpeg)
    photo(3, (420, 420), 180, 5, white, pencil, (.70, 1.05, -1.0), 3).save(folder / "pencil-3.jpg", **jpeg)
    photo(5, (400, 480), 300, 16, white, blue, (.45, 1.05, 3.0), 5, slant=.2).save(folder / "felt-pen-5.jpg", **jpeg)
    photo(7, (320, 320), 170, 9, cream, black, (.60, 1.0, 1.4), 7, rules=True).save(folder / "notebook-7.jpg", **jpeg)
    photo(9, (640, 480), 130, 8, white, black, (.55, 1.05, .9), 9).save(folder / "small-on-the-sheet-9.jpg", **jpeg)
    chalk = np.asarray(photo(4, (380, 380), 240, 14, (52, 70, 60), (225, 228, 220), (.75, 1.05, 2.6), 4, noise=5.0))
    Image.fromarray(chalk).save(folder / "chalk-4.jpg", **jpeg)
    flat(6, (120, 160), 110, 9, 12, 250, 6).save(folder / "screen-6.png", optimize=True)
    flat(8, (24, 32), 24, 3, 250, 20, 8).save(folder / "fax-8.pgm")
    transparent = np.zeros((200, 140, 4), np.uint8)
    transparent[..., 3] = (255 * ink(1, (140, 200), 150, 108, 10, .1, 11)).round()
    Image.fromarray(transparent).save(folder / "transparent-1.png", optimize=True)


main()

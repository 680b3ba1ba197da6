#!/usr/bin/env python3
"""Draws letters of five fonts that train_reader does not know: draw_letters.py OUT. What looks the same as a digit, I, O, l and o, is left out.

Needs Pillow, and Debian's fonts-lato, fonts-open-sans, fonts-crosextra-caladea, fonts-inconsolata and fonts-linuxlibertine.
"""
import os
import string
import sys

from PIL import Image, ImageDraw, ImageFont

FOLDER = "/usr/share/fonts/"
FONTS = [
    "truetype/lato/Lato-Regular.ttf",
    "truetype/open-sans/OpenSans-Regular.ttf",
    "truetype/crosextra/Caladea-Regular.ttf",
    "truetype/inconsolata/Inconsolata.otf",
    "opentype/linux-libertine/LinLibertine_R.otf",
]
SIZE = 48

os.makedirs(sys.argv[1], exist_ok=True)
for number, name in enumerate(FONTS):
    font = ImageFont.truetype(FOLDER + name, SIZE)
    for letter in string.ascii_letters:
        if letter in "IOlo":
            continue
        picture = Image.new("L", (2 * SIZE, 2 * SIZE), 245)
        ImageDraw.Draw(picture).text((SIZE, SIZE), letter, fill=25, font=font, anchor="mm")
        picture.save(os.path.join(sys.argv[1], f"{letter}_{number}.png"))

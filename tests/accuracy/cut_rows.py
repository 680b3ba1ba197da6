"""Cuts the rows of photographed tables out by their known corners: cut_rows.py FOLDER OUT. Of each even-numbered imageN.jpg in FOLDER, with its
digits in imageN.dat and its corners in corners.csv, the rows become pictures in OUT, which labels.csv there names with their digits. Pictures
beyond whose edges their corners lie are left out."""
import csv
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps


def perspective(corners, width, height):
    """The eight numbers of Image.transform() that bring a quadrilateral, clockwise from its upper left corner, to a rectangle."""
    rows, values = [], []
    for (x, y), (u, v) in zip([(0, 0), (width, 0), (width, height), (0, height)], corners):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    return np.linalg.solve(np.array(rows, float), np.array(values, float))


def cut(picture, corners, digits, name, out):
    """Yields the file and the digits of each row, as large as in the picture."""
    a, b, c, d = (np.array(corner) for corner in corners)
    width = round((np.hypot(*(b - a)) + np.hypot(*(c - d))) / 2)
    height = round((np.hypot(*(d - a)) + np.hypot(*(c - b))) / 2)
    table = picture.transform((width, height), Image.PERSPECTIVE, perspective(corners, width, height), Image.BICUBIC)
    for row, text in enumerate(digits):
        file = f'{name}-{row}.png'
        table.crop((0, height * row // len(digits), width, height * (row + 1) // len(digits))).save(out / file)
        yield file, text


def main():
    folder, out = Path(sys.argv[1]), Path(sys.argv[2])
    out.mkdir(parents=True)
    with open(folder / 'corners.csv', newline='') as places, open(out / 'labels.csv', 'w', newline='') as labels:
        names = csv.writer(labels, lineterminator='\n')
        names.writerow(['file', 'digits'])
        for row in sorted(csv.DictReader(places), key=lambda row: int(row['file'][5:-4])):
            name = row['file'][:-4]
            if int(name[5:]) % 2 or not (folder / row['file']).exists():
                continue
            corners = [(float(row[f'p{i}_x']), float(row[f'p{i}_y'])) for i in range(1, 5)]
            lines = (folder / f'{name}.dat').read_text().splitlines()[2:]
            picture = ImageOps.exif_transpose(Image.open(folder / row['file'])).convert('L')
            if any(x > picture.width or y > picture.height for x, y in corners):
                print(f'{row["file"]}: its corners are not those of this picture', file=sys.stderr)
                continue
            names.writerows(cut(picture, corners, [''.join(line.split()) for line in lines if line.split()], name, out))


main()

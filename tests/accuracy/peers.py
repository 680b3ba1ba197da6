"""Readers side by side on the pictures of a folder: called by peers.sh. All compute on one thread."""
import csv
import gzip
import io
import json
import logging
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ['OMP_THREAD_LIMIT'] = '1'  # Tesseract
logging.disable(logging.WARNING)

import numpy as np  # noqa: E402
import rapidocr  # noqa: E402
from PIL import Image  # noqa: E402

folder, digit_read = Path(sys.argv[1]), sys.argv[2]
SINGLE_DIGITS = 300  # of each set: RapidOCR takes its time


def digits_of(text):
    return ''.join(c for c in text if c in '0123456789')


class Digitnet:
    name = 'digitnet'

    def read(self, mode, paths):
        output = subprocess.run([digit_read, '--json', *mode, *map(str, paths)], capture_output=True, text=True)
        return {picture['file']: [line['text'] for line in picture['lines']] for picture in json.loads(output.stdout)}

    def pages(self, paths):
        read = self.read(['--page'], paths)
        return [read.get(str(path), []) for path in paths]

    def lines(self, paths):
        read = self.read(['--line'], paths)
        return [''.join(read.get(str(path), [])) for path in paths]

    def digits(self, paths):
        read = self.read(['--digit'], paths)
        return [''.join(read.get(str(path), [])) for path in paths]

    def tables(self, paths):
        read = self.read(['--table', '9x9'], paths)
        return [''.join(row.ljust(9) for row in read.get(str(path), [])) for path in paths]


class Tesseract:
    name = 'Tesseract'

    def read(self, path, mode):
        output = subprocess.run(['tesseract', str(path), '-', '--psm', str(mode), '-c',
                                 'tessedit_char_whitelist=0123456789'], capture_output=True, text=True)
        return [digits_of(line) for line in output.stdout.splitlines() if digits_of(line)]

    def pages(self, paths):
        return [self.read(path, 3) for path in paths]

    def lines(self, paths):
        return [''.join(self.read(path, 7)) for path in paths]

    def digits(self, paths):
        return [''.join(self.read(path, 10)) for path in paths]


class RapidOCR:
    name = 'RapidOCR'

    def __init__(self):
        self.engine = rapidocr.RapidOCR(params={'EngineConfig.onnxruntime.intra_op_num_threads': 1,
                                                'EngineConfig.onnxruntime.inter_op_num_threads': 1})

    def texts(self, path, **options):
        found = self.engine(str(path), **options).txts
        return [digits_of(text) for text in found or [] if digits_of(text)]

    def pages(self, paths):
        return [self.texts(path) for path in paths]

    def lines(self, paths):
        return [''.join(self.texts(path, use_det=False, use_cls=False)) for path in paths]

    digits = lines


def distance(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row, above = [i], row
        for j, y in enumerate(b, 1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (x != y)))
    return row[-1]


def page_score(read, wanted):
    """Digits that are right where each wanted line is matched with the nearest that was read; and digits read beside."""
    left, right = list(read), 0
    for line in wanted:
        if not left:
            continue
        nearest = min(left, key=lambda text: distance(text, line))
        right += max(len(line) - distance(nearest, line), 0)
        left.remove(nearest)
    return right, sum(map(len, left))


def read_idx(name):
    images, labels = (np.frombuffer(gzip.decompress((folder / 'digits' / f'{name}-{kind}-ubyte.gz').read_bytes()), np.uint8)
                      for kind in ('images-idx3', 'labels-idx1'))
    labels = labels[8:]
    rows, columns = (int.from_bytes(images[at:at + 4].tobytes(), 'big') for at in (8, 12))
    return images[16:].reshape(-1, rows, columns), labels


def enlarge(digit, path):
    """As a person would cut it out: six times as large, dark ink on a white margin."""
    ink = Image.fromarray(255 - digit).resize((digit.shape[1] * 6, digit.shape[0] * 6), Image.BICUBIC)
    page = Image.new('L', (ink.width + 48, ink.height + 48), 255)
    page.paste(ink, (24, 24))
    page.save(path)


def measure(reader, kind, paths):
    start = time.perf_counter()
    read = getattr(reader, kind)(paths)
    return read, 1000 * (time.perf_counter() - start) / max(len(paths), 1)


def single_digits(scratch):
    for name in ('usps-test', 'semeion', 'optdigits-orig'):
        if not (folder / 'digits' / f'{name}-images-idx3-ubyte.gz').exists():
            continue
        images, labels = read_idx(name)
        chosen = range(0, len(images), max(2 * (len(images) // (2 * SINGLE_DIGITS)), 2))  # even ones
        paths = []
        for index in chosen:
            paths.append(scratch / f'{name}-{index}.png')
            enlarge(images[index], paths[-1])
        yield name, paths, [str(labels[index]) for index in chosen]


def main():
    readers = [Digitnet(), Tesseract(), RapidOCR()]
    labels = {row['file']: row['label'].split('/') for row in csv.DictReader(io.StringIO(
        (folder / 'pages' / 'labels.csv').read_text()))}
    lines = [folder / 'pages' / name for name in labels if name.startswith('line')]
    pages = [folder / 'pages' / name for name in labels if name.startswith('page')]
    print(f'{"pictures":28s} {"reader":10s} {"right":>18s} {"ms each":>8s}')
    for reader in readers:
        read, each = measure(reader, 'lines', lines)
        right = sum(text == labels[path.name][0] for text, path in zip(read, lines))
        print(f'{"lines, whole":28s} {reader.name:10s} {right:>11d} of {len(lines):3d} {each:8.1f}')
    for reader in readers:
        read, each = measure(reader, 'pages', pages)
        scores = [page_score(texts, labels[path.name]) for texts, path in zip(read, pages)]
        wanted = sum(len(''.join(labels[path.name])) for path in pages)
        right, beside = sum(s[0] for s in scores), sum(s[1] for s in scores)
        print(f'{"pages, digits (and beside)":28s} {reader.name:10s} {right:>4d} of {wanted:3d} ({beside:3d}) {each:8.1f}')
    with tempfile.TemporaryDirectory() as scratch:
        for name, paths, wanted in single_digits(Path(scratch)):
            for reader in readers:
                read, each = measure(reader, 'digits', paths)
                right = sum(a == b for a, b in zip(read, wanted))
                print(f'{name + ", single digits":28s} {reader.name:10s} {100 * right / len(wanted):>17.1f}% {each:8.1f}')
    tables = [path for path in sorted((folder / 'grids').glob('*.jpg')) if int(path.stem[5:]) % 2 == 0]
    texts = [''.join(path.with_suffix('.dat').read_text().split('\n', 2)[2].split()) for path in tables]
    read, each = measure(readers[0], 'tables', tables)
    cells = sum(a == b for text, wanted in zip(read, texts) for a, b in zip(text.ljust(81), wanted))
    whole = sum(a == b for a, b in zip(read, texts))
    print(f'{"tables, cells (and whole)":28s} {readers[0].name:10s} {100 * cells / (81 * len(texts)):>10.2f}% ({whole:3d}) '
          f'{each:8.1f}')
    print(f'memory: {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024} MB the largest child, '
          f'{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB this process with RapidOCR')


main()

#!/usr/bin/env python3
"""A model of a training step's time on several machines, from what bench_ranks has measured on one.

    step_model.py MEASURED.txt

MEASURED.txt has lines of bench_ranks with one thread a rank, for 1, 2 and 4 ranks at each batch size; lines that begin
with # are left out. Written are Markdown tables: how many times as fast as one process of one thread so many ranks
would be, by

    step = each / ranks + alone + calls x latency x log2(ranks) + bytes / bandwidth

where `each` and `alone` are the straight line through the measured processor times over 1 / ranks, `bytes` what a rank
receives, the logarithm is rounded up, and nothing overlaps.
"""
import math
import sys

NETWORKS = (('1 Gbit/s, 50 us', 1e9, 50e-6), ('10 Gbit/s, 20 us', 10e9, 20e-6), ('100 Gbit/s, 2 us', 100e9, 2e-6))
RANKS = (2, 4, 8, 16, 32, 64)

# Of the README's network, in bytes: what dense layers' gradients are taken from, with the scores, of a sample; the
# convolutions' gradient; the dense layers' gradient, which is dealt to the ranks from DEALT_FROM samples on.
SAMPLE, CONVOLUTIONS, DENSE, DEALT_FROM = 7480, 75264, 824872, 128


def read(path):
    """{batch: {ranks: measured}} with the microseconds of processor time, the calls and the bytes of a step."""
    found = {}
    for line in open(path, encoding='utf-8'):
        if line.strip() and not line.startswith('#'):
            words = line.split()
            values = {name: float(value) for name, value in zip(words[::2], words[1::2])}
            found.setdefault(int(values['batch']), {})[int(values['ranks'])] = values
    return found


def ranges(batch, ranks):
    """By default 8, or 16 from 128 samples on; more ranks than that want one each, of one sample at least."""
    return min(batch, max(ranks, 16 if batch >= 128 else 8))


def received(batch, ranks):
    """The bytes that a rank receives in a step."""
    others = (ranks - 1) / ranks
    copies = CONVOLUTIONS * ranges(batch, ranks) / ranks
    dense = DENSE if batch >= DEALT_FROM else 0
    return (SAMPLE * batch + copies + CONVOLUTIONS + dense) * others + 8 * (ranks - 1)


def calls(batch):
    return 5 if batch >= DEALT_FROM else 4


def check(measured):
    """Bytes and calls are as the formulas say; the dense gradient is dealt as evenly as its blocks allow."""
    for batch, lines in measured.items():
        for ranks, line in lines.items():
            if ranks == 1:
                continue
            if abs(line['bytes'] / received(batch, ranks) - 1) > 0.02 or round(line['calls']) != calls(batch):
                sys.exit(f'batch {batch}, {ranks} ranks: {line["bytes"]:.0f} bytes in {line["calls"]} calls were '
                         f'measured, not {received(batch, ranks):.0f} in {calls(batch)}')


def parts(lines):
    """`each` and `alone` in seconds: least squares over 1 / ranks."""
    points = [(1 / ranks, 1e-6 * line['processor']) for ranks, line in lines.items()]
    mean_x, mean_y = (sum(values) / len(points) for values in zip(*points))
    each = sum((x - mean_x) * (y - mean_y) for x, y in points) / sum((x - mean_x) ** 2 for x, y in points)
    return each, mean_y - each * mean_x


def step(batch, ranks, each, alone, bandwidth, latency):
    waiting = calls(batch) * latency * math.ceil(math.log2(ranks)) + 8 * received(batch, ranks) / bandwidth
    return each / min(ranks, ranges(batch, ranks)) + alone + waiting


def main():
    measured = read(sys.argv[1])
    check(measured)
    print('| Batch | ' + ' | '.join(f'{ranks} rank{"s" * (ranks > 1)}' for ranks in (1, 2, 4)) + ' | divided | not |')
    print('| --- ' * 6 + '|')
    for batch, lines in sorted(measured.items()):
        each, alone = parts(lines)
        times = ' | '.join(f'{lines[ranks]["processor"]:,.0f}' for ranks in (1, 2, 4))
        print(f'| {batch} | {times} | {1e6 * each:,.0f} | {1e6 * alone:,.0f} |')
    print('\n| Batch | Ranks | ' + ' | '.join(name for name, _, _ in NETWORKS) + ' |')
    print('| --- ' * (2 + len(NETWORKS)) + '|')
    for batch, lines in sorted(measured.items()):
        each, alone = parts(lines)
        for ranks in RANKS:
            gains = [(each + alone) / step(batch, ranks, each, alone, bandwidth, latency)
                     for _, bandwidth, latency in NETWORKS]
            print(f'| {batch} | {ranks} | ' + ' | '.join(f'{gain:.2f}' for gain in gains) + ' |')


if __name__ == '__main__':
    main()

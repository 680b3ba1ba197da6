#!/usr/bin/env python3
"""Measures digitnet and its peers in turn on the same work, and prints medians and ratios. peers.sh prepares what this needs.

Each round goes through the settings (batch 32 and 128, 2 threads and 1), and in each setting every library takes its turn. All of
them get the same processors: as many as threads, on separate cores where there are enough.
"""
import argparse
import json
import os
import platform
import re
import statistics
import subprocess
import sys
from pathlib import Path

PEERS = Path(__file__).resolve().parent
SETTINGS = [(32, 2), (128, 2), (32, 1), (128, 1)]  # batch, threads
INFERENCE_BATCH = 256
SETTING_SECONDS = 1800

# For a peer the ratio of ours to its; for digitnet the figure itself. At least, or for times at most. Those of MNIST's network.
SEED_TARGETS = {
    ('train b32 t2', 'torch'): 2.0,
    ('train b32 t2', 'torch-default'): 3.0,
    ('train b32 t2', 'keras'): 3.0,
    ('train b32 t2', 'onednn'): 1.4,
    ('infer b256 t2', 'ort'): 1.1,
    ('one image us t1', 'ort'): 0.8,
    ('percent of SGEMM b32 t2', 'digitnet'): 75,
    ('percent of SGEMM b32 t1', 'digitnet'): 75,
    ('train b32, t2 to t1', 'digitnet'): 1.85,
    ('train t2, b128 to b32', 'digitnet'): 1.0,
    ('start to first prediction ms', 'digitnet'): 20,
}


def training(batch, threads):
    return f'train b{batch} t{threads}'


def inference(threads):
    return f'infer b{INFERENCE_BATCH} t{threads}'


def latency(threads):
    return f'one image us t{threads}'


def is_time(metric):
    return bool(re.search(r'\b[um]s\b', metric))

# Those of the other networks.
OTHER_TARGETS = {
    ('train b32 t2', 'torch'): 2.0,
    ('train b32 t2', 'torch-default'): 2.0,
    ('infer b256 t2', 'ort'): 1.2,
    ('one image us t1', 'ort'): 1.0,
}


class Failure(Exception):
    pass


def run(command, threads, environment=None):
    """What the command prints, on as many processors as threads."""
    count = str(threads)
    environment = {**os.environ, 'OMP_NUM_THREADS': count, 'OPENBLAS_NUM_THREADS': count, **(environment or {})}
    environment.pop('OPENBLAS_CORETYPE', None)
    processors = choose_processors(threads)
    result = subprocess.run([str(word) for word in command], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            text=True, timeout=SETTING_SECONDS, preexec_fn=lambda: os.sched_setaffinity(0, processors))
    if result.returncode != 0:
        raise Failure(f'{command[0]} ended with {result.returncode}: {result.stderr.strip()[-400:]}')
    return result.stdout


def choose_processors(count):
    def threads_before(processor):  # that share its core
        siblings = Path(f'/sys/devices/system/cpu/cpu{processor}/topology/thread_siblings_list')
        numbers = re.findall(r'\d+', siblings.read_text()) if siblings.exists() else []
        return numbers.index(str(processor)) if str(processor) in numbers else 0

    return sorted(os.sched_getaffinity(0), key=lambda processor: (threads_before(processor), processor))[:count]


def find(pattern, text, which=-1):
    """The number that the pattern's group finds, the last one if it is there more than once."""
    numbers = re.findall(pattern, text)
    if not numbers:
        raise Failure(f'no {pattern!r} in: {text.strip()[-400:]}')
    return float(numbers[which])


class Digitnet:
    name = 'digitnet'
    settings = SETTINGS

    def __init__(self, arguments):
        self.folder, self.data, self.images = Path(arguments.digitnet), arguments.data, arguments.images
        self.network = arguments.network
        header = (PEERS.parents[2] / 'include/digitnet/version.h').read_text()
        self.version = '.'.join(re.findall(r'VERSION_(?:MAJOR|MINOR|PATCH) (\d+)', header))

    def measure(self, batch, threads):
        rows = json.loads(run([self.folder / 'bench_train', '--network', self.network, '--data', self.data, '--images', self.images,
                               '--batch', batch, '--threads', threads, '--rounds', 1, '--json'], threads))
        results = {training(batch, threads): rows[0]['images_per_second']}
        if rows[0]['percent_of_sgemm'] is not None:
            results[f'percent of SGEMM b{batch} t{threads}'] = rows[0]['percent_of_sgemm']
        if batch == SETTINGS[0][0]:
            rows = json.loads(run([self.folder / 'bench_predict', '--network', self.network, '--data', self.data, '--batch',
                                   INFERENCE_BATCH, '--threads', threads, '--rounds', 3, '--json'], threads))
            by_measure = {row['measure']: row for row in rows}
            results[inference(threads)] = by_measure['throughput']['images_per_second']
            if threads == 1:
                results[latency(1)] = by_measure['session']['p50_us']
                results['start to first prediction ms'] = by_measure['start']['p50_ms']
        return f'libdigitnet {self.version}', results


class Torch:
    """PyTorch in one of its ways; the first epoch is to warm up."""

    def __init__(self, name, python, arguments, options, environment=None, settings=SETTINGS):
        self.name, self.settings, self.environment = name, settings, environment
        self.command = [python, PEERS / 'torch_mnist.py', arguments.data, '--epochs', 2, '--limit', arguments.images, '--network',
                        arguments.network, *options]

    def measure(self, batch, threads):
        text = run([*self.command, '--batch', batch, '--threads', threads], threads, self.environment)
        results = {training(batch, threads): find(r' img/s (\d+) val_acc', text)}
        if batch == SETTINGS[0][0]:
            results[inference(threads)] = find(r' throughput_img/s (\d+)', text)
            if threads == 1:
                results[latency(1)] = find(r'latency_us ([\d.]+)', text)
        return text.splitlines()[0], results


class Keras(Torch):
    """Prints as the PyTorch driver does; the first epoch holds the tracing."""

    def __init__(self, python, arguments):
        super().__init__('keras', python, arguments, [])
        self.command[1:] = [PEERS / 'keras_mnist.py', arguments.data, '--epochs', 2, '--limit', arguments.images]


class OneDnn:
    name = 'onednn'
    settings = SETTINGS

    def __init__(self, arguments):
        self.program, self.data, self.images = arguments.onednn, arguments.data, arguments.images

    def measure(self, batch, threads):
        text = run([self.program, self.data, batch, self.images], threads)
        results = {training(batch, threads): find(r'full step .* img/s (\d+)', text)}
        if batch == SETTINGS[0][0]:
            results[inference(threads)] = find(rf'inference N {INFERENCE_BATCH} us [\d.]+ img/s (\d+)', text)
            if threads == 1:
                results[latency(1)] = find(r'inference N 1 us ([\d.]+)', text)
        return text.splitlines()[0], results


class OnnxRuntime:
    """Predicts only. The cost of its package's call is taken off the time for one image."""
    name = 'ort'
    settings = [(32, 2), (32, 1)]

    def __init__(self, arguments):
        self.python, self.model = arguments.ort_python, arguments.ort_model

    def measure(self, batch, threads):
        text = run([self.python, PEERS / 'ort_mnist.py', self.model, '--threads', threads], threads)
        results = {inference(threads): find(rf'batch {INFERENCE_BATCH} us [\d.]+ img/s (\d+)', text)}
        if threads == 1:
            results[latency(1)] = find(r'batch 1 us ([\d.]+)', text) - find(r'binding us ([\d.]+)', text)
        return 'ONNX Runtime ' + text.split()[1], results


def choose_libraries(arguments):
    libraries = [Digitnet(arguments)]
    if arguments.torch_python:
        libraries += [Torch('torch', arguments.torch_python, arguments, ['--channels-last']),
                      Torch('torch-default', arguments.torch_python, arguments, []),
                      Torch('torch-compiled', arguments.torch_python, arguments, ['--channels-last', '--compile'],
                            settings=[(32, 2), (32, 1)])]
    if arguments.torch_debian_python:
        libraries.append(Torch('torch-debian', arguments.torch_debian_python, arguments, [],
                               {'OPENBLAS_NUM_THREADS': '1'}))
    if arguments.onednn and arguments.network == 'seed':
        libraries.append(OneDnn(arguments))
    if arguments.ort_python:
        libraries.append(OnnxRuntime(arguments))
    if arguments.keras_python and arguments.network == 'seed':
        libraries.append(Keras(arguments.keras_python, arguments))
    return libraries


def measure_all(libraries, rounds):
    """For each library its version and, for each metric, a number a round. One that fails is left out from there on."""
    versions, results, failed = {}, {library.name: {} for library in libraries}, {}
    for number in range(1, rounds + 1):
        for batch, threads in SETTINGS:
            for library in libraries:
                if library.name in failed or (batch, threads) not in library.settings:
                    continue
                print(f'round {number} of {rounds}, batch {batch}, threads {threads}: {library.name}', file=sys.stderr)
                try:
                    versions[library.name], numbers = library.measure(batch, threads)
                except (Failure, subprocess.TimeoutExpired, OSError) as failure:
                    failed[library.name] = str(failure)
                    print(f'{library.name} is left out: {failure}', file=sys.stderr)
                    continue
                for metric, value in numbers.items():
                    results[library.name].setdefault(metric, []).append(value)
    return versions, results, failed


def add_own_ratios(numbers):
    """How much two threads bring, and larger batches, round by round."""
    pairs = [('train b32, t2 to t1', training(32, 2), training(32, 1)),
             ('train t2, b128 to b32', training(128, 2), training(32, 2))]
    for metric, above, below in pairs:
        numbers[metric] = [x / y for x, y in zip(numbers[above], numbers[below])]


def describe_machine():
    information = Path('/proc/cpuinfo').read_text()
    model = re.search(r'model name\s*: (.*)', information)
    best = next((name for name in ('avx512f', 'avx2') if re.search(rf'\b{name}\b', information)), 'no AVX2')
    return f'{model.group(1) if model else platform.machine()}, {best}, {len(os.sched_getaffinity(0))} processors'


def summarize(results, targets):
    """Rows of metric, library, median, lowest, highest, ratio of our median to its, target and whether it is met."""
    metrics = list(dict.fromkeys(metric for numbers in results.values() for metric in numbers))
    rows = []
    for metric in metrics:
        ours = results['digitnet'].get(metric)
        for name, numbers in results.items():
            if metric not in numbers:
                continue
            median = statistics.median(numbers[metric])
            row = {'metric': metric, 'library': name, 'median': median, 'lowest': min(numbers[metric]),
                   'highest': max(numbers[metric]), 'ratio': None, 'target': None, 'met': None}
            if name != 'digitnet' and ours:
                row['ratio'] = statistics.median(ours) / median
            row['target'] = targets.get((metric, name))
            if row['target']:
                figure = row['ratio'] or median
                row['met'] = figure <= row['target'] if is_time(metric) else figure >= row['target']
            rows.append(row)
    return rows


def print_summary(rows):
    print('Images a second where no other unit is named; b: batch, t: threads')
    print(f'{"":46}{"median":>10}{"lowest":>10}{"highest":>10}{"ours/its":>10}{"target":>10}')
    previous = None
    for row in rows:
        title = row['metric'] if row['metric'] != previous else ''
        previous = row['metric']
        decimals = 0 if row['median'] >= 1000 else 1 if row['median'] >= 10 else 2
        numbers = ''.join(f'{row[key]:10.{decimals}f}' for key in ('median', 'lowest', 'highest'))
        ratio = f'{row["ratio"]:10.2f}' if row['ratio'] else ' ' * 10
        limit = '<= ' if is_time(row['metric']) else '>= '
        target = f'{limit + str(row["target"]):>10}  {"met" if row["met"] else "missed"}' if row['target'] else ''
        print(f'{title:30}{row["library"]:16}{numbers}{ratio}{target}'.rstrip())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--digitnet', required=True, metavar='FOLDER', help='with bench_train and bench_predict')
    parser.add_argument('--data', required=True, metavar='FOLDER', help="with MNIST's raw files")
    parser.add_argument('--network', choices=('seed', 'best', 'resnet20', 'mobile'), default='seed')
    parser.add_argument('--images', type=int, default=12800, help='in an epoch (12800)')
    parser.add_argument('--rounds', type=int, default=3)
    parser.add_argument('--torch-python', metavar='PYTHON')
    parser.add_argument('--torch-debian-python', metavar='PYTHON')
    parser.add_argument('--onednn', metavar='PROGRAM')
    parser.add_argument('--ort-python', metavar='PYTHON')
    parser.add_argument('--ort-model', metavar='FILE.onnx')
    parser.add_argument('--keras-python', metavar='PYTHON')
    parser.add_argument('--json', metavar='FILE', help='for the results and every single figure')
    arguments = parser.parse_args()
    versions, results, failed = measure_all(choose_libraries(arguments), arguments.rounds)
    if 'digitnet' in failed:
        sys.exit(1)
    add_own_ratios(results['digitnet'])
    rows = summarize(results, SEED_TARGETS if arguments.network == 'seed' else OTHER_TARGETS)
    print(f'{describe_machine()}; {arguments.rounds} rounds, {arguments.images} images an epoch')
    for name, version in versions.items():
        print(f'{name}: {version}')
    print()
    print_summary(rows)
    for name, reason in failed.items():
        print(f'{name} was left out: {reason}')
    if arguments.json:
        Path(arguments.json).write_text(json.dumps(
            {'machine': describe_machine(), 'rounds': arguments.rounds, 'images': arguments.images, 'versions': versions,
             'failed': failed, 'summary': rows, 'results': results}, indent=1) + '\n')


main()

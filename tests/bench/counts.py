"""counts: instructions, by callgrind: what a busy machine does not change. Where there is no
valgrind, or the programs are built with a sanitizer, nothing is counted."""
import glob, os, re, shutil, subprocess

from company import BUILD, NOW, Company, four_sources
from terminal import Terminal

PATIENCE = 120    # seconds: under valgrind a start takes some
SILENCE = 1.0
KEYS = 20
JOBS = 200        # of each source, at most
PHASES = ['parse_s', 'decode_s', 'ingest_s', 'write_tables']


def can_count():
    with open(f'{BUILD}/dxtop', 'rb') as program:
        return shutil.which('valgrind') is not None and b'__asan_init' not in program.read()


def callgrind(out, *more):
    return ['valgrind', '-q', '--tool=callgrind', f'--callgrind-out-file={out}', *more]


def total(path):
    with open(path) as text:
        return int(re.search(r'^totals: (\d+)', text.read(), re.M).group(1))


def viewer(directory, argv, keys):
    """Of a viewer that starts, makes its picture and one for each key, and ends."""
    out = f'{directory}/callgrind.viewer'
    terminal = Terminal([*callgrind(out), *argv])
    terminal.until_silence(SILENCE, PATIENCE)
    for i in range(keys):
        terminal.send(b'jk'[i % 2:i % 2 + 1])
        terminal.until_silence(0.1, PATIENCE)
    terminal.end()
    return total(out)


def ingest(directory, options):
    """What ci_ingest does in each of its phases, all sources together."""
    days = f'{min(options.days, 10)}d'
    company = Company('--rate-limit', '0', '--now', NOW, '--repos', str(min(options.repos, 20)), '--history', days)
    with open(f'{directory}/counts.yaml', 'w') as out:
        out.write(four_sources(company.url, '30s', days))
    parts = f'{directory}/callgrind.ingest'
    dumps = [f'--dump-{when}={phase}' for phase in PHASES for when in ('before', 'after')]
    top = f'{directory}/counts'
    os.mkdir(top)
    subprocess.run([*callgrind(parts, *dumps), f'{BUILD}/tests/bench/ci_ingest', top, str(min(JOBS, options.take)), '1',
                    f'--config={directory}/counts.yaml', '--now', NOW], stdout=subprocess.DEVNULL, check=True)
    company.end()
    counts = dict.fromkeys(PHASES, 0)
    for part in glob.glob(f'{parts}.*'):
        with open(part) as text:
            trigger = re.search(r'^desc: Trigger: --dump-after=(\w+)', text.read(), re.M)
        if trigger and trigger.group(1) in counts:
            counts[trigger.group(1)] += total(part)
    return counts


def measure(directory, options, jobs):
    if not can_count():
        return {}
    start = viewer(directory, jobs.argv, 0)
    result = {'start and first picture M': start / 1e6,
              'a frame of few cells M': (viewer(directory, jobs.argv, KEYS) - start) / KEYS / 1e6}
    phases = ingest(directory, options)
    result.update({f'{phase} M': count / 1e6 for phase, count in phases.items()})
    result['decode / parse'] = phases['decode_s'] / phases['parse_s']
    result['ingest / (parse + insert)'] = phases['ingest_s'] / (phases['parse_s'] + phases['write_tables'])
    return result


def show(result):
    print('\ninstructions' + ('' if result else ': not counted, there is no valgrind, or a sanitizer in the programs'))
    for key, value in result.items():
        print(f'{key:38}{value:14.2f}')

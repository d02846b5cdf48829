"""beside_others: the programs, each alone in a terminal: first paint, and what it takes after a
while. The floors are in the same table, of the same minutes."""
import shutil, statistics, subprocess, sys

from company import BUILD, VIEWER_LIBRARIES, Company, Tls, compile_floor, demo_config, fill
from process import cpu_seconds, memory, wait_end
from terminal import Terminal, collector_of, first_paint_ms, settle, wait

COLUMNS = ['first paint ms', 'bytes/s', 'CPU %', 'RSS MiB', 'PSS MiB', 'own MiB']
SETTLED = 3.0     # seconds: from then on a program only goes on
START = 1.0       # of a start that is made for its first picture only
COLLECTORS = {'dxtop': 'collector', 'dxtop, jobs': 'collector, jobs'}


def first_paint(argv, seconds):
    terminal = Terminal(argv)
    terminal.read_until(seconds)
    terminal.end()
    return first_paint_ms(terminal.bursts)


def meter(argv, seconds, with_child=False):
    terminal = Terminal(argv)
    terminal.read_until(min(SETTLED, seconds / 3))
    child = collector_of(terminal) if with_child else None
    if child:
        settle([terminal], child)
    end = terminal.now() + seconds
    before, began = [cpu_seconds(pid) if pid else 0 for pid in (terminal.pid, child)], terminal.now()
    terminal.read_until(end)
    span = terminal.now() - began
    results = [{'CPU %': 100 * (cpu_seconds(pid) - cpu) / span, **memory(pid)} if pid else {}
               for pid, cpu in zip((terminal.pid, child), before)]
    results[0] |= {'first paint ms': first_paint_ms(terminal.bursts),
                   'bytes/s': terminal.sent_after(began) / span}
    terminal.end()
    if child:
        wait_end(child)
    return results


def meter_tls_request(program, url, ca):
    """A first request, then what it holds."""
    process = subprocess.Popen([program, url, ca], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    if process.stdout.readline() != 'ready\n':
        sys.exit('bench: the bare TLS request failed')
    result = memory(process.pid)
    process.stdin.close()
    process.wait()
    return result


def measure(directory, options, jobs):
    """The rows of the table: program to column to number."""
    company = Company('--repos', str(min(options.repos, 50)))
    tls = Tls(directory, company.port)
    live = demo_config(f'{directory}/live.yaml', tls.url, '15s', tls.ca, options.days)
    quiet = demo_config(f'{directory}/quiet.yaml', tls.url, '1h', tls.ca, options.days)
    fill(live)
    programs = {'dxtop': [f'{BUILD}/dxtop', *live], 'dxtop, quiet': [f'{BUILD}/dxtop', *quiet],
                'dxtop, jobs': jobs.argv, 'empty screen': [compile_floor(directory, 'empty_screen', VIEWER_LIBRARIES)]}
    programs.update({name: [name] for name in ('htop', 'btop') if shutil.which(name)})
    paints = {name: [] for name in programs}
    for _ in range(options.runs - 1):
        for name, argv in programs.items():
            paints[name].append(first_paint(argv, wait(START)))
    results = {}
    for name, argv in programs.items():
        results[name], child = meter(argv, options.seconds, with_child=name in COLLECTORS)
        paints[name].append(results[name]['first paint ms'])
        results[name]['first paint ms'] = statistics.median(paints[name])
        if name in COLLECTORS:
            results[COLLECTORS[name]] = child
    request = compile_floor(directory, 'tls_request', ['curl'])
    results['one TLS request'] = meter_tls_request(request, f'{tls.url}/-/healthy', tls.ca)
    tls.end()  # it holds the sim's stdin, too
    company.end()
    return results


def ratios(results):
    pairs = [('dxtop', other) for other in ('htop', 'btop', 'empty screen')]
    pairs += [('dxtop, quiet', other) for other in ('htop', 'btop')]
    pairs += [('dxtop, jobs', other) for other in ('htop', 'btop', 'empty screen')]
    pairs += [('collector', 'one TLS request'), ('collector, jobs', 'one TLS request')]
    return {f'{one} / {other}': {key: results[one][key] / results[other][key] for key in COLUMNS
                                 if key in results[one] and results[other].get(key, 0) > 0}
            for one, other in pairs if other in results}


def show(title, rows):
    print(f'{title:30}' + ''.join(f'{key:>16}' for key in COLUMNS))
    for name, row in rows.items():
        print(f'{name:30}' + ''.join(f'{row[key]:16.2f}' if key in row else f'{"":16}' for key in COLUMNS))

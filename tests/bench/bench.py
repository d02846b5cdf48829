#!/usr/bin/env python3
"""bench.py: dxtop beside htop and btop, each in a terminal of 200x60, in one run.

usage: bench.py [--runs N] [--seconds S] [--jobs N] [--days N] [--json FILE]
       (3 runs of 12 s each, a store of 100,000 jobs, 40 days of a company; the
       variables DXTOP_... name the build tree; --jobs 1000000 takes some minutes more)

Medians of the runs, then dxtop's as ratios. Absolute numbers are the machine's:
only the ratios within one run say something. The simulated platform and the TLS
in front of it are started apart and are not measured; the store is filled before.

  first paint ms   from the start to the last byte of the first whole picture
  bytes/s          to the terminal, after the first seconds (a third, of few)
  CPU %            of one processor, by the scheduler's count of nanoseconds
  RSS MiB          resident at the end; `own`: of it, what is no file's page

  dxtop            polls every 15 s, as the demo does
  dxtop, quiet     polls the same store once an hour: nothing changes but the
                   clock, and each minute what is over a window
  collector        of the first, over TLS
  dxtop, jobs      the CI views on the store of --jobs jobs, polled over TLS, and
  collector, jobs  its collector
  empty screen     tests/bench/empty_screen.c: the viewer's libraries, and no more
  one TLS request  tests/bench/tls_request.c: libcurl, and no more

Then, by the processor's time, what CI costs: taking in the jobs of the simulated
company (tests/bench/ci_ingest.c), and the store of --jobs jobs (tests/bench/ci_store.c).
"""
import argparse, atexit, fcntl, json, os, pty, re, select, shutil, signal, socket, ssl, statistics, struct
import subprocess, sys, tempfile, termios, threading, time

BUILD = os.environ['DXTOP_BIN']
HERE = os.path.dirname(os.path.abspath(__file__))
VIEWER_LIBRARIES = ['ncursesw', 'tinfo', 'fyaml', 'sqlite3', 'utf8proc', 'm', 'jansson', 'ev']
COLUMNS = ['first paint ms', 'bytes/s', 'CPU %', 'RSS MiB', 'own MiB']
SETTLED = 3.0     # seconds: from then on a program only goes on
PICTURE = 500     # bytes: less is no picture, but a terminal that is being set up
SILENCE = 0.03    # seconds: they end a picture
CI_NOW = '2026-09-21T13:33:20Z'  # when the last jobs of ci_store ended


# ---- what the kernel knows of a process ----

def cpu_seconds(pid):
    return sum(int(open(f'/proc/{pid}/task/{task}/schedstat').read().split()[0])
               for task in os.listdir(f'/proc/{pid}/task')) / 1e9


def memory(pid):
    kib = {'Rss': 0, 'Anonymous': 0}
    for line in open(f'/proc/{pid}/smaps_rollup'):
        name, _, rest = line.partition(':')
        if name in kib:
            kib[name] = int(rest.split()[0])
    return {'RSS MiB': kib['Rss'] / 1024, 'own MiB': kib['Anonymous'] / 1024}


def child_of(pid):
    for task in os.listdir(f'/proc/{pid}/task'):
        children = open(f'/proc/{pid}/task/{task}/children').read().split()
        if children:
            return int(children[0])
    return None


# ---- one program in a terminal ----

def first_paint(bursts):
    """When the first picture was whole: its bytes come in several reads."""
    total, end = 0, None
    for at, count in bursts:
        if end is not None and total > PICTURE and at - end > SILENCE:
            break
        total, end = total + count, at
    return end * 1000 if end is not None else float('nan')


def meter(argv, seconds, with_child=False):
    settled = min(SETTLED, seconds / 3)
    env = dict(os.environ, TERM='xterm-256color', LC_ALL='C.UTF-8')
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack('HHHH', 60, 200, 0, 0))
    begin = time.monotonic()
    program = subprocess.Popen(argv, stdin=slave, stdout=slave, stderr=slave, env=env,
                               start_new_session=True)
    os.close(slave)
    bursts, before, child = [], None, None
    while (now := time.monotonic() - begin) < seconds:
        if before is None and now > settled:
            child = child_of(program.pid) if with_child else None
            before = now, cpu_seconds(program.pid), cpu_seconds(child) if child else 0
        if select.select([master], [], [], 0.1)[0]:
            count = len(os.read(master, 1 << 20))
            bursts.append((time.monotonic() - begin, count))
    span = now - before[0]
    result = {'first paint ms': first_paint(bursts),
              'bytes/s': sum(count for at, count in bursts if at > settled) / span,
              'CPU %': 100 * (cpu_seconds(program.pid) - before[1]) / span, **memory(program.pid)}
    other = {'CPU %': 100 * (cpu_seconds(child) - before[2]) / span, **memory(child)} if child else {}
    os.killpg(program.pid, signal.SIGTERM)
    program.wait()
    os.close(master)
    return result, other


# ---- the floors ----

def compile_floor(directory, name, libraries):
    out = f'{directory}/{name}'
    subprocess.run(['cc', '-O2', '-o', out, f'{HERE}/{name}.c', '-Wl,--no-as-needed']
                   + [f'-l{library}' for library in libraries], check=True)
    return out


def meter_tls_request(program, url, ca):
    """A first request, then what it holds."""
    process = subprocess.Popen([program, url, ca], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    if process.stdout.readline() != 'ready\n':
        sys.exit('bench: the bare TLS request failed')
    result = memory(process.pid)
    process.stdin.close()
    process.wait()
    return result


# ---- the platform ----

class Tls:
    """TLS in front of a server on loopback, in a process of its own."""

    def __init__(self, directory, port):
        self.ca = f'{directory}/ca.pem'
        key = f'{directory}/key.pem'
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256',
                        '-nodes', '-days', '2', '-subj', '/CN=localhost', '-addext',
                        'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', key, '-out', self.ca],
                       check=True, stderr=subprocess.DEVNULL)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.ca, key)
        listener = socket.create_server(('127.0.0.1', 0))
        self.url = f'https://127.0.0.1:{listener.getsockname()[1]}'
        self.pid = os.fork()
        if self.pid == 0:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            while True:
                client = listener.accept()[0]
                threading.Thread(target=self.serve, args=(context, client, port), daemon=True).start()
        listener.close()
        atexit.register(self.end)

    @staticmethod
    def serve(context, client, port):
        try:
            with context.wrap_socket(client, server_side=True) as near, \
                    socket.create_connection(('127.0.0.1', port)) as far:
                while True:
                    ready = [near] if near.pending() else select.select([near, far], [], [])[0]
                    for one in ready:
                        data = one.recv(1 << 16)
                        if not data:
                            return
                        (far if one is near else near).sendall(data)
        except OSError:
            pass  # the client went away

    def end(self):
        if self.pid > 0:
            os.kill(self.pid, signal.SIGTERM)
            os.waitpid(self.pid, 0)
        self.pid = 0


def configuration(path, url, every, ca, days):
    text = subprocess.run([f'{BUILD}/dxtop', '--print-config'], capture_output=True, text=True,
                          check=True).stdout
    text = re.sub(r'http://127\.0\.0\.1:0([^\s,]*),', rf'{url}\1, ca: {ca},', text)  # in braces
    text = re.sub(r'http://127\.0\.0\.1:0(\S*)', rf'{url}\1\n    ca: {ca}', text)
    directory = os.path.dirname(path)
    with open(path, 'w') as out:
        out.write(text.replace('every: 15s', f'every: {every}').replace('history: 7d', f'history: {min(days, 7)}d')
                  + f'store: {directory}/demo.db\n')
    return ['-c', path, '--state', directory]


def fill(arguments):
    """One poll of every source. What is measured after one that failed is something else."""
    once = subprocess.run([f'{BUILD}/dxtop', 'once', *arguments], capture_output=True, text=True)
    if once.returncode != 0:
        sources = json.loads(once.stdout)['sources'] if once.stdout else []
        wrong = [f'  {source["source"]}: {source["error"] or source["state"]}' for source in sources
                 if source['state'] not in ('live', 'filling') or source['error']]
        sys.exit('\n'.join(['bench: not every source of the configuration can be polled cleanly:',
                            *wrong, once.stderr]).rstrip())


# ---- CI ----

class Company:
    """A simulated company whose clock begins, or stands, at a moment."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen([f'{BUILD}/dxtop-sim', '--until-stdin', '--rate-limit', '0', *arguments],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = json.loads(self.process.stdout.readline())['port']

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def ci_ingest(directory, days):
    """Per source: what ci_ingest measured."""
    company = Company('--now', CI_NOW, '--history', f'{min(days, 30)}d')  # 30 days are all it has
    since = f'history: {days}d'
    at = f'http://127.0.0.1:{company.port}'
    with open(f'{directory}/ingest.yaml', 'w') as out:
        out.write('sources:\n'
                  f'  - {{type: github, url: "{at}/api/v3", org: acme, {since}}}\n'
                  f'  - {{type: gitlab, url: "{at}/gitlab", group: acme, {since}}}\n'
                  f'  - {{type: jenkins, url: "{at}/jenkins", {since}}}\n'
                  f'  - {{type: azure, url: "{at}/azure", {since}}}\n')
    text = subprocess.run([f'{BUILD}/tests/bench/ci_ingest', directory, '20000',
                           f'--config={directory}/ingest.yaml', '--now', CI_NOW],
                          stdout=subprocess.PIPE, text=True, check=True).stdout
    company.end()
    return {row.pop('source'): row for row in map(json.loads, text.splitlines())}


class Jobs:
    """A store of many jobs, and the command line that shows it."""

    def __init__(self, directory, count):
        self.company = Company('--clock', CI_NOW, '--repos', '10', '--history', '1d')
        self.tls = Tls(directory, self.company.port)
        url = f'{self.tls.url}/api/v3'
        text = subprocess.run([f'{BUILD}/tests/bench/ci_store', directory, str(count), url],
                              stdout=subprocess.PIPE, text=True, check=True).stdout
        self.figures = json.loads(text)
        with open(f'{directory}/jobs.yaml', 'w') as out:
            out.write(f'store: {directory}/ci-bench.db\n'
                      'sources:\n'
                      f'  - {{type: github, name: gh, url: "{url}", ca: {self.tls.ca}, org: acme, history: 1d}}\n')
        self.argv = [f'{BUILD}/dxtop', '-c', f'{directory}/jobs.yaml', '--state', directory,
                     '--clock', CI_NOW]

    def end(self):
        self.tls.end()  # it holds the sim's stdin, too
        self.company.end()


# ---- the table ----

def medians(samples):
    return {key: statistics.median(sample[key] for sample in samples) for key in samples[0]}


def measure(directory, arguments, jobs):
    sim = subprocess.Popen([f'{BUILD}/dxtop-sim', '--until-stdin'], stdin=subprocess.PIPE,
                           stdout=subprocess.PIPE, text=True)
    url = json.loads(sim.stdout.readline())['url']
    tls = Tls(directory, int(url.rsplit(':', 1)[1].strip('/')))
    live = configuration(f'{directory}/live.yaml', tls.url, '15s', tls.ca, arguments.days)
    quiet = configuration(f'{directory}/quiet.yaml', tls.url, '1h', tls.ca, arguments.days)
    fill(live)
    programs = {'dxtop': [f'{BUILD}/dxtop', *live], 'dxtop, quiet': [f'{BUILD}/dxtop', *quiet],
                'dxtop, jobs': jobs.argv, 'empty screen': [compile_floor(directory, 'empty_screen', VIEWER_LIBRARIES)]}
    programs.update({name: [name] for name in ('htop', 'btop') if shutil.which(name)})
    request = compile_floor(directory, 'tls_request', ['curl'])
    collectors = {'dxtop': 'collector', 'dxtop, jobs': 'collector, jobs'}
    samples = {name: [] for name in [*programs, *collectors.values(), 'one TLS request']}
    for _ in range(arguments.runs):
        for name, argv in programs.items():
            result, child = meter(argv, arguments.seconds, with_child=name in collectors)
            samples[name].append(result)
            if name in collectors:
                samples[collectors[name]].append(child or sys.exit('bench: no collector was started'))
        samples['one TLS request'].append(meter_tls_request(request, f'{tls.url}/-/healthy', tls.ca))
    tls.end()  # it holds the sim's stdin, too
    sim.stdin.close()
    sim.wait()
    return {name: medians(taken) for name, taken in samples.items()}


def ratios(results):
    pairs = [('dxtop', other) for other in ('htop', 'btop', 'empty screen') if other in results]
    pairs += [('dxtop, quiet', other) for other in ('htop', 'btop') if other in results]
    pairs += [('dxtop, jobs', 'empty screen'), ('collector', 'one TLS request'),
              ('collector, jobs', 'one TLS request')]
    return {f'{one} / {other}': {key: results[one][key] / results[other][key] for key in COLUMNS
                                 if key in results[one] and results[other].get(key, 0) > 0}
            for one, other in pairs}


def show(title, rows):
    print(f'{title:24}' + ''.join(f'{key:>16}' for key in COLUMNS))
    for name, row in rows.items():
        print(f'{name:24}' + ''.join(f'{row[key]:16.2f}' if key in row else f'{"":16}' for key in COLUMNS))


def show_ci(ingest, figures):
    keys = list(next(iter(ingest.values())))
    print('\ntaking in the jobs of a company')
    for key in keys:
        print(f'{key:34}' + ''.join(f'{row[key]:14}' for row in ingest.values()))
    print(f'{"":34}' + ''.join(f'{name:>14}' for name in ingest))
    print('\na store of many jobs')
    for key, value in figures.items():
        print(f'{key:34}{value:14}')


def main():
    parser = argparse.ArgumentParser(description='dxtop beside htop and btop')
    parser.add_argument('--runs', type=int, default=3)
    parser.add_argument('--seconds', type=float, default=12, help='of each program')
    parser.add_argument('--jobs', type=int, default=100000, help='in the store of CI')
    parser.add_argument('--days', type=int, default=40, help='of the company that is taken in')
    parser.add_argument('--json', metavar='FILE', help='write the numbers there as well')
    arguments = parser.parse_args()
    if arguments.seconds < 1 or min(arguments.runs, arguments.jobs, arguments.days) < 1:
        parser.error('each has to be 1 at least')
    directory = tempfile.mkdtemp()
    try:
        ingest = ci_ingest(directory, arguments.days)
        os.mkdir(f'{directory}/jobs')
        jobs = Jobs(f'{directory}/jobs', arguments.jobs)
        results = measure(directory, arguments, jobs)
        jobs.end()
    finally:
        shutil.rmtree(directory)
    show(f'median of {arguments.runs}', results)
    show('\nratios', ratios(results))
    show_ci(ingest, jobs.figures)
    if arguments.json:
        with open(arguments.json, 'w') as out:
            json.dump({'runs': arguments.runs, 'seconds': arguments.seconds, 'median': results,
                       'ratio': ratios(results), 'ingest': ingest, 'store': jobs.figures}, out, indent=2)
            out.write('\n')


if __name__ == '__main__':
    main()

"""company: what is measured against: the simulated platform, TLS in front of it, stores of many
jobs. All of it runs apart, and is not measured."""
import atexit, json, os, re, select, signal, socket, ssl, subprocess, sys, threading

BUILD = os.environ['DXTOP_BIN']
HERE = os.path.dirname(os.path.abspath(__file__))
NOW = '2026-09-21T13:33:20Z'  # when the last jobs of ci_store ended
VIEWER_LIBRARIES = ['ncursesw', 'tinfo', 'fyaml', 'sqlite3', 'utf8proc', 'm', 'jansson', 'ev']


def compile_floor(directory, name, libraries):
    out = f'{directory}/{name}'
    if not os.path.exists(out):
        subprocess.run(['cc', '-O2', '-o', out, f'{HERE}/{name}.c', '-Wl,--no-as-needed']
                       + [f'-l{library}' for library in libraries], check=True)
    return out


class Relay:
    """Passes on what comes to a server on loopback, in a process of its own. wrap() makes of the
    client's socket the one that is read; heard() is told what it said."""

    def __init__(self, port, wrap=None, heard=None):
        listener = socket.create_server(('127.0.0.1', 0))
        self.address = f'127.0.0.1:{listener.getsockname()[1]}'
        self.pid = os.fork()
        if self.pid == 0:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            while True:
                client = listener.accept()[0]
                threading.Thread(target=self.serve, args=(client, port, wrap, heard), daemon=True).start()
        listener.close()
        atexit.register(self.end)

    @staticmethod
    def serve(client, port, wrap, heard):
        try:
            with wrap(client) if wrap else client as near, \
                    socket.create_connection(('127.0.0.1', port)) as far:
                while True:
                    pending = getattr(near, 'pending', None)  # what TLS has decoded already
                    ready = [near] if pending and pending() else select.select([near, far], [], [])[0]
                    for one in ready:
                        data = one.recv(1 << 16)
                        if not data:
                            return
                        if one is near and heard:
                            heard(data)
                        (far if one is near else near).sendall(data)
        except OSError:
            pass  # the client went away

    def end(self):
        if self.pid > 0:
            os.kill(self.pid, signal.SIGTERM)
            os.waitpid(self.pid, 0)
        self.pid = 0


class Tls(Relay):
    def __init__(self, directory, port):
        self.ca = f'{directory}/ca.pem'
        key = f'{directory}/key.pem'
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256',
                        '-nodes', '-days', '2', '-subj', '/CN=localhost', '-addext',
                        'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', key, '-out', self.ca],
                       check=True, stderr=subprocess.DEVNULL)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.ca, key)
        super().__init__(port, wrap=lambda client: context.wrap_socket(client, server_side=True))
        self.url = f'https://{self.address}'


class Company:
    """A simulated company; its clock begins, or stands, at a moment."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen([f'{BUILD}/dxtop-sim', '--until-stdin', *arguments],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = json.loads(self.process.stdout.readline())['port']
        self.url = f'http://127.0.0.1:{self.port}'

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def write_config(directory, text):
    """The command line that uses it, with its store beside it."""
    with open(f'{directory}/dxtop.yaml', 'w') as out:
        out.write(f'store: {directory}/dxtop.db\n{text}')
    return ['-c', f'{directory}/dxtop.yaml', '--state', directory]


def demo_config(path, url, every, ca, days):
    """That of the demo, as a file of its own on the same store."""
    text = subprocess.run([f'{BUILD}/dxtop', '--print-config'], capture_output=True, text=True,
                          check=True).stdout
    text = re.sub(r'http://127\.0\.0\.1:0([^\s,]*),', rf'{url}\1, ca: {ca},', text)  # in braces
    text = re.sub(r'http://127\.0\.0\.1:0(\S*)', rf'{url}\1\n    ca: {ca}', text)
    directory = os.path.dirname(path)
    with open(path, 'w') as out:
        out.write(text.replace('every: 15s', f'every: {every}').replace('history: 7d', f'history: {min(days, 7)}d')
                  + f'store: {directory}/demo.db\n')
    return ['-c', path, '--state', directory]


def four_sources(url, every, history):
    """The four CI systems, as YAML."""
    more = f'every: {every}, history: {history}'
    return ('sources:\n'
            f'  - {{type: github, url: "{url}/api/v3", org: acme, {more}}}\n'
            f'  - {{type: gitlab, url: "{url}/gitlab", group: acme, {more}}}\n'
            f'  - {{type: jenkins, url: "{url}/jenkins", {more}}}\n'
            f'  - {{type: azure, url: "{url}/azure", {more}}}\n')


def fill(arguments):
    """One poll of every source. What is measured after one that failed is something else."""
    once = subprocess.run([f'{BUILD}/dxtop', 'once', *arguments], capture_output=True, text=True)
    if once.returncode != 0:
        sources = json.loads(once.stdout)['sources'] if once.stdout else []
        wrong = [f'  {source["source"]}: {source["error"] or source["state"]}' for source in sources
                 if source['state'] not in ('live', 'filling') or source['error']]
        sys.exit('\n'.join(['bench: not every source of the configuration can be polled cleanly:',
                            *wrong, once.stderr]).rstrip())


class Jobs:
    """A store of many jobs, and the command line that shows it."""

    def __init__(self, directory, count):
        os.mkdir(directory)
        self.company = Company('--rate-limit', '0', '--clock', NOW, '--repos', '10', '--history', '1d')
        self.tls = Tls(directory, self.company.port)
        url = f'{self.tls.url}/api/v3'
        text = subprocess.run([f'{BUILD}/tests/bench/ci_store', directory, str(count), url],
                              stdout=subprocess.PIPE, text=True, check=True).stdout
        self.figures = json.loads(text)
        with open(f'{directory}/jobs.yaml', 'w') as out:
            out.write(f'store: {directory}/ci-bench.db\n'
                      'sources:\n'
                      f'  - {{type: github, name: gh, url: "{url}", ca: {self.tls.ca}, org: acme, history: 1d}}\n')
        self.argv = [f'{BUILD}/dxtop', '-c', f'{directory}/jobs.yaml', '--state', directory, '--clock', NOW]

    def end(self):
        self.tls.end()  # it holds the sim's stdin, too
        self.company.end()

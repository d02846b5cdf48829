"""keys: from the byte of a key, written into the terminal, to the last byte of the frame that it
made, while the collector takes in replies of 8 MB one after the other; and the most memory that
takes. The floor is a program that shows the key through curses, asked by turns in the same
seconds."""
import atexit, http.server, os, signal, socketserver, time

from company import BUILD, VIEWER_LIBRARIES, Company, compile_floor, four_sources, write_config
from process import forget_peak, memory, peak_mib
from terminal import Terminal, collector_of, wait

LIMIT = 8 << 20   # bytes: a source takes no larger body, unless told to
SERIES = 300      # of the reply, with as many points as fit
STEP = 60
SETTLE = 5.0
FRAME = 0.008     # seconds of silence: they end a frame
PATIENCE = 2.0
LEAST = 4.0       # seconds of keys: several replies come meanwhile


def body_of(size, turn):
    """What a Prometheus says of a range, as large as can be, and new each time."""
    now, points = int(time.time()) // STEP * STEP, size // SERIES // 27 - 3
    values = ','.join(f'[{now - (points - i) * STEP},"{turn + i / 7:.6f}"]' for i in range(points))
    series = ','.join(f'{{"metric":{{"pool":"pool-{i}"}},"values":[{values}]}}' for i in range(SERIES))
    return f'{{"status":"success","data":{{"resultType":"matrix","result":[{series}]}}}}'.encode()


class Big:
    """A Prometheus with 8 MB replies, in a process of its own."""

    def __init__(self, size):
        bodies = [body_of(size, turn) for turn in range(2)]
        self.bytes = max(map(len, bodies))

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'
            turn = 0

            def do_GET(self):
                body = b'{"status":"success","data":{}}'
                if self.path.startswith('/api/v1/query_range'):
                    Handler.turn += 1
                    body = bodies[Handler.turn % 2]
                self.send_response(200)
                self.send_header('Content-Type', 'application/json')
                self.send_header('Content-Length', str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments):
                pass

        server = socketserver.ThreadingTCPServer(('127.0.0.1', 0), Handler)
        server.daemon_threads = True
        self.url = f'http://127.0.0.1:{server.server_address[1]}'
        self.pid = os.fork()
        if self.pid == 0:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            server.serve_forever()
        server.server_close()
        atexit.register(self.end)

    def end(self):
        if self.pid > 0:
            os.kill(self.pid, signal.SIGTERM)
            os.waitpid(self.pid, 0)
        self.pid = 0


def latency_ms(terminal, key):
    while terminal.read(0.):
        pass
    began = terminal.now()
    terminal.send(key)
    last = terminal.until_silence(FRAME, PATIENCE)
    return 1e3 * ((last if last is not None else terminal.now()) - began)


def quantile(values, share):
    return sorted(values)[min(int(share * len(values)), len(values) - 1)]


def measure(directory, count, size=LIMIT - (64 << 10)):
    os.mkdir(f'{directory}/keys')
    big = Big(size)
    company = Company('--rate-limit', '0', '--repos', '10', '--history', '2d')
    arguments = write_config(f'{directory}/keys', four_sources(company.url, '30s', '1d') + (
        f'  - {{type: prometheus, name: big, url: "{big.url}", every: 1s, alerts: no, rules: no, '
        'queries: {big: {query: big, step: 60s, history: 1h}}}\n'))
    viewer = Terminal([f'{BUILD}/dxtop', *arguments])
    echo = Terminal([compile_floor(directory, 'echo_key', VIEWER_LIBRARIES)])
    viewer.read_until(wait(SETTLE))
    collector = collector_of(viewer)
    forget_peak(collector)
    took = {'viewer': [], 'echo': []}
    end, rest = viewer.now() + wait(LEAST), memory(collector)['RSS MiB']
    while len(took['echo']) < count or viewer.now() < end:
        took['viewer'].append(latency_ms(viewer, b'\t'))
        took['echo'].append(latency_ms(echo, b'x'))
        rest = min(rest, memory(collector)['RSS MiB'])  # between two replies
        time.sleep(0.02)
    peak = peak_mib(collector)
    viewer.end()
    echo.end()
    big.end()
    company.end()
    return {'reply MB': big.bytes / 1e6, 'keys': len(took['echo']),
            **{f'{name} p{share} ms': quantile(values, share / 100)
               for name, values in took.items() for share in (50, 99)},
            'collector at rest MiB': rest, 'collector at most MiB': peak,
            'what decoding took / the body': (peak - rest) * (1 << 20) / big.bytes}


def show(result):
    print('\nkeys, while replies of 8 MB come')
    for key, value in result.items():
        print(f'{key:38}{value:14.2f}')

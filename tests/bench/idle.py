"""idle: the dashboard of four sources that are polled every 30 s, in the same minute as htop and
btop; then one, several and many viewers of that store, which share its collector."""
import json, os, shutil, struct, subprocess

from company import BUILD, Company, Tls, fill, four_sources, write_config
from process import cpu_seconds, wait_end, wakeups
from terminal import Terminal, collector_of, read_all, settle, size, wait

WAIT = 5.0  # seconds: then each of them only goes on


class Dashboard:
    """The store of four sources, and the command line that shows it. Over TLS."""

    def __init__(self, directory, repos):
        os.mkdir(directory)
        self.company = Company('--rate-limit', '0', '--repos', str(repos), '--history', '2d')
        self.tls = Tls(directory, self.company.port)
        text = four_sources(self.tls.url, '30s', '1d').replace('type:', f'ca: {self.tls.ca}, type:')
        self.arguments = write_config(directory, text)
        self.argv = [f'{BUILD}/dxtop', *self.arguments]
        fill(self.arguments)

    def end(self):
        self.tls.end()
        self.company.end()


def watch(terminals, pids, seconds):
    """CPU % and wake-ups a second of each process, by its name."""
    before = {name: (cpu_seconds(pid), wakeups(pid)) for name, pid in pids.items()}
    began = terminals[0].now()
    read_all(terminals, seconds)
    span = terminals[0].now() - began
    return {name: {'CPU %': 100 * (cpu_seconds(pid) - before[name][0]) / span,
                   'wake-ups/s': (wakeups(pid) - before[name][1]) / span} for name, pid in pids.items()}


def side_by_side(dashboard, seconds):
    programs = {'viewer': dashboard.argv}
    programs.update({name: [name] for name in ('htop', 'btop') if shutil.which(name)})
    terminals = {name: Terminal(argv, keep=name == 'viewer') for name, argv in programs.items()}
    read_all(list(terminals.values()), wait(WAIT))
    pids = {name: one.pid for name, one in terminals.items()}
    pids['collector'] = collector_of(terminals['viewer'])
    settle(list(terminals.values()), pids['collector'])
    moments = {name: one.now() for name, one in terminals.items()}
    rows = watch(list(terminals.values()), pids, seconds)
    for name, one in terminals.items():
        rows[name]['bytes/s'] = one.sent_after(moments[name]) / (one.now() - moments[name])
    bursts = list(terminals['viewer'].bursts)  # without what it says at its end
    for one in terminals.values():
        one.end()
    wait_end(pids['collector'])
    rows['viewer and collector'] = {key: rows['viewer'][key] + rows['collector'][key]
                                    for key in ('CPU %', 'wake-ups/s')}
    return rows, (bursts, moments['viewer'])


def changed_cells(bursts, from_s):
    """What the bytes changed on the screen (changed_cells.c)."""
    feed = b''.join(struct.pack('=IB', size(data), at > from_s) + data for at, data in bursts)
    text = subprocess.run([f'{BUILD}/tests/bench/changed_cells'], input=feed, stdout=subprocess.PIPE,
                          check=True).stdout
    return json.loads(text)


def viewers(dashboard, counts, seconds):
    """Per count: the collector's CPU, and the most and the mean of a viewer's."""
    rows = {}
    for count in counts:
        terminals = [Terminal(dashboard.argv)]
        read_all(terminals, wait(WAIT))  # the first one starts the collector
        collector = collector_of(terminals[0])
        terminals += [Terminal(dashboard.argv) for _ in range(count - 1)]
        read_all(terminals, wait(WAIT) + count / 10)
        pids = {'collector': collector, **{str(i): one.pid for i, one in enumerate(terminals)}}
        taken = watch(terminals, pids, seconds)
        rows[str(count)] = {'collector CPU %': taken.pop('collector')['CPU %'],
                            'a viewer CPU %': sum(row['CPU %'] for row in taken.values()) / count,
                            'most of a viewer CPU %': max(row['CPU %'] for row in taken.values())}
        for one in reversed(terminals):  # the one that started the collector last
            one.end()
        wait_end(collector)
    return rows


def measure(directory, options):
    dashboard = Dashboard(f'{directory}/idle', min(options.repos, 50))
    rows, picture = side_by_side(dashboard, options.idle)
    result = {'side by side': rows, 'changed cells': changed_cells(*picture),
              'viewers': viewers(dashboard, options.viewers, options.idle / 2)}
    dashboard.end()
    return result


def show(result):
    columns = ['CPU %', 'wake-ups/s', 'bytes/s']
    print(f'\n{"4 sources at 30 s":30}' + ''.join(f'{key:>16}' for key in columns))
    for name, row in result['side by side'].items():
        print(f'{name:30}' + ''.join(f'{row[key]:16.2f}' if key in row else f'{"":16}' for key in columns))
    print('its bytes, and the cells that they changed')
    for key, value in result['changed cells'].items():
        print(f'{key:30}{value:16}')
    columns = list(next(iter(result['viewers'].values())))
    print(f'{"viewers on one store":30}' + ''.join(f'{key:>26}' for key in columns))
    for count, row in result['viewers'].items():
        print(f'{count:30}' + ''.join(f'{row[key]:26.3f}' for key in columns))

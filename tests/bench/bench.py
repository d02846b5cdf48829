#!/usr/bin/env python3
"""bench.py: dxtop beside htop and btop, each in a terminal of 200x60, in one run.

usage: bench.py [SECONDS]    (15; variables DXTOP_... name the build tree)

Prints, for each program: milliseconds to the first paint, bytes a second to the
terminal, CPU and resident memory after that; then dxtop's as ratios. The
simulated platform is started apart and is not measured; the store is filled
before. Absolute times are the machine's: only the ratios of one run say something.
"""
import fcntl, json, os, pty, select, shutil, signal, struct, subprocess, sys, tempfile, termios, time

BUILD = os.environ['DXTOP_BIN']
TICK = os.sysconf('SC_CLK_TCK')


def stat_of(pid):
    fields = open(f'/proc/{pid}/stat').read().rsplit(')', 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def rss_of(pid):
    for line in open(f'/proc/{pid}/status'):
        if line.startswith('VmRSS'):
            return int(line.split()[1]) / 1024


def meter(argv, seconds):
    env = dict(os.environ, TERM='xterm-256color', LC_ALL='C.UTF-8')
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack('HHHH', 60, 200, 0, 0))
    begin = time.monotonic()
    child = subprocess.Popen(argv, stdin=slave, stdout=slave, stderr=slave, env=env,
                             start_new_session=True)
    os.close(slave)
    bursts, cpu, settled = [], None, 3.0
    while (now := time.monotonic() - begin) < seconds:
        if cpu is None and now > settled:
            cpu = stat_of(child.pid), now
        if select.select([master], [], [], 0.1)[0]:
            bursts.append((time.monotonic() - begin, len(os.read(master, 1 << 20))))
    result = {
        'first paint ms': next(t for t, n in bursts if n > 500) * 1000 if any(n > 500 for _, n in bursts) else bursts[0][0] * 1000,
        'bytes/s': sum(n for t, n in bursts if t > settled) / (seconds - settled),
        'CPU %': 100 * (stat_of(child.pid) - cpu[0]) / (now - cpu[1]),
        'RSS MiB': rss_of(child.pid),
    }
    collector = [int(p) for p in os.listdir('/proc') if p.isdigit()
                 and open(f'/proc/{p}/cmdline', 'rb').read().startswith(f'{BUILD}/dxtop-collect'.encode())]
    if 'dxtop' in argv[0] and collector:
        result['collector RSS MiB'] = rss_of(collector[0])
    os.killpg(child.pid, signal.SIGTERM)
    child.wait()
    os.close(master)
    return result


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 15.0
    directory = tempfile.mkdtemp()
    sim = subprocess.Popen([f'{BUILD}/dxtop-sim', '--until-stdin'], stdin=subprocess.PIPE,
                           stdout=subprocess.PIPE, text=True)
    url = json.loads(sim.stdout.readline())['url']
    config = f'{directory}/dxtop.yaml'
    with open(config, 'w') as out:
        text = subprocess.run([f'{BUILD}/dxtop', '--print-config'], capture_output=True, text=True).stdout
        out.write(text.replace('http://127.0.0.1:0', url))
    common = ['-c', config, '--state', directory]
    subprocess.run([f'{BUILD}/dxtop', 'once', *common], stdout=subprocess.DEVNULL, check=True)
    programs = {'dxtop': [f'{BUILD}/dxtop', *common]}
    programs.update({name: [name] for name in ('htop', 'btop') if shutil.which(name)})
    results = {name: meter(argv, seconds) for name, argv in programs.items()}
    keys = list(results['dxtop'])
    print(f'{"":12}' + ''.join(f'{k:>20}' for k in keys))
    for name, result in results.items():
        print(f'{name:12}' + ''.join(f'{result[k]:20.2f}' if k in result else f'{"":20}' for k in keys))
    for name in programs:
        if name != 'dxtop':
            print(f'{"/ " + name:12}' + ''.join(f'{results["dxtop"][k] / max(results[name][k], 1e-9):20.2f}'
                                               if k in results[name] else f'{"":20}' for k in keys))
    sim.stdin.close()
    sim.wait()
    shutil.rmtree(directory)


main()

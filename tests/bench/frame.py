"""frame: what one frame of 200x60 costs the viewer, by the processor's time: one cell changes with
the clock, two rows when another one is marked, all of it when another view comes, whose panels read
the store before."""
import json, subprocess

from company import BUILD
from process import cpu_seconds
from terminal import Terminal, collector_of, settle, wait

WAIT, CLOCK = 2.0, 5.0
BETWEEN = 0.03  # seconds: a key a frame
KEYS = {'another row': [b'j', b'k'], 'another view': [b'1', b'2']}


def cost_us(terminal, keys, count):
    """Of a key, without what the viewer takes meanwhile by itself."""
    began, cpu = terminal.now(), cpu_seconds(terminal.pid)
    for i in range(count):
        terminal.send(keys[i % len(keys)])
        terminal.read_until(terminal.now() + BETWEEN)
    busy, span = cpu_seconds(terminal.pid) - cpu, terminal.now() - began
    cpu = cpu_seconds(terminal.pid)
    terminal.read_until(terminal.now() + min(span, wait(WAIT)))
    idle = (cpu_seconds(terminal.pid) - cpu) * span / min(span, wait(WAIT))
    return 1e6 * max(busy - idle, 0.) / count


def clock_us(terminal):
    """A second of an idle viewer: the frame of its clock, and its looks at the store."""
    began, cpu = terminal.now(), cpu_seconds(terminal.pid)
    terminal.read_until(began + wait(CLOCK))
    return 1e6 * (cpu_seconds(terminal.pid) - cpu) / (terminal.now() - began)


def measure(jobs, count):
    text = subprocess.run([f'{BUILD}/tests/bench/copy_cells'], stdout=subprocess.PIPE, check=True).stdout
    result = {'memcpy of the cells us': json.loads(text)['us']}
    terminal = Terminal(jobs.argv)
    terminal.read_until(wait(WAIT))
    settle([terminal], collector_of(terminal))
    result['the clock us'] = clock_us(terminal)
    for name, keys in KEYS.items():
        terminal.send(keys[1])
        terminal.read_until(terminal.now() + 0.3)
        sent = terminal.now()
        result[f'{name} us'] = cost_us(terminal, keys, count)
        result[f'{name}: bytes of a frame'] = terminal.sent_after(sent) / count
    terminal.end()
    return result


def show(result):
    print('\na frame at 200x60')
    for key, value in result.items():
        print(f'{key:38}{value:14.1f}')

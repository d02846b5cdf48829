"""process: what the kernel knows of a running program."""
import os, time


def cpu_seconds(pid):
    """By the scheduler's count of nanoseconds."""
    return sum(int(open(f'/proc/{pid}/task/{task}/schedstat').read().split()[0])
               for task in os.listdir(f'/proc/{pid}/task')) / 1e9


def wakeups(pid):
    """How often its threads slept and were woken."""
    total = 0
    for task in os.listdir(f'/proc/{pid}/task'):
        for line in open(f'/proc/{pid}/task/{task}/status'):
            if line.startswith('voluntary_ctxt_switches'):
                total += int(line.split()[1])
    return total


def memory(pid):
    kib = {'Rss': 0, 'Pss': 0, 'Anonymous': 0}
    for line in open(f'/proc/{pid}/smaps_rollup'):
        name, _, rest = line.partition(':')
        if name in kib:
            kib[name] = int(rest.split()[0])
    return {'RSS MiB': kib['Rss'] / 1024, 'PSS MiB': kib['Pss'] / 1024, 'own MiB': kib['Anonymous'] / 1024}


def peak_mib(pid):
    """The most it ever had resident, since forget_peak()."""
    for line in open(f'/proc/{pid}/status'):
        if line.startswith('VmHWM'):
            return int(line.split()[1]) / 1024
    return 0.


def forget_peak(pid):
    with open(f'/proc/{pid}/clear_refs', 'w') as out:
        out.write('5')


def child_of(pid):
    for task in os.listdir(f'/proc/{pid}/task'):
        children = open(f'/proc/{pid}/task/{task}/children').read().split()
        if children:
            return int(children[0])
    return None


def has_ended(pid):
    """Or waits for nobody but its parent."""
    try:
        return open(f'/proc/{pid}/stat').read().rpartition(')')[2].split()[0] == 'Z'
    except OSError:
        return True


def wait_end(pid, seconds=10.):
    """Of a process that is not ours: a collector, which would serve the next viewer as well."""
    end = time.monotonic() + seconds
    while not has_ended(pid) and time.monotonic() < end:
        time.sleep(0.02)

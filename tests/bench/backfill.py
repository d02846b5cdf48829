"""backfill: the first fill of history, from an empty store to all of it derived, against the time
that its requests take by themselves, one after the other on one connection: no more than one of
dxtop's is unanswered either. Of a server on the same machine, whose answers take no time, and of
one a short way off."""
import os, re, subprocess, time

from company import BUILD, NOW, Company, Relay, compile_floor, write_config

AWAY_MS = 5


def collect(directory, url, days):
    """Seconds of the wall, and of the collector's processor."""
    os.mkdir(directory)
    arguments = write_config(directory, f'sources: [{{type: github, name: gh, url: "{url}/api/v3", '
                                        f'org: acme, history: {days}d}}]\n')
    before, began = os.times(), time.monotonic()
    subprocess.run([f'{BUILD}/dxtop-collect', *arguments, '--once', '--wait', '3h', '--now', NOW],
                   check=True, stderr=subprocess.DEVNULL)
    after = os.times()
    return time.monotonic() - began, (after.children_user + after.children_system -
                                      before.children_user - before.children_system)


def requests_of(directory, company, days):
    """What a fill asks for: a first one says it."""
    log = f'{directory}/requests'
    out = os.open(log, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    relay = Relay(company.port, heard=lambda data: os.write(out, data))
    os.close(out)
    collect(f'{directory}/heard', f'http://{relay.address}', days)
    relay.end()
    with open(log, encoding='latin-1') as heard:
        return re.findall(r'^GET (\S+) HTTP/1', heard.read(), re.M)


def count(directory, what):
    text = subprocess.run([f'{BUILD}/dxtop', 'export', what, '--format', 'jsonl', '--since', '400d',
                           '-c', f'{directory}/dxtop.yaml', '--state', directory, '--now', NOW],
                          stdout=subprocess.PIPE, check=True).stdout
    return text.count(b'\n')


def fill(directory, repos, days, *faults):
    """repos: on GitHub. Of twenty of the company eight are there."""
    os.mkdir(directory)
    company = Company('--rate-limit', '0', '--now', NOW, '--repos', str(max(repos * 20 // 8, 1)),
                      '--history', f'{days}d', *faults)
    paths = requests_of(directory, company, days)
    took, cpu = collect(f'{directory}/filled', company.url, days)
    replay = compile_floor(directory, 'replay', ['curl'])
    began = time.monotonic()
    subprocess.run([replay], check=True, text=True,
                   input=''.join(f'{company.url}{path}\n' for path in paths))
    alone = time.monotonic() - began
    company.end()
    return {'repositories': repos, 'days': days, 'jobs': count(f'{directory}/filled', 'jobs'),
            'requests': len(paths), 'fill s': took, 'of it the processor s': cpu,
            'requests alone s': alone, 'fill / requests alone': took / alone}


def measure(directory, repos, days):
    result = fill(f'{directory}/backfill', repos, days)
    away = fill(f'{directory}/backfill-away', max(repos // 4, 1), days, '--fault', f'latency:{AWAY_MS}')
    result['requests to a server away'] = away['requests']
    result['fill / requests alone, away'] = away['fill / requests alone']
    return result


def show(result):
    print('\nback-fill')
    for key, value in result.items():
        print(f'{key:38}{value:14.7g}')

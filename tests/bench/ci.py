"""ci: what CI costs by the processor's time: taking in the jobs of a company (ci_ingest.c), and
stores of many jobs (ci_store.c), from few to many."""
import json, os, subprocess

from beside_others import SETTLED, START, first_paint
from company import BUILD, NOW, Company, Jobs, four_sources
from process import memory
from terminal import Terminal, first_paint_ms, wait

STARTS = 4


def ingest(directory, repos, days, jobs):
    """Per source: what ci_ingest measured."""
    company = Company('--rate-limit', '0', '--now', NOW, '--repos', str(repos), '--history', f'{days}d')
    with open(f'{directory}/ingest.yaml', 'w') as out:
        out.write(four_sources(company.url, '30s', f'{days}d'))
    text = subprocess.run([f'{BUILD}/tests/bench/ci_ingest', directory, str(jobs), '3',
                           f'--config={directory}/ingest.yaml', '--now', NOW],
                          stdout=subprocess.PIPE, text=True, check=True).stdout
    company.end()
    return {row.pop('source'): row for row in map(json.loads, text.splitlines())}


def view_of(jobs):
    """The viewer on such a store: its first picture, the fastest of some, and its memory."""
    paints = [first_paint(jobs.argv, wait(START)) for _ in range(STARTS)]
    terminal = Terminal(jobs.argv)
    terminal.read_until(wait(SETTLED))
    result = {'first paint ms': min([*paints, first_paint_ms(terminal.bursts)]), **memory(terminal.pid)}
    terminal.end()
    return result


def growth(directory, counts, known):
    """Stores of so many jobs; known: one that is there already."""
    rows = {}
    for count in counts:
        jobs = known if known.figures['jobs'] == count else Jobs(f'{directory}/jobs-{count}', count)
        rows[str(count)] = {**jobs.figures, **view_of(jobs)}
        if jobs is not known:
            jobs.end()
            os.unlink(f'{directory}/jobs-{count}/ci-bench.db')  # ten million jobs are 2 GB
    return rows


def show(title, rows):
    """Sources or stores side by side, a figure a line."""
    print(f'\n{title:38}' + ''.join(f'{name:>14}' for name in rows))
    for key in next(iter(rows.values())):
        print(f'{key:38}' + ''.join(f'{row.get(key, ""):14.7g}' if not isinstance(row.get(key, ''), str)
                                    else f'{row.get(key, ""):>14}' for row in rows.values()))

#!/usr/bin/env python3
"""bench.py: what dxtop costs, against what cannot be beaten and what people would run instead,
each measured in the same run. README.md says what each row is and how to read it.

usage: bench.py [--only PART,...] [--long] [--json FILE] [--against FILE] [OPTION]...

The variables DXTOP_... name the build tree; ./dev bench sets them. Only ratios within one run say
something: the machine makes the rest. Parts:

  programs   first paint and memory beside htop, btop and bare programs (beside_others.py)
  ingest     taking in the jobs of a company (ci.py)
  growth     stores of few and of many jobs (ci.py)
  idle       CPU, wake-ups and bytes of a minute; many viewers on one store (idle.py)
  frame      what a frame costs (frame.py)
  keys       keys while 8 MB replies come, and memory then (keys.py)
  backfill   the first fill of history (backfill.py)
  counts     instructions, by callgrind (counts.py)
"""
import argparse, json, os, shutil, sys, tempfile

import backfill, beside_others, ci, compare, counts, frame, idle, keys, table, terminal
from company import Jobs

PARTS = ['programs', 'ingest', 'growth', 'idle', 'frame', 'keys', 'backfill', 'counts']
QUICK = {'runs': 1, 'seconds': 1., 'idle': 1., 'viewers': [1, 2], 'jobs': 1000, 'growth': [1000, 3000],
         'repos': 4, 'days': 1, 'take': 50, 'keys': 4, 'backfill': 1}
WITH_JOBS = {'programs', 'growth', 'frame', 'counts'}  # they look at the store of many jobs


def measure_part(part, directory, options, jobs):
    if part == 'programs':
        rows = beside_others.measure(directory, options, jobs)
        return {'programs': rows, 'ratios': beside_others.ratios(rows)}
    if part == 'ingest':
        return ci.ingest(directory, options.repos, options.days, options.take)
    if part == 'growth':
        return ci.growth(directory, options.growth, jobs)
    if part == 'idle':
        return idle.measure(directory, options)
    if part == 'frame':
        return frame.measure(jobs, options.keys)
    if part == 'keys':
        return keys.measure(directory, options.keys)
    if part == 'backfill':
        return backfill.measure(directory, options.backfill, options.days)
    return counts.measure(directory, options, jobs)


def show_part(part, result):
    if part == 'programs':
        beside_others.show('\nprograms at 200x60', result['programs'])
        beside_others.show('\nratios', result['ratios'])
    elif part == 'ingest':
        ci.show('taking in the jobs of a company', result)
    elif part == 'growth':
        ci.show('a store of many jobs', result)
    else:
        {'idle': idle, 'frame': frame, 'keys': keys, 'backfill': backfill, 'counts': counts}[part].show(result)


def measure(options):
    directory = tempfile.mkdtemp()
    results, jobs = {}, None
    try:
        if WITH_JOBS & set(options.only):
            jobs = Jobs(f'{directory}/jobs', options.jobs)
        for part in options.only:
            results[part] = measure_part(part, directory, options, jobs)
            show_part(part, results[part])
        if jobs:
            jobs.end()
    finally:
        shutil.rmtree(directory)
    return results


def machine():
    return {'processors': os.cpu_count(), 'load': os.getloadavg()[0]}


def list_of(kind):
    return lambda text: [kind(word) for word in text.split(',')]


def arguments():
    parser = argparse.ArgumentParser(description='what dxtop costs', epilog=__doc__.split('Parts:')[1],
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add('--only', type=list_of(str), default=PARTS, metavar='PART,...', help='these parts alone')
    add('--long', action='store_true', help='with 10,000,000 jobs, and a back-fill of 200 repositories')
    add('--quick', action='store_true', help='as little as can be: whether it works, and no more')
    add('--json', metavar='FILE', help='write the numbers there as well')
    add('--against', metavar='FILE', help='compare with what an earlier run wrote')
    add('--read', metavar='FILE', help='measure nothing: take the numbers of a run')
    add('--runs', type=int, default=3, help='starts of each program (3)')
    add('--seconds', type=float, default=12, help='that a program runs (12)')
    add('--idle', type=float, default=60, help='seconds of idling (60), half of it with each count of viewers')
    add('--viewers', type=list_of(int), default=[1, 5, 50], help='on one store (1,5,50)')
    add('--jobs', type=int, default=1000000, help='in the store of many (1000000)')
    add('--growth', type=list_of(int), help='jobs of the stores to compare (10000,100000,1000000)')
    add('--repos', type=int, default=300, help='of the company that is taken in (300)')
    add('--days', type=int, default=30, help='of its history (30)')
    add('--take', type=int, default=10000, help='jobs of each of its sources (10000)')
    add('--keys', type=int, default=300, help='that are pressed (300)')
    add('--backfill', type=int, help='repositories to fill back (20)')
    options = parser.parse_args()
    if options.quick:
        vars(options).update(QUICK)
        terminal.hurry(0.1)
    options.growth = options.growth or [10000, 100000, 1000000] + [10000000] * options.long
    options.backfill = options.backfill or (200 if options.long else 20)
    if wrong := set(options.only) - set(PARTS):
        parser.error(f'--only: there is no part {", ".join(sorted(wrong))}; there are {", ".join(PARTS)}')
    counts_of = [options.runs, options.seconds, options.idle, options.jobs, options.repos, options.days,
                 options.take, options.keys, options.backfill, *options.viewers, *options.growth]
    if min(counts_of) < 1:
        parser.error('each has to be 1 at least')
    return options


def main():
    sys.stdout.reconfigure(line_buffering=True)  # each part when it is there
    options = arguments()
    before = compare.read(options.against) if options.against else None  # now: it may be none
    if options.read:
        run = compare.read(options.read)
        for part in run['options']['only']:
            show_part(part, run[part])
    else:
        said = {key: value for key, value in vars(options).items() if key not in ('json', 'against', 'read')}
        at_first = machine()
        run = measure(options)
        run = {'dxtop bench': compare.FORMAT, 'options': said, 'machine': [at_first, machine()],
               'table': table.table_of(run), **run}
    table.show(run['table'])
    if before:
        compare.show(before, run)
    if options.json:
        with open(options.json, 'w') as out:
            json.dump(run, out, indent=2)
            out.write('\n')


if __name__ == '__main__':
    main()

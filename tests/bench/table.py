"""table: the aims, each with the figure that was measured for it. README.md says what each is."""
import operator

AT_MOST, AT_LEAST = (operator.le, 'at most'), (operator.ge, 'at least')


def ratio(r, pair, column):
    return r['programs']['ratios'][pair][column]


def over(r, one, other, key):
    rows = r['idle']['side by side']
    return rows[one][key] / rows[other][key]


def of_ingest(r, figure):
    return max(figure(row) for row in r['ingest'].values())


def spread(r, key):
    """The largest store's figure to the smallest one's."""
    rows = [r['growth'][count] for count in sorted(r['growth'], key=int)]
    return rows[-1][key] / rows[0][key]


def largest(r, key):
    return r['growth'][max(r['growth'], key=int)][key]


def of_viewers(r, key, count):
    rows = r['idle']['viewers']
    return rows[count(rows, key=int)][key]


# name, how it is meant, the aim, the figure
ROWS = [
    ('first paint / btop', AT_MOST, 0.5, lambda r: ratio(r, 'dxtop, jobs / btop', 'first paint ms')),
    ('first paint / htop', None, None, lambda r: ratio(r, 'dxtop, jobs / htop', 'first paint ms')),
    ('first paint / its libraries alone', AT_MOST, 3,
     lambda r: ratio(r, 'dxtop, jobs / empty screen', 'first paint ms')),
    ('idle CPU, viewer and collector / htop', AT_MOST, 0.5,
     lambda r: over(r, 'viewer and collector', 'htop', 'CPU %')),
    ('idle CPU, viewer and collector / btop', None, None,
     lambda r: over(r, 'viewer and collector', 'btop', 'CPU %')),
    ('wake-ups/s, viewer', None, None, lambda r: r['idle']['side by side']['viewer']['wake-ups/s']),
    ('wake-ups/s, collector', None, None, lambda r: r['idle']['side by side']['collector']['wake-ups/s']),
    ('bytes/s to the terminal / btop', AT_MOST, 0.1, lambda r: over(r, 'viewer', 'btop', 'bytes/s')),
    ('bytes/s to the terminal / htop', None, None, lambda r: over(r, 'viewer', 'htop', 'bytes/s')),
    ('its bytes / the changed cells, addressed', AT_MOST, 1.3,
     lambda r: r['idle']['changed cells']['bytes'] / r['idle']['changed cells']['addressed']),
    ('its bytes / these cells in their colours', AT_MOST, 1.3,
     lambda r: r['idle']['changed cells']['bytes'] / r['idle']['changed cells']['dressed']),
    ('viewer RSS / its libraries alone', AT_MOST, 1.5,
     lambda r: ratio(r, 'dxtop, jobs / empty screen', 'RSS MiB')),
    ('viewer PSS / its libraries alone', AT_MOST, 1.5,
     lambda r: ratio(r, 'dxtop, jobs / empty screen', 'PSS MiB')),
    ('collector RSS / one TLS request', AT_MOST, 1.5,
     lambda r: ratio(r, 'collector, jobs / one TLS request', 'RSS MiB')),
    ('collector PSS / one TLS request', AT_MOST, 1.5,
     lambda r: ratio(r, 'collector, jobs / one TLS request', 'PSS MiB')),
    ('memory while decoding / the body', AT_MOST, 7, lambda r: r['keys']['what decoding took / the body']),
    ('a frame of the clock, us', AT_MOST, 500, lambda r: r['frame']['the clock us']),
    ('a frame of another row, us', AT_MOST, 500, lambda r: r['frame']['another row us']),
    ('a frame of another row / memcpy', None, None,
     lambda r: r['frame']['another row us'] / r['frame']['memcpy of the cells us']),
    ('decode / json_loadb, the worst source', AT_MOST, 1.3, lambda r: of_ingest(r, lambda s: s['decode / parse'])),
    ('ingest / (json_loadb + insert), the worst', AT_MOST, 2,
     lambda r: of_ingest(r, lambda s: s['ingest s'] / (s['parse s'] + s['insert s']))),
    ('the same, as a share of what is possible', AT_LEAST, 0.6,
     lambda r: 1 / of_ingest(r, lambda s: s['ingest s'] / (s['parse s'] + s['insert s']))),
    ('key to paint, p99 over an echo, ms', AT_MOST, 16,
     lambda r: r['keys']['viewer p99 ms'] - r['keys']['echo p99 ms']),
    ('key to paint, p50 over an echo, ms', None, None,
     lambda r: r['keys']['viewer p50 ms'] - r['keys']['echo p50 ms']),
    ('back-fill / its requests alone', AT_MOST, 1.2, lambda r: r['backfill']['fill / requests alone']),
    ('the same, of a server 5 ms away', AT_MOST, 1.2, lambda r: r['backfill']['fill / requests alone, away']),
    ('new jobs to the screen, largest store, ms', AT_MOST, 300,
     lambda r: largest(r, 'new jobs to the screen wall ms')),
    ('bytes a job, largest store', AT_MOST, 220, lambda r: largest(r, 'bytes/job')),
    ('growth of a poll', None, None, lambda r: spread(r, 'poll of 99 jobs ms')),
    ('growth of the first paint', None, None, lambda r: spread(r, 'first paint ms')),
    ('growth of the viewer\'s RSS', None, None, lambda r: spread(r, 'RSS MiB')),
    ('collector CPU, most viewers / one', AT_MOST, 1.5,
     lambda r: of_viewers(r, 'collector CPU %', max) / of_viewers(r, 'collector CPU %', min)),
    ('CPU % of a viewer of many', AT_MOST, 0.2, lambda r: of_viewers(r, 'a viewer CPU %', max)),
]


def table_of(results):
    """Rows of what was measured: what another program is missing for is left out."""
    rows = []
    for name, kind, aim, figure in ROWS:
        try:
            value = figure(results)
        except (KeyError, ZeroDivisionError):
            continue
        row = {'name': name, 'value': value}
        if kind:
            row |= {'aim': f'{kind[1]} {aim:g}', 'met': kind[0](value, aim)}
        rows.append(row)
    return rows


def show(rows):
    print(f'\n{"":44}{"measured":>12}  aim')
    for row in rows:
        said = f'{row["aim"]:16}{"met" if row["met"] else "NOT MET"}' if 'aim' in row else '-'
        print(f'{row["name"]:44}{row["value"]:12.3f}  {said}')

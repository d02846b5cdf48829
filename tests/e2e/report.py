#!/usr/bin/env python3
"""What `dxtop report` printed, held against `once` and `export`, and as a page.

  report.py numbers DIR   DIR has report-24h.json, report-7d.json, once.json, and of
                          `export --since` KIND-24h.jsonl, KIND-7d.jsonl, jobs-14d.jsonl
  report.py page FILE     one HTML file that asks nobody for anything
  report.py colours FILE  its colours are seen
  report.py table FILE    Markdown: whole tables, and nothing of a name is markup
"""
import html.parser
import json
import re
import sys
from datetime import datetime

bad = []


def expect(holds, *what):
    if not holds:
        bad.append(' '.join(str(w) for w in what))


# ---- numbers ----

def read(path):
    with open(path) as f:
        return json.load(f) if path.endswith('.json') else [json.loads(line) for line in f]


def of_week(records):
    return [r for r in records if r.get('window_s', 604800) == 604800]


def without(record, *keys):
    return {k: v for k, v in record.items() if k not in keys}


def same(what, got, wanted, key):
    got, wanted = sorted(got, key=key), sorted(wanted, key=key)
    expect(len(got) == len(wanted), what, len(got), 'records, wanted', len(wanted))
    for g, w in zip(got, wanted):
        expect(g == w, what, 'is', g, 'wanted', w)


def ms(text):
    return datetime.fromisoformat(text.replace('Z', '+00:00')).timestamp() * 1000 if text else 0


def median(values):
    values = sorted(values)
    at = (len(values) - 1) / 2
    low, high = values[int(at)], values[int(at) if at == int(at) else int(at) + 1]
    return low + (high - low) * (at - int(at))


def tickets(records, now, window):
    """By category, from the records of `export tickets`."""
    out = {}
    for t in records:
        g = out.setdefault(t['category'], dict(opened=0, closed=0, open=0, sla_breached=0))
        g['opened'] += now - window < ms(t['created_at'])
        g['closed' if t['state'] == 'done' else 'open'] += 1
        g['sla_breached'] += any(
            s['state'] in ('breached', 'running') and
            now - window < (ms(s['breach_at']) or
                            (ms(t['created_at']) if s['state'] == 'breached' else 0)) <= now
            for s in t['sla'])
    return [dict(category=c, **g) for c, g in out.items()]


def worse(pipelines, pools):
    """What the store's own tests found, and the rule for pools."""
    for p in pipelines:
        if p['part'] != 'all':
            continue
        where = (p['source'], p['project'], p['pipeline'])
        if p['duration_trend'] == 'slower':
            yield ('duration', *where), p['duration_p50_s'], p['duration_p50_before_s']
        if p['success_worse']:
            yield ('success_rate', *where), p['success_rate'], p['success_before']
    for p in pools:
        now, before = p['p95_s'], p['p95_before_s']
        if p['n'] >= 20 and p['n_before'] >= 20 and now >= 1.1 * before and now - before >= 1:
            yield ('queue_p95', p['source'], p['pool']), now, before


def check_worse(report, directory, now, window):
    found = {}
    for w in report['worse']:
        place = [w[k] for k in ('source', 'project', 'pipeline', 'job', 'pool') if k in w]
        found[(w['what'], *place)] = w
    wanted = list(worse(of_week(read(directory + '/pipelines-7d.jsonl')),
                        of_week(read(directory + '/pools-7d.jsonl'))))
    stored = {k: v for k, v in found.items() if k[0] != 'job_duration'}
    expect(set(stored) == {k for k, _, _ in wanted}, 'worse:', sorted(stored), sorted(wanted))
    for key, value, before in wanted:
        if key in stored:
            expect(stored[key]['value'] == value and stored[key]['before'] == before, key)
    spans = {}
    for j in read(directory + '/jobs-14d.jsonl'):
        if j['result'] == 'success' and j['duration_s'] is not None:
            key = ('job_duration', j['source'], j['project'], j['pipeline'], j['job'])
            side = 'now' if ms(j['finished_at']) > now - window else 'before'
            spans.setdefault(key, dict(now=[], before=[]))[side].append(j['duration_s'])
    jobs = {k: v for k, v in found.items() if k[0] == 'job_duration'}
    for key, w in jobs.items():
        expect(abs(w['value'] - median(spans[key]['now'])) < 1e-6, key, w)
        expect(abs(w['before'] - median(spans[key]['before'])) < 1e-6, key, w)
        expect(w['n'] == len(spans[key]['now']) and w['n_before'] == len(spans[key]['before']), key)
    times = [w['times'] for w in report['worse']]
    expect(times == sorted(times, reverse=True), 'not the most first:', times)
    return len(wanted), len(jobs)


def numbers(directory):
    day, week = read(directory + '/report-24h.json'), read(directory + '/report-7d.json')
    once = read(directory + '/once.json')

    # The same window as `once` has.
    expect(day['generated_at'] == once['generated_at'], 'another moment')
    same('kpis', [without(k, 'points') for k in day['kpis']],
         [k for k in once['kpis'] if k['value'] is not None], lambda k: k['id'])
    expect(day['totals'] == once['totals'], 'totals')
    same('pools', [without(p, 'points') for p in day['pools']],
         [p for p in once['pools'] if p['n'] or p['waiting']], lambda p: (p['source'], p['pool']))
    expect(day['failures'] == once['failures'], 'failures')
    expect([without(s, 'last_try_at', 'next_at') for s in day['sources']] ==
           [without(s, 'last_try_at', 'next_at') for s in once['sources']], 'sources')

    # A week, as `export --since 7d` has it; key numbers have windows of their own.
    def exported(kind):
        return of_week(read('%s/%s-7d.jsonl' % (directory, kind)))
    now, window = ms(week['generated_at']), 1000 * week['window_s']
    same('kpis', [without(k, 'points') for k in week['kpis']],
         [k for k in read(directory + '/kpis-7d.jsonl') if k['value'] is not None], lambda k: k['id'])
    same('pools', [without(p, 'points') for p in week['pools']],
         [p for p in exported('pools') if p['n'] or p['waiting']],
         lambda p: (p['source'], p['pool']))
    expect(week['flaky'] == exported('flaky'), 'flaky')
    expect(week['failures'] == exported('failures'), 'failures')
    same('tickets', week['tickets'], tickets(exported('tickets'), now, window),
         lambda t: t['category'])
    same('incidents', [without(i, 'duration_s') for i in week['incidents']],
         [a for a in exported('alerts') if a['name'] == 'PlatformIncident'],
         lambda i: (i['since'], i['key']))
    for i in week['incidents']:
        lasted = ((ms(i['ended']) or now) - ms(i['since'])) / 1000
        expect(abs(i['duration_s'] - lasted) < 1e-6, i)
    same('tickets of incidents', week['incident_tickets'],
         [t for t in exported('tickets')
          if t['state'] == 'done' and 'incident' in t['type'].lower()], lambda t: t['key'])
    p95 = [p['p95_s'] or 0 for p in week['pools']]
    expect(p95 == sorted(p95, reverse=True), 'pools: not the slowest first')
    w, j = check_worse(week, directory, now, window)
    print('%d kpis, %d pools, %d worse, %d worse jobs, %d flaky, %d causes, %d categories, '
          '%d incidents' % (len(week['kpis']), len(week['pools']), w, j, len(week['flaky']),
                            len(week['failures']), len(week['tickets']), len(week['incidents'])))


# ---- the page ----

VOID = {'meta', 'br'}
REACHES = {'src', 'href', 'srcset', 'action', 'data', 'poster', 'background', 'xlink:href', 'cite',
           'formaction', 'ping', 'manifest', 'longdesc', 'usemap'}
TAGS = {'html', 'head', 'meta', 'title', 'style', 'body', 'header', 'main', 'footer', 'section',
        'article', 'figure', 'figcaption', 'div', 'span', 'p', 'b', 'small', 'ul', 'li', 'dl', 'dt',
        'dd', 'h1', 'h2', 'h3', 'table', 'caption', 'thead', 'tbody', 'tr', 'th', 'td', 'svg',
        'path', 'rect', 'line', 'circle', 'desc'}


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.ids, self.heads, self.csp, self.svg = [], set(), [], '', []
        self.words, self.style = [], ''

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        expect(tag in TAGS, 'a tag that no report has:', self.get_starttag_text())
        expect(len(given) == len(attrs), 'twice:', attrs)
        for name, value in attrs:
            expect(name not in REACHES and not name.startswith('on'), tag, name, value)
            expect('url(' not in (value or '') and '://' not in (value or ''), tag, name, value)
        if 'id' in given:
            expect(given['id'] not in self.ids, 'two of', given['id'])
            self.ids.add(given['id'])
        if tag == 'meta' and given.get('http-equiv'):
            expect(given['http-equiv'] == 'Content-Security-Policy', given)
            self.csp = given['content']
        if tag in ('h1', 'h2', 'h3'):
            self.heads.append(int(tag[1]))
        if tag == 'svg':
            self.svg.append([given, []])
        elif 'svg' in self.open:
            self.svg[-1][1].append(tag)
        if tag == 'th':
            expect(given.get('scope') in ('col', 'row'), 'a head of nothing:', given)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        expect(self.open and self.open[-1] == tag, 'ends', tag, 'in', self.open)
        if self.open:
            self.open.pop()

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_comment(self, data):
        expect(False, 'a comment:', data)

    def handle_data(self, data):
        if self.open and self.open[-1] == 'style':
            self.style += data
        self.words.append(data)


def parse(path):
    with open(path, encoding='utf-8', errors='strict') as f:
        text = f.read()
    expect(text.startswith('<!DOCTYPE html>'), 'no doctype')
    page = Page()
    page.feed(text)
    page.close()
    expect(not page.open, 'still open:', page.open)
    return page, text


def check_page(path):
    page, text = parse(path)
    expect("default-src 'none'" in page.csp and 'script-src' not in page.csp, 'csp:', page.csp)
    for word in ('@import', 'url(', 'expression(', 'javascript:'):
        expect(word not in page.style, word)
    expect('@media print' in page.style and 'prefers-color-scheme:dark' in page.style, 'media')
    expect(page.heads[0] == 1 and page.heads.count(1) == 1, page.heads)
    for a, b in zip(page.heads, page.heads[1:]):
        expect(b <= a + 1, 'a level of headings is left out:', page.heads)
    charts = 0
    for given, inside in page.svg:
        if given.get('aria-hidden') == 'true':
            continue
        charts += 1
        expect(given.get('role') == 'img' and inside[:2] == ['title', 'desc'], given, inside)
        for one in given.get('aria-labelledby', '?').split():
            expect(one in page.ids, 'nothing is called', one)
    print('%d bytes, %d charts, %d headings' % (len(text), charts, len(page.heads)))


# ---- colours ----

def luminance(colour):
    channels = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(a, b):
    x, y = sorted((luminance(a), luminance(b)), reverse=True)
    return (x + 0.05) / (y + 0.05)


def colours(path):
    page, _ = parse(path)
    schemes = re.findall(r':root\{([^}]*)\}', page.style)
    expect(len(schemes) == 2, len(schemes), 'schemes')
    for scheme in schemes:
        named = dict(re.findall(r'--([a-z0-9-]+):(#[0-9a-f]{6})\b', scheme))
        for ground in ('paper', 'card'):
            for role in ('text', 'dim', 'title', 'good', 'warn', 'bad'):
                expect(contrast(named[role], named[ground]) >= 4.5, role, 'on', ground, named)
            for role in ('series-1', 'series-2', 'border'):
                expect(contrast(named[role], named[ground]) >= 3, role, 'on', ground, named)
        expect(contrast(named['paper'], named['bad']) >= 4.5, 'a chip')
    used = set(re.findall(r'var\(--([a-z0-9-]+)\)', page.style))
    for one in used:
        expect('--%s:' % one in schemes[0] and '--%s:' % one in schemes[1], 'no colour', one)


# ---- Markdown ----

def plain(line):
    """The line without its code spans, as CommonMark finds them."""
    out, at = '', 0
    while at < len(line):
        if line[at] == '\\' and at + 1 < len(line):
            at += 2
            continue
        if line[at] == '`':
            fence = re.match('`+', line[at:]).group()
            end = re.compile('(?<!`)%s(?!`)' % fence).search(line, at + len(fence))
            if end:
                at = end.end()
                continue
        out += line[at]
        at += 1
    return out


def cells(line):
    return len(re.findall(r'(?<!\\)\|', line)) - 1


def table(path):
    columns, rows = 0, 0
    for line in open(path, encoding='utf-8', errors='strict'):
        line = line.rstrip('\n')
        if line.startswith('|'):
            columns = columns or cells(line)
            rows += 1
            expect(cells(line) == columns, cells(line), 'cells, not', columns, 'in', line)
        else:
            columns = 0
        rest = plain(line)
        if not re.match(r'^(#+ |- |\||$|\d+ of |\d+ )', line) and line not in ('–', 'Nothing, as far as can be told'):
            expect(False, 'neither a head, an item nor a row:', line)
        body = re.sub(r'^(#+ |- (\*\*)?|\|[-:|]+$)', '', rest).replace('**', '')
        expect(not re.search(r'[<>\[\]`*@]|://|www\.', body), 'markup:', line)
    expect(rows > 0, 'no table')
    print('%d rows' % rows)


def main():
    {'numbers': numbers, 'page': check_page, 'colours': colours, 'table': table}[sys.argv[1]](
        sys.argv[2])
    for line in bad[:20]:
        print('wrong:', line[:600])
    if bad:
        print('%d wrong' % len(bad))
    return bool(bad)


sys.exit(main())

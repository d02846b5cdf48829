#!/usr/bin/env python3
"""past: what dxtop says of a past moment, against what follows from its raw records.

    past.py DIR MOMENT
    past.py --week DIR

DIR holds, of a store that knows a later time, jobs.jsonl, runs.jsonl and tickets.jsonl
(`dxtop export`, as of that later time), refs.txt (what tickets name: source, pool and
ticket), then.json (`dxtop --now MOMENT once --offline`) and queues.txt, pipelines.txt,
tickets.txt, overview.txt (`dxtop --now MOMENT screen`). Every number of then.json is
computed anew from the records, and every row of the screens from then.json. With --week
DIR has now.json and then.json of a week before (`once --offline`), and queues.txt
(`screen --week`), which has both, what got worse first. Prints what
differs; exit status 1: something does."""
import collections
import datetime
import json
import math
import re
import sys

DAY = 86400000
bad = []


def same(what, want, have):
    near = isinstance(want, float) and have is not None and abs(want - have) < 0.0011
    if want != have and not near:
        bad.append(f"{what}: want {want}, have {have}")


def ms(text):
    if not text:
        return None
    return round(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)


def quantile(values, p):
    if not values:
        return None
    values = sorted(values)
    rank = p * (len(values) - 1)
    low = math.floor(rank)
    return values[low] + (rank - low) * (values[min(low + 1, len(values) - 1)] - values[low])


def load(name):
    with open(f"{sys.argv[1]}/{name}", encoding="utf-8") as f:
        return json.load(f) if name.endswith(".json") else [json.loads(line) for line in f]


def waiting_since(job, now):
    """When a job that waited at the moment began to; None: it did not wait, or nobody can
    say. It waits from when it was queued until it begins or ends."""
    begun, ended, waited = ms(job["started_at"]), ms(job["finished_at"]), job["queued_s"]
    if begun is not None:
        since = ms(job["created_at"]) if waited is None else begun - round(waited * 1000)
    elif ended is None:
        since = ms(job["created_at"])
    else:
        since = None if waited is None else ended - round(waited * 1000)
    if job["phase"] == "waiting_gate" or since is None or since > now:
        return None
    return since if (begun or ended or math.inf) > now else None


def check_pools(then, jobs, now):
    waits, since = collections.defaultdict(list), collections.defaultdict(list)
    for job in jobs:
        key = (job["source"], job["pool"])
        begun = ms(job["started_at"])
        if begun and now - DAY < begun <= now and job["queued_s"] is not None:
            waits[key].append(job["queued_s"])
        if waiting_since(job, now):
            since[key].append(waiting_since(job, now))
    have = {(p["source"], p["pool"]): p for p in then["pools"]}
    same("pools with waits", {k for k in waits if k[1]} - have.keys(), set())
    for key, pool in have.items():
        same(f"{key} waiting", len(since[key]), pool["waiting"])
        same(f"{key} oldest", min(since[key], default=None), ms(pool["oldest_at"]))
        same(f"{key} n", len(waits[key]), pool["n"])
        for p in (50, 90, 95, 99):
            same(f"{key} p{p}", quantile(waits[key], p / 100), pool[f"p{p}_s"])
    return sum(map(len, since.values()))


def check_pipelines(then, runs, now):
    ended, ends = collections.defaultdict(list), {}
    for run in runs:
        ends[(run["source"], run["project"], run["run_id"], run["attempt"])] = ms(run["finished_at"])
    for run in runs:
        at = ms(run["finished_at"])
        later = ends.get((run["source"], run["project"], run["run_id"], run["attempt"] + 1))
        if at and now - DAY < at <= now and not (later and later <= now):
            ended[(run["source"], run["project"], run["pipeline"])].append(run["result"])
    for p in then["pipelines"]:
        if p["part"] != "all":
            continue
        results = ended[(p["source"], p["project"], p["pipeline"])]
        ok, failed = results.count("success"), results.count("failure")
        what = f"{p['project']}/{p['pipeline']}"
        same(f"{what} n", ok + failed, p["n"])
        same(f"{what} success", ok / (ok + failed) if ok + failed else None, p["success_rate"])
    return len(ended)


def check_failures(then, jobs, now):
    """Each failed job of the day, whatever became of its run: by its cause, and by what it
    was known by up to the colon."""
    want, projects = collections.Counter(), collections.defaultdict(set)
    for job in jobs:
        at = ms(job["finished_at"])
        if not at or not now - DAY < at <= now or job["result"] != "failure":
            continue
        category = re.match(r"([a-z]+\??): ", job["evidence"])
        key = (job["cause"], category.group(1) if category else "")
        want[key] += 1
        projects[key].add((job["source"], job["project"]))
    same("failures", dict(want), {(f["cause"], f["category"]): f["n"] for f in then["failures"]})
    for f in then["failures"]:
        key = (f["cause"], f["category"])
        same(f"{key} projects", len(projects[key]), f["projects"])
    return sum(want.values())


def check_tickets(then, tickets, now):
    want = {t["key"] for t in tickets if ms(t["created_at"]) <= now
            and (t["state"] != "done" or (ms(t["resolved_at"]) or ms(t["updated_at"])) > now)}
    have = {t["key"]: t for t in then["tickets"] if t["state"] != "done"}
    same("open tickets", sorted(want), sorted(have))
    same("open tickets, the key number", float(len(want)),
         next(k["value"] for k in then["kpis"] if k["id"] == "open_tickets"))
    changed = 0
    for key, t in have.items():  # the key number counts it open: so does its own state
        same(f"{key} is open", True, t["state"] in ("new", "in_progress", "open"))
    for t in tickets:
        if t["key"] in have and ms(t["updated_at"]) > now:  # then it was in another state
            changed += 1
            for field in ("raw_status", "assignee"):
                same(f"{t['key']} {field}", "", have[t["key"]][field])
            same(f"{t['key']} updated", None, have[t["key"]]["updated_at"])
        elif t["key"] in have:
            same(f"{t['key']} status", t["raw_status"], have[t["key"]]["raw_status"])
    return len(want), changed


# ---- the screens ----


def span(seconds):
    """As tables show a duration: two units at most."""
    if seconds is None:
        return "–"
    s = math.floor(seconds + 0.5)
    if s < 60:
        return f"{s}s"
    if s < 3600:
        return f"{s // 60}m{s % 60:02}s"
    if s < 86400:
        return f"{s // 3600}h{s // 60 % 60:02}m"
    return f"{s // 86400}d{s // 3600 % 24:02}h" if s < 864000 else f"{s // 86400}d"


def check_queue_screen(then, now):
    pools = collections.Counter(p["pool"] for p in then["pools"])
    with open(f"{sys.argv[1]}/queues.txt", encoding="utf-8") as f:
        lines = f.read().splitlines()
    for p in then["pools"]:
        name = p["pool"] if pools[p["pool"]] == 1 else f"{p['pool']} · {p['source']}"
        row = [m for m in (re.match(rf"│[▌ ]\S +{re.escape(name)} {{2,}}(.*)", line)
                           for line in lines) if m]
        same(f"{name}: rows", 1, len(row))
        age = None if p["oldest_at"] is None else (now - ms(p["oldest_at"])) // 10000 * 10
        want = [str(p["waiting"]), span(age), *(span(p[f"p{q}_s"]) for q in (50, 90, 95, 99)),
                str(p["n"])]
        same(f"{name}: row", want, row and row[0].group(1).split()[:7])


def check_ties(then, now):
    """The tickets that name a pool, of those that were open then."""
    opened = {t["key"] for t in then["tickets"] if t["state"] != "done"}
    named = collections.defaultdict(set)
    with open(f"{sys.argv[1]}/refs.txt", encoding="utf-8") as f:
        for line in f:
            source, pool, ticket = line.rstrip("\n").split("|")
            if ticket in opened:
                named[(source, pool)].add(ticket)
    pools = collections.Counter(p["pool"] for p in then["pools"])
    for p in then["pools"]:
        name = p["pool"] if pools[p["pool"]] == 1 else f"{p['pool']} · {p['source']}"
        row = [line for line in lines_of("queues.txt")
               if re.match(rf"│[▌ ]\S +{re.escape(name)} {{2,}}", line)]
        have = re.search(r" (DX-\d+)(?: \+(\d+))? *│$", row[0]) if row else None
        want = named[(p["source"], p["pool"])]
        same(f"{name}: tickets", len(want), 1 + int(have.group(2) or 0) if have else 0)
        same(f"{name}: its first ticket is open", True, not have or have.group(1) in want)
    return sum(map(len, named.values()))


def lines_of(screen):
    with open(f"{sys.argv[1]}/{screen}", encoding="utf-8") as f:
        return f.read().splitlines()


def percent(rate):
    return "–" if rate is None else f"{100 * rate:.1f} %"


def check_pipeline_screen(then):
    """Rows of RUNS PLATFORM ALL, and beside them the flaky jobs."""
    lines = lines_of("pipelines.txt")[2:]  # line 2 may name a job too
    for p in then["pipelines"]:
        name = "/".join(part for part in (p["project"][5:], p["pipeline"]) if part)
        row = [m for m in (re.match(rf"│[▌ ]\S {re.escape(name)} {{2,}}(\d+) +(.*)", line)
                           for line in lines) if m]
        if p["part"] != "all":
            continue
        same(f"{name}: rows", 1, len(row))
        if row:
            same(f"{name}: runs", str(p["n"]), row[0].group(1))
            low, high = percent(p["platform_rate_low"]), percent(p["platform_rate_high"])
            platform = high if low == high else f"{low[:-2]}–{high}"
            rates = re.findall(r"–(?!\d)|[\d.–]+ %", row[0].group(2))[:2]
            same(f"{name}: rates", [platform, percent(p["success_rate"])], rates)
    for f in then["flaky"]:
        job = f"{'/'.join(filter(None, (f['project'][5:], f['pipeline'])))} ({f['job']})"
        row = [line for line in lines if f" {job} " in line]
        same(f"{job}: rows", 1, len(row))
        if row and f["state"] == "suspect":
            same(f"{job}: {f['n']} commits", True, f"{job}  {f['n']} commit" in row[0])


def check_overview_screen(then):
    """The causes of failures, and of each tile what its number is of."""
    lines = lines_of("overview.txt")
    text = "\n".join(lines)
    for f in then["failures"]:
        name = rf"{f['cause']} +{re.escape(f['category'] or '–')} +"
        row = [m for m in (re.search(rf"\S {name}(\d+) ", line) for line in lines) if m]
        same(f"{f['cause']} {f['category']}: row", [str(f["n"])], [m.group(1) for m in row])
    for kpi in then["kpis"]:
        if f" {kpi['name']} " in text and kpi["n"]:
            same(f"{kpi['id']}: n", True, f" n {kpi['n']} " in text)


def check_ticket_screen(then, screen):
    with open(f"{sys.argv[1]}/{screen}", encoding="utf-8") as f:
        text = f.read()
    for t in then["tickets"]:
        if t["state"] != "done":
            same(f"{t['key']}: on the screen", True, f" {t['key']} " in text)


def check_week_screen(now, then):
    """Rows of 200 columns: WAIT WAS OLDEST P50 WAS P90 P95 WAS CHANGE P99 N WAS."""
    names = collections.Counter(p["pool"] for p in now["pools"])
    was = {(p["source"], p["pool"]): p for p in then["pools"]}
    changes, seen = [], 0
    with open(f"{sys.argv[1]}/queues.txt", encoding="utf-8") as f:
        lines = f.read().splitlines()
    for line in lines[4:]:
        for p in now["pools"]:
            name = p["pool"] if names[p["pool"]] == 1 else f"{p['pool']} · {p['source']}"
            row = re.match(rf"│[▌ ]\S +{re.escape(name)} {{2,}}(.*)", line)
            if not row:
                continue
            seen += 1
            before = was.get((p["source"], p["pool"]), {}).get("p95_s")
            change = None  # of the numbers as they are shown
            if before is not None and p["p95_s"] is not None:
                change = math.floor(p["p95_s"] + 0.5) - math.floor(before + 0.5)
            have = row.group(1).replace("▲ ", "▲").replace("▼ ", "▼").split()
            same(f"{name}: p95", [span(p["p95_s"]), span(before)], have[6:8])
            if change is None:
                want = "–"
            else:
                want = "=" if abs(change) < 0.5 else "▲▼"[change < 0] + span(abs(change))
            same(f"{name}: change", want, have[8])
            changes.append(-math.inf if change is None else change)
    same("pools on the screen", len(now["pools"]), seen)
    same("the worst changed first", sorted(changes, reverse=True), changes)
    if sum(c > -math.inf for c in changes) < 3:
        bad.append("too few pools have a week before")


def week():
    sys.argv.pop(1)
    check_week_screen(load("now.json"), load("then.json"))
    for line in bad[:30]:
        print(line)
    sys.exit(bool(bad))


def main():
    now = ms(sys.argv[2])
    then = load("then.json")
    waiting = check_pools(then, load("jobs.jsonl"), now)
    ended = check_pipelines(then, load("runs.jsonl"), now)
    tickets, changed = check_tickets(then, load("tickets.jsonl"), now)
    check_queue_screen(then, now)
    check_ticket_screen(then, "tickets.txt")
    failed = check_failures(then, load("jobs.jsonl"), now)
    ties = check_ties(then, now)
    check_pipeline_screen(then)
    check_overview_screen(then)
    print(f"{waiting} jobs wait, runs of {ended} pipelines ended, {tickets} tickets are open,"
          f" {changed} of them changed since, {ties} name a pool, {failed} jobs failed")
    if not (ended and tickets and changed and failed and ties):
        bad.append("nothing to compare")
    for line in bad[:30]:
        print(line)
    sys.exit(bool(bad))


week() if sys.argv[1] == "--week" else main()

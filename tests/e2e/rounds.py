#!/usr/bin/env python3
"""rounds: does who comes now and then know what who stays knows?

    rounds.py [--then [--records]] ROUNDS STAYED

Both are directories with KIND.jsonl of each kind of export, 24h.json, 7d.json and 30d.json
(`dxtop report`) and VIEW.txt (`dxtop screen`), all as of the same moment: with --then of one
before the last round; with --records that one is in a gap at whose end a server failed, and who
was not there says that what it shows was old: exports only are compared. What nobody can know
who did not ask is left out here, and said. Prints each kind of difference with its count and
first cases; exit status 1: there are some."""
import glob
import json
import os
import re
import sys

from truth_kit import differ, load, report

then = "--then" in sys.argv
records_only = "--records" in sys.argv


def incident(record):
    """The number of a pool behind @ is a store's own: the first one that it heard of is 1."""
    return re.sub(r"@\d+/", "/", record["key"])


def alerts(records):
    """Those of servers begin and end between two polls, and then nobody says that they were; of
    one that fires it is known when it began to by who asked then. dxtop's own are made of jobs."""
    for a in records:
        if a["source"] == "dxtop":
            yield incident(a), {k: v for k, v in a.items() if k != "key"}
        elif not then and a["state"] in ("firing", "pending"):
            yield a["key"], {k: a[k] for k in ("source", "name", "severity", "state", "labels",
                                               "summary")}


def samples(records):
    """How long Jira's queues are it says of now only."""
    for s in records:
        if s["query"] != "queues":
            yield json.dumps([s["source"], s["query"], s["labels"], s["at"]]), s


def said(record):
    """What a server said of a run that was under way knows who asked then."""
    if then and record["result"] is None:
        return dict(record, raw_status="", raw_result="", evidence="", queued_basis="")
    return record


def runs(records):
    """That GitHub's run took as long is read from its page by who sees its end before its jobs'."""
    for r in records:
        if r["source"] == "github":
            r = dict(r, duration_basis="")
        yield (r["source"], r["project"], r["run_id"], r["attempt"]), said(r)


def jobs(records):
    """How long one waited is read from Jenkins's queue and from what the pools of Azure DevOps were
    asked for by who sees it there, and from its run by who comes later."""
    for j in records:
        j = said(j)
        if j["source"] in ("jenkins", "azure"):
            j = dict(j, queued_basis="")
        yield (j["source"], j["project"], j["run_id"], j["job_id"], j["attempt"]), j


def pool_of(p):
    """How many runners there are, and why there is none, a server says of now only; since when
    there is none knows who asked then."""
    of_now = ("online", "busy", "offline", "note") if then else ()
    return {k: v for k, v in p.items() if k not in ("none_since", *of_now)}


def ticket_of(t):
    """So it does how much of a promise is left."""
    sla = t["sla"] and [dict(s, remaining_s=None) for s in t["sla"]]
    return dict(t, sla=sla) if then else t


def pools(records):
    for p in records:
        yield (p["source"], p["pool"], p["window_s"]), pool_of(p)


def tickets(records):
    for t in records:
        yield (t["source"], t["key"]), ticket_of(t)


def all_of(*fields):
    def pairs(records):
        for r in records:
            yield tuple(str(r[f]) for f in fields), r
    return pairs


KINDS = {"alerts": alerts, "samples": samples, "runs": runs, "jobs": jobs, "pools": pools,
         "tickets": tickets, "kpis": all_of("id"),
         "pipelines": all_of("source", "project", "pipeline", "part", "window_s"),
         "flaky": all_of("source", "project", "pipeline", "job"),
         "failures": all_of("cause", "category", "window_s")}


def compare(what, key, want, have):
    """Down to what differs."""
    if isinstance(want, dict) and isinstance(have, dict):
        for k in sorted(want.keys() | have.keys()):
            compare(f"{what}: {k}", key, want.get(k), have.get(k))
    elif isinstance(want, list) and isinstance(have, list) and len(want) == len(have):
        for a, b in zip(want, have):
            name = a.get("id", a.get("at", "")) if isinstance(a, dict) else ""
            compare(what, f"{key} {name}", a, b)
    elif want != have:
        differ(what, (key, "stayed", want, "rounds", have))


def check_kind(kind, rounds, stayed):
    have, want = (dict(KINDS[kind](load(f"{d}/{kind}.jsonl"))) for d in (rounds, stayed))
    for key in want.keys() - have.keys():
        differ(f"{kind}: only who stayed has", key)
    for key in have.keys() - want.keys():
        differ(f"{kind}: only who went has", key)
    for key in want.keys() & have.keys():
        compare(kind, key, want[key], have[key])
    return len(want)


def report_of(path):
    """How often a source was asked is each one's own."""
    with open(path, encoding="utf-8") as f:
        model = json.load(f)
    model["sources"] = [{k: s[k] for k in ("source", "type", "state")} for s in model["sources"]]
    for i in model["incidents"]:
        i["key"] = incident(i)
    model["pools"] = list(map(pool_of, model["pools"]))
    model["incident_tickets"] = list(map(ticket_of, model["incident_tickets"]))
    return model


def lines_of(path):
    """Those around it tell of alerts, and of how servers fared."""
    with open(path, encoding="utf-8") as f:
        lines = [re.sub(r"no runner since [\w ]*:\d\d|  +", " ", line) for line in f]
    return lines[2:-1] if then else lines


def check_reports(rounds, stayed):
    for path in sorted(glob.glob(f"{stayed}/*.json")):
        name = os.path.basename(path)
        compare(f"report {name}", "", report_of(path), report_of(f"{rounds}/{name}"))


def check_screens(rounds, stayed):
    """That of pools has a bar of how busy they are."""
    for path in sorted(glob.glob(f"{stayed}/*.txt")):
        name = os.path.basename(path)
        if then and name == "Queues.txt":
            continue
        for want, have in zip(lines_of(path), lines_of(f"{rounds}/{name}")):
            if want != have:
                differ(name, (want, have))


def main():
    rounds, stayed = sys.argv[-2:]
    counts = {kind: check_kind(kind, rounds, stayed) for kind in KINDS}
    if not records_only:
        check_reports(rounds, stayed)
        check_screens(rounds, stayed)
    for kind in ("runs", "jobs", "pools", "tickets", "kpis", "pipelines", "failures"):
        if not counts[kind]:
            differ("nothing to compare", kind)
    sys.exit(report())


if __name__ == "__main__":
    main()

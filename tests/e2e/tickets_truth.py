#!/usr/bin/env python3
"""tickets_truth: does dxtop say what really happened to each ticket? Compares what
`dxtop export tickets` wrote with what dxtop-sim knows (GET /truth?kind=ticket).

    tickets_truth.py DIR NOW SOURCE=SYSTEM...

DIR holds truth.jsonl and tickets.jsonl; NOW is the moment of both, in RFC 3339; SOURCE is
the name in the configuration of what polled that SYSTEM (jira jiradc ...). Prints each kind
of difference with its count and first cases; exit status 1: there are some."""
import re
import sys
import unicodedata

from truth_kit import differ, load, ms, report

STATES = {"new": "new", "work": "in_progress", "waiting": "in_progress", "done": "done",
          "closed": "done", "cancelled": "done"}
BIDI = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
# Of these systems the service desk says what was promised, by project.
DESKS = {"jira": ("DX",)}
# These have words of their own for the type, and no labels.
PLAIN = ("servicenow",)
# These are open or closed, and know of no waiting: what is neither a time nor a label is not
# said, or by logins.
LABELLED = ("github", "gitlab")

def shown(text):
    """Foreign text as dxtop shows it: white space is a blank, other controls are marked."""
    out = "".join(" " if c in "\t\n\r\v\f" else "\ufffd" if unicodedata.category(c) == "Cc" else c
                  for c in text if unicodedata.bidirectional(c) not in BIDI and c not in "\u200e\u200f\u061c")
    return re.sub(" +", " ", out).strip()


def same(what, key, want, have):
    if want != have:
        differ(what, (key, "want", want, "have", have))


def promised(name, cycles):
    """An SLA as dxtop shows it: the cycle that runs, or the last one."""
    if not cycles:
        return {"name": name, "state": "unknown", "breach_at": None, "left_ms": None}
    c = cycles[-1]
    ended = "met" if c["stop"] else "paused" if c["paused"] else "running"
    return {"name": name, "state": "breached" if c["breached"] else ended,
            "breach_at": ms(c["breach"]),
            "left_ms": round((c["goal_s"] - c["elapsed_s"]) * 1000)}


def said(sla):
    left = sla["remaining_s"]
    return {"name": sla["name"], "state": sla["state"], "breach_at": ms(sla["breach_at"]),
            "left_ms": None if left is None else round(left * 1000)}


def minutes(spent_s, paused_s):
    return None if spent_s is None else int((spent_s - paused_s + 1e-6) // 60)


def check(system, key, want, have):
    what = f"{system}: "
    for field, ours in (("title", "title"), ("type", "type"), ("category", "category"),
                        ("priority", "priority"), ("reporter", "reporter"),
                        ("label", "labels")):
        if system in PLAIN and field in ("type", "label"):
            continue
        if system in LABELLED and field in ("type", "label", "reporter"):
            continue
        same(what + field, key, shown(want[field]) if field == "title" else want[field],
             have[ours])
    labelled = system in LABELLED
    if labelled:
        same(what + "assigned", key, bool(want["assignee"]), bool(have["assignee"]))
        if want["label"] not in have["labels"].split(", "):
            differ(what + "label", (key, want["label"], have["labels"]))
        same(what + "state", key,
             "in_progress" if want["open"] and want["assignee"] else
             "new" if want["open"] else "done", have["state"])
    else:
        same(what + "assignee", key, want["assignee"] or "", have["assignee"] or "")
        same(what + "state", key, STATES[want["state"]], have["state"])
    for field, ours in (("created", "created_at"), ("updated", "updated_at"),
                        ("first_response", "first_response_at"), ("resolved", "resolved_at")):
        same(what + field, key, ms(want[field]), ms(have[ours]))
    same(what + "first response, business time", key,
         minutes(want["response_business_s"],
                 0 if labelled else want["response_paused_business_s"]),
         have["first_response_business_min"])
    same(what + "resolution, business time", key,
         minutes(want["resolution_business_s"], 0 if labelled else want["paused_business_s"]),
         have["resolution_business_min"])
    stays = want["stays"] and {name: int((s + 1e-6) // 60) for name, s in want["stays"].items()}
    same(what + "times in status", key, stays, have["time_in_status_min"])
    if system.startswith("jira"):
        same(what + "links", key, sorted(want["links"]), sorted(have["links"]))
    if system in PLAIN or labelled:
        return
    slas = []
    if have["project"] in DESKS.get(system, ()):
        slas = [promised("Time to first response", want["response_sla"]),
                promised("Time to resolution", want["resolution_sla"])]
    by_name = {"key": lambda sla: sla["name"]}
    same(what + "slas", key, slas, sorted(map(said, have["sla"]), **by_name))


def linked(tickets):
    """Both ends of a link show it."""
    for t in tickets.values():
        t["links"] = []
    for t in tickets.values():
        if t["duplicates"]:
            t["links"].append(f"duplicates {t['duplicates']}")
            tickets[t["duplicates"]]["links"].append(f"is duplicated by {t['key']}")
    return tickets


def main():
    directory, now_ms = sys.argv[1], ms(sys.argv[2])
    truth, tickets = load(f"{directory}/truth.jsonl"), load(f"{directory}/tickets.jsonl")
    for pair in sys.argv[3:]:
        source, system = pair.split("=")
        want = linked({t["key"]: t for t in truth if t["system"] == system})
        want = {key: t for key, t in want.items() if not t["hidden"]}
        have = {}
        for t in tickets:
            if t["source"] == source:
                if t["key"] in have:
                    differ(f"{system}: twice", t["key"])
                have[t["key"]] = t
        if not want:
            differ(f"{system}: there are no tickets to compare", "")
        for key in want.keys() - have.keys():
            differ(f"{system}: missing", key)
        for key in have.keys() - want.keys():
            differ(f"{system}: there is no such one", key)
        for key in sorted(want.keys() & have.keys()):
            check(system, key, want[key], have[key])
            if ms(have[key]["updated_at"]) > now_ms:
                differ(f"{system}: of the future", key)
    return report()


sys.exit(main())

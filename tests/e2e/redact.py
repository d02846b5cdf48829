#!/usr/bin/env python3
"""redact: is anything private on what dxtop wrote?

    redact.py DIR FILE...

DIR holds runs.jsonl, jobs.jsonl and tickets.jsonl as `dxtop export` writes them: who did
what on which branch under which title is private, all else is not. The files (frames,
pictures, exports with --redact) may have nothing of it, not even its beginning, as a narrow
column shows it. Exit status 1: one has."""
import json
import sys
import urllib.parse

LEAST = 5  # shorter beginnings are in other words too
CUT = 9    # as much of it as the narrowest column shows


def load(directory, kind):
    with open(f"{directory}/{kind}.jsonl", encoding="utf-8") as f:
        return [json.loads(line) for line in f]


def main():
    directory, files = sys.argv[1], sys.argv[2:]
    records = [r for kind in ("runs", "jobs", "tickets") for r in load(directory, kind)]
    private, public = set(), set()
    for r in records:
        names = {r.get(f) for f in ("actor", "branch", "title", "reporter", "assignee")}
        names |= {n.rsplit("/", 1)[-1] for n in names if n and n == r.get("branch")}
        names |= {urllib.parse.quote(n, safe="") for n in names if n}
        private |= {n for n in names if n}
        public |= {str(r.get(f)) for f in ("project", "pipeline", "pool", "job", "category",
                                           "event", "key", "type", "labels", "raw_status")}
    public = "\n".join(public)
    wanted = {n[:CUT] for n in private if len(n) >= LEAST and n[:CUT] not in public}
    if len(wanted) < 50:
        sys.exit(f"redact.py: only {len(wanted)} private words")
    bad = []
    for name in files:
        with open(name, encoding="utf-8", errors="replace") as f:
            text = f.read()
        bad += [f"{name}: {n}" for n in sorted(wanted) if n in text]
    print(f"{len(wanted)} private words, {len(bad)} of them seen")
    print("\n".join(bad[:30]))
    sys.exit(bool(bad))


main()

#!/usr/bin/env python3
"""reviews_truth: does dxtop know what really happened to each pull and merge request?
Compares the store's table of changes with what dxtop-sim knows (GET /truth?kind=review).

    reviews_truth.py STORE TRUTH FROM SOURCE...

STORE is the database, TRUTH a file with a line each; those that changed before FROM, in RFC
3339, are older than the history; those of a bot are nobody's. SOURCE is the name in the
configuration, which is that of the system (github gitlab). Prints each kind of difference with its count and first cases;
exit status 1: there are some."""
import sqlite3
import sys

from truth_kit import differ, load, ms, report

LEAST = 30  # of each system: with fewer, nothing was compared

def stored(path, source):
    rows = sqlite3.connect("file:%s?mode=ro" % path, uri=True).execute(
        "SELECT (SELECT text FROM text WHERE id = project), ext, title,"
        " (SELECT text FROM text WHERE id = author), created_ms, reviewed_ms, merged_ms, closed_ms"
        " FROM change WHERE source = (SELECT id FROM source WHERE name = ?)", (source,))
    return {(row[0], str(row[1])): row[2:] for row in rows}


def main():
    store, truth, since = sys.argv[1], sys.argv[2], ms(sys.argv[3])
    lines = load(truth)
    for source in sys.argv[4:]:
        have, wanted = stored(store, source), 0
        for line in (line for line in lines if line["system"] == source):
            key = (line["project"], str(line["number"]))
            if line["author_is_bot"]:
                continue
            row = have.pop(key, None)
            last = max(filter(None, (ms(line[name]) for name in
                                     ("created", "first_review", "merged", "closed"))))
            if row is None:
                if last >= since:
                    differ(source + ": missing", key)
                continue
            wanted += 1
            for name, want, got in (("created", ms(line["created"]), row[2]),
                                    ("first review", ms(line["first_review"]) or 0, row[3]),
                                    ("merged", ms(line["merged"]), row[4]),
                                    ("closed", ms(line["closed"]), row[5])):
                if want != got:
                    differ("%s: %s" % (source, name), (key, "want", want, "have", got))
        for key in have:
            differ(source + ": invented", key)
        if wanted < LEAST:
            differ(source + ": too few", wanted)
    return report()


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""truth: does dxtop say what really happened? Compares what `dxtop export` wrote with
what dxtop-sim knows (GET /truth), from whose raw runs and jobs every number is
computed here, the plain way and by itself.

    truth.py [--records | --then | --after-faults] DIR NOW SYSTEM...

DIR holds truth.jsonl and KIND.jsonl of each kind of export; NOW is the moment of
both, in RFC 3339; the SYSTEMs (github gitlab ...) are those that were polled. With
--records only runs and jobs are compared, and dxtop's clock may be another. With --then
dxtop has polled at a later time: what waited in Jenkins's queue is known by its pool and
not as an item, and what waited at a gate is not told apart from what waits. With
--after-faults the servers failed now and then: of one job in two hundred it may be unknown
why it failed or on which pool it was, but not that it was, when, or what it came to; and the
numbers are those of what is known.
Prints each kind of difference with its count and first cases; exit status 1: there
are some."""
import collections
import json
import math
import os
import sys

from truth_kit import differ, load, ms, near, report

WINDOWS = (3600, 86400, 7 * 86400, 30 * 86400)
FLAKY_DAYS = 14
CODE_SIDE = {"code", "test", "lint", "dependency", "config", "user"}
# Where the server knows one pipeline a project.
NAMELESS = {"gitlab"}
Z95 = 1.96

# Words that the platform and the code both say: the platform's only where others
# fail alike at the same time (class A of the catalogue).
with open(os.path.join(os.path.dirname(__file__), "../../data/failure_patterns.tsv"),
          encoding="utf-8") as patterns:
    PATTERNS = {int(row.split("\t")[0]): row.split("\t")[1:3] for row in patterns
                if row[0].isdigit()}
AMBIGUOUS = {number for number, (_, kind) in PATTERNS.items() if kind == "A"}


def category(job):
    """What failed it, in the catalogue's word, whatever system shows it."""
    return "capacity" if job["never_started"] else PATTERNS[job["pattern"]][0]


def same(what, case, want, have):
    if isinstance(want, float) or isinstance(have, float):
        equal = near(want, have)
    else:
        equal = want == have
    if not equal:
        differ(what, (case, "want", want, "have", have))


def quantile(values, p):
    """Linear interpolation, as PERCENTILE_CONT."""
    if not values:
        return None
    values = sorted(values)
    rank = p * (len(values) - 1)
    low = math.floor(rank)
    high = min(low + 1, len(values) - 1)
    return values[low] + (rank - low) * (values[high] - values[low])


def wilson(k, n):
    if n == 0:
        return None, None
    p, z = k / n, Z95
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(0.0, centre - half), min(1.0, centre + half)


# ---- what is known ----


def name_run(run):
    """Its id and pipeline in its system's words. A build of Jenkins has a number in its
    job, which is a branch's where the project has one for each."""
    run["id"] = str(run["run_id"])
    run["where"] = "" if run["system"] in NAMELESS or run["branch_job"] else run["pipeline"]
    if run["system"] == "jenkins":
        job = f"{run['branch_job']}/" if run["branch_job"] else f"{run['pipeline']}#"
        run["id"] = f"{job}{run['number']}@{ms(run['released'])}"


def name_job(job, run):
    """Likewise. What Azure DevOps runs again keeps its id, and has another attempt."""
    job["run_name"], job["where"] = run["id"], run["where"]
    job["id"] = str(job["record"] or job["job_id"])
    if job["system"] == "azure":
        job["id"] += f"#{job['attempt']}"


def is_listed(line):
    """Jenkins makes a build when it leaves the queue, and a stage when it begins."""
    if line["system"] != "jenkins":
        return True
    return bool(line["released"] if line["kind"] == "run" else line["created"])


class World:
    """The truth as a reader of the APIs can know it."""

    def __init__(self, lines, now_ms, systems):
        self.now_ms = now_ms - now_ms % 60000  # numbers move in steps of a minute
        self.runs, self.jobs, named = {}, {}, {}
        self.lines = lines = [line for line in lines if line.get("system") in systems]
        for run in (line for line in lines if line["kind"] == "run" and is_listed(line)):
            name_run(run)
            named[(run["system"], run["run_id"])] = run
            self.runs[self.run_key(run)] = run
        for job in (line for line in lines if line["kind"] == "job" and not line["copy_of"]):
            run = named.get((job["system"], job["run_id"]))
            if run and is_listed(job):
                name_job(job, run)
                self.jobs[self.job_key(job)] = job
        for line in list(self.runs.values()) + list(self.jobs.values()):
            line["at"] = ms(line["finished"])
            line["begun"] = ms(line["started"])
        self.approved = {self.job_key(job)[:3] for job in self.jobs.values()
                         if job["gate"] == "approval"}
        for job in self.jobs.values():
            job["known"] = self.cause_known(job)
            job["run"] = self.runs.get(self.run_key(job)) or self.runs[self.run_key(job, 1)]

    @staticmethod
    def run_key(line, attempt=None):
        run = line["id"] if line["kind"] == "run" else line["run_name"]
        return (line["system"], line["project"], run, attempt or line["attempt"])

    @staticmethod
    def job_key(line):
        return (line["system"], line["project"], line["run_name"], line["id"])

    @staticmethod
    def cause_known(job):
        """Why it failed, as far as anything in the API says so."""
        if job["result"] != "failure":
            return None
        return "unknown" if job["signal"] in (None, "none") else job["cause"]

    @staticmethod
    def may_fail(job):
        """GitLab alone tells which jobs may."""
        return job["allow_failure"] and job["system"] == "gitlab"

    def wait_known(self, job):
        """False: the API does not tell when it began to wait for a runner, or its
        runner's clock is wrong. GitHub tells that a run was approved, but not when and
        not for which job, so of those that waited long it may have been any."""
        if job["system"] == "github" and job["begun"]:
            if job["gate"] or self.job_key(job)[:3] in self.approved and job["queued_s"] > 590:
                return False
        return not job["skewed"]

    def run_cause(self, run):
        """By its jobs' last tries: code before unknown before platform."""
        if run["special"] == 1:
            return "config"
        last = {}
        for job in self.jobs_of.get(self.run_key(run), ()):
            if job["job"] not in last or job["job_id"] > last[job["job"]]["job_id"]:
                last[job["job"]] = job
        failed = sorted((j for j in last.values()
                         if j["result"] == "failure" and not self.may_fail(j)),
                        key=lambda j: (j["at"], j["job_id"]))
        for side in (CODE_SIDE, {"unknown"}, {"platform"}):
            for job in failed:
                if job["known"] in side:
                    return job["known"]
        return "unknown"

    def group(self):
        self.jobs_of = collections.defaultdict(list)
        for job in self.jobs.values():
            self.jobs_of[self.run_key(job["run"])].append(job)


# ---- records ----

PHASES = {"gate": ("waiting_gate",), "waiting": ("waiting_gate", "queued", "unknown")}
PHASES_THEN = {"gate": ("waiting_gate", "queued", "running", "unknown"),
               "waiting": ("queued", "running", "unknown"), "queued": ("queued", "unknown")}
then = "--then" in sys.argv
after_faults = "--after-faults" in sys.argv
FORGIVEN_SHARE = 200
forgiven = []


def index(kind, records, key_of):
    found = {}
    for record in records:
        key = key_of(record)
        if key in found:
            differ(f"{kind}: twice", key)
        found[key] = record
    return found


def is_build(record):
    return not record["run_id"].startswith("queue/")


def check_queue(world, runs):
    """What waits in Jenkins's queue is a run each: builds, and stages that want a node.
    Takes them out of the exported runs."""
    of_jenkins = [line for line in world.lines if line["system"] == "jenkins"]
    begun = {run["run_id"] for run in of_jenkins if run["kind"] == "run" and run["released"]}
    want = {f"queue/{run['run_id'] * 16 + 8}" for run in of_jenkins
            if run["kind"] == "run" and not run["released"]}
    want |= {f"queue/{job['run_id'] * 16 + int(job['record']) // 10}" for job in of_jenkins
             if job["kind"] == "job" and job["phase"] == "queued" and job["run_id"] in begun}
    if not then:
        same("queue of jenkins", "ids", want, {r["run_id"] for r in runs if not is_build(r)})
    return [r for r in runs if is_build(r)]


def check_all_there(kind, want, have):
    for key in want.keys() - have.keys():
        differ(f"{kind} of {key[0]}: missing", key)
    for key in have.keys() - want.keys():
        differ(f"{kind} of {key[0]}: there is no such one", key)


def check_runs(world, exported):
    have = index("run", exported, lambda r: (r["type"], r["project"], r["run_id"], r["attempt"]))
    check_all_there("run", world.runs, have)
    for key in world.runs.keys() & have.keys():
        run, record = world.runs[key], have[key]
        what = f"run of {key[0]}: "
        if run["special"] == 2:  # waits for a person: a gate, and given up after some days
            run["at"] = ms(record["finished_at"]) if record["phase"] == "done" else None
            continue
        same(what + "pipeline", key, run["where"], record["pipeline"])
        same(what + "sha", key, run["sha"], record["sha"])
        if after_faults:
            forgive_run(world, key, run, record)
        same(what + "result", key, run["result"], record["result"])
        same(what + "created", key, ms(run["created"]), ms(record["created_at"]))
        if key[0] == "github" and not world.jobs_of[key]:
            # Without a job its last change is all there is, and may be a later one.
            if run["at"] and run["at"] > (ms(record["finished_at"]) or 0):
                differ(what + "finished too early", key)
            run["at"] = ms(record["finished_at"])
        same(what + "finished", key, run["at"], ms(record["finished_at"]))
        if record["phase"] not in PHASES.get(run["phase"], (run["phase"],)):
            differ(what + "phase", (key, run["phase"], record["phase"]))
        if run["result"] == "failure":
            same(what + "cause", key, world.run_cause(run), record["cause"])


def exported_job(job):
    attempt = f"#{job['attempt']}" if job["type"] == "azure" else ""
    return (job["type"], job["project"], job["run_id"], job["job_id"] + attempt)


def forgive(key, job, record):
    """What nobody said while it was new stays unknown. That a timeout ended a job, and no
    person, only an annotation says."""
    if job["pool"] and not record["pool"]:
        forgiven.append((key, "pool"))
        job["pool"] = ""
    if job["timed_out"] and job["result"] == "failure" and record["result"] == "cancelled":
        forgiven.append((key, "result"))
        job["result"], job["known"] = "cancelled", None
    elif job["known"] not in (None, "unknown") and record["cause"] == "unknown":
        forgiven.append((key, "cause"))
        job["known"] = "unknown"


def forgive_run(world, key, run, record):
    timed_out = any(job["timed_out"] for job in world.jobs_of[key])
    if timed_out and run["result"] == "failure" and record["result"] == "cancelled":
        forgiven.append((key, "result"))
        run["result"] = "cancelled"


def check_forgiven(world):
    if len(forgiven) > max(1, len(world.jobs) // FORGIVEN_SHARE):
        for case in forgiven:
            differ("unknown after faults", case)


def check_jobs(world, exported):
    have = index("job", exported, exported_job)
    check_all_there("job", world.jobs, have)
    for key in world.jobs.keys() & have.keys():
        job, record = world.jobs[key], have[key]
        what = f"job of {key[0]}: "
        job["seen"] = record
        if key[0] == "jenkins" and not job["begun"]:
            job["pool"] = record["pool"] if then else ""  # only its node says what a stage waited for
        if after_faults:
            forgive(key, job, record)
        for field in ("sha", "result", "pool", "job"):
            same(what + field, key, job[field], record[field])
        same(what + "pipeline", key, job["where"], record["pipeline"])
        same(what + "started", key, job["begun"], ms(record["started_at"]))
        same(what + "finished", key, job["at"], ms(record["finished_at"]))
        same(what + "duration", key, job["duration_s"], record["duration_s"])
        undecided = job["pattern"] in AMBIGUOUS or not job["run"]["at"]
        if undecided and record["cause"] in (job["cause"], "unknown"):
            job["known"] = record["cause"]
        same(what + "cause", key, job["known"], record["cause"])
        if job["known"] == "platform" and job["run"]["at"]:  # logs are read when a run ends
            same(what + "category", key, category(job),
                 record["evidence"].split(":")[0].rstrip("?"))
        if record["phase"] not in PHASES.get(job["phase"], (job["phase"],)):
            differ(what + "phase", (key, job["phase"], record["phase"]))
        if job["begun"] and world.wait_known(job):
            same(what + "queued", key, job["queued_s"], record["queued_s"])
        elif job["begun"] and record["queued_s"] is not None and record["queued_s"] < 0:
            differ(what + "negative wait", key)


# ---- numbers ----


def check_pools(world, exported):
    waits, never = collections.defaultdict(list), collections.Counter()
    for job in world.jobs.values():
        wait = job["queued_s"]
        if not world.wait_known(job):
            wait = job["seen"]["queued_s"] if "seen" in job else None
        for window in WINDOWS:
            key, since = (job["system"], job["pool"], window), world.now_ms - window * 1000
            if not job["pool"]:
                continue  # there are no numbers of nobody's
            if job["begun"] and since < job["begun"] <= world.now_ms and wait is not None:
                waits[key].append(wait)
            if job["never_started"] and job["at"] and since < job["at"] <= world.now_ms:
                never[key] += 1
    have = {(p["type"], p["pool"], p["window_s"]): p for p in exported}
    for key in {k for k in waits} - have.keys():
        differ("pool: missing", key)
    for key, pool in have.items():
        values = waits[key]
        same("pool: n", key, len(values), pool["n"])
        same("pool: never started", key, never[key], pool["never_started"])
        for p in (50, 90, 95, 99):
            want, got = quantile(values, p / 100), pool[f"p{p}_s"]
            # The sketch's stated error is 1 %; exact numbers are exact.
            if not near(want, got, 0.0101 if pool["approx"] else 1e-9, 0.0011):
                differ(f"pool: p{p}", (key, "want", want, "have", got))
        if pool["approx"] and len(values) <= 10000:
            differ("pool: an estimate of few", key)


Counts = collections.namedtuple("Counts", "n ok platform unknown first_n first_ok left_out")


def count_runs(world, runs, window, before=0):
    """Of the window, or of the one so many windows before it."""
    until = world.now_ms - before * window * 1000
    since, c = until - window * 1000, collections.Counter()
    for run in runs:
        if not run["at"] or not since < run["at"] <= until:
            continue
        counts = run["result"] in ("success", "failure")
        if run["attempt"] == 1 and counts:
            c["first_n"] += 1
            c["first_ok"] += run["result"] == "success"
        later = world.runs.get(World.run_key(run, run["attempt"] + 1))
        if later and later["at"] and later["at"] <= world.now_ms:
            continue  # its last attempt counts
        c["n"] += counts
        c["left_out"] += not counts
        c["ok"] += run["result"] == "success"
        if run["result"] == "failure":
            cause = world.run_cause(run)
            c["platform"] += cause == "platform"
            c["unknown"] += cause == "unknown"
    return Counts(*(c[f] for f in Counts._fields))


def count_before(world, runs, window, first):
    """Of the window before, where the source's runs (first: when the first one ended) reach back
    to its beginning, an eighth of it aside: of a window that is known in part nothing is said."""
    reaches = first <= world.now_ms - 2 * window * 1000 + window * 1000 // 8
    return count_runs(world, runs if reaches else (), window, 1)


def is_worse(now, was):
    """Fisher's exact test, one-sided; three failures and five points at least."""
    failed, all_failed, n = now.n - now.ok, now.n - now.ok + was.n - was.ok, now.n + was.n
    if not now.n or not was.n or failed < 3 or was.ok / was.n - now.ok / now.n <= 0.05:
        return False
    return sum(math.comb(all_failed, x) * math.comb(n - all_failed, now.n - x)
               for x in range(failed, min(all_failed, now.n) + 1)) / math.comb(n, now.n) < 0.05


def check_success(what, key, c, was, have):
    def share(k):
        return k / c.n if c.n else None

    low, high = wilson(c.ok, c.n)
    for field, want in (
            ("n", c.n), ("left_out", c.left_out), ("failed", c.n - c.ok),
            ("success_rate", share(c.ok)), ("success_low", low), ("success_high", high),
            ("first_attempt_n", c.first_n),
            ("first_attempt_rate", c.first_ok / c.first_n if c.first_n else None),
            ("success_n_before", was.n), ("success_worse", is_worse(c, was)),
            ("success_before", was.ok / was.n if was.n else None),
            ("unknown_cause", c.unknown), ("platform_rate_high", share(c.n - c.platform)),
            ("platform_rate_low", share(c.n - c.platform - c.unknown))):
        got = have[field]
        if not (near(want, got, 1e-9, 1e-9) if isinstance(want, float) else want == got):
            differ(f"{what}: {field}", (key, "want", want, "have", got))


PARTS = {"all": lambda r: True, "protected": lambda r: r["protected"],
         "other": lambda r: not r["protected"]}


def check_pipelines(world, exported, totals):
    runs_of, first_of = collections.defaultdict(list), {}
    for run in world.runs.values():
        runs_of[(run["system"], run["project"], run["where"])].append(run)
        at = run["at"] or world.now_ms
        first_of[run["system"]] = min(at, first_of.get(run["system"], at))
    listed = set()
    for p in exported:
        key = (p["type"], p["project"], p["pipeline"])
        listed.add(key)
        if p["policy"] != "exclude-cancelled":
            differ("pipeline: policy", (key, p["policy"]))
        runs = [r for r in runs_of.get(key, ()) if PARTS[p["part"]](r)]
        check_success("pipeline", key + (p["part"], p["window_s"]),
                      count_runs(world, runs, p["window_s"]),
                      count_before(world, runs, p["window_s"],
                                   first_of.get(p["type"], world.now_ms)), p)
    for key in runs_of.keys() - listed:
        if count_runs(world, runs_of[key], WINDOWS[-1]).n:
            differ("pipeline: missing", key)
    for t in totals:
        runs = [r for r in world.runs.values() if PARTS[t["part"]](r)]
        check_success("total", t["part"], count_runs(world, runs, t["window_s"]),
                      count_runs(world, runs, t["window_s"], 1), t)
    if {t["part"] for t in totals} != set(PARTS):
        differ("total: parts", [t["part"] for t in totals])


# ---- flaky jobs ----


def judge(tries):
    """domain: the rules of dxtop-panel(7)'s flaky list. tries: by their end."""
    by_sha = collections.defaultdict(list)
    for t in tries:
        by_sha[t["sha"]].append(t)
    pairs = k = n = 0
    for same_sha in by_sha.values():
        results = [t["result"] == "success" for t in same_sha]
        pairs += len(set(results)) == 2
        k += False in results and True in results[results.index(False):]
        n += len(results) > 1 or any(t["tries"] > 1 or t["attempt"] > 1 for t in same_sha)
    last = [t for t in tries if t["run"]["protected"]]
    streak = []
    while last and last[-1]["result"] == "failure":
        streak.append(last.pop())
    broken = len(streak) >= 3 and not any(
        t["result"] == "success" for s in streak for t in by_sha[s["sha"]])
    if broken:
        return "broken", pairs, k, n
    if pairs == 0:
        return None
    return "flaky" if n >= 5 else "suspect", pairs, k, n


def check_flaky(world, exported):
    tries_of = collections.defaultdict(list)
    since = world.now_ms - FLAKY_DAYS * 86400000
    for job in world.jobs.values():
        if (job["result"] in ("success", "failure") and job["at"] and job["begun"]
                and since < job["at"] <= world.now_ms and job["known"] != "platform"):
            key = (job["system"], job["project"], job["where"], job["job"])
            tries_of[key].append(job)
    want = {}
    for key, tries in tries_of.items():
        verdict = judge(sorted(tries, key=lambda t: (t["at"], t["job_id"])))
        if verdict:
            want[key] = verdict
    have = {(f["type"], f["project"], f["pipeline"], f["job"]):
            (f["state"], f["pairs"], f["failed"], f["n"]) for f in exported}
    for key in want.keys() | have.keys():
        same("flaky: state, pairs, failed, n", key, want.get(key), have.get(key))


# ---- mini-incidents ----


def check_incidents(world, alerts):
    """Each alert is a time at which the platform failed alike in three projects, or three
    times on one pool, within ten minutes, whatever systems these are of; and each such
    time has one."""
    failures = sorted((j["at"], j["project"], (j["system"], j["pool"]), category(j))
                      for j in world.jobs.values()
                      if j["known"] == "platform" and j["at"] and j["at"] <= world.now_ms)
    spans = [(ms(a["since"]), ms(a["ended"]) or world.now_ms, a["labels"]["category"])
             for a in alerts if a["name"] == "PlatformIncident"]
    for since, ended, what in spans:
        inside = [f for f in failures
                  if since - 1000 <= f[0] <= ended + 1000 and f[3] == what]
        near_3 = any(len({f[1] for f in inside if at <= f[0] <= at + 600000}) >= 3
                     or max(collections.Counter(
                         f[2] for f in inside if at <= f[0] <= at + 600000).values()) >= 3
                     for at, *_ in inside)
        if not near_3:
            differ("incident: of nothing", (what, since, ended, len(inside)))
    by_category = collections.defaultdict(list)
    for f in failures:
        by_category[f[3]].append(f)
    for name, of_it in by_category.items():
        for at, *_ in of_it:
            burst = [f for f in of_it if at <= f[0] <= at + 600000]
            if len({f[1] for f in burst}) >= 3 and not any(
                    what == name and since <= burst[-1][0] + 1000 and at - 1000 <= ended
                    for since, ended, what in spans):
                differ("incident: missing", (name, at, len(burst)))


def check_numbers(world, directory):
    check_pools(world, load(f"{directory}/pools.jsonl"))
    with open(f"{directory}/once.json", encoding="utf-8") as f:
        check_pipelines(world, load(f"{directory}/pipelines.jsonl"), json.load(f)["totals"])
    check_flaky(world, load(f"{directory}/flaky.jsonl"))
    check_incidents(world, load(f"{directory}/alerts.jsonl"))


def main():
    records_only = sys.argv[1] == "--records"
    if then:
        PHASES.update(PHASES_THEN)
    directory, now, *systems = sys.argv[1 + (records_only or then or after_faults):]
    now = ms(now)
    world = World(load(f"{directory}/truth.jsonl"), now, systems)
    world.group()
    if not world.runs or not world.jobs:
        sys.exit("truth.py: there is no truth to compare with")
    check_jobs(world, [j for j in load(f"{directory}/jobs.jsonl") if is_build(j)])
    check_runs(world, check_queue(world, load(f"{directory}/runs.jsonl")))
    check_forgiven(world)
    if not records_only:
        check_numbers(world, directory)
    status = report(shown=3)
    print(f"{len(world.runs)} runs and {len(world.jobs)} jobs compared")
    sys.exit(status)


if __name__ == "__main__":
    main()

"""truth_kit: what the comparisons of exports with the simulated company's truth share:
differences, counted by what they are and told with their first cases."""
import collections
import datetime
import gc
import json

gc.disable()  # what is loaded stays to the end: to look for what can go would cost an eighth more

different = collections.OrderedDict()


def differ(what, case):
    different.setdefault(what, []).append(case)


def load(path):
    """Of a file with a JSON object a line."""
    with open(path, encoding="utf-8") as f:
        return [json.loads(line) for line in f]


def ms(text):
    """RFC 3339 as Unix milliseconds; None for nothing."""
    if not text:
        return None
    when = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return round(when.timestamp() * 1000)


def near(a, b, share=1e-9, least=0.0006):
    """Equal but for how a number is rounded."""
    if a is None or b is None:
        return a is b
    return abs(a - b) <= max(least, share * abs(a))


def report(shown=5):
    """Print each kind of difference; the exit status: 1: there are some."""
    for what, cases in different.items():
        print(f"{what}: {len(cases)}")
        for case in cases[:shown]:
            print("   ", case)
    return 1 if different else 0

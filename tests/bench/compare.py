"""compare: two runs, as ./dev bench --json wrote them."""
import json, sys

FORMAT = 1
LARGE = 0.1       # a change that is said: the machine makes smaller ones by itself
NOT_COMPARED = ('table', 'options', 'machine')


def read(path):
    try:
        with open(path) as text:
            run = json.load(text)
    except OSError as error:
        sys.exit(f'bench: {path}: {error.strerror}')
    except ValueError as error:
        sys.exit(f'bench: {path}: this is no JSON: {error}')
    if not isinstance(run, dict) or run.get('dxtop bench') != FORMAT:
        sys.exit(f'bench: {path}: not written by ./dev bench --json, or by another version of it')
    return run


def numbers(value, name=''):
    """All of them, by their path."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from numbers(inner, f'{name} > {key}' if name else key)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield name, value


def show_line(name, before, now):
    change = f'{now / before:8.2f} x' if before else ''
    print(f'{name:72}{before:14.3f}{now:14.3f}{change:>10}')


def show(before, now):
    print(f'\n{"":72}{"before":>14}{"now":>14}{"change":>10}')
    was = {row['name']: row for row in before['table']}
    for row in now['table']:
        if row['name'] in was:
            show_line(row['name'], was[row['name']]['value'], row['value'])
    old = dict(numbers({key: value for key, value in before.items() if key not in NOT_COMPARED}))
    print(f'and what else changed by more than {LARGE:.0%}')
    for name, value in numbers({key: value for key, value in now.items() if key not in NOT_COMPARED}):
        if old.get(name) and abs(value / old[name] - 1) > LARGE:
            show_line(name, old[name], value)
    if before['options'] != now['options']:
        changed = [key for key, value in now['options'].items() if before['options'].get(key) != value]
        print(f'the two were not measured in the same way: {", ".join(changed)}')

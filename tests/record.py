# SPDX-License-Identifier: MIT
"""Compares two records of the same tests' answers, operation by operation: what a change of the inside has changed outside.

    TEST_RECORD=/tmp/before.jsonl ./dev test api        # with the old program; better twice
    TEST_RECORD=/tmp/after.jsonl ./dev test api         # with the new one, on the same day, in the office's zone as well
    build/venv/bin/python tests/record.py /tmp/before.jsonl /tmp/after.jsonl --again /tmp/before-again.jsonl

The tests may differ, too: in each test, answers of one operation, role and status are compared in whatever order they came, and what one
record alone has is only counted. Ids are compared by being the demo's or the ones asked for, moments by value or by their distance from
the present, what else is random by its kind. The contract itself is no answer about anybody: what it says is compared elsewhere. Where a test differs from itself (--again) it is not listened to. Prints the differences of
each operation with the first test that shows them; ends with 1 if there are any."""

import argparse
import collections
import difflib
import json
import re
import sys
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime

# The bytes differ from answer to answer; what these headers say is looked at by every test, or follows from the body.
IGNORED = {"date", "x-request-id", "content-length", "connection", "keep-alive"}
CONTRACT = "documentation_contract"
DEMO = "00000000-0000-4000-8000-"
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?")
RANDOM = (
    (re.compile(r"\bhttps?://127\.0\.0\.1:\d+"), "<server>"),
    (re.compile(r"(cursor=)[\w.~-]+"), r"\1<cursor>"),
    (re.compile(r"(?<![0-9a-f])(?=[a-f]*\d)[0-9a-f]{8,}(?![0-9a-f])"), "<random>"),
    (re.compile(r"\bT-\d+"), "T-<number>"),
    (re.compile(r"\b555 \d{4}\b"), "555 <number>"),
)
SAME_MOMENT_S = 900  # a test may be slower, or later in its module, than it was


class Answer:
    def __init__(self, line):
        self.line = line
        self.test = line["test"] or ""
        self.path = line["target"].split("?")[0]
        self.operation = f"{line['method']} {line['operation'] or self._masked(self.path)}"
        self.asked = re.sub(r"(cursor=)[^&]+", r"\1", UUID.sub("{id}", line["target"]))
        self.key = (self.operation, line["role"], line["status"])
        self.present = parsedate_to_datetime(line["headers"]["date"]) if "date" in line["headers"] else None
        self.ids = {identifier: f"<asked {place}>" for place, identifier in enumerate(UUID.findall(line["target"]), 1)}
        self.content = self._content()

    def distance(self, other):
        """How unlike another answer is: to another question, of another size, in more places."""
        found = list(differences(self.content, other.content, (self.present, other.present)))
        return self.asked != other.asked, any("entries" in str(old) for _, old, _ in found), len(found)

    def _masked(self, path):
        return UUID.sub("{id}", path)

    def _content(self):
        headers = {name: value for name, value in self.line["headers"].items() if name not in IGNORED}
        body = self.line["body"]
        if self.line["operation"] == CONTRACT:
            body = "<contract>"
        elif "json" in headers.get("content-type", ""):
            try:
                body = json.loads(body)
            except ValueError:
                pass
        return self._known({"status": self.line["status"], "headers": headers, "body": body})

    def _known(self, node, name=""):
        """With what is random replaced by its kind, members in the order of their names."""
        if isinstance(node, dict):
            return {key: self._known(node[key], key) for key in sorted(node)}
        if isinstance(node, list):
            return [self._known(item) for item in node]
        if not isinstance(node, str):
            return node
        if name == "next_cursor":
            return "<cursor>"
        if name == "instance":
            return "<request>"
        text = UUID.sub(self._label, node)
        for pattern, kind in RANDOM:
            text = pattern.sub(kind, text)
        return text

    def _label(self, match):
        if match[0].startswith(DEMO):
            return match[0]
        return self.ids.get(match[0], "<id>")


def moment(text):
    """The moment that this spells, or the day; None if there is none such."""
    try:
        if len(text) == 10:
            return date.fromisoformat(text)
        found = datetime.fromisoformat(text)
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    except ValueError:
        return None


def same_time(before, after, presents):
    if before == after:
        return True
    times = [moment(before), moment(after)]
    if None in times or None in presents or type(times[0]) is not type(times[1]) or len(before) != len(after):
        return False
    if not isinstance(times[0], datetime):
        return times[0] - presents[0].date() == times[1] - presents[1].date()
    return abs(((times[0] - presents[0]) - (times[1] - presents[1])).total_seconds()) <= SAME_MOMENT_S


def same_text(before, after, presents):
    if before == after:
        return True
    if TIME.sub("<time>", before) != TIME.sub("<time>", after):
        return False
    return all(same_time(*pair, presents) for pair in zip(TIME.findall(before), TIME.findall(after), strict=True))


def order(value):
    """The place of a value among others of its list: first by what is not a moment."""
    text = json.dumps(value)
    return TIME.sub("<time>", text), text


def differences(before, after, presents, where=""):
    """(where, before, after) of every difference between two values. Lists are compared in their order or, if that differs, without:
    what is equally old stands in the order of its ids, which are random."""
    if isinstance(before, dict) and isinstance(after, dict):
        for name in sorted(before.keys() | after.keys()):
            yield from differences(before.get(name, "(absent)"), after.get(name, "(absent)"), presents, f"{where}/{name}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        entries = [list(differences(*pair, presents, f"{where}/*")) for pair in zip(before, after, strict=True)]
        if any(entries):
            pairs = zip(sorted(before, key=order), sorted(after, key=order), strict=True)
            entries = [list(differences(*pair, presents, f"{where}/*")) for pair in pairs]
        yield from (found for entry in entries for found in entry)
    elif isinstance(before, list) and isinstance(after, list):
        yield where, f"{len(before)} entries", f"{len(after)} entries"
    elif isinstance(before, str) and isinstance(after, str):
        if not same_text(before, after, presents):
            yield where, before, after
    elif before != after or type(before) is not type(after):
        yield where, before, after


class Comparison:
    def __init__(self, noise=()):
        self.compared = collections.Counter()  # operation → answers
        self.found = collections.defaultdict(list)  # (operation, where, before, after) → tests
        self.noise = noise  # (test, operation, where) of what differs without a reason
        self.alone = [collections.Counter(), collections.Counter()]  # (operation, role, status) → answers in one record only

    def pair(self, before, after):
        self.compared[before.operation] += 1
        for where, old, new in differences(before.content, after.content, (before.present, after.present)):
            if (before.test, before.operation, where) not in self.noise:
                self.found[(before.operation, where, shown(old), shown(new))].append(before.test)

    def test(self, before, after):
        """What one test was answered: those of one operation, role and status are the same ones in whatever order."""
        keys = [[answer.key for answer in answers] for answers in (before, after)]
        matcher = difflib.SequenceMatcher(None, *keys, autojunk=False)
        left = ([], [])
        for kind, i, j, k, m in matcher.get_opcodes():
            # As many, of the same operations: another status is a difference, not another request.
            if kind == "replace" and [a.operation for a in before[i:j]] == [a.operation for a in after[k:m]]:
                for pair in zip(before[i:j], after[k:m], strict=True):
                    self.pair(*pair)
            else:
                left[0].extend(before[i:j])
                left[1].extend(after[k:m])
        olds, news = ({}, {})
        for answers, by_key in zip(left, (olds, news), strict=True):
            for answer in answers:
                by_key.setdefault(answer.key, []).append(answer)
        for key in olds.keys() | news.keys():
            self.alike(olds.get(key, []), news.get(key, []))

    def alike(self, olds, news):
        """Equal ones first, then each of what is left with the one that is most like it."""
        rest = []
        for old in olds:
            same = next((new for new in news if not any(differences(old.content, new.content, (old.present, new.present)))), None)
            if same:
                news = [new for new in news if new is not same]
                self.compared[old.operation] += 1
            else:
                rest.append(old)
        while rest and news:
            old = rest.pop(0)
            new = min(news, key=old.distance)
            news = [other for other in news if other is not new]
            self.pair(old, new)
        self.alone[0].update(old.key for old in rest)
        self.alone[1].update(new.key for new in news)

    def show(self):
        for operation in sorted({key[0] for key in self.found}):
            print(f"\n{operation}: {self.compared[operation]} answers compared")
            for (name, where, old, new), tests in sorted(self.found.items()):
                if name == operation:
                    print(f"  {len(tests)} × {where}: {old} → {new}\n      {tests[0]}")
        for title, alone in zip(("before", "after"), self.alone, strict=True):
            print(f"\nonly {title}: {sum(alone.values())} answers")
            for (operation, role, status), count in sorted(alone.items(), key=str):
                print(f"  {count} × {operation} {role} {status}")


def shown(value):
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 160 else f"{text[:157]}…"


def read(path):
    """{test: [answers]}."""
    tests = collections.defaultdict(list)
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            answer = Answer(json.loads(line))
            tests[answer.test].append(answer)
    return tests


def moved(before, after):
    """The same tests as before, by the names they have after, where a test has only gone to another file."""
    homes = collections.defaultdict(list)
    for test in after.keys() - before.keys():
        homes[test.partition("::")[2]].append(test)
    return {test if test in after or len(homes[bare]) != 1 else homes[bare][0]: answers
            for test, answers in before.items() for bare in [test.partition("::")[2]]}  # fmt: skip


def compare(before, after, noise=()):
    comparison = Comparison(noise)
    for test in sorted(before.keys() & after.keys()):
        comparison.test(before[test], after[test])
    return comparison


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before")
    parser.add_argument("after")
    parser.add_argument("--again", help="a second record of the old program")
    options = parser.parse_args()
    after = read(options.after)
    before = moved(read(options.before), after)
    noise = set()
    if options.again:
        for (operation, where, _, _), tests in compare(before, moved(read(options.again), after)).found.items():
            noise |= {(test, operation, where) for test in tests}
    comparison = compare(before, after, noise)
    comparison.show()
    for title, one, other in (("before", before, after), ("after", after, before)):
        missing = sorted(one.keys() - other.keys())
        print(f"\ntests only {title}: {len(missing)}", *missing[:200], sep="\n  ")
    count = sum(len(tests) for tests in comparison.found.values())
    print(f"\n{sum(comparison.compared.values())} answers compared, {count} differences")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())

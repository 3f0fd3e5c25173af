# SPDX-License-Identifier: MIT
"""A list says its rows; the page around them is written here, once. Its file below sql/statements is

    -- GET <path>: $1 …, $3 filters, after {at desc, id desc}, limit → [Shape], …
    -- audit: <object type>
    with subject as (select id and participant_id of what the list belongs to)
    select <each member of after, by its name>, participant_id, body from … order by …

`after` names what a cursor holds, in the order of the rows. The keyset is always there: the first page is the one after FIRST.
A line `-- audit:` stands where a list shows something about a person, somebody who takes part or somebody who works here, or something
that is sealed: each look leaves a row, with the subject's id and the participants shown. What is about nobody leaves none. A subject
that is not there is a 404."""

import re
import sys

MOMENTS, UUIDS = ("-infinity", "infinity"), ("00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff")
NUMBERS, TEXTS = (-1, 2**63 - 1), ("", None)
# Member of a keyset -> what comes before all others, going up and going down.
FIRST = {"at": MOMENTS, "due": MOMENTS, "date": MOMENTS, "id": UUIDS, "alias": TEXTS, "kind": TEXTS}
FIRST |= dict.fromkeys(("number", "place", "position", "seq"), NUMBERS)
PAGE = """{subject}select 200 as status, listed.body, listed.next
from (
    select
        '[' || coalesce(string_agg(r.body::text, ', ') filter (where r.nth <= ($3->>'limit')::int), '') || ']' as body,
        case when count(*) > ($3->>'limit')::int then
            max(json_build_object({key})::text) filter (where r.nth = ($3->>'limit')::int) end as next{shows}
    from (
        select row_number() over () as nth, f.*
        from (
{rows}
limit ($3->>'limit')::int + 1) f) r) listed{joins};
"""


def parenthesis_end(text, start):
    """Where the parenthesis that opens at start ends."""
    depth = 0
    for token in re.finditer(r"'(?:[^']|'')*'|--[^\n]*|[()]", text[start:]):
        depth += {"(": 1, ")": -1}.get(token[0], 0)
        if depth == 0:
            return start + token.end()
    return len(text)


def columns(sql):
    """Names of what the outermost select yields."""
    names, last, depth, is_inside = [], None, 0, False
    for token in [*re.findall(r"'(?:[^']|'')*'|--[^\n]*|\w+|[^\w\s]", sql), "from"]:
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(token, 0)
        if depth == 0 and token == "select":
            names, is_inside = [], True
        elif depth == 0 and is_inside and token in (",", "from", "where"):
            names.append(last)
            is_inside = token == ","
        last = token
    return names


def keyset(text):
    """The members of `after` in the head of a list, each with whether it goes down; None for what is no list."""
    found = re.search(r"\bafter \{([^}]*)\}", re.match(r"(--[^\n]*\n)*", text)[0])
    return found and {name: bool(down) for name, down in re.findall(r"(\w+)( desc)?", found[1])}


def wrapped(path, text):
    """A list's whole statement."""
    key, head = keyset(text), re.match(r"(--[^\n]*\n)*", text)[0]
    rows, subject, joins = text[len(head) :].strip().rstrip(";"), "", ""
    if rows.startswith("with subject as ("):
        end = parenthesis_end(rows, rows.index("("))
        subject, rows = rows[:end] + "\n", re.sub(r"^,\s*", "with ", rows[end:]).strip()
        joins = "\ncross join subject"
    names, of_subject = columns(rows), columns(subject[len("with subject as (") : -2])
    for name in (*key, "body"):
        if name not in names:
            sys.exit(f"{path}: a list selects each member of `after` by its name, and body; there is no {name}")
    unknown = [name for name, is_down in key.items() if FIRST.get(name, (None, None))[is_down] is None]
    if unknown or rows.rfind("order by") < rows.rfind("select"):
        sys.exit(f"{path}: a list has an order, and nothing is known to come before the first {', '.join(unknown) or 'row'}")
    audit = re.search(r"^-- audit: (\w+)$", head, re.M)
    shown, shows = "'{}'", ""
    if "participant_id" in of_subject:
        shown = "array[subject.participant_id]"
    elif "participant_id" in names:
        shown = "listed.shown"
        shows = ",\n        array_agg(distinct r.participant_id) filter (where r.nth <= ($3->>'limit')::int) as shown"
    if audit:
        object_id = "subject.id" if "id" in of_subject else "null"
        joins += f"\ncross join lateral audit('list', '{audit[1]}', {object_id}, {shown})"
    elif shown != "'{}'":
        sys.exit(f"{path}: a list that shows something about participants leaves a row in the audit: `-- audit: …`")
    members = ", ".join(f"'{name}', r.{name}" for name in key)
    return PAGE.format(subject=subject, key=members, shows=shows, rows=rows, joins=joins)


def statement(path):
    """What PostgreSQL is given for one file below sql/, and the keyset of its first page, None for what is no list."""
    text = path.read_text("utf-8")
    if keyset(text) is None:
        return text, None
    return wrapped(path, text), {name: FIRST[name][is_down] for name, is_down in keyset(text).items()}

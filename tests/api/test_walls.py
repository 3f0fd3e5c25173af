# SPDX-License-Identifier: MIT
"""The house's walls: who may include what, how large a file may be, and that nothing exists in one room only."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from harness.contract import Contract

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.append(str(ROOT / "sql"))

import page  # noqa: E402

BUILD = ROOT / os.environ.get("TEST_BUILD", "build/release")
SOURCES = sorted([*ROOT.glob("src/*.[ch]"), *ROOT.glob("api/*.[ch]"), *ROOT.glob("include/*.[ch]")])
C_FILES = [path for path in SOURCES if path.suffix == ".c"]
# header (a regular expression) -> the files that may include it
ALLOWED = {
    r"ulfius\.h": r"src/http.*\.c",
    r"microhttpd\.h": r"src/http.*\.c",
    r"libpq-fe\.h|postgresql/.*": r"src/db.*\.[ch]",
    r"jwt\.h": r"src/token.*\.c",
    r"rhonabwy\.h": r"src/(jwks|keyring)\.[ch]",
    r"nettle/.*": r"src/(blind_rsa|crypto|cursor|hpke|seal|token.*)\.[ch]",
    r"curl/.*": r"src/(fetch|smtp)\.c",
    r"unicode/.*": r"src/names\.c",
    r"yder\.h": r"src/log\.c",
    r"orcania\.h": r"src/(http.*|jwks|token)\.c",
}
# A look at these leaves no row in the audit. Every other is about somebody, or shows something that is sealed, and leaves one.
ABOUT_NOBODY = {"services", "activities", "public_activities", "holidays", "documents", "help_lines", "code_lists", "groups", "codes"}
ABOUT_NOBODY |= {"training_courses"}
ABOUT_NOBODY |= {"me", "calendars", "duty_gaps"}  # who one is; hours at an address that is itself the secret; hours that nobody has
ABOUT_NOBODY |= {"notice_preferences"}  # one's own
# Asked for every few seconds by everybody, of oneself; a notice that says anything of somebody does so when it is read alone.
WITHOUT_NAMES = {"notices_list"}
# Whoever is named is not told that somebody looked: the audit says who looked, and at whom nobody reads there.
SILENT = {"conflict_declarations", "conflict_matches", "exclusions"}
# What the kernel must not know: words of the program.
PROGRAM = (
    "participant|referral|intake|group|session|survey|holiday|attendance|enrolment|safety_plan|emergency_contact|"
    "acceptance|attestation|meeting|caller|counsellor"
)


def relative(path):
    return str(path.relative_to(ROOT))


def luck(source):
    """Lines where a test says that something stands nowhere which an id made by chance may contain: a few hexadecimal digits."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Compare) and isinstance(node.left, ast.Constant) and isinstance(node.ops[0], ast.NotIn):
            text = node.left.value.decode() if isinstance(node.left.value, bytes) else node.left.value
            if (
                isinstance(text, str)
                and re.fullmatch(r"[0-9a-fA-F][0-9a-fA-F-]{0,8}", text)
                and isinstance(node.comparators[0], (ast.Name, ast.Call))
            ):
                yield node.lineno


def without_comments(text):
    return re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.S)


def run(*arguments):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("ALONGSIDE_")}
    return subprocess.run([BUILD / "alongside", *arguments], capture_output=True, text=True, check=True, env=environment).stdout


def document():
    return json.loads((BUILD / "openapi" / "openapi.json").read_text())


def contract_operations():
    for path, item in document()["paths"].items():
        for method, operation in item.items():
            if method in ("get", "post", "put", "patch", "delete"):
                yield operation["operationId"], method.upper(), path, set(operation["x-roles"])


def route_rows():
    """The rows of api/routes.c, as the binary prints them."""
    return [json.loads(line) for line in run("routes").splitlines()]


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_includes_keep_to_their_rooms(path):
    for header in re.findall(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', path.read_text(), re.M):
        for pattern, rooms in ALLOWED.items():
            if re.fullmatch(pattern, header):
                assert re.fullmatch(rooms, relative(path)), f"{relative(path)} includes {header}"


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_files_stay_small(path):
    limit = 450 if path.suffix == ".c" else 120
    assert len(path.read_text().splitlines()) <= limit


@pytest.mark.parametrize("path", C_FILES, ids=relative)
def test_no_sql_is_put_together_and_no_unbounded_copies(path):
    code = without_comments(path.read_text())
    verbs = r"(select\s|insert\s+into\s|update\s+\w+\s+set\s|delete\s+from\s|set_config)"
    assert not re.search(rf'"[^"\n]*\b{verbs}[^"\n]*%[-0-9.]*[a-z]', code, re.I)
    assert not re.search(r"\b(strcpy|strcat|sprintf|vsprintf|gets|strtok|atoi|atol|alloca)\s*\(", code)


def test_the_api_room_holds_no_sql_and_no_library():
    for path in ROOT.glob("api/*.[ch]"):
        code = without_comments(path.read_text())
        assert not re.search(r'"\s*(select|insert|update|delete|with)\s', code, re.I), relative(path)
        included = re.findall(r'#\s*include\s*"([^"]+)"', code)
        assert not [name for name in included if name.endswith(".c")], relative(path)


@pytest.mark.parametrize("path", [p for p in SOURCES if p.parent.name in ("src", "include")], ids=relative)
def test_the_kernel_names_nothing_of_the_program(path):
    code = without_comments(path.read_text())
    found = re.findall(rf"\b(?:\w+_)?({PROGRAM})s?(?:_\w+)?\b", code, re.I)
    allowed = {"group", "session"}  # thread groups, database sessions
    assert not set(map(str.lower, found)) - allowed, f"{relative(path)}: {set(found)}"
    assert not re.search(r"844-?750|9-8-8|\b911\b", code), "whom to call is reference data"


def test_every_file_says_its_licence():
    patterns = ("src/*.[ch]", "api/*.[ch]", "include/*", "sql/**/*.sql", "openapi/**/*.y*ml", "tests/**/*.py", "tests/**/*.[ch]")
    missing = [
        relative(path)
        for pattern in patterns
        for path in ROOT.glob(pattern)
        # A statement is a few lines; its first says which route it answers.
        if path.is_file()
        and "statements" not in path.parts
        and "SPDX-License-Identifier: MIT" not in "\n".join(path.read_text().splitlines()[:3])
    ]
    assert not missing


def test_statements_and_routes_are_the_same_set():
    statements = {
        f"{path.parent.name}_{path.stem}".replace("-", "_")
        for path in ROOT.glob("sql/statements/*/*.sql")
        if path.parent.name not in ("kernel", "jobs")
    }
    assert statements == {row["operation"] for row in route_rows() if row["lane"] != "none"}


def test_a_look_at_somebody_leaves_a_row_in_the_audit():
    """R14; with the participants it shows, wherever what it reads knows them."""
    functions = "".join(path.read_text() for path in ROOT.glob("sql/functions/*.sql"))
    know = set(re.findall(r"create or replace view (\w+) with [^\n]*\nselect [^(;]*\bparticipant_id\b", functions))
    bodies = re.split(r"create or replace function ", functions)
    audit = {re.match(r"\w+", body)[0] for body in bodies[1:] if re.search(r"\baudit\('", body)} | {"audit"}
    reads = {row["operation"] for row in route_rows() if row["method"] == "GET"}
    for path in ROOT.glob("sql/statements/*/*.sql"):
        word, text = path.parent.name, path.read_text()
        if f"{word}_{path.stem}" not in reads - WITHOUT_NAMES:
            continue
        is_audited = re.search(r"^-- audit: \w+$", text, re.M) or audit & set(re.findall(r"(\w+)\(", text))
        assert bool(is_audited) != (word in ABOUT_NOBODY), f"{relative(path)}: is it about somebody?"
        if word not in SILENT and know & set(re.findall(r"\w+", text)):
            assert re.search(r"participant_id,|participant_id\]|\bparticipant_id (from|where)|as participant_id", text), relative(path)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("select t.id from t order by t.id", "there is no body"),
        ("select t.at, t.body from t order by t.at", "there is no id"),
        ("select t.id, t.body from t", "a list has an order"),
        ("select t.colour, t.body from t order by t.colour", "nothing is known to come before the first colour"),
        ("with k as (select t.id from t order by t.id) select k.id, t.body from k join t using (id)", "a list has an order"),
        ("select t.id, t.participant_id, t.body from t order by t.id", "leaves a row in the audit"),
        ("with subject as (select p.id as participant_id from p) select t.id, t.body from t order by t.id", "leaves a row in the audit"),
    ],
)
def test_a_list_that_is_none_stops_the_build(tmp_path, text, sentence):
    file = tmp_path / "list.sql"
    file.write_text(f"-- GET /v1/things: $3 after {{{'colour' if 'colour' in text else 'id'}}}, limit → [Thing]\n{text};\n")
    with pytest.raises(SystemExit, match=sentence):
        page.statement(file)


def test_contract_and_routes_are_the_same_in_the_same_order():
    assert [(row["operation"], row["method"], row["path"], set(row["roles"])) for row in route_rows()] == list(contract_operations())


def test_the_table_of_routes_fits_a_screen():
    assert max(map(len, (ROOT / "api" / "routes.c").read_text().splitlines())) <= 110


def test_flags_and_declared_headers_agree():
    """What the table demands, the contract declares: If-Match, Idempotency-Key, paging."""
    rows = {row["operation"]: set(row["flags"]) for row in route_rows()}
    contract = Contract(BUILD / "openapi" / "openapi.json")
    for operation in contract.operations:
        flags = rows[operation.id]
        assert operation.needs_match == ("if_match" in flags), operation.id
        assert operation.needs_key == ("idempotent" in flags), operation.id
        assert any(p["name"] == "cursor" for p in operation.parameters) == ("list" in flags), operation.id


def test_every_setting_is_documented():
    keys = re.findall(r"^CONFIG\((\w+),", (ROOT / "include" / "config.def").read_text(), re.M)
    assert len(keys) > 20
    help_text = run("--help").lower()
    assert not [key for key in keys if key not in help_text]


def test_every_setting_is_read_somewhere():
    code = "".join(without_comments(path.read_text()) for path in C_FILES)
    keys = re.findall(r"^CONFIG\((\w+),", (ROOT / "include" / "config.def").read_text(), re.M)
    assert not [key for key in keys if not re.search(rf"(->|\.){key}\b", code)]


def test_sql_names_only_known_problems_and_faults():
    problems = set(re.findall(r'^PROBLEM\(\w+, \d+, "([^"]+)"', (ROOT / "include" / "problems.def").read_text(), re.M))
    faults = set(re.findall(r'^FAULT\(\w+, "([^"]+)"', (ROOT / "include" / "faults.def").read_text(), re.M))
    for path in ROOT.glob("sql/**/*.sql"):
        text = path.read_text()
        named = set(re.findall(r"\bproblem\('([^']+)'", text))
        assert named <= problems | {"idempotency-replay"}, f"{relative(path)}: {named - problems}"
        codes = set(re.findall(r"\bproblem_field\([^,]+,\s*'([^']+)'", text))
        assert codes <= faults, f"{relative(path)}: {codes - faults}"


def test_every_reason_of_a_conflict_has_its_words():
    """A reason that SQL names and the table does not know would be answered as an error of ours."""
    rows = re.findall(r'^REASON\((\w+), "([^"]+)", "[^"]+", "[^"]+"\)$', (ROOT / "include" / "reasons.def").read_text(), re.M)
    codes = [code for _, code in rows]
    assert codes == sorted(set(codes)) and [code.upper().replace("-", "_") for code in codes] == [name for name, _ in rows]
    text = "".join(path.read_text() for path in ROOT.glob("sql/*/*.sql"))
    named = set(re.findall(r"\bconflict\('([^']+)'", text))
    # What is wrong with who leads what is found first, and then told.
    clashes = re.search(r"function \w+_clashes\(.*?end \$\$;", text, re.S)[0]
    named |= set(re.findall(r"select '([a-z-]+)'", clashes))
    assert set(re.findall(r"\bconflict\(([^')]\S*)", text)) <= {"in_reason", "clash.reason,"}, "a reason that no wall can read"
    assert "problem('conflict', jsonb_build_object('reason', in_reason)" in text and '"reason"' not in text
    assert named == set(codes), named ^ set(codes)


# ---- one word in every room ----

# Files of sql/functions/ that are no resource: what must come first, and what several resources share.
SHARED = {
    "comparisons",
    "place_lists",
    "place_mails",
    "session_runs",
    "name_digests",
    "coordinators",
    "hosts",
    "00_begin",
    "01_kernel",
    "02_words",
    "03_parts",
    "accounts",
    "actors",
    "cohorts",
    "conflicts",
    "idempotency_keys",
    "audit_links",
    "audit_months",
    "outbox",
    "enrolment_groups",
    "seat_answers",
    "seats",
    "seal_checks",
    "session_keys",
    "jobs",
    "watched_clocks",
}


def resources():
    """The words of the API: the directories of sql/statements/."""
    return sorted(path.name for path in (ROOT / "sql" / "statements").iterdir() if path.is_dir() and path.name not in ("jobs", "kernel"))


def singular(word):
    return {"statuses": "status", "conflict_matches": "conflict_match"}.get(word) or re.sub("ies$", "y", word).removesuffix("s")


def made(path):
    """The functions and views a file of sql/functions/ makes."""
    return re.findall(r"^create or replace (?:function|view) (\w+)", path.read_text(), re.M)


def test_a_resource_has_its_word_in_every_room():
    rooms = ("openapi/paths/{}.yaml", "openapi/schemas/{}.yaml", "tests/api/test_{}.py")
    missing = [room.format(word) for word in resources() for room in rooms if not (ROOT / room.format(word)).exists()]
    # The shape of a calendar is RFC 5545's.
    assert missing == ["openapi/schemas/calendars.yaml"]


def test_a_function_lives_in_the_file_of_its_word():
    """Plural = an operation of the API or a shape, singular = a helper; the longest word that a name begins with names its file."""
    files = {path.stem: path for path in ROOT.glob("sql/functions/*.sql")}
    assert set(files) <= set(resources()) | SHARED
    words = {word: word for word in files} | {singular(word): word for word in files} | {"waiting_person": "waiting_people"}
    for stem, path in files.items():
        if stem[0].isdigit():
            continue
        for name in made(path):
            named = [word for word in words if name == word or name.startswith(word + "_")]
            assert named and words[max(named, key=len)] == stem, f"{relative(path)}: {name}"


def row_name(table):
    """What a local variable that holds a row of a table is called."""
    special = {"staff": "profile", "outbox": "message", "code_lists": "code"}
    special |= {"emergency_contacts": "emergency_contact", "idempotency_keys": "idempotency_key"}
    return special.get(table) or singular(table).split("_")[-1]


def test_nobody_reads_of_cohorts():
    """The word of the tables is for those who write SQL: to everybody else a group is a group."""
    for path in [*ROOT.glob("sql/reference/*.sql"), *ROOT.glob("openapi/**/*.yaml"), *ROOT.glob("include/*.def")]:
        assert "cohort" not in path.read_text(), relative(path)


def test_a_row_has_one_local_name():
    """`enrolment enrolments`; several of a kind in one function are told apart by a prefix: `next_enrolment enrolments`."""
    tables = {path.stem for path in ROOT.glob("sql/migrations/0001/*.sql")} - {"kernel"}
    for path in ROOT.glob("sql/functions/*.sql"):
        for name, table in re.findall(r"^    (\w+) (\w+)(?: :=.*)?;", path.read_text(), re.M):
            assert table not in tables or re.fullmatch(rf"(\w+_)?{row_name(table)}", name), f"{relative(path)}: {name} {table}"


def test_an_operation_calls_the_function_of_its_name():
    """A write is one line: sql/statements/groups/open.sql calls groups_open()."""
    for path in ROOT.glob("sql/statements/*/*.sql"):
        called = re.match(r"select \* from (\w+)\(", "\n".join(path.read_text().splitlines()[1:]))
        if called and path.parent.name not in ("jobs", "kernel"):
            assert called.group(1) == f"{path.parent.name}_{path.stem}", relative(path)


@pytest.mark.parametrize("path", sorted(ROOT.glob("sql/**/*.sql")), ids=relative)
def test_sql_stays_small(path):
    text = path.read_text()
    lines = text.splitlines()
    long = [
        number for number, line in enumerate(lines, 1) if len(line) > 140 and "demo" not in path.parts and "reference" not in path.parts
    ]
    assert not long, f"lines {long}"
    if path.parent.name == "functions":
        assert len(lines) <= 450
        for name, body in re.findall(r"^create or replace function (\w+)(.*?^(?:end \$\$|end);)", text, re.S | re.M):
            assert len(body.splitlines()) <= 60, name
    if path.parent.name in ("functions", "policies", "reference"):
        comments = "\n".join(line for line in lines if line.lstrip().startswith("--"))
        assert not re.search(r"\b\d\d_\w+\.sql", comments), "a comment names a file by its number"


def granted(path):
    """(privileges, relation, role) of each grant on a relation in a file, and the relation of each policy."""
    code = re.sub(r"--[^\n]*", "", path.read_text())
    grants = [
        (privileges, relation, role)
        for privileges, relations, roles in re.findall(
            r"\bgrant\s+([^;]*?)\s+on\s+(?!schema|function|routine)([\w, ]+?)\s+to\s+([\w,\s]+);", code
        )
        for relation in re.split(r",\s*", relations)
        for role in re.split(r",\s*", roles.strip())
    ]
    return grants, re.findall(r"\bcreate\s+policy\s+\w+\s+on\s+(\w+)", code)


def test_the_wall_of_a_table_stands_in_one_file():
    """sql/policies/<table>.sql says in words what it then says to PostgreSQL, one grant for each role; a view is granted once."""
    tables = {table for path in ROOT.glob("sql/migrations/*/*.sql") for table in re.findall(r"^create table (\w+)", path.read_text(), re.M)}
    files = sorted(ROOT.glob("sql/policies/*.sql"))
    seen = {}
    for path in files:
        grants, policies = granted(path)
        relations = {relation for _, relation, _ in grants} | set(policies)
        if path.stem != "zz_doors":
            assert path.read_text().splitlines()[1].startswith("-- "), f"{relative(path)} opens without its rule"
            assert relations, relative(path)
        assert not relations & tables - {path.stem}, relative(path)
        for _, relation, role in grants:
            assert (relation, role) not in seen, f"{relative(path)}: {role} on {relation} is granted in {seen[relation, role]} already"
            seen[relation, role] = path.stem
    assert len(tables) > 40 and tables <= {path.stem for path in files}, "a table without a wall"
    elsewhere = [path for path in ROOT.glob("sql/**/*.sql") if path.parent.name != "policies" and any(granted(path))]
    assert [relative(path) for path in elsewhere] == []


def test_comments_name_functions_that_exist():
    """As `this_one()`."""
    known = {name for path in ROOT.glob("sql/functions/*.sql") for name in made(path)} | {"coalesce"}
    for path in ROOT.glob("sql/**/*.sql"):
        comments = "\n".join(re.findall(r"^\s*--(.*)$", path.read_text(), re.M))
        assert not set(re.findall(r"\b([a-z_]+)\(\)", comments)) - known, relative(path)


def test_every_refusal_of_a_token_is_explained():
    """And `alongside token explain` knows no other."""
    said = {reason for path in ROOT.glob("src/token*.c") for reason in re.findall(r'token_refuse\(&?\w+, "([\w-]+)"\)', path.read_text())}
    said |= set(re.findall(r"'(account-[a-z]+|role-differs)'", (ROOT / "sql" / "functions" / "01_kernel.sql").read_text()))
    explained = re.findall(r'^    \{"([\w-]+)",', (ROOT / "src" / "token_explain.c").read_text(), re.M)
    assert said == set(explained) and len(explained) == len(said)


def test_every_location_that_is_answered_is_asked_again():
    """What is kept for a repeated request is given again while its subject is seen; a word without a branch would never be."""
    text = (ROOT / "sql" / "functions" / "idempotency_keys.sql").read_text()
    branches = dict(re.findall(r"^        when '([a-z-]+)' then return exists \(select from (\w+) ", text, re.M))
    assert re.search(r"^        else return in_location is null;", text, re.M)
    answered = {
        path.stem: set(re.findall(r"'/v1/([a-z-]+)/'", "".join(re.findall(r"respond\(.*?;", path.read_text(), re.S))))
        for path in ROOT.glob("sql/functions/*.sql")
    }
    assert set().union(*answered.values()) == set(branches)
    for operation in Contract(BUILD / "openapi" / "openapi.json").operations:
        if any("Location" in answer.get("headers", {}) for answer in operation.responses.values()):
            word = max((word for word in resources() if operation.id.startswith(f"{word}_")), key=len)
            assert answered[word], f"{operation.id} names a Location that SQL does not answer"
        else:
            assert not operation.needs_key or operation.id == "exclusion_requests_create", f"{operation.id} is about nothing"


def test_tests_of_sql_have_the_word_of_what_they_test():
    """tests/sql/<word>.sql beside sql/functions/<word>.sql; four hold what is true of all."""
    words = {re.sub(r"^\d+_", "", path.stem) for path in ROOT.glob("sql/functions/*.sql")} | {"catalog", "policies", "walls", "who_may"}
    tests = sorted(ROOT.glob("tests/sql/*"))
    assert not {path.stem for path in tests if path.suffix == ".sql"} - words
    assert not [f"{relative(path)}:{n}" for path in tests for n, line in enumerate(path.read_text().splitlines(), 1) if len(line) > 140]


def test_the_readme_is_short_and_its_map_is_true():
    text = (ROOT / "README.md").read_text()
    assert len(text.splitlines()) <= 150
    for room in ("api/", "src/", "include/", "sql/", "openapi/", "tests/", "docker/", "dev"):
        assert room in text and (ROOT / room).exists()


def test_nothing_unfinished_is_left():
    marks = re.compile(r"\b(TODO|FIXME|XXX|HACK|WIP)\b")
    found = [
        relative(path)
        for pattern in ("src/*", "api/*", "include/*", "sql/**/*.sql", "openapi/**/*.yaml")
        for path in ROOT.glob(pattern)
        if path.is_file() and marks.search(path.read_text())
    ]
    assert not found


# A number of the rule book where it is cited: I3, A6.8, S2.41, ranges as S2.21-S2.24 or S1.28-30, "decisions 3 and 12".
CITED = re.compile(r"(?<![\w.#$%/{}=-])([AIRST])(\d{1,2}(?:\.\d{1,2})?)(?:[-–][AIRST]?([\d.]*\d))?(?!\w|:\d|\.\d)")
CITED_DECISIONS = re.compile(r"\b[Dd]ecisions? (\d+(?:(?:, | and |[-–])\d+)*)")
BOOK = ROOT / "docs" / "PROGRAM.md"


def rule_book():
    """Every number that is defined → whether it bears the mark of a rule that no test names."""
    lines = re.findall(r"^- \*\*((?:[AIRT]|S[0-4]\.|decision )[\d.]+)\*\*( ○)? \S", BOOK.read_text(), re.M)
    assert len(lines) == len(dict(lines)) > 200, "a number is given once"
    return {number: bool(mark) for number, mark in lines}


def cited(text):
    for kind, first, last in CITED.findall(text):
        if kind == "S" and "." not in first:  # a whole source
            continue
        head, _, number = first.rpartition(".")
        for each in range(int(number), int(last.rpartition(".")[2] or number) + 1):
            yield f"{kind}{head}{'.' if head else ''}{each}"
    for numbers in CITED_DECISIONS.findall(text):
        yield from (f"decision {number}" for number in re.findall(r"\d+", numbers))


def cited_below(*rooms):
    """Number → the files of the rooms that cite it."""
    found = {}
    for path in sorted(path for room in rooms for path in ([ROOT / room] if "." in room else (ROOT / room).rglob("*"))):
        if path.is_file() and path.suffix in (".sql", ".c", ".h", ".def", ".yaml", ".py", ".md") and path not in (BOOK, Path(__file__)):
            for number in cited(path.read_text()):
                found.setdefault(number, set()).add(relative(path))
    return found


def test_citations_are_read_as_they_are_written():
    written = "(S2.21-S2.24, S1.28-30; decisions 3 and 12, A6.5: I1–I3.) S0–S2's, T6, 2026-11-30T12:00, C3=A9, R17"
    assert list(cited(written)) == [
        *("S2.21", "S2.22", "S2.23", "S2.24", "S1.28", "S1.29", "S1.30", "A6.5", "I1", "I2", "I3", "T6", "R17"),
        *("decision 3", "decision 12"),
    ]


def test_every_cited_rule_is_in_the_rule_book():
    book = rule_book()
    found = cited_below("sql", "src", "api", "include", "openapi", "tests", "docs", "README.md")
    assert len(found) > 120
    assert not {number: files for number, files in found.items() if number not in book}


def test_a_rule_without_a_mark_has_a_test():
    """○ in the rule book says that no test names the rule; whoever adds the first test, or takes the last away, says so there."""
    named = set(cited_below("tests"))
    assert {number for number, is_marked in rule_book().items() if not is_marked} == named & set(rule_book())


def test_links_between_documents_lead_somewhere():
    documents = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]
    links = [(path, *link) for path in documents for link in re.findall(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)", path.read_text())]
    assert len(links) > 20
    for path, target, anchor in links:
        there = (path.parent / target).resolve() if target else path
        assert there.exists(), f"{relative(path)}: {target}"
        heads = re.findall(r"^#+ (.*)$", there.read_text(), re.M) if anchor else []
        anchors = {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}
        assert not anchor or anchor in anchors, f"{relative(path)}: {target}#{anchor}"


def test_the_page_of_errors_is_made_of_the_tables():
    made = subprocess.run([sys.executable, ROOT / "docs" / "errors.py"], capture_output=True, text=True, check=True).stdout
    tables = "".join((ROOT / "include" / f"{name}.def").read_text() for name in ("problems", "faults", "reasons"))
    slugs = re.findall(r'^[A-Z]+\(\w+, (?:\d+, )?"([^"]+)"', tables, re.M)
    assert len(slugs) > 60 and sorted(re.findall(r"^\|.*?`([^`]+)`", made, re.M)) == sorted(slugs)
    assert (ROOT / "docs" / "ERRORS.md").read_text() == made, "run docs/errors.py > docs/ERRORS.md"


def git(root, *arguments):
    return subprocess.run(["git", "-c", "safe.directory=*", "-C", root, *arguments], capture_output=True, text=True).stdout


def frozen_releases(text):
    return [tuple(line.split()) for line in text.splitlines() if not line.startswith("#")]


def released_line(release, tag):
    command = [sys.executable, ROOT / "sql" / "embed.py", "--freeze", tag, release]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def faults_of_releases(root):
    """What is wrong with the chain of releases: what is frozen is as it was, and only the newest may be otherwise."""
    room = root / "sql" / "migrations"
    there = sorted(path.name for path in room.iterdir() if path.is_dir())
    frozen = frozen_releases((room / "RELEASED").read_text())
    faults = []
    if there != [f"{number:04}" for number in range(1, len(there) + 1)]:
        faults.append("the numbers have a gap")
    if [number for number, *_ in frozen] != there[: len(frozen)] or len(there) > len(frozen) + 1:
        faults.append("only the newest release is not frozen")
    for number, digest, tag in frozen:
        if released_line(room / number, tag) != f"{number} {digest} {tag}":
            faults.append(f"{number} is not what {tag} released")
    for tag in git(root, "tag", "--list", "v[1-9]*").split():
        then = frozen_releases(git(root, "show", f"{tag}:sql/migrations/RELEASED"))
        released = re.findall(r"^\d{4}$", git(root, "ls-tree", "-d", "--name-only", f"{tag}:sql/migrations"), re.M)
        if [number for number, *_ in then] != released or frozen[: len(then)] != then:
            faults.append(f"{tag} released what is not frozen")
    return faults


def test_no_test_is_a_matter_of_luck():
    assert list(luck('assert "0143" not in page.content.decode() and "613 555 0143" not in text and "500" not in statuses - others')) == [1]
    found = [f"{relative(path)}:{line}" for path in ROOT.glob("tests/**/*.py") for line in luck(path.read_text())]
    assert not found, "one run in some hundred fails: name the whole of what must not be there"


def test_what_was_released_is_frozen():
    assert not faults_of_releases(ROOT)


def test_the_wall_round_releases_stands(tmp_path):
    """Seen to fail, with a tag that is thrown away."""
    room = shutil.copytree(ROOT / "sql" / "migrations", tmp_path / "sql" / "migrations")
    released = room / "RELEASED"
    lines = released.read_text()
    newest = max(path.name for path in room.iterdir() if path.is_dir())

    def commit(tag):
        git(tmp_path, "init", "-q")
        git(tmp_path, "add", ".")
        git(tmp_path, "-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false", "commit", "-q", "-m", tag)
        git(tmp_path, "tag", tag)

    commit("v9.0.0")
    assert faults_of_releases(tmp_path) == ["v9.0.0 released what is not frozen"]
    git(tmp_path, "tag", "-d", "v9.0.0")
    released.write_text(lines + released_line(room / newest, "v9.0.0") + "\n")
    commit("v9.0.0")
    assert not faults_of_releases(tmp_path)

    following = f"{int(newest) + 1:04}"
    (room / following).mkdir()
    (room / following / "holidays.sql").write_text("alter table holidays add column a int;\n")
    assert not faults_of_releases(tmp_path), "the newest may be edited"
    (room / newest / "holidays.sql").write_text("-- an afterthought\n")
    assert faults_of_releases(tmp_path) == [f"{newest} is not what v9.0.0 released"]
    git(tmp_path, "checkout", "-q", ".")
    (room / following).rename(room / "0099")
    assert faults_of_releases(tmp_path) == ["the numbers have a gap"]
    (room / "0099").rename(room / following)
    released.write_text(lines)
    assert faults_of_releases(tmp_path) == ["only the newest release is not frozen", "v9.0.0 released what is not frozen"]

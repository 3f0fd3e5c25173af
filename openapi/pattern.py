# SPDX-License-Identifier: MIT
"""Regular expressions of the contract as complete automata: the server then needs one table look-up a character, whatever
the text, and no regular expression engine. The dialect is the common part of ECMA 262 and what can be read at a glance:
^...$, literals, ., [classes], groups, |, ? * + {m} {m,} {m,n}, \\d \\w \\s, their opposites and escaped punctuation. No captures,
no look-around."""

ASCII = frozenset(range(128))
OTHER = 128  # every character beyond ASCII
SYMBOLS = 129
DIGIT = frozenset(range(48, 58))
SPACE = frozenset({9, 10, 11, 12, 13, 32})  # a space beyond ASCII counts as any other character
WORD = DIGIT | frozenset(range(65, 91)) | frozenset(range(97, 123)) | {95}
STATES_MAX = 255


class PatternError(ValueError):
    pass


class Parser:
    """Recursive descent to ('set', symbols) | ('cat', nodes) | ('alt', nodes) | ('rep', node, least, most or None)."""

    def __init__(self, text):
        if not (text.startswith("^") and text.endswith("$")) or text.endswith("\\$"):
            raise PatternError("a pattern starts with ^ and ends with $")
        if not text.isascii():
            raise PatternError("a pattern is written in ASCII")
        self.text, self.at = text[1:-1], 0

    def parse(self):
        node = self.alternatives()
        if self.at < len(self.text):
            raise PatternError(f"unexpected {self.text[self.at]!r}")
        if node[0] == "alt":
            raise PatternError("put alternatives into a group: ^(a|b)$")
        return node

    def peek(self):
        return self.text[self.at] if self.at < len(self.text) else ""

    def take(self):
        if self.at >= len(self.text):
            raise PatternError("unexpected end")
        self.at += 1
        return self.text[self.at - 1]

    def alternatives(self):
        branches = [self.sequence()]
        while self.peek() == "|":
            self.take()
            branches.append(self.sequence())
        return branches[0] if len(branches) == 1 else ("alt", branches)

    def sequence(self):
        nodes = []
        while self.peek() not in ("", "|", ")"):
            nodes.append(self.repeated(self.atom()))
        return ("cat", nodes)

    def repeated(self, node):
        bounds = {"?": (0, 1), "*": (0, None), "+": (1, None)}
        if self.peek() in bounds:
            node = ("rep", node, *bounds[self.take()])
        elif self.peek() == "{":
            inner = self.text[self.at + 1 :].partition("}")[0]
            least, comma, most = inner.partition(",")
            if not least.isdigit() or (most and not most.isdigit()):
                raise PatternError("malformed {m,n}")
            self.at += len(inner) + 2
            last = int(least) if not comma else int(most) if most else None
            if last is not None and last < int(least):
                raise PatternError("{m,n} with n below m")
            node = ("rep", node, int(least), last)
        if self.peek() in ("?", "*", "+", "{"):
            raise PatternError("a quantifier behind a quantifier")
        return node

    def atom(self):
        char = self.take()
        if char == "(":
            if self.peek() == "?":
                self.take()
                if self.take() != ":":
                    raise PatternError("only (?: ) groups")
            node = self.alternatives()
            if self.peek() != ")":
                raise PatternError("( without )")
            self.take()
            return node
        if char == "[":
            return ("set", self.char_class())
        if char == ".":
            return ("set", (ASCII - {10, 13}) | {OTHER})
        if char == "\\":
            return ("set", self.escape())
        if char in "?*+{}]^$":
            raise PatternError(f"unexpected {char!r}")
        return ("set", frozenset({ord(char)}))

    def escape(self):
        char = self.take()
        classes = {"d": DIGIT, "w": WORD, "s": SPACE}
        if char in classes:
            return classes[char]
        if char.lower() in classes:
            return (ASCII | {OTHER}) - classes[char.lower()]
        if char.isalnum():
            raise PatternError(f"unsupported escape \\{char}")
        return frozenset({ord(char)})

    def char_class(self):
        negated = self.peek() == "^"
        if negated:
            self.take()
        symbols = set()
        while self.peek() != "]":
            char = self.take()
            first = self.escape() if char == "\\" else frozenset({ord(char)})
            if self.peek() == "-" and self.text[self.at + 1 : self.at + 2] not in ("", "]"):
                self.take()
                char = self.take()
                last = self.escape() if char == "\\" else frozenset({ord(char)})
                if len(first) != 1 or len(last) != 1 or min(last) < min(first):
                    raise PatternError("malformed range in a class")
                first = range(min(first), min(last) + 1)
            symbols |= set(first)
        self.take()
        return frozenset((ASCII | {OTHER}) - symbols if negated else symbols)


class Machine:
    """Thompson's construction: edges[state] = [(symbols, state)], empty[state] = [state]."""

    def __init__(self, node):
        self.edges, self.empty = [], []
        start = self.state()
        self.end = self.build(node, start)

    def state(self):
        if len(self.edges) > 20000:
            raise PatternError("the pattern is too large")
        self.edges.append([])
        self.empty.append([])
        return len(self.edges) - 1

    def build(self, node, start):
        if node[0] == "set":
            end = self.state()
            self.edges[start].append((node[1], end))
            return end
        if node[0] == "cat":
            for part in node[1]:
                start = self.build(part, start)
            return start
        if node[0] == "alt":
            end = self.state()
            for part in node[1]:
                self.empty[self.build(part, start)].append(end)
            return end
        _, part, least, most = node
        for _ in range(least):
            start = self.build(part, start)
        if most is None:
            loop = self.state()
            self.empty[start].append(loop)
            self.empty[self.build(part, loop)].append(loop)
            return loop
        end = self.state()
        self.empty[start].append(end)
        for _ in range(most - least):
            start = self.build(part, start)
            self.empty[start].append(end)
        return end

    def closure(self, states):
        found, todo = set(states), list(states)
        while todo:
            for state in self.empty[todo.pop()]:
                if state not in found:
                    found.add(state)
                    todo.append(state)
        return frozenset(found)


def compile_pattern(text):
    """-> (classes[129], next[states][class_count], accepts[states]); state 0 rejects, state 1 starts."""
    machine = Machine(Parser(text).parse())
    start = machine.closure({0})
    states, rows, todo = {frozenset(): 0, start: 1}, {0: [0] * SYMBOLS}, [start]
    while todo:
        current = todo.pop()
        row = []
        for symbol in range(SYMBOLS):
            target = machine.closure({to for state in current for symbols, to in machine.edges[state] if symbol in symbols})
            if target not in states:
                states[target] = len(states)
                todo.append(target)
            row.append(states[target])
        rows[states[current]] = row
        if len(states) > STATES_MAX:
            raise PatternError(f"more than {STATES_MAX} states; bound the length with maxLength instead")
    columns = [tuple(rows[state][symbol] for state in range(len(states))) for symbol in range(SYMBOLS)]
    distinct = {column: number for number, column in enumerate(dict.fromkeys(columns))}
    accepts = [0] * len(states)
    for members, number in states.items():
        accepts[number] = int(machine.end in members)
    return [distinct[c] for c in columns], [[c[state] for c in distinct] for state in range(len(states))], accepts

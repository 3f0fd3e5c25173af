# SPDX-License-Identifier: MIT
"""An SMTP sink: a real conversation; it can refuse, put off, hang up or keep waiting."""

import asyncio
import contextlib
import email
import email.policy
import threading
import time

from aiosmtpd.controller import Controller

from .server import free_port


class Message:
    def __init__(self, envelope):
        self.sender = envelope.mail_from
        self.recipients = list(envelope.rcpt_tos)
        self.raw = envelope.original_content
        self.parsed = email.message_from_bytes(self.raw, policy=email.policy.default)
        self.subject = self.parsed["Subject"]
        body = self.parsed.get_body(preferencelist=("plain",))
        self.text = body.get_content() if body else ""


class Mailbox:
    """`answer` is what DATA is answered: None accepts, "451 ..." and "554 ..." do not, "close" hangs up. `recipient_answer`
    is what RCPT is answered. DATA is answered after `seconds`, and not at all while it is held()."""

    def __init__(self, port=None):
        self.messages = []
        self.handed_over = []
        self.refused = 0
        self.answer = None
        self.seconds = 0
        self.recipient_answer = None
        self.changed = threading.Condition()
        self.gate = threading.Event()
        self.gate.set()
        self.waiting = 0
        self.port = port or free_port()
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port, ready_timeout=10)
        self.controller.start()
        self.url = f"smtp://127.0.0.1:{self.port}"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.recipient_answer is not None:
            with self.changed:
                self.refused += 1
                self.changed.notify_all()
            return self.recipient_answer
        envelope.rcpt_tos.append(address)
        return "250 known"

    async def handle_DATA(self, server, session, envelope):
        with self.changed:
            self.waiting += 1
            self.handed_over.append(Message(envelope))
            self.changed.notify_all()
        await asyncio.sleep(self.seconds)
        while not self.gate.is_set():
            await asyncio.sleep(0.01)
        with self.changed:
            self.waiting -= 1
            if self.answer is None:
                self.messages.append(Message(envelope))
            else:
                self.refused += 1
            self.changed.notify_all()
        if self.answer == "close":
            server.transport.close()
            return "421 closing"
        return self.answer or "250 taken"

    def _wait(self, condition, timeout_s, what):
        deadline = time.monotonic() + timeout_s
        with self.changed:
            while not condition():
                left = deadline - time.monotonic()
                if left <= 0:
                    seen = [(m.recipients, m.subject) for m in self.messages]
                    raise AssertionError(f"no {what} within {timeout_s} s; seen: {seen}, refused: {self.refused}")
                self.changed.wait(left)

    def wait_for(self, recipient=None, count=1, timeout_s=10):
        """The messages for this recipient, as soon as there are `count` of them."""

        def matching():
            return [m for m in self.messages if recipient is None or recipient in m.recipients]

        self._wait(lambda: len(matching()) >= count, timeout_s, f"{count} mail(s) for {recipient}")
        return matching()

    def wait_for_refusal(self, count=1, timeout_s=10):
        self._wait(lambda: self.refused >= count, timeout_s, f"{count} refused mail(s)")

    @contextlib.contextmanager
    def held(self):
        """Inside, a message has been handed over and has had no answer yet."""
        self.gate.clear()
        try:
            yield lambda: self._wait(lambda: self.waiting > 0, 10, "message under way")
        finally:
            self.gate.set()

    def assert_quiet(self, seconds=1.0):
        before = len(self.messages)
        time.sleep(seconds)
        assert len(self.messages) == before, f"unexpected mail: {[m.subject for m in self.messages[before:]]}"

    def clear(self):
        with self.changed:
            self.messages.clear()
            self.handed_over.clear()
            self.refused = self.seconds = 0
            self.answer = self.recipient_answer = None

    def stop(self):
        self.controller.stop()

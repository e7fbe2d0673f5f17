#!/usr/bin/python3
"""A mail server that keeps what it gets, and a mailbox to read it in.

    mailbox.py --dir DIR [--smtp PORT] [--http PORT] [--ready FILE]

SMTP and HTTP on 127.0.0.1; port 0 takes a free one.  Every message is a file
in DIR.  Once both ports are open FILE holds them, as JSON.
"""

import argparse
import email
import email.policy
import json
import os
import re
import signal
import socket
import sys
import threading
import time
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from aiosmtpd.controller import Controller

MAX_MESSAGE = 2 * 1024 * 1024
MAX_MESSAGES = 1000             # the oldest goes

STYLE = """
:root { --ink: #1f2a33; --soft: #5c6b76; --line: #dde3e8; --brand: #23577a;
    --paper: #f4f6f8; color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
    font: 16px/1.55 system-ui, "Segoe UI", Roboto, sans-serif; }
header { background: #1f2a33; color: #fff; padding: 14px 24px; display: flex;
    gap: 16px; align-items: baseline; justify-content: space-between;
    flex-wrap: wrap; }
header a { color: #fff; text-decoration: none; font-weight: 600;
    font-size: 1.15rem; }
header span { color: #b9c6d0; font-size: .9rem; }
main { max-width: 960px; margin: 0 auto; padding: 24px 16px 48px; }
h1 { font-size: 1.35rem; line-height: 1.3; margin: 0 0 8px;
    overflow-wrap: anywhere; }
a { color: var(--brand); }
:focus-visible { outline: 3px solid #d08a3e; outline-offset: 2px; }
.list { list-style: none; margin: 0; padding: 0; background: #fff;
    border: 1px solid var(--line); border-radius: 12px; overflow: hidden; }
.list li + li { border-top: 1px solid var(--line); }
.list a { display: grid; gap: 2px 16px; grid-template-columns: 1fr auto;
    padding: 14px 18px; color: inherit; text-decoration: none; }
.list a:hover { background: #f0f5f9; }
.list strong { overflow-wrap: anywhere; }
.list .to { grid-column: 1 / 3; color: var(--soft); font-size: .92rem;
    overflow-wrap: anywhere; }
time { color: var(--soft); font-size: .9rem; white-space: nowrap; }
.empty { padding: 48px 24px; text-align: center; color: var(--soft);
    background: #fff; border: 1px dashed #b9c6d0; border-radius: 12px; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 14px;
    margin: 0 0 16px; font-size: .95rem; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
nav { display: flex; flex-wrap: wrap; gap: 8px; margin: 0 0 14px; }
nav a { padding: 8px 14px; border: 1px solid var(--line); border-radius: 8px;
    background: #fff; text-decoration: none; }
nav [aria-current] { background: var(--brand); border-color: var(--brand);
    color: #fff; }
iframe { display: block; width: 100%; height: 1100px; background: #fff;
    border: 1px solid var(--line); border-radius: 12px; margin: 0 auto; }
iframe.narrow { width: min(322px, 100%); }
pre { margin: 0; padding: 18px; background: #fff; font-size: .88rem;
    border: 1px solid var(--line); border-radius: 12px; white-space: pre-wrap;
    overflow-wrap: anywhere; }
"""

VIEWS = (("", "As sent"), ("narrow", "On a phone"), ("text", "Text"),
         ("headers", "Headers"))


class Mailbox:
    """The messages, newest last; each a file in one directory."""

    def __init__(self, directory):
        self.directory = Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.lock = threading.Lock()
        self.messages = {}
        self.last = 0

    def add(self, recipients, data):
        with self.lock:
            self.last += 1
            number = self.last
            name = self.directory / f"{number:04d}.eml"
            name.with_suffix(".tmp").write_bytes(data)
            os.replace(name.with_suffix(".tmp"), name)
            self.messages[number] = (time.time(), tuple(recipients))
            while len(self.messages) > MAX_MESSAGES:
                oldest = next(iter(self.messages))
                del self.messages[oldest]
                (self.directory / f"{oldest:04d}.eml").unlink()

    def raw(self, number):
        with self.lock:
            if number not in self.messages:
                return None
            return (self.directory / f"{number:04d}.eml").read_bytes()

    def list(self):
        with self.lock:
            return list(self.messages.items())


def parse(data):
    return email.message_from_bytes(data, policy=email.policy.default)


def part(message, kind):
    """The text of the message's body of that kind, "" if there is none."""
    body = message.get_body((kind,))
    if body is None:
        return ""
    try:
        return body.get_content()
    except (LookupError, UnicodeError):
        return body.get_payload(decode=True).decode("utf-8", "replace")


def header(message, name):
    try:
        return str(message.get(name, ""))
    except (ValueError, IndexError):
        return ""


class Keeper:
    """What aiosmtpd calls for a message that was sent whole."""

    def __init__(self, mailbox):
        self.mailbox = mailbox

    async def handle_DATA(self, server, session, envelope):
        self.mailbox.add(envelope.rcpt_tos, envelope.content)
        return "250 2.0.0 kept"


class Web(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "Mailbox"
    sys_version = ""
    timeout = 30

    def log_message(self, *args):
        pass

    def do_GET(self):
        path = urlsplit(self.path).path
        found = re.fullmatch(r"/([0-9]{1,9})(?:/([a-z]*)|\.eml)?", path)
        if path == "/":
            return self.page("Mailbox", self.index(), refresh=True)
        if path == "/messages.json":
            return self.messages_json()
        raw = self.server.mailbox.raw(int(found[1])) if found else None
        if raw is None:
            return self.page("Not here", "<h1>There is no such message</h1>"
                             '<p><a href="/">All messages</a></p>', 404)
        if path.endswith(".eml"):
            return self.send(200, "message/rfc822", raw, (
                ("Content-Disposition", f'attachment; filename="{found[1]}.eml"'),))
        if found[2] == "body":
            return self.body(parse(raw))
        self.page(*self.message(int(found[1]), parse(raw), found[2] or ""))

    do_HEAD = do_GET

    def send(self, status, kind, body, headers=()):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def page(self, title, body, status=200, refresh=False):
        again = '<meta http-equiv="refresh" content="3">' if refresh else ""
        self.send(status, "text/html; charset=utf-8", f"""<!doctype html>
<html lang="en-GB"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">{again}
<link rel="icon" href="data:,"><title>{escape(title)}</title><style>{STYLE}</style></head><body>
<header><a href="/">Mailbox</a><span>Every mail that the demo sends ends here
</span></header><main>{body}</main></body></html>
""".encode())

    def index(self):
        rows = ""
        for number, (at, to) in reversed(self.server.mailbox.list()):
            raw = self.server.mailbox.raw(number)
            if raw is None:
                continue
            when = time.strftime("%H:%M:%S", time.localtime(at))
            rows += (
                f'<li><a href="/{number}/"><strong>'
                f'{escape(header(parse(raw), "Subject") or "(no subject)")}'
                f'</strong><time>{when}</time>'
                f'<span class="to">to {escape(", ".join(to))}</span></a></li>')
        if not rows:
            return ('<h1>No mail yet</h1><p class="empty">Leave something in '
                    "the shop’s cart, with an address. This page looks again "
                    "by itself.</p>")
        return f'<h1>Mail</h1><ul class="list">{rows}</ul>'

    def message(self, number, message, view):
        tabs = "".join(
            f'<a href="/{number}/{v}"'
            f'{" aria-current=page" if v == view else ""}>{label}</a>'
            for v, label in VIEWS) + f'<a href="/{number}.eml">Download</a>'
        fields = "".join(
            f"<dt>{name}</dt><dd>{escape(header(message, name))}</dd>"
            for name in ("From", "To", "Date") if header(message, name))
        if view == "text":
            body = f'<pre>{escape(part(message, "plain"))}</pre>'
        elif view == "headers":
            lines = "\n".join(f"{k}: {v}" for k, v in message.items())
            body = f"<pre>{escape(lines)}</pre>"
        else:
            narrow = ' class="narrow"' if view == "narrow" else ""
            body = (f'<iframe title="The message" src="/{number}/body"{narrow} '
                    'sandbox="allow-popups allow-popups-to-escape-sandbox">'
                    "</iframe>")
        subject = header(message, "Subject") or "(no subject)"
        return subject, (f"<h1>{escape(subject)}</h1><dl>{fields}</dl>"
                         f'<nav aria-label="Views">{tabs}</nav>{body}')

    def body(self, message):
        """The HTML as it came, where it can do nothing but be looked at."""
        html = part(message, "html")
        if not html:
            html = f'<pre>{escape(part(message, "plain"))}</pre>'
        # Links open beside the mailbox, as they do in a mail client.
        html = re.sub(r"(<head[^>]*>)", r'\1<base target="_blank">', html,
                      count=1, flags=re.I)
        self.send(200, "text/html; charset=utf-8", html.encode(), (
            ("Content-Security-Policy",
             "sandbox allow-popups allow-popups-to-escape-sandbox; "
             "default-src 'none'; style-src 'unsafe-inline'; img-src * data:; "
             "font-src data:"),
            ("Referrer-Policy", "no-referrer")))

    def messages_json(self):
        out = []
        for number, (at, to) in self.server.mailbox.list():
            raw = self.server.mailbox.raw(number)
            if raw is not None:
                out.append({"number": number, "at": at, "to": to,
                            "subject": header(parse(raw), "Subject")})
        self.send(200, "application/json", json.dumps(out).encode())


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)


def main():
    parser = argparse.ArgumentParser(description="Keeps mail, shows mail.")
    parser.add_argument("--dir", required=True)
    parser.add_argument("--smtp", type=int, default=0)
    parser.add_argument("--http", type=int, default=0)
    parser.add_argument("--ready", help="file that gets the ports, as JSON")
    options = parser.parse_args()
    mailbox = Mailbox(options.dir)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())

    try:
        web = Server(("127.0.0.1", options.http), Web)
    except OSError as error:
        sys.exit(f"mailbox: cannot listen on 127.0.0.1:{options.http}: "
                 f"{error.strerror}")
    web.mailbox = mailbox
    smtp = SmtpServer(Keeper(mailbox), options.smtp)
    try:
        smtp.start()
    except OSError as error:
        sys.exit(f"mailbox: cannot listen on 127.0.0.1:{options.smtp}: "
                 f"{error.strerror}")
    threading.Thread(target=web.serve_forever, daemon=True).start()
    ports = {"smtp": smtp.port, "http": web.server_port}
    if options.ready:
        Path(options.ready + ".tmp").write_text(json.dumps(ports))
        os.replace(options.ready + ".tmp", options.ready)
    print(f"ready: {json.dumps(ports)}", flush=True)
    stop.wait()
    smtp.stop()
    web.shutdown()


class SmtpServer(Controller):
    """aiosmtpd's controller, with a free port if asked for port 0."""

    def __init__(self, handler, port):
        super().__init__(handler, hostname="127.0.0.1",
                         port=port or free_port(), ready_timeout=10,
                         data_size_limit=MAX_MESSAGE, enable_SMTPUTF8=True,
                         ident="mailbox")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


if __name__ == "__main__":
    main()

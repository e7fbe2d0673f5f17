# Copyright (C) SitePreserver developers
"""Reads NAME.eml with Python's email, policy strict, and compares it with
NAME.json: what was rendered and what GMime read in it.  Prints "ok" or what
differs; of several, a line "NAME: ok" for each, and what differs below it."""

import email
import email.errors
import email.policy
import json
import os
import re
import sys

STRICT = email.policy.SMTPUTF8.clone(raise_on_defect=True)


def blanks(text):
    return re.sub(r"\s+", " ", text).strip()


def text_of(part):
    """A part's text; the line ends of the wire are those of a text."""
    return part.get_content().replace("\r\n", "\n")


def read(base):
    with open(base + ".eml", "rb") as f:
        raw = f.read()
    with open(base + ".json", encoding="utf-8") as f:
        want = json.load(f)

    wrong = []

    def same(what, got, expected):
        if got != expected:
            wrong.append("%s: %.200r instead of %.200r"
                         % (what, got, expected))

    # Python decodes headers in UTF-8 (RFC 6532) only when it is given text
    if want["smtputf8"]:
        message = email.message_from_string(raw.decode(), policy=STRICT)
    else:
        message = email.message_from_bytes(raw, policy=STRICT)

    same("defects", message.defects, [])

    got = {}
    for name, value in message.items():
        same("defects of " + name,
             [d for d in value.defects if not want["smtputf8"] or not
              isinstance(d, email.errors.NonASCIILocalPartDefect)], [])
        got.setdefault(name.lower(), []).append(str(value))

    expected = {}
    for name, value in want["headers"]:
        expected.setdefault(name.lower(), []).append(value)

    same("names of headers", sorted(got), sorted(expected))

    for name in sorted(set(got) & set(expected)):
        if name in ("content-type", "from", "reply-to"):
            continue
        same(name, [blanks(v) for v in got[name]],
             [blanks(v) for v in expected[name]])

    same("subject", str(message["subject"]), want["subject"])
    same("recipients", [a.addr_spec for a in message["to"].addresses],
         [want["to"]])
    same("message id", str(message["message-id"]), want["message_id"])

    for name in ("from", "reply-to"):
        same(name, [[a.display_name, a.addr_spec]
                    for a in message[name].addresses]
             if name in message else [],
             [[blanks(n), a] for n, a in want[name]])

    # RFC 8058 and RFC 2369: one link, in one line
    lines = raw.split(b"\r\n\r\n", 1)[0].split(b"\r\n")
    same("List-Unsubscribe in one line",
         len([1 for line in lines if re.match(
             rb"List-Unsubscribe: <https://[^ <>,]+>$", line)]), 1)
    same("List-Unsubscribe-Post", got.get("list-unsubscribe-post"),
         ["List-Unsubscribe=One-Click"])
    same("Auto-Submitted", got.get("auto-submitted"), ["auto-generated"])

    same("type", message.get_content_type(), "multipart/alternative")
    parts = list(message.iter_parts())
    same("parts", [p.get_content_type() for p in parts],
         ["text/plain", "text/html"])

    for part, rendered in zip(parts, ("text", "html")):
        same("defects of " + rendered, part.defects, [])
        same("charset of " + rendered, part.get_content_charset(), "utf-8")
        same("encoding of " + rendered, part["content-transfer-encoding"],
             "quoted-printable")
        same(rendered, text_of(part), want[rendered])

    for part, seen in zip(parts, want["parts"]):
        same("type as GMime reads it", part.get_content_type(), seen["type"])
        same(seen["type"] + " as GMime reads it", text_of(part),
             seen["text"].replace("\r\n", "\n"))

    # RFC 5322 2.1.1, RFC 2045 6.7, and nothing but CRLF ends a line
    same("bare CR or LF", re.search(rb"(?<!\r)\n|\r(?!\n)", raw), None)
    same("longest line", max(map(len, raw.split(b"\r\n"))) <= 998, True)
    body = raw.split(b"\r\n\r\n", 1)[1]
    same("longest line of the body",
         max(map(len, body.split(b"\r\n"))) <= 76, True)
    same("header bytes",
         [c for c in raw.split(b"\r\n\r\n", 1)[0] if c >= 0x80] == []
         or want["smtputf8"], True)

    return "\n".join(wrong) if wrong else "ok"


def main():
    if len(sys.argv) == 2:
        print(read(sys.argv[1]))
        return

    for base in sys.argv[1:]:
        print("%s: %s" % (os.path.basename(base), read(base)))


main()

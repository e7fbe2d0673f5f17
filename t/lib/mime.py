"""Prints a message of stdin as JSON: see t/lib/Sp/Mime.pm."""

import email
import email.policy
import html.parser
import json
import sys


class Links(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.found = []

    def handle_starttag(self, tag, attrs):
        if tag == 'a':
            self.found += [value for name, value in attrs
                           if name == 'href' and value]


def headers_of(part):
    return [[name, str(value)] for name, value in part.items()]


def defects_of(part):
    found = [repr(defect) for defect in part.defects]
    for name, value in part.items():
        found += ['%s: %r' % (name, defect)
                  for defect in getattr(value, 'defects', ())]
    return found


def leaf(part):
    content = part.get_content()
    if isinstance(content, bytes):
        content = content.decode('latin-1')
    return {
        'type': part.get_content_type(),
        'charset': part.get_content_charset(),
        'encoding': str(part.get('Content-Transfer-Encoding', '')).lower(),
        'filename': part.get_filename(),
        'headers': headers_of(part),
        'content': content,
    }


def main():
    data = sys.stdin.buffer.read()
    message = email.message_from_bytes(data, policy=email.policy.default)
    parts, links, defects = [], Links(), []

    for part in message.walk():
        defects += defects_of(part)
        if part.is_multipart():
            continue
        parts.append(leaf(part))
        if parts[-1]['type'] == 'text/html':
            links.feed(parts[-1]['content'])

    # What SMTP and RFC 5322 ask of the lines themselves.
    for number, line in enumerate(data.split(b'\r\n'), 1):
        if len(line) > 998:
            defects.append('line %d has %d bytes' % (number, len(line)))
        if b'\n' in line or b'\r' in line:
            defects.append('line %d has a bare CR or LF' % number)

    json.dump({
        'type': message.get_content_type(),
        'headers': headers_of(message),
        'parts': parts,
        'links': links.found,
        'defects': defects,
    }, sys.stdout)


main()

#
# Copyright (C) SitePreserver developers
#
# A Redis client: pipelines of calls over a unix socket or TCP.
#

import socket


class Error(Exception):
    pass


class Redis:
    def __init__(self, path=None, port=None):
        if path:
            self.sock = socket.socket(socket.AF_UNIX)
            self.sock.connect(path)
        else:
            self.sock = socket.create_connection(('127.0.0.1', port))
        self.file = self.sock.makefile('rb', 1 << 20)

    @staticmethod
    def encode(args):
        out = [b'*%d\r\n' % len(args)]
        for a in args:
            if isinstance(a, (int, float)):
                a = str(a)
            if isinstance(a, str):
                a = a.encode()
            out.append(b'$%d\r\n%s\r\n' % (len(a), a))
        return b''.join(out)

    def send(self, *args):
        self.sock.sendall(self.encode(args))

    def read(self):
        line = self.file.readline()
        if not line:
            raise EOFError
        kind, rest = line[:1], line[1:-2]
        if kind == b'+':
            return rest
        if kind == b'-':
            return Error(rest.decode())
        if kind == b':':
            return int(rest)
        if kind == b'$':
            n = int(rest)
            return None if n < 0 else self.file.read(n + 2)[:-2]
        if kind == b'*':
            n = int(rest)
            return None if n < 0 else [self.read() for _ in range(n)]
        raise ValueError(line)

    def __call__(self, *args):
        self.send(*args)
        reply = self.read()
        if isinstance(reply, Error):
            raise reply
        return reply

    def pipe(self, calls):
        self.sock.sendall(b''.join(self.encode(c) for c in calls))
        return [self.read() for _ in calls]

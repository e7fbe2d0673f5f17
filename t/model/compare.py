#
# Copyright (C) SitePreserver developers
#
# Redis's keys and the model's objects, in one form: a flat dictionary.
#

import struct

OUTCOMES = {'confirmed': 1, 'settled': 2, 'in doubt': 3}
STATES = ('none', 'open', 'closed')
REASONS = ('', 'ordered', 'recovered', 'lost', 'suppressed', 'empty',
           'released', 'no_address', 'before_live', 'off', 'series_gone',
           'series_done', 'never_mail', 'unreadable', 'other', 'cool_down',
           'no_audience', 'no_consent', 'paused', 'not_me')


HASHES = ('count:', 'exp:', 'e:', 'g:')


def lines_text(lines):
    return ['|'.join(l).rstrip('|') for l in lines]


def times(raw, at, n):
    return [int.from_bytes(raw[i:i + 6], 'little')
            for i in range(at, at + 6 * n, 6)]


def visit(raw):
    version, grade, flags, day = struct.unpack_from('<BBBH', raw)
    assert version == 1
    stage, how, device = grade % 8, grade // 8 % 8, grade // 64
    rare = 32 <= flags < 64
    n = 1 if flags >= 64 else 7 if rare else 3
    last, changed, snap, order, hold, until, failed \
        = times(raw, 5, n) + [0] * (7 - n)
    if n == 1:
        changed = snap = last
    else:
        assert rare or not last == changed == snap
    head, lines = raw[5 + 6 * n:].decode().split('\x1e', 1)
    shopper, customer, currency, total, orders, click \
        = head.split('\x1f') + ['', ''] * (not rare)
    assert rare == bool(order or hold or until or failed or click)
    lines = [l.split('\x1f') for l in lines.split('\x1e')] if lines else []
    extras = any(len(l) > 4 for l in lines)
    assert extras <= bool(flags & 2), 'a line with extras is not marked'
    return dict(shopper=shopper, how=how, customer=customer,
                lines=lines_text(lines), currency=currency, total=total,
                stage=stage, device=device, last=last, changed=changed, snap=snap,
                order=order, hold=hold, until=until, failed=failed, soft=bool(flags & 1),
                orders=ids(orders),
                click=click, aliased=bool(flags & 4), bound=bool(flags & 16),
                alone=bool(flags & 8), day=day)


def ids(text):
    return [text[i:i + 22] for i in range(0, len(text), 22)]


def more(p, raw, at):
    p['earlier'], p['offered'] = times(raw, at, 2)
    ntrials, ncodes = raw[at + 12], raw[at + 13]
    assert p['earlier'] or p['offered'] or ntrials or ncodes
    at += 14
    for _ in range(ntrials):
        series, step, rescue, when, variant, flags \
            = struct.unpack_from('<III6sBB', raw, at)
        at += 20
        p['trials'].append(dict(series=series, step=step, rescue=rescue,
                                at=times(when, 0, 1)[0], variant=variant,
                                holdout=bool(flags & 1),
                                ordered=bool(flags & 2)))
    if ncodes:
        rescue, step, given, npool, ntext = struct.unpack_from('<IIBBB', raw,
                                                               at)
        at += 11
        text = raw[at:at + npool + ntext].decode()
        at += npool + ntext
        p['code'] = dict(rescue=rescue, step=step, given=bool(given),
                         pool=text[:npool], text=text[npool:])
    return at


def shopper(raw):
    version, flags, day, nvisits = struct.unpack_from('<BBHB', raw)
    assert version == 1
    p = dict(logged_in=bool(flags & 1), captured=flags // 2 % 8, day=day,
             consent='', consented=(0, 0), asked=bool(flags & 128),
             earlier=0, offered=0, code=None, trials=[], state='none', reason='',
             rescue=0, fence=0, lease=0, acted=0, abandoned=0, next=0,
             order=0, clicked=0, click_rescue=0, series=0, tries=0, mark=0,
             steps=[],
             mails=[], held=[], attempt=None)
    at = 5
    p['visits'] = ids(raw[at:at + 22 * nvisits].decode())
    at += 22 * nvisits
    if flags & 16:
        how = raw[at + 6]
        p['consent'] = 'withdrawn' if how & 8 else 'given'
        p['consented'] = (*times(raw, at, 1), how & 7)
        assert how & 7 or how == 8
        at += 7
    if flags & 32:
        layout = '<BBBBBBII36sIIIII6sI'
        (state, reason, attempting, p['tries'], nsteps, nmails, p['rescue'],
         p['fence'], when, p['click_rescue'], p['series'], step, series,
         rescue, attempt_at, p['mark']) = struct.unpack_from(layout, raw, at)
        at += struct.calcsize(layout)
        p.update(zip(('lease', 'acted', 'abandoned', 'next', 'order',
                      'clicked'), times(when, 0, 6)),
                 state=STATES[state], reason=REASONS[reason])
        for _ in range(nsteps):
            h, t, o = struct.unpack_from('<I6sc', raw, at)
            p['steps'].append([h, *times(t, 0, 1), o.decode()])
            at += 11
        noted = times(raw, at, nmails)
        p['mails'] = [n // 2 for n in noted]
        p['held'] = [bool(n % 2) for n in noted]
        at += 6 * nmails
        if attempting:
            p['attempt'] = dict(id=raw[at:at + 22].decode(), step=step,
                                state=(None, 'confirmed', 'settled',
                                       'in doubt')[attempting % 4],
                                offer=bool(attempting & 4),
                                holdout=bool(attempting & 8),
                                live=bool(attempting & 16),
                                series=series, rescue=rescue,
                                at=times(attempt_at, 0, 1)[0])
            at += 22
    if flags & 64:
        assert flags & 32
        at = more(p, raw, at)
    locale, p['first_name'], customers, orders, p['sealed'] \
        = raw[at:].decode('latin-1').split('\x1f', 4)
    p['locale'], space, p['zone'] = locale.partition(' ')
    assert not space or p['zone']
    p['customers'], p['orders'] = ids(customers), ids(orders)
    return p


def read(redis, prefix):
    """All that Redis has, and when it ends."""
    keys = sorted(k.decode() for k in redis('KEYS', '*'))
    calls = []
    for k in keys:
        assert k.startswith(prefix), k
        name = k[len(prefix):]
        if name in ('due', 'doubt', 'withdrawn'):
            calls.append(('ZRANGE', k, 0, -1, 'WITHSCORES'))
        elif name.startswith('o:'):
            calls.append(('SMEMBERS', k))
        elif name == 'shop' or name.startswith(HASHES):
            calls.append(('HGETALL', k))
        elif name == 'journal':
            calls.append(('XRANGE', k, '-', '+'))
        else:
            calls.append(('GET', k))
        calls.append(('PEXPIRETIME', k))
    replies = redis.pipe(calls)
    state = {}
    for i, k in enumerate(keys):
        name, value, ends = k[len(prefix):], replies[2 * i], replies[2 * i + 1]
        if name in ('due', 'doubt', 'withdrawn'):
            for j in range(0, len(value), 2):
                state[name + ' ' + value[j].decode()] = int(value[j + 1])
        elif name.startswith('o:'):
            state[name] = sorted(c.decode() for c in value)
        elif name == 'shop' or name.startswith(HASHES):
            for j in range(0, len(value), 2):
                state[name + ' ' + value[j].decode()] = value[j + 1].decode()
        elif name == 'journal':
            state[name] = [[w.decode() for w in e[1]] for e in value]
        elif name.startswith('v:'):
            state[name] = visit(value)
        elif name.startswith('p:'):
            state[name] = shopper(value)
        elif name.startswith('n:'):
            texts, _, learnt = value.decode()[1:].partition('\x1e')
            state[name] = texts.split('\x1f') + [learnt]
            assert value[:1] == b'1'
        else:
            state[name] = value.decode()
        if name not in ('due', 'doubt', 'withdrawn', 'shop', 'journal') \
                and not name.startswith(('o:', 'e:', 'g:')) \
                and not (name.startswith('x:') and ends == -1):
            state['ends ' + name] = ends
        else:
            assert ends == -1, name
    return state


def dump(m):
    """The same of the model."""
    s = {}
    for id, v in m.visits.items():
        d = dict(v.__dict__)
        s['ends v:' + id] = d.pop('expires')
        d['lines'] = lines_text(v.lines)
        d['click'] = '%s %d %d' % v.click if v.click else ''
        s['v:' + id] = d
    for id, p in m.shoppers.items():
        d = dict(p.__dict__)
        s['ends p:' + id] = d.pop('expires')
        s['p:' + id] = d
    for id, (kind, to, ends) in m.pointers.items():
        s['a:' + id] = kind + to
        s['ends a:' + id] = ends
    for id, (to, ends) in m.customers.items():
        s['c:' + id] = to
        s['ends c:' + id] = ends
    for id, (texts, learnt, ends) in m.items.items():
        s['n:' + id] = texts + ['\x1f'.join(map(str, learnt or []))]
        s['ends n:' + id] = ends
    for id, w in m.browsers.items():
        s['w:' + id] = '1%s%d\x1f%s\x1f%s\x1f%s\x1e%s\x1e%s' % (
            w['visit'], w['day'], w['shopper'], w['customer'], w['stamp'],
            '\x1f'.join(w['viewed']), '\x1f'.join(w['bought']))
        s['ends w:' + id] = w['expires']
    for name, (at, machine, seen, ends) in m.marks.items():
        s['t:' + name] = '%d %s %d' % (at, machine, seen)
        s['ends t:' + name] = ends
    for id, (n, ends) in m.networks.items():
        s['r:' + id] = str(n)
        s['ends r:' + id] = ends
    for id, (n, ends) in m.sources.items():
        s['q:' + id] = str(n)
        s['ends q:' + id] = ends
    for id, at in m.active.items():
        s['i:' + id] = '1'
        s['ends i:' + id] = at
    for id, at in m.due.items():
        s['due ' + id] = at
    for id, at in m.withdrawn.items():
        s['withdrawn ' + id] = at
    for id, at in m.doubt.items():
        s['doubt ' + id] = at
    for id, (reason, at, till) in m.out.items():
        s['x:' + id] = '%s\x1f%d' % (reason, at)
        if till:
            s['x:' + id] += '\x1f%d' % till
            s['ends x:' + id] = till
    for id, (at, reports, messages, ends) in m.bounces.items():
        s['b:' + id] = '1\x1f%d\x1f%s\x1f%s' % (
            at, ''.join(r + ' ' for r in reports),
            ''.join(r + ' ' for r in messages))
        s['ends b:' + id] = ends
    for id, (at, ends) in m.not_theirs.items():
        s['d:' + id] = str(at)
        s['ends d:' + id] = ends
    hold, errors, ends = m.failing()
    if ends >= m.now:
        s['failing'] = ' '.join(['1 %d %d %d' % (
            (hold['begun'] - hold['spent'], hold['over'], hold['last'])
            if hold else (0, 0, 0))] + ['%s %d' % e for e in errors])
        s['ends failing'] = ends
    for pool, codes in m.free.items():
        if codes:
            s['o:' + pool] = sorted(codes)
    for kind, of in (('e:', m.reserved), ('g:', m.given)):
        for pool, codes in of.items():
            for text, whom in codes.items():
                s['%s%s %s' % (kind, pool, text)] = '%s %d %d %d' % whom
    for (series, *name), cell in m.cells.items():
        text = '%d %d' % (cell['subjects'], cell['orders'])
        for currency, money in cell['money'].items():
            text += ' %s %d %d %d' % (currency, *money)
        s['exp:%08x %d %d %d' % (series, *name)] = text
    for series, ends in m.cells_end.items():
        s['ends exp:%08x' % series] = ends
    for name, value in m.shop.items():
        s['shop ' + name] = value
    for day, counts in m.counts.items():
        for name, n in counts.items():
            s['count:%s %s' % (day, name)] = str(n)
    if m.journal:
        s['journal'] = m.journal
    return s


def alone(state):
    """Marked as alone, a visit must be the only one of its shopper."""
    for name, v in state.items():
        if name.startswith('v:') and v['alone'] and not v['until']:
            p = state.get('p:' + v['shopper'])
            if p and p['visits'] != [name[2:]]:
                return '%s is not alone' % name


def compare(redis, prefix, m):
    """What differs, as a text; None: nothing."""
    have, want = read(redis, prefix), dump(m)
    wrong = alone(have)
    if wrong:
        return wrong
    for name in sorted(set(have) | set(want)):
        if name.startswith('ends count:'):
            continue
        a, b = have.get(name), want.get(name)
        if name.startswith('v:') and a and b:
            # a mark that may be missing: what it means is checked above
            b['alone'] = m.visits[name[2:]].alone = a['alone']
        if a != b:
            if isinstance(a, dict) and isinstance(b, dict):
                a = {k: x for k, x in a.items() if x != b.get(k)}
                b = {k: b.get(k) for k in a}
            if name == 'journal' and a and b:
                i = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y),
                         min(len(a), len(b)))
                a, b = a[i:i + 3], b[i:i + 3]
            return '%s\n    Redis %s\n    model %s' % (name, a, b)

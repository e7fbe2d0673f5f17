#!/usr/bin/python3
#
# Copyright (C) SitePreserver developers
#
# Plays random histories of shoppers against the functions and against the
# model, and compares every key after every step.
#
#   play.py [--seed N] [--histories N] [--steps N] LIBRARY STILL.so
#
# A history that ends differently is printed, cut down to the steps that it
# needs, with its seed.
#

import argparse
import mmap
import os
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import time

import model
import show
from compare import compare
from redis import Error, Redis

PREFIX = 'sp:{shop}:'
MOVED = PREFIX + 'moved'
IDLE = 3600000
EPOCH = 1795600000000
TERMS = dict(idle=IDLE, retain=30 * 86400, anonymous=7 * 86400,
             remember=90 * 86400, hold=12 * 3600000, addresses=3)
MODES = ('off', 'dry-run', 'catch-all', 'live')

VISITS = ['v%021d' % i for i in range(5)]
OWN = ['w%021d' % i for i in range(2)]
LOGINS = ['l%021d' % i for i in range(3)]
SHOPPERS = ['p%021d' % i for i in range(3)]
CUSTOMERS = ['c%021d' % i for i in range(3)]
ORDERS = ['o%021d' % i for i in range(4)]
NETWORKS = ['n%021d' % i for i in range(2)]
PAGES = ['g%021d' % i for i in range(2)]
SOURCES = ['machine%d%014d' % (i // 2, i) for i in range(3)]
SEEN = [0, 0, 0, 1, 999999, -1, -1000, -2000000, 2000000, None]
ATTEMPTS = ['t%021d' % i for i in range(6)]
STEPS = [11, 22, 33]
AGES = [0, 0, 0, 1, 59000, 61000, 2 * IDLE]     # of a "not me"
POOLS = ['spring', 'spring', 'vip']
CODES = ['SAVE-%d' % i for i in range(5)]
TEXTS = ['', 'Shirt', 'Trousers']


class Server:
    """A Redis whose clock stands where it is put."""

    def __init__(self, library, still):
        self.dir = tempfile.mkdtemp(prefix='sp-model-')
        path = self.dir + '/clock'
        with open(path, 'wb') as f:
            f.write(struct.pack('=q', EPOCH * 1000))
        self.file = open(path, 'r+b')
        self.map = mmap.mmap(self.file.fileno(), 8)
        env = dict(os.environ, LD_PRELOAD=still, SP_STILL_FILE=path)
        self.process = subprocess.Popen(
            ['redis-server', '--port', '0', '--unixsocket',
             self.dir + '/sock', '--save', '', '--dir', self.dir],
            env=env, stdout=subprocess.DEVNULL)
        for _ in range(200):
            try:
                self.redis = Redis(self.dir + '/sock')
                break
            except OSError:
                time.sleep(0.05)
        self.redis('FUNCTION', 'LOAD', open(library).read())

    def at(self, ms):
        self.map[:] = struct.pack('=q', ms * 1000)

    def stop(self):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.dir)


# ---- steps

def random_line(r):
    id = r.choice(['1', '2', '3', ''])
    key = r.choice(['', '', 'k1', 'k2', 'k3'])
    if not id and not key:
        id = '1'
    line = [id, key, r.choice(['1', '2', '5', '0', ''] if r.random() < .3
                              else ['1', '2', '3'])]
    line.append(r.choice(['100', '250', '250', '']))
    if r.random() < .3:
        line.append(r.choice(['', '999']))
        line += [r.choice(['', 'sku']), r.choice(TEXTS), '',
                 r.choice(['', 'https://shop/i.png']), '', '']
    line += [''] * (11 - len(line))
    line.append(r.choice(PAGES) if r.random() < .1 else '')
    return line


def random_event(r):
    e = dict(visit=r.choice(VISITS), kinds=0, status=200, op=0, total='',
             moved='', moved_own=False, customer='', shopper='', sealed='',
             network='', first_name='', locale='', zone='', currency='',
             order='', click=None, aliases=[], lines=[], logged_in=False,
             captured=0, asked=False, consent=None, checkout=False,
             visited=r.random() < .05,
             device=r.choice([0, 0, 0, 1, 2, 3]),
             recall=r.choice(OWN) if r.random() < .5 else '',
             forget=r.random() < .06, erase=r.random() < .5,
             source=r.choice(SOURCES), skip=0)
    e['age'] = r.choice([0] * 6 + [1, 500, 60000, IDLE - 1, IDLE, IDLE * 2,
                                   13 * 3600000])
    if r.random() < .05:
        e['visit'] = r.choice(OWN)
    e['seen'] = r.choice(SEEN)          # beside what its age would be, in us
    kind = r.random()
    if kind < .3:
        e['kinds'] = r.choice([model.SET_CART, model.VIEW_CART])
        e['op'] = model.SNAPSHOT
        e['lines'] = [random_line(r) for _ in range(r.choice([0, 1, 2, 2]))]
        if r.random() < .6:         # plain ones
            e['lines'] = [[str(1 + i), 'k%d' % i, '2', '100'] + [''] * 8
                          for i in range(r.choice([0, 1, 2, 3]))]
        e['total'] = r.choice(['', '300'])
        e['currency'] = r.choice(['EUR', ''])
    elif kind < .5:
        e['op'] = r.choice([model.ADD, model.ADD, model.SET, model.REMOVE])
        e['kinds'] = (0, 0, 2, 0x800, 4)[e['op']]
        e['lines'] = [random_line(r) for _ in range(r.choice([1, 1, 2]))]
    elif kind < .6:
        e['kinds'] = r.choice([model.PAGE_VIEW, model.CHECKOUT,
                               model.SHIPPING, model.VIEW_ITEM, model.ERROR])
    elif kind < .68:
        e['kinds'] = model.PURCHASE
        e['status'] = r.choice([200, 200, 303, 499, 502, 504])
        e['order'] = r.choice(ORDERS + [''])
    elif kind < .72:
        e['kinds'] = model.PENDING
    elif kind < .78:
        e['kinds'] = model.LOGOUT
    elif kind < .83:
        e['kinds'] = model.CLICK
        e['click'] = (r.choice(SHOPPERS), r.choice([1, 1, 2, 3]),
                      r.choice(STEPS))
    else:
        e['kinds'] = r.choice([0x100, 0x200, 0x400, 0x2000])
    if kind > .83 or r.random() < .15:
        if r.random() < .7:
            e['shopper'] = r.choice(SHOPPERS)
            e['sealed'] = r.choice(['1\x1f\x1eabc', '2\0\n\x7f', ''])
            e['network'] = r.choice(NETWORKS + [''])
            e['first_name'] = r.choice(['', 'Jo'])
            e['captured'] = r.choice([0, 1, 1, 3, 5])
        e['locale'] = r.choice(['', 'de', 'fr'])
        e['zone'] = r.choice(['', '', 'Asia/Tokyo', 'UTC'])
        e['asked'] = bool(e['locale']) and r.random() < .6
        if r.random() < .3:
            e['consent'] = r.choice(['given', 'given', 'withdrawn']), \
                r.choice([1, 3, 4])
    if r.random() < .25:
        e['customer'] = r.choice(CUSTOMERS)
    if r.random() < .5:
        e['aliases'].append((r.choice(OWN), r.choice([5, 5, 5, 4, 6])))
    if r.random() < .2:
        e['aliases'].append((r.choice(LOGINS), r.choice([0, 0, 1, 2])))
    e['logged_in'] = bool(e['customer']) or r.random() < .3
    if r.random() < .07:
        e['moved'] = r.choice(VISITS + OWN)
        e['moved_own'] = e['moved'] in OWN
    if r.random() < .05:
        e['skip'] = r.choice([1, 5, 70])
    e['checkout'] = r.random() < .1
    return e


def random_terms(r):
    return dict(day=r.choice([0, 0, 0, 1, 2]), week=r.choice([0, 0, 0, 2]),
                cool_down=r.choice([0, 0, 0, 3600000, 3 * 86400000]),
                variant=r.choice([0, 0, 1]), holdout=r.random() < .2,
                offer=r.random() < .3, consent=r.choice([0, 0, 0, 1, 2]))


def other_step(r):
    """Reports that come back, and questions."""
    kind = r.random()
    if kind < .5:
        return ('bounces', r.choice(SHOPPERS[:2]),
                r.choice(['soft', 'soft', 'soft', 'hard', 'complaint',
                          'forged']),
                r.choice([0, 0, 1, 2, 3, 50]), r.choice([1, 1, 2, 20]))
    return ('ask', r.choice(['status', 'why', 'why', 'doubt', 'offers',
                             'experiment']), r.choice(SHOPPERS))


def random_items(r):
    """What a page says."""
    records = []
    for i in range(r.choice([1, 1, 2, 3])):
        price = r.choice(['', '100', '250'])
        records.append([r.choice(['', '1', '2', '3', '@x']),
                        r.choice(['', 'sku', 'sku2']), r.choice(TEXTS),
                        r.choice(['', '/p', '/q']),
                        r.choice(['', 'https://shop/p.png']), price,
                        r.choice(['EUR', 'USD']) if price else '',
                        r.choice(['', 'i', 'o', 'o'])])
    return ('item', r.choice(PAGES), r.choice(SOURCES), records,
            r.choice([0, 0, 60000]))


def random_step(r):
    if r.random() < .05:
        return random_items(r)
    if r.random() < .08:
        return other_step(r)
    kind = r.random()
    if kind < .54:
        return ('event', random_event(r))
    if kind < .55:
        return ('not_me', r.choice(SHOPPERS), r.choice(AGES))
    if kind < .58:
        return ('replay', r.randrange(8))
    if kind < .70:
        return ('clock', r.choice([1, 50, 1000, 60000, IDLE // 3, IDLE - 1,
                                   IDLE, IDLE + 1, IDLE + 1, 2 * IDLE,
                                   12 * 3600000, 86400000]
                                  + [40 * 86400000] * (r.random() < .05)))
    if kind < .79:
        return ('claim', r.choice([64, 64, 1]), r.choice([60000, 600000]))
    who = r.randrange(4)
    if kind < .86:
        return ('confirm', who, r.choice(STEPS), r.randrange(6),
                r.choice(MODES[1:] * 3 + MODES), random_terms(r))
    if kind < .93:
        return ('settle', who, r.choice(STEPS), r.randrange(6),
                r.choice('sssyhxrdkfc'), r.choice([0, 1, 3600000, 86400000]))
    if kind < .945:
        return ('renew', who, 60000)
    if kind < .96:
        return ('order', r.choice(SHOPPERS + ['']),
                r.choice(ORDERS + ['']), r.choice(CUSTOMERS + ['']),
                r.choice([0, 0, 60000, 2 * IDLE]),
                r.choice(['', '', '990']))
    if kind < .961:
        return ('withdrawn', r.random() < .7)
    if kind < .9635:
        return ('consent', r.choice(SHOPPERS),
                r.choice(['given', 'given', 'withdrawn']), r.choice([6, 7]),
                r.choice([None, 0, 0, 60000, -60000, 40 * 86400000]))
    if kind < .967:
        return ('suppress', r.choice(SHOPPERS), r.random() < .5)
    if kind < .97:
        return ('pause', r.choice(SHOPPERS),
                r.choice([-1000, IDLE, 30 * 86400000]))
    if kind < .98:
        return ('mode', r.choice((1, 2, 3, 3, 3, 0)))
    return ('customer', r.choice(CUSTOMERS), r.choice(SHOPPERS))


def mailing_step(r):
    """A shop where little else happens than that carts are mailed."""
    if r.random() < .08:
        return other_step(r)
    kind = r.random()
    if kind < .2:
        e = random_event(r)
        e.update(op=model.SNAPSHOT, kinds=model.SET_CART, forget=False,
                 status=200, lines=[['1', 'k1', '1', '100'] + [''] * 8])
        if r.random() < .6:
            e.update(shopper=r.choice(SHOPPERS), sealed='1.abc', network='')
        return ('event', e)
    if kind < .24:
        return ('event', random_event(r))
    if kind < .25:
        return ('not_me', r.choice(SHOPPERS[:2]), r.choice(AGES))
    if kind < .42:
        return ('clock', r.choice([1000, 61000, IDLE, IDLE + 1, IDLE + 1,
                                   2 * IDLE, 86400000]))
    if kind < .62:
        return ('claim', 64, r.choice([60000, 600000, 2 * IDLE]))
    if kind < .66:
        return ('reserve', r.choice([0, 0, 0, 1]), r.choice(STEPS),
                r.choice(POOLS))
    if kind < .665:
        return ('erase', r.choice(SHOPPERS[:2]))
    if kind < .67:
        return ('codes', r.choice(POOLS),
                r.sample(CODES, r.choice([1, 2, 3])))
    if kind < .82:
        return ('confirm', r.choice([0, 0, 0, 1, 2]), r.choice(STEPS),
                r.randrange(6), r.choice(['live'] * 8 + ['dry-run']),
                random_terms(r))
    if kind < .96:
        return ('settle', r.choice([0, 0, 0, 1, 2]), r.choice(STEPS),
                r.choice([1, 1, 3, 5, 0, 2]), r.choice('ssssyhxrdkfc'),
                r.choice([0, 1, 1, 3600000, 3600000, 86400000]))
    return random_step(r)


def mailing_round(r):
    """A cart is left, claimed, mailed, and perhaps bought."""
    visit, who = r.choice(VISITS[:2]), r.choice(SHOPPERS[:2])
    step, attempt = r.choice(STEPS), r.choice([1, 3, 5])
    e = random_event(r)
    e.update(visit=visit, op=model.SNAPSHOT, kinds=model.SET_CART, age=0,
             forget=False, status=200, shopper=who, sealed='1.abc', skip=0,
             network='', moved='', customer='', aliases=[],
             lines=[['1', 'k1', r.choice('123'), '100'] + [''] * 8])
    steps = [('event', e), ('clock', r.choice([IDLE + 2, 3 * IDLE])),
             ('claim', 64, r.choice([60000, 600000]))]
    for _ in range(r.choice([1, 1, 2])):
        if r.random() < .6:
            steps.append(('reserve', 0, step, r.choice(POOLS)))
        steps.append(('confirm', 0, step, attempt, 'live', random_terms(r)))
        if r.random() < .2:
            steps.append(('clock', r.choice([61000, 601000])))
        if r.random() < .9:
            steps.append(('settle', 0, step, attempt, r.choice('sssshxrdy'),
                          r.choice([0, 1, 1, 3600001])))
        if r.random() < .3:
            n = r.choice([0, 4, 8])
            steps += [('bounces', who, 'soft', n, 2), ('clock', 1000),
                      ('event', dict(e, op=0, lines=[], kinds=model.CLICK,
                                     click=(who, r.choice([1, 1, 2]), step))),
                      ('bounces', who, 'soft', n + r.choice([1, 2]), 1)]
        step, attempt = r.choice(STEPS), r.choice([1, 3, 5])
        steps += [('clock', r.choice([1000, 3600002])),
                  ('claim', 64, 60000)]
    if r.random() < .4:
        steps.append(('event', dict(e, op=0, lines=[], kinds=model.PURCHASE,
                                    total=r.choice(['', '1234', '-1']),
                                    order=r.choice(ORDERS))))
    if r.random() < .2:
        steps += [('mode', r.choice((0, 1, 2, 3))), ('claim', 64, 60000),
                  ('mode', 3), ('clock', r.choice([1, 1000])),
                  ('event', dict(e, op=0, lines=[], kinds=0))]
    steps.append(('clock', r.choice([1000, IDLE, 86400000, 5 * 86400000]
                                    + [90 * 86400000] * (r.random() < .1))))
    return steps


def not_me_round(r):
    """Somebody at the same computer, again and again."""
    who, own = r.choice(SHOPPERS[:2]), r.choice(OWN)
    steps = []
    for _ in range(r.choice([3, 5, 8])):
        e = random_event(r)
        e.update(visit=r.choice(VISITS[:3]), age=0, forget=False, status=200,
                 aliases=[(own, 5)], moved='', skip=0, shopper='', sealed='',
                 customer='', logged_in=r.random() < .2)
        kind = r.random()
        if kind < .4:
            e.update(shopper=who, sealed='1.abc', first_name='Jo', network='')
        elif kind < .6:
            e.update(kinds=model.CLICK, click=(who, 1, 11), op=0, lines=[])
        steps.append(('event', e))
        if r.random() < .5:
            steps.append(('not_me', who, r.choice(AGES)))
        if r.random() < .3:
            steps.append(('clock', r.choice([1, 59500, 62000, IDLE + 2])))
        if r.random() < .2:
            steps.append(('claim', 64, 60000))
    return steps


def erase_round(r):
    """Somebody takes consent back, on one of two devices perhaps."""
    who, steps = r.choice(SHOPPERS[:2]), []
    for i in range(r.choice([1, 1, 2])):
        e = random_event(r)
        e.update(visit=VISITS[i], op=model.SNAPSHOT, kinds=model.SET_CART,
                 age=0, forget=False, status=200, moved='', skip=0,
                 shopper=who, sealed='1.abc', network='', captured=1,
                 aliases=[(OWN[i], 5)], lines=[['1', 'k1', '1', '100']
                                               + [''] * 8])
        steps.append(('event', e))
    if r.random() < .6:
        steps += [('clock', r.choice([1000, IDLE + 2])),
                  ('claim', 64, 600000)]
    if r.random() < .3:
        steps.append(('confirm', 0, STEPS[0], 1, 'live', random_terms(r)))
    if r.random() < .2:
        steps.append(('consent', who, 'given', 6, 0))
    gone = random_event(r)
    gone.update(visit=r.choice(VISITS[:3]), forget=True, erase=True, age=0,
                skip=0, aliases=[(r.choice(OWN), 5)])
    steps.append(('event', gone))
    if r.random() < .6:
        steps += [('settle', 0, STEPS[0], 1, r.choice('sxr'), 0),
                  ('claim', 64, 60000)]
    return steps


def order_round(r):
    """An order that is told, seen, and looked at again."""
    who, order = r.choice(SHOPPERS[:2]), r.choice(ORDERS)
    e = random_event(r)
    e.update(forget=False, status=200, moved='', skip=0, customer='',
             aliases=[], sealed='1.abc', network='', age=0, op=0, lines=[])
    steps = []
    for _ in range(r.choice([4, 6, 10])):
        e = dict(e, visit=r.choice(VISITS[:3]), source=r.choice(SOURCES),
                 seen=r.choice(SEEN))
        kind = r.random()
        if kind < .2:
            steps.append(('order', who, order, '', r.choice([0, 0, 60000]),
                          ''))
        elif kind < .5:
            steps.append(('event', dict(
                e, op=model.SNAPSHOT, kinds=model.SET_CART,
                shopper=r.choice(['', '', who]),
                age=r.choice([0, 0, 0, 1, 1000]),
                lines=[['1', 'k1', r.choice('123'), '100'] + [''] * 8])))
        elif kind < .6:
            steps.append(('event', dict(e, kinds=model.CLICK,
                                        click=(r.choice(SHOPPERS[:2]), 1, 11))))
        else:
            steps.append(('event', dict(
                e, kinds=model.PURCHASE, shopper=r.choice(['', who, who]),
                order=r.choice([order, order, r.choice(ORDERS)]),
                moved=r.choice(['', '', '', r.choice(VISITS[:3])]),
                aliases=r.choice([[], random_event(r)['aliases']]),
                forget=r.random() < .4, age=r.choice([0, 0, 0, 20000]))))
        steps.append(('clock', r.choice([1, 500, 998, 999, 1000, 60000, 600001,
                                         3600000, 86400000])))
    return steps


def checkout_round(r):
    """The shop's checkout fails, for long, and perhaps works again."""
    e = random_event(r)
    e.update(age=0, forget=False, moved='', skip=0, customer='', aliases=[],
             status=500, op=0, lines=[], kinds=model.ERROR, shopper='',
             sealed='', checkout=False)
    steps = [('mode', 3)]
    for i in r.sample(range(5), r.choice([3, 4, 5])):
        steps.append(('event', dict(
            e, visit=VISITS[i], op=model.SNAPSHOT, kinds=model.SET_CART,
            status=200, shopper=SHOPPERS[i] if i < 2 else '', sealed='1.abc',
            network='', lines=[['1', 'k1', '1', '100'] + [''] * 8])))

    rounds = r.choice([1, 1, 2, 5, 25])
    ages = [0] * 6 + [1000, 700000] * (rounds < 25)

    def failed(i):
        kind = r.random() if rounds < 25 else 0
        return ('event', dict(
            e, visit=VISITS[i], age=r.choice(ages),
            kinds=model.ERROR if kind < .95 else model.CHECKOUT,
            checkout=kind > .9))

    if r.random() < .7:
        steps += [('clock', r.choice([IDLE + 2, 600000])), ('claim', 64, 60000)]
    steps += [failed(i) for i in r.sample(range(1, 5), 4)]
    if r.random() < .5:
        terms = dict(random_terms(r), day=0, week=0, cool_down=0, consent=0)
        steps += [('confirm', n, r.choice(STEPS), n, 'live', terms)
                  for n in range(2)]
    for _ in range(rounds):
        steps.append(failed(r.randrange(1, 5)))
        kind = r.random()
        if kind < .1:
            steps.append(('event', dict(e, visit=r.choice(VISITS),
                                        moved=r.choice(VISITS))))
        elif kind < .2:
            steps.append(('ask', r.choice(['status', 'why']), SHOPPERS[0]))
        elif kind < .3:
            steps.append(failed(0))
        steps += [('clock', r.choice([300000, 1000000, 1750000])),
                  ('claim', 64, 60000)]
    steps += [failed(i) for i in r.sample(range(1, 5), 4)]
    kind = r.random()
    if kind < .6:
        steps.append(('event', dict(
            e, visit=r.choice(VISITS), status=200,
            checkout=kind < .4, forget=kind > .55,
            kinds=model.CHECKOUT if kind < .4 else model.PURCHASE)))
    steps += [('clock', r.choice([1000, 1800001, 3600001])),
              ('claim', 64, 60000)]
    return steps


def history(seed, steps):
    r = random.Random(seed)
    first = [('shop', IDLE), ('mode', r.choice((1, 3, 3)))]
    step = r.choice((random_step, mailing_step))
    if step is mailing_step:
        first = [('mode', 3), ('shop', IDLE), ('clock', 86400000),
                 ('codes', 'spring', r.sample(CODES, 2))]
    elif r.random() < .05:
        first = []
    while len(first) < steps:
        if step is mailing_step and r.random() < .1:
            first += mailing_round(r)
        elif r.random() < .02:
            first += not_me_round(r)
        elif r.random() < .03:
            first += order_round(r)
        elif r.random() < .03:
            first += erase_round(r)
        elif r.random() < .03:
            first += checkout_round(r)
        else:
            first.append(step(r))
    return first


# ---- playing

class Play:
    def __init__(self, server):
        self.server = server
        self.redis = server.redis
        self.m = model.Model()
        self.now = EPOCH
        self.seq = {}
        self.sent = []
        self.held = []                  # claims: (shopper, rescue, fence)
        self.kept = []                  # withdrawals told of last
        server.at(self.now)
        self.redis('FLUSHALL')

    def call(self, function, key, *args):
        try:
            return self.redis('FCALL', function, 2, PREFIX + key, MOVED,
                              *args)
        except Error as e:
            return str(e)

    def step(self, name, *args):
        self.m.now = self.now
        self.m.expire()
        wrong = getattr(self, name)(*args)
        if wrong:
            return wrong
        return compare(self.redis, PREFIX, self.m)

    def same(self, got, want):
        if isinstance(got, bytes):
            got = got.decode()
        if got != want:
            return 'reply %r, model %r' % (got, want)

    def clock(self, ms):
        self.now += ms
        self.server.at(self.now)
        self.m.now = self.now
        self.m.expire()

    def event(self, e):
        e = dict(e, terms=TERMS)
        if e['seen'] is not None:
            e['seen'] += (self.now - e['age']) * 1000
        seq = self.seq.get(e['source'], 0) + 1 + e['skip']
        self.seq[e['source']] = e['seq'] = seq
        self.sent.append(e)
        return self.send(e)

    def replay(self, back):
        if self.sent:
            return self.send(self.sent[-1 - back % len(self.sent)])

    def send(self, e):
        t = e['terms']
        flags = (2 if e['moved_own'] else 0) | (8 if e['logged_in'] else 0) \
            | (16 if e['forget'] else 0) | (1 if e['erase'] else 0) \
            | 32 * e['device'] \
            | 4 * e['checkout'] | 128 * e['visited']
        head = '%d %d %d %d %d %d %d %d %d %d %s' % (
            t['idle'], t['retain'], t['anonymous'], t['remember'], t['hold'],
            t['addresses'], e['kinds'], e['status'], e['op'], flags,
            e['currency'])
        click = [e['click'][0], str(e['click'][1]), str(e['click'][2])] \
            if e['click'] else ['', '', '']
        place = e['locale'] + (e['zone'] and ' ' + e['zone'])
        who = [e['moved'], e['shopper'], e['network'], e['first_name'],
               place, e['order']] + click
        how = e['captured'] + 128 * e['asked']
        if e['consent']:
            how += 8 * e['consent'][1] + 64 * (e['consent'][0] == 'withdrawn')
        who = who + [how, e['sealed']] \
            if any(who + [e['sealed'], e['consent']]) else []
        aliases = ''.join('%s%d' % a for a in e['aliases'])
        if e['customer']:
            aliases += e['customer'] + '8'
        if e['recall']:
            aliases += e['recall'] + '9'
        lines = '\x1e'.join('\x1f'.join(trim(l)) for l in e['lines'])
        got = self.call('sp1_event', 'v:' + e['visit'], e['source'], e['seq'],
                        head, e['total'], '\x1f'.join(map(str, who)),
                        aliases, lines,
                        '' if e['seen'] is None else e['seen'],
                        '%013d' % e['age'])
        return self.same(got, self.m.event(e))

    def shop(self, idle):
        self.m.shop.update(fingerprint='f' * 22, idle=str(idle))
        return self.same(self.call('sp1_shop', 'shop', 'f' * 22, idle, '0'),
                         'OK')

    def mode(self, n):
        return self.same(self.call('sp1_mode', 'shop', n),
                         self.m.mode(MODES[n]))

    def claim(self, most, lease):
        got = self.call('sp1_claim', 'due', 'm' * 22, most, lease)
        error, given = self.m.claim(most, lease)
        if error:
            return None if str(got).startswith(error) else repr(got)
        want = [str(self.m.wait()), str(self.now)]
        for sid, v in given:
            p = self.m.shoppers[sid]
            self.held.append((sid, p.rescue, p.fence))
            lines, currency = self.m.told_cart(v)
            want += [sid, p.sealed, '%d %d %d %d %d %d %d %s' % (
                p.rescue, p.fence, p.series, p.tries, p.abandoned, p.next,
                p.logged_in, v.total),
                ' '.join('%d:%d:%s' % tuple(s) for s in p.steps),
                p.first_name, p.locale + (p.zone and ' ' + p.zone),
                currency,
                '\x1e'.join('\x1f'.join(l) for l in lines),
                '%d %d %d %d %d %d %d %d %d %d' % (
                    p.captured, v.how, v.device, v.stage,
                    max(len(p.orders), bool(p.order)), bool(p.customers),
                    p.offered, p.consented[1] + 8 * (p.consent == 'withdrawn'),
                    p.consented[0], v.failed > 0),
                ' '.join(map(str, p.mails)),
                '%s %s %s' % (p.code['pool'], p.code['text'],
                              'g' if p.code['given'] else 'r')
                if p.code else '']
        if isinstance(got, str):
            return got
        return self.same([x.decode() for x in got], want)

    def item(self, page, source, records, age):
        seq = self.seq.get(source, 0) + 1
        self.seq[source] = seq
        got = self.call('sp1_item', 'n:@' + page, source, seq,
                        '\x1e'.join('\x1f'.join(r) for r in records),
                        '%013d' % age)
        return self.same(got, self.m.item(page, source, seq, records, age))

    def mine(self, who):
        if not self.held:
            return SHOPPERS[who % 3], 1, 1
        return self.held[-1 - who % min(4, len(self.held))]

    def confirm(self, who, step, attempt, mode, terms):
        sid, rescue, fence = self.mine(who)
        args = (sid, rescue, fence, 7, step, ATTEMPTS[attempt])
        got = self.call('sp1_confirm', 'p:' + sid, *args[1:],
                        MODES.index(mode), *map(int, terms.values()))
        want = self.m.confirm(*args, mode, terms)
        if want == 'SPMODE':
            return None if str(got).startswith(want) else repr(got)
        return self.same(got, want)

    def settle(self, who, step, attempt, outcome, later):
        sid, rescue, fence = self.mine(who)
        with_attempt = outcome in 'syhd' or outcome in 'xr' and later % 2
        p = self.m.shoppers.get(sid)
        id = ATTEMPTS[attempt] if with_attempt else ''
        if id and p and p.attempt and attempt % 2:
            id, step = p.attempt['id'], p.attempt['step']
        elif id and self.m.doubt and attempt % 3 == 0:
            words = sorted(self.m.doubt)[0].split()
            sid, rescue, step, id = (words[0], int(words[1]), int(words[3]),
                                     words[4])
        nxt = self.now + later if later else 0
        reason = {'k': 'too_late', 'c': ('too_late', 'series_done')[attempt % 2]}
        reason = reason.get(outcome, '')
        args = (sid, rescue, fence, 7, step, id, outcome, reason, nxt)
        got = self.call('sp1_settle', 'p:' + sid, *args[1:])
        return self.same(got, self.m.settle(*args))

    def renew(self, who, lease):
        sid, _, fence = self.mine(who)
        return self.same(self.call('sp1_renew', 'p:' + sid, 'm' * 22, fence,
                                   lease), self.m.renew(sid, fence, lease))

    def order(self, sid, order, customer, ago, total):
        if not sid and not customer:
            return
        args = (order, customer, ago, 90 * 86400, total,
                'EUR' if total else '')
        return self.same(self.call('sp1_order', 'p:' + sid, *args),
                         self.m.told_order(sid, *args))

    def suppress(self, sid, remove):
        return self.same(self.call('sp1_suppress', 'p:' + sid,
                                   'unsubscribed', '1' if remove else '0'),
                         self.m.suppress(sid, 'unsubscribed', remove))

    def consent(self, sid, what, how, ago):
        at = self.now - ago if ago else ago
        return self.same(self.call('sp1_consent' if what == 'given'
                                   else 'sp1_withdraw', 'p:' + sid, how,
                                   '' if at is None else at, 90 * 86400),
                         self.m.told_consent(sid, what, how, at, 90 * 86400))

    def withdrawn(self, noted):
        """Told of; noted: what was told of before is in a file now."""
        kept, self.kept = self.kept if noted else [], []
        got = self.call('sp1_withdrawn', 'withdrawn',
                        ''.join('%s %d;' % pair for pair in kept))
        want = self.m.to_be_noted(kept)
        self.kept = [(member, at) for at, member in want]
        return self.same([x.decode() for x in got],
                         [w for at, m in want for w in (m, str(at))])

    def bounces(self, sid, kind, first, n):
        """Two reports of each message."""
        for i in range(first, first + n):
            args = (kind, '%016x' % i, '%08x' % (i // 2))
            wrong = self.same(self.call('sp1_bounce', 'p:' + sid, *args),
                              self.m.bounce(sid, *args))
            if wrong:
                return wrong

    def ask(self, what, sid):
        if what == 'why':
            return next(filter(None, (self.tell(what, id)
                                      for id in SHOPPERS)), None)
        return self.tell(what, sid)

    def tell(self, what, sid):
        pool, series = POOLS[SHOPPERS.index(sid)], 7
        args = dict(why=[sid], offers=[pool], experiment=[series])
        key = dict(status='shop', why='p:' + sid, doubt='doubt',
                   offers='o:' + pool, experiment='exp:%08x' % series)[what]
        got = self.call('sp1_' + what, key)
        if isinstance(got, list):
            got = [x.decode() for x in got]
            if what in ('status', 'experiment'):    # hashes
                fixed = 24 if what == 'status' else 0
                rows = sorted(zip(got[fixed::2], got[fixed + 1::2]))
                got = got[:fixed] + [x for row in rows for x in row]
        return self.same(got, getattr(show, what)(self.m, *args.get(what, [])))

    def not_me(self, sid, age):
        args = (age, 90 * 86400)
        return self.same(self.call('sp1_not_me', 'p:' + sid, *args),
                         self.m.not_me(sid, *args))

    def erase(self, sid):
        visits = [i for i, v in self.m.visits.items() if v.shopper == sid]
        self.redis('DEL', PREFIX + 'p:' + sid,
                   *[PREFIX + 'v:' + i for i in visits])
        self.m.erase(sid)

    def pause(self, sid, later):
        till = self.now + later
        return self.same(self.call('sp1_suppress', 'p:' + sid, 'paused', '0',
                                   till),
                         self.m.suppress(sid, 'paused', False, till))

    def codes(self, pool, codes):
        return self.same(self.call('sp1_offer', 'o:' + pool, 'import',
                                   ' '.join(codes)),
                         self.m.offer_import(pool, codes))

    def reserve(self, who, step, pool):
        sid, rescue, fence = self.mine(who)
        got = self.call('sp1_offer', 'p:' + sid, 'reserve', rescue, fence,
                        step, pool)
        got = got.decode() if isinstance(got, bytes) else got
        return self.same(got, self.m.reserve(sid, rescue, fence, step, pool,
                                             got))

    def customer(self, id, sid):
        return self.same(self.call('sp1_customer', 'c:' + id, sid, '1.imp',
                                   90 * 86400),
                         self.m.customer(id, sid, '1.imp', 90 * 86400))

def trim(line):
    line = list(line)
    while len(line) > 4 and not line[-1]:
        line.pop()
    return line


def play(server, steps):
    """(number of the step that went wrong, what), or None."""
    p = Play(server)
    for i, step in enumerate(steps):
        try:
            wrong = p.step(*step)
        except (AssertionError, LookupError, ValueError, struct.error) as e:
            wrong = 'a record is wrong: %r' % e
        if wrong:
            return i, wrong


def shrink(server, steps, wrong):
    """Leaves out what is not needed for it to go wrong."""
    steps = steps[:wrong[0] + 1]
    size = max(len(steps) // 2, 1)
    while True:
        i = 0
        while i < len(steps):
            fewer = steps[:i] + steps[i + size:]
            bad = play(server, fewer)
            if bad:
                steps, wrong = fewer[:bad[0] + 1], bad
            else:
                i += size
        if size == 1:
            return steps, wrong
        size //= 2


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--seed', type=int)
    parser.add_argument('--histories', type=int, default=300)
    parser.add_argument('--steps', type=int, default=60)
    parser.add_argument('library')
    parser.add_argument('still')
    args = parser.parse_args()

    first = args.seed if args.seed is not None else 1
    server = Server(args.library, args.still)
    try:
        for seed in range(first, first + args.histories):
            steps = history(seed, args.steps)
            wrong = play(server, steps)
            if wrong:
                steps, wrong = shrink(server, steps, wrong)
                print('seed %d goes wrong:' % seed)
                for step in steps:
                    print('   ', *short(step))
                print(wrong[1])
                return 1
        print('%d histories of %d steps, seeds %d to %d' % (
            args.histories, args.steps, first, first + args.histories - 1))
        return 0
    finally:
        server.stop()


def short(step):
    return [{k: x for k, x in a.items() if x} if isinstance(a, dict) else a
            for a in step]


if __name__ == '__main__':
    sys.exit(main())

#
# Copyright (C) SitePreserver developers
#
# What the functions should do, said a second time: plain objects, one step
# after the other, without records, caches or shortcuts.  Written from
# docs/redis.md and the rules for identity and carts, not from the Lua.
#

import hashlib
import time

from items import Items

DAY = 86400
MARGIN = 28 * 3600
MS = 1000
HOUR = 3600 * MS
MODE_PAUSE = 5000

VIEW_ITEM, ADD_TO_CART, REMOVE_FROM_CART, VIEW_CART = 1, 2, 4, 8
CHECKOUT, SHIPPING, PAYMENT, PURCHASE = 16, 32, 64, 128
UPDATE_CART, SET_CART, LOGOUT, PENDING = 0x800, 0x1000, 0x4000, 0x8000
CLICK, PAGE_VIEW, ERROR = 0x10000, 0x20000, 0x40000

SNAPSHOT, ADD, SET, REMOVE = 1, 2, 3, 4
BIND, DELETED, OWN = 1, 2, 4
NOTHING, BY_OWN, BY_CLICK, BY_ADDRESS, BY_LOGIN = range(5)

ENDED = {'ordered': 'ordered', 'recovered': 'ordered',
         'suppressed': 'suppressed', 'empty': 'empty', 'released': 'empty',
         'before_live': 'before_live', 'off': 'off', 'cool_down': 'cool_down',
         'paused': 'paused', 'not_me': 'not_me', 'no_consent': 'no_consent',
         'out_of_stock': 'out_of_stock'}
KNOWN_REASONS = ('ordered', 'recovered', 'lost', 'suppressed', 'empty',
                 'released', 'no_address', 'before_live', 'off', 'series_gone',
                 'series_done', 'never_mail', 'unreadable', 'cool_down',
                 'no_audience', 'no_consent', 'paused', 'not_me',
                 'out_of_stock')


CONSENTED = ('not_me', 'login', 'sign_up', 'checkout', 'newsletter',
             'identify', 'import', 'operator')


class Visit:
    def __init__(self):
        self.shopper = ''
        self.how = NOTHING
        self.customer = ''
        self.lines = []
        self.currency = self.total = ''
        self.stage = self.device = 0
        self.last = self.changed = self.snap = self.order = 0
        self.hold = self.until = 0
        self.failed = 0                 # when its last step of a checkout did
        self.soft = False
        self.orders = []
        self.click = None               # (shopper, rescue, at)
        self.aliased = False            # our own cookie leads to its shopper
        self.bound = False              # its customer does
        self.alone = False              # as its shopper's only visit
        self.expires = None             # when Redis drops it, ms
        self.day = 0                    # on which its TTL was renewed


class Shopper:
    def __init__(self):
        self.sealed = self.locale = self.zone = self.first_name = ''
        self.customers = []
        self.orders = []
        self.visits = []
        self.logged_in = False
        self.captured = 0               # how the address came
        self.consent = ''               # 'given', 'withdrawn'
        self.consented = (0, 0)         # when, how
        self.asked = False              # the locale is only the browser's
        self.state = 'none'
        self.reason = ''
        self.rescue = self.fence = self.lease = 0
        self.acted = self.abandoned = self.next = self.order = 0
        self.clicked = self.click_rescue = self.series = self.tries = 0
        self.mark = 0
        self.earlier = 0                # last message of an earlier rescue
        self.offered = 0                # last message with an offer
        self.code = None                # dict: pool, text, given, rescue, step
        self.trials = []                # dicts
        self.steps = []                 # [hash, at, outcome]
        self.mails = []
        self.held = []                  # of each: it was held out
        self.attempt = None             # dict: id, state, step, series, ...
        self.expires = None
        self.day = 0


class Model(Items):
    def __init__(self):
        self.now = 0
        self.visits = {}
        self.shoppers = {}
        self.pointers = {}              # id -> (kind, to, expires)
        self.customers = {}             # id -> (shopper, expires)
        self.items = {}                 # key -> (six texts, learnt, expires)
        self.networks = {}              # id -> (n, expires)
        self.marks = {}                 # 'p:..' | 'v:..' -> (order, machine,
                                        #   when it saw that, expires)
        self.browsers = {}              # id -> dict, for the empty cart
        self.sources = {}               # id -> (seq, expires)
        self.active = {}                # 'p:..' | 'v:..' -> deadline
        self.due = {}
        self.doubt = {}
        self.out = {}                   # suppressed: id -> (reason, at, till)
        self.bounces = {}               # id -> (at, reports, messages, expires)
        self.withdrawn = {}             # 'id how' -> when, for the mailers
        self.not_theirs = {}            # id -> (when it was said, expires)
        self.free = {}                  # pool -> codes
        self.reserved = {}              # pool -> code -> whom, rescue, step, at
        self.given = {}
        self.cells = {}                 # series, step, variant, holdout -> dict
        self.cells_end = {}             # series -> ms
        self.shop = {}
        self.errors = []                # of checkouts: (visit, when)
        self.hold = None                # dict: begun, spent, last, over
        self.counts = {}                # day -> name -> n
        self.journal = []
        self.renewed = set()            # shoppers that an event has changed
        self.written = set()            # visits
        self.forget_clock = set()

    # ---- small things

    def count(self, name):
        day = time.strftime('%Y%m%d', time.gmtime(self.now // 1000))
        of = self.counts.setdefault(day, {})
        of[name] = of.get(name, 0) + 1

    def note(self, what, p, rescue=0, why=None, step=None):
        entry = ['what', what, 'shopper', p, 'rescue', str(rescue)]
        if step is not None:
            entry += ['step', str(step)]
        if why:
            entry += ['why', why]
        self.journal.append(entry)

    def today(self):
        return self.now // 86400000

    def expire(self):
        """Redis forgets what has expired: a deadline is still alive."""
        for name in ('visits', 'shoppers'):
            of = getattr(self, name)
            for id in [i for i, r in of.items()
                       if r.expires is not None and r.expires < self.now]:
                del of[id]
        for name in ('pointers', 'customers', 'items', 'networks', 'sources',
                     'not_theirs', 'bounces', 'marks'):
            of = getattr(self, name)
            for id in [i for i, r in of.items() if r[-1] < self.now]:
                del of[id]
        for id in [i for i, o in self.out.items()
                   if o[2] and o[2] < self.now]:
            del self.out[id]
        for id in [i for i, w in self.browsers.items()
                   if w['expires'] < self.now]:
            del self.browsers[id]
        for series in [s for s, at in self.cells_end.items()
                       if at < self.now]:
            del self.cells_end[series]
            for cell in [c for c in self.cells if c[0] == series]:
                del self.cells[cell]
        for id in [i for i, at in self.active.items() if at < self.now]:
            del self.active[id]
        if self.failing()[2] < self.now:
            self.hold, self.errors = None, []

    def ttl(self, record, seconds):
        """A record is written: its TTL is renewed once a day."""
        if record.day != self.today():
            record.day = self.today()
            record.expires = self.now + (seconds + MARGIN) * MS

    def find(self, id):
        for _ in range(4):
            if id in self.visits:
                return id
            p = self.pointers.get(id)
            if not p or p[0] != 'v':
                return id
            id = p[1]
        return id

    def his(self, sid):
        """The visits of a shopper, with their ids."""
        return [(i, self.visits[i]) for i in self.shoppers[sid].visits
                if i in self.visits and self.visits[i].shopper == sid]

    def touch(self, id, deadline):
        have = self.active.get(id)
        if have is not None:
            if deadline > have:
                self.active[id] = deadline
            return
        if deadline > self.now:
            self.active[id] = deadline
        self.due[id] = min(self.due.get(id, deadline + 1), deadline + 1)

    # ---- rescues

    def close(self, sid, reason):
        p = self.shoppers[sid]
        if p.state != 'open':
            return
        p.state = 'closed'
        p.reason = reason if reason in KNOWN_REASONS else 'other'
        p.fence += 1
        p.next = p.tries = 0
        if not (p.attempt and p.attempt['state'] == 'confirmed'):
            p.lease = 0
        self.offer_back(sid)
        self.count('closed_' + reason)
        self.note('closed', sid, p.rescue, reason)

    def release(self, id, why='released'):
        v = self.visits[id]
        sid = v.shopper
        v.shopper, v.how, v.until, v.day = '', NOTHING, 0, 0
        v.aliased = v.bound = v.alone = False
        if sid not in self.shoppers:
            return
        p = self.shoppers[sid]
        if id in p.visits:
            p.visits.remove(id)
            self.renewed.add(sid)
        if p.state == 'open' and not any(o.lines for _, o in self.his(sid)):
            self.close(sid, why)
            self.renewed.add(sid)

    def enlist(self, sid, id):
        p = self.shoppers[sid]
        if id in p.visits:
            return
        if len(p.visits) >= 16:
            def worth(i):
                v = self.visits.get(i)
                if not v or v.shopper != sid:
                    return 0
                return v.last + (1e15 if v.lines else 1)
            worst = min(p.visits, key=worth)
            p.visits.remove(worst)
            if worst in self.visits and self.visits[worst].shopper == sid:
                self.release(worst)
                self.written.add(worst)
        if len(p.visits) == 1 and p.visits[0] in self.visits:
            first = self.visits[p.visits[0]]
            if first.alone:
                first.alone = False
                self.written.add(p.visits[0])
        p.visits.append(id)

    def join(self, id, sid, how):
        v = self.visits[id]
        p = self.shoppers[sid]
        if v.shopper == sid:
            if how > v.how:
                v.how, v.until = how, 0
            return
        self.release(id)
        v.shopper, v.how = sid, how
        v.until = self.now + DAY * MS if how == BY_CLICK else 0
        v.order = max(v.order, p.order)
        if v.lines and v.changed <= p.order:
            self.clear(v)
        self.enlist(sid, id)
        self.forget_clock.add(id)

    @staticmethod
    def clear(v):
        v.lines, v.total, v.stage, v.failed = [], '', 0, 0

    # ---- orders

    def order_visit(self, v, at, order=''):
        v.order = max(v.order, at)
        if order:
            v.orders = ([order] + v.orders)[:16]
        v.hold, v.soft = 0, False
        if v.failed <= at:
            v.failed = 0
        if v.lines and v.changed <= at + 1:
            self.clear(v)

    def order_shopper(self, sid, at, order, worth=None):
        p = self.shoppers[sid]
        self.trial_order(sid, at, worth)
        for id, v in self.his(sid):
            self.order_visit(v, at)
            self.written.add(id)
        p.order = max(p.order, at)
        if order:
            p.orders = ([order] + p.orders)[:16]
        reason = 'ordered'
        if p.clicked and 0 <= at - p.clicked <= 7 * DAY * MS:
            reason = 'recovered'
            self.count('recovered')
            self.note('recovered', sid, p.click_rescue)
            p.clicked = 0
        if not any(v.lines for _, v in self.his(sid)):
            self.close(sid, reason)

    # ---- events

    def event(self, e):
        seq = self.sources.get(e['source'], (0, 0))[0]
        if e['seq'] <= seq:
            return 'd'
        if seq + 1 == e['seq'] and e['seq'] % 64 != 1:
            self.sources[e['source']] = (e['seq'],
                                         self.sources[e['source']][1])
        else:
            self.sources[e['source']] = (e['seq'],
                                         self.now + 7 * DAY * MS)

        self.at = self.now - e['age']
        self.machine, self.seen = e['source'][:8], e['seen']
        self.marked = dict(self.marks)
        self.written = set()
        self.renewed = set()            # shoppers
        self.forget_clock = set()
        self.own_texts = self.limited = self.worked = False

        if e['forget']:
            self.event_forget(e)
            shopper = None
        else:
            shopper = self.event_apply(e)

        t = e['terms']
        for sid in self.renewed:
            self.ttl(self.shoppers[sid], t['remember'])
        for id in self.written:
            if id in self.visits:
                v = self.visits[id]
                self.ttl(v, t['retain'] if v.shopper else t['anonymous'])
        reply = 'a' + ('l' if self.limited else '') \
            + ('t' if self.own_texts else '')
        return reply + (' ' + shopper if shopper else '')

    def uncertain(self, e):
        return e['status'] in (499, 502, 504)

    def ordered_at(self):
        return self.now if self.now - self.at <= 15000 else self.at

    def event_forget(self, e):
        ids = [self.find(e['visit'])]
        if e['moved']:
            ids.append(self.find(e['moved']))
        ids = [i for i in dict.fromkeys(ids) if i in self.visits]
        people, sure = self.persons(e, [self.visits[i] for i in ids])
        if sure and e['consent'] and e['consent'][0] == 'withdrawn':
            if self.consent(sure, *e['consent'], self.at) == 'OK':
                self.renewed.add(sure)
        if e['kinds'] & PURCHASE and not self.uncertain(e):
            for id in ids[1:]:
                self.order_visit(self.visits[id], self.ordered_at())
                self.mark_order('v:' + id, self.visits[id],
                                self.ordered_at())
                self.written.add(id)
            v = self.visits[ids[0]] if ids else None
            if self.ordered(e['order'], ids[0] if v else None, v, people,
                            None) and v:
                self.written.add(ids[0])
        if e['erase']:
            self.withdrawn_here(e, ids)
            for id in ids + [e['visit'], e['moved']] \
                    + [a for a, flags in e['aliases'] if flags & OWN]:
                if id:
                    self.mark('v:' + id, 0)

    def erased(self, id):
        """Was what is told of this visit seen before it was erased?"""
        at, machine, seen, _ = self.marks.get('v:' + id, (1, '', 0, 0))
        return at == 0 and machine == self.machine \
            and self.seen is not None and self.seen <= seen

    def withdrawn_here(self, e, ids):
        """Consent was withdrawn: of this browser's visitor nothing stays."""
        ids = list(dict.fromkeys(
            ids + [a for a, flags in e['aliases']
                   if flags & OWN and a in self.visits]))
        people = [self.visits[i].shopper for i in ids]
        people += [self.alias(a) for a, _ in e['aliases']]
        people = [sid for sid in dict.fromkeys(people)
                  if sid in self.shoppers]
        for id in [a for a, _ in e['aliases']] + [e['visit'], e['moved']]:
            self.pointers.pop(id, None)
        for id, _ in e['aliases']:
            self.browsers.pop(id, None)
        for id in ids:
            self.erase_visit(id)
        for sid in people:
            self.note('forgotten', sid, self.shoppers[sid].rescue)
            if not self.his(sid) and not (
                    self.shoppers[sid].consent == 'given'
                    and self.shoppers[sid].consented[1] >= 6):
                self.erase_shopper(sid)
        if ids or people:
            self.count('forgotten')

    def erase_visit(self, id):
        v = self.visits[id]
        p = self.shoppers.get(v.shopper)
        shown = bool(v.lines)
        sid = v.shopper
        self.clear(v)
        self.release(id, 'no_consent')
        if p and shown and p.state == 'open' and p.lease \
                and not (p.attempt and p.attempt['state'] == 'confirmed'):
            p.fence += 1
            p.lease = 0
            self.schedule(sid)
        del self.visits[id]
        self.marks.pop('v:' + id, None)
        self.marks.pop('h:' + id, None)
        self.active.pop('v:' + id, None)
        self.due.pop('v:' + id, None)

    def erase_shopper(self, sid):
        p = self.shoppers[sid]
        for c in p.customers:
            self.customers.pop(c, None)
        if p.consent == 'given':
            p.consent, p.consented = '', (0, 0)
        p.sealed = p.first_name = p.locale = p.zone = ''
        p.customers, p.visits, p.captured = [], [], 0
        p.logged_in = p.asked = False
        self.active.pop('p:' + sid, None)
        if not p.lease:
            self.due.pop('p:' + sid, None)
        self.renewed.add(sid)
        if p.state == 'none' and not (
                p.order or p.orders or p.clicked or p.consent or p.mails
                or p.attempt or p.earlier or p.offered or p.trials or p.code):
            del self.shoppers[sid]
            self.renewed.discard(sid)

    def persons(self, e, visits):
        """Whom an exchange is of that leaves nothing: (all, the sure one)"""
        found = []
        if e['shopper']:
            found.append((e['shopper'], True))
        sid = self.owner(e['customer'])[0]
        found.append((sid, not e['shopper']))
        named = any(sid in self.shoppers for sid, _ in found)
        for v in visits:
            found.append((v.shopper, not e['shopper'] and v.how == BY_LOGIN))
        if not named:
            for alias, flags in e['aliases']:
                if not flags & (OWN | DELETED):
                    found.append((self.alias(alias), not e['shopper']))
        found = [f for f in found if f[0] in self.shoppers]
        if not found:
            for alias, flags in e['aliases']:
                if flags & OWN and not flags & DELETED:
                    found.append((self.alias(alias), False))
        found = [f for f in found if f[0] in self.shoppers]
        first, people = {}, []
        for sid, sure in found:
            if sid not in first:
                first[sid] = sure
                people.append(sid)
        sure = [sid for sid in people if first[sid]]
        return people, sure[0] if sure else None

    def event_apply(self, e):
        t = e['terms']
        id = self.find(e['visit'])
        if id not in self.visits and e['visited']:
            return None
        if id not in self.visits and self.erased(id):
            self.event_forget(e)
            return None
        if e['moved'] and e['moved'] != id:
            self.move(id, e)
        known = id in self.visits
        v = self.visits.setdefault(id, Visit())
        before = v.shopper if v.shopper in self.shoppers else None

        if e['kinds'] & CLICK and e['click']:
            self.click(v, e)
        self.identify(id, v, e)

        lines, currency = [list(l) for l in v.lines], v.currency
        bought = e['kinds'] & PURCHASE and not self.uncertain(e)
        if bought:
            self.purchase(id, v, e, before)
        elif e['kinds'] & (PENDING | PURCHASE):
            self.pending(id, v, e)
        if e['op'] and not e['kinds'] & PURCHASE:
            self.cart(id, v, e)
        if v.lines:
            for kinds, stage in ((PAYMENT, 5), (SHIPPING, 4), (CHECKOUT, 3),
                                 (ADD_TO_CART | REMOVE_FROM_CART | VIEW_CART
                                  | UPDATE_CART | SET_CART, 2),
                                 (VIEW_ITEM, 1)):
                if e['kinds'] & kinds:
                    v.stage = max(v.stage, stage)
                    break
        if e['kinds'] & ERROR:
            self.count('checkout_error')
            if self.at > v.order:
                v.failed = max(v.failed, self.at)
            if v.lines:
                self.checkout_failed(id, v)
        elif e['checkout']:
            if self.at >= v.failed:
                v.failed = 0
            self.checkout_works()
        v.last = max(v.last, self.at)
        v.device = e['device'] or v.device

        out = self.logs_out(v, e) and self.at >= v.snap
        if out:
            self.logout(id, v, e)
        if e['recall'] and out:
            self.browsers.pop(e['recall'], None)
        elif e['recall']:
            self.browser(id, v, e, lines if bought and not v.lines else [],
                         currency)

        for i in self.forget_clock:
            self.active.pop('v:' + i, None)
            self.due.pop('v:' + i, None)

        if known or v.lines or v.shopper or v.order or v.hold or v.click:
            self.written.add(id)
        else:
            del self.visits[id]

        v.alone = bool(v.shopper) and len(self.shoppers[v.shopper].visits) == 1
        if v.shopper:
            self.touch('p:' + v.shopper, self.at + t['idle'])
        elif v.lines:
            self.touch('v:' + id, self.at + t['idle'])
        return v.shopper

    def browser(self, id, v, e, bought, currency):
        """What a browser left, saw and bought, until another person comes."""
        def key(line):
            return '.' + line[0] if line[0][0] in '.@#' else line[0]

        fresh = dict(visit=' ' * 22, shopper='', customer='', stamp='', day=0,
                     viewed=[], bought=[], expires=0)
        w = self.browsers.get(e['recall'])
        if w and w['shopper'] and w['stamp'] != self.said(w['shopper']):
            w = None
        old = w and dict(w, viewed=list(w['viewed']), bought=list(w['bought']))
        sid = v.shopper if v.how >= BY_ADDRESS else ''
        c = e['customer']
        if w and c and w['customer']:
            other = c != w['customer']
        else:
            other = w and w['shopper'] and sid != w['shopper'] and (sid or c)
        w = dict(fresh, viewed=[], bought=[]) if other or not w else w
        w['shopper'] = sid or w['shopper']
        w['customer'] = c or w['customer']
        if v.lines and (e['op'] or w['visit'] == e['moved']):
            w['visit'] = id
        first = [('viewed', key(l) if l[0] else '@' + l[1])
                 for l in e['lines']] if not e['op'] \
            and e['kinds'] & VIEW_ITEM else []
        first += [('bought', '%s %s %s' % (
            '' if l[3] == '-' else l[3], currency, key(l)))
                  for l in bought[:12][::-1]]
        for name, entry in first:
            w[name] = ([entry] + [x for x in w[name] if x != entry])[:12]
        blank = dict(fresh, day=w['day'])
        if other or first or (w != old and (old or w != blank)) \
                or (old and w['day'] != self.today()) \
                or (not old and w != blank):
            w['stamp'] = self.said(w['shopper']) if w['shopper'] else ''
            w['day'] = self.today()
            w['expires'] = self.now + (e['terms']['remember'] + MARGIN) * MS
            self.browsers[e['recall']] = w

    # ---- identity

    def move(self, id, e):
        frm = self.find(e['moved'])
        if frm not in self.visits or frm == id:
            return
        old = self.visits.pop(frm)
        v = self.visits.setdefault(id, Visit())
        v.stage = max(v.stage, old.stage)
        v.last = max(v.last, old.last)
        v.hold = max(v.hold, old.hold)
        v.order = max(v.order, old.order)
        v.failed = max(v.failed, old.failed)
        v.soft = v.soft or old.soft
        v.day = 0
        if not v.lines and old.lines and old.changed > max(v.snap, v.order):
            v.lines, v.total, v.currency = old.lines, old.total, old.currency
            v.changed, v.snap = old.changed, old.snap
        v.device = v.device or old.device
        v.click = v.click or old.click
        v.customer = v.customer or old.customer
        v.orders = (v.orders + [o for o in old.orders
                                if o not in v.orders])[:16]

        for what, was, now in (('v:', old.order, v.order),
                               ('h:', old.hold, v.hold)):
            if was and was == now and what + frm in self.marks:
                mark = self.marks.pop(what + frm)
                self.marks[what + id] = mark[:3] + (self.now + 600 * MS,)

        p = self.shoppers.get(old.shopper)
        if p and old.how > v.how:
            if v.shopper and v.shopper != old.shopper:
                self.release(id)
            if id in p.visits:
                p.visits.remove(id)
            if frm in p.visits:
                p.visits[p.visits.index(frm)] = id
            v.shopper, v.how, v.until = old.shopper, old.how, old.until
            v.aliased, v.bound, v.alone = old.aliased, old.bound, False
        elif p and frm in p.visits:
            p.visits.remove(frm)
        if p:
            self.renewed.add(old.shopper)

        self.active.pop('v:' + frm, None)
        self.due.pop('v:' + frm, None)
        if not e['moved_own']:
            self.pointers[frm] = ('v', id, self.now + e['terms']['idle'])
        self.written.add(id)

    def remember(self, id, sid, till):
        self.pointers[id] = ('p', sid + self.said(sid), till)

    def said(self, sid):
        return str(self.not_theirs.get(sid, ('',))[0])

    def owner(self, customer):
        """(shopper, does the shop vouch for it)"""
        sid, _, since = self.customers.get(customer, ('',))[0].partition('~')
        vouched = '~' not in self.customers.get(customer, ('',))[0]
        if sid in self.shoppers and (vouched or since == self.said(sid)):
            return sid, vouched
        return '', False

    def alias(self, id):
        p = self.pointers.get(id)
        if not p or p[0] != 'p':
            return None
        sid, since = p[1][:22], p[1][22:]
        if sid in self.not_theirs and since != self.said(sid):
            del self.pointers[id]
        elif sid in self.shoppers:
            return sid

    def evidence(self, id, v, e):
        """(shopper, how sure, does the exchange itself say so)"""
        if e['shopper'] and self.address_allowed(e):
            if e['shopper'] not in self.shoppers:
                self.create(e)
            return (e['shopper'], BY_LOGIN if e['logged_in'] else BY_ADDRESS,
                    True)

        c = e['customer']
        if c and not (c == v.customer and v.how >= BY_ADDRESS):
            sid, vouched = self.owner(c)
            if sid:
                return sid, BY_LOGIN if vouched else BY_ADDRESS, True
            if v.customer and v.customer != c and v.shopper:
                self.release(id)

        for alias, flags in e['aliases']:
            if not flags & (OWN | DELETED):
                if not v.shopper or v.how <= BY_CLICK or flags & BIND:
                    sid = self.alias(alias)
                    if sid:
                        return sid, BY_LOGIN, False
        if v.shopper:
            return None, None, False
        if e['kinds'] & CLICK and e['click'] \
                and e['click'][0] in self.shoppers:
            return e['click'][0], BY_CLICK, False
        for alias, flags in e['aliases']:
            if flags & OWN and not flags & DELETED and self.alias(alias):
                return self.alias(alias), BY_OWN, False
        return None, None, False

    def address_allowed(self, e):
        if e['shopper'] in self.shoppers:
            return True
        if not e['sealed']:
            return False
        limit = e['terms']['addresses']
        if e['network'] and limit \
                and self.networks.get(e['network'], (0,))[0] >= limit:
            self.limited = True
            self.count('limited')
            return False
        return True

    def create(self, e):
        self.shoppers[e['shopper']] = Shopper()
        if e['network']:
            n, expires = self.networks.get(e['network'],
                                           (0, self.now + DAY * MS))
            self.networks[e['network']] = (n + 1, expires)
        self.count('captured')
        self.note('captured', e['shopper'])

    def identify(self, id, v, e):
        if v.how == BY_CLICK and v.until <= self.now:
            self.release(id)
        sid, how, shown = self.evidence(id, v, e)
        if sid:
            self.join(id, sid, how)
        if v.shopper and v.shopper not in self.shoppers:
            self.release(id)
        if v.shopper:
            self.bind(v, e, shown)
            self.details(v, e, shown)
            self.enlist(v.shopper, id)
        if e['customer']:
            v.customer = e['customer']

    def bind(self, v, e, shown):
        """What leads here from now on; noted once, and again once a day."""
        sid = v.shopper
        sure = shown or v.how == BY_LOGIN
        again = v.day != self.today()
        till = self.now + (e['terms']['remember'] + MARGIN) * MS
        for id, flags in e['aliases']:
            if not flags & BIND or flags & DELETED:
                continue
            if flags & OWN:
                if v.how >= BY_ADDRESS and (again or shown or not v.aliased):
                    self.remember(id, sid, till)
                    v.aliased = True
            elif sure:
                self.remember(id, sid, till)
        c = e['customer']
        if not c:
            return
        if v.customer != c:
            v.bound = False
        p = self.shoppers[sid]
        if v.how < BY_LOGIN:
            if not shown or self.owner(c)[1]:
                return
            self.customers[c] = (sid + '~' + self.said(sid), till)
            if c not in p.customers:
                p.customers = ([c] + p.customers)[:4]
        elif again or not v.bound:
            self.customers[c] = (sid, till)
            v.bound = True
            if c not in p.customers:
                p.customers = ([c] + p.customers)[:4]

    def details(self, v, e, shown):
        p = self.shoppers[v.shopper]
        if e['sealed'] and e['shopper'] == v.shopper \
                and p.sealed[:1] != e['sealed'][:1]:
            p.sealed = e['sealed']
        if e['shopper'] == v.shopper and e['captured'] \
                and (p.captured in (0, 7) or e['captured'] != 5):
            p.captured = e['captured']
        elif v.how == BY_CLICK and not p.captured:
            p.captured = 7
        theirs = e['shopper'] == v.shopper or not e['shopper'] \
            and (shown or v.how == BY_LOGIN)
        if e['locale'] and not e['asked']:
            p.locale, p.asked = e['locale'], False
        elif e['locale'] and theirs and (p.asked or not p.locale):
            p.locale, p.asked = e['locale'], True
        p.zone = e['zone'] or p.zone
        if theirs and e['consent']:
            self.consent(v.shopper, *e['consent'], self.at)
        if v.how == BY_LOGIN or v.how == BY_ADDRESS \
                and not (p.first_name and p.logged_in):
            p.first_name = e['first_name'] or p.first_name
        p.logged_in = p.logged_in or v.how == BY_LOGIN
        self.renewed.add(v.shopper)

    def consent(self, sid, what, how, at, told=False):
        """What was said last counts; since when it is given is kept."""
        p = self.shoppers[sid]
        if at < p.consented[0]:
            return 'OLD'
        before = p.consent
        if before == what == 'given':
            return 'SAME'
        p.consent, p.consented = what, (at, how)
        if what == 'withdrawn' and not told:
            self.withdrawn['%s %d' % (sid, how)] = at
        event = {'given': 'consented', 'withdrawn': 'consent_withdrawn'}[what]
        if what == 'given' or before == 'given':
            self.count(event)
            self.note(event, sid, 0, CONSENTED[how])
        return 'OK'

    def told_consent(self, sid, what, how, at, remember):
        """at None: nobody knows when it was said; 0: now."""
        p = self.shoppers.get(sid)
        if at is None and what == 'given' and p and p.consent == 'withdrawn':
            return 'OLD'
        p = self.shoppers.setdefault(sid, Shopper())
        reply = self.consent(sid, what, how, min(at or self.now, self.now),
                             True)
        if reply == 'OK':
            self.ttl(p, remember)
        return reply

    def to_be_noted(self, noted):
        for member, at in noted:
            if self.withdrawn.get(member) == at:
                del self.withdrawn[member]
        return sorted((at, m) for m, at in self.withdrawn.items())[:64]

    def logs_out(self, v, e):
        if e['kinds'] & LOGOUT:
            return True
        logins = [f for _, f in e['aliases'] if not f & OWN]
        for f in logins:
            if not f & DELETED and f & BIND:
                return False
        return any(f & DELETED for f in logins) and v.how == BY_LOGIN

    def logout(self, id, v, e):
        sid = v.shopper
        for a, flags in e['aliases']:
            if flags & (OWN | DELETED):
                self.pointers.pop(a, None)
        if sid in self.shoppers:
            p = self.shoppers[sid]
            self.touch('p:' + sid, self.at + e['terms']['idle'])
            if v.lines:
                text = '%s%d%s%d' % (id, self.at, e['source'], e['seq'])
                kept = hashlib.sha1(text.encode()).hexdigest()[:22]
                copy = Visit()
                copy.__dict__.update(v.__dict__)
                copy.day = 0
                self.visits[kept] = copy
                self.written.add(kept)
                if id in p.visits:
                    p.visits[p.visits.index(id)] = kept
            elif id in p.visits:
                p.visits.remove(id)
        v.shopper, v.how, v.until, v.customer = '', NOTHING, 0, ''
        v.hold, v.soft, v.click, v.day = 0, False, None, 0
        v.aliased = v.bound = v.alone = False
        v.snap = v.changed = self.at
        self.clear(v)

    # ---- carts

    def texts(self, line, keep):
        """Takes out of a line what its item is called anyway."""
        if not line[0] or not any(line[5:11]):
            return
        key = self.item_key(line[0])
        known, learnt, expires = self.items.get(key, (None, None, None))
        fresh = known is None
        known = list(known or [''] * 6)
        for i in range(6):
            if line[5 + i] == known[i]:
                line[5 + i] = ''
            elif line[5 + i]:
                if not known[i]:
                    known[i] = line[5 + i]
                    line[5 + i] = ''
                else:
                    self.own_texts = True
        self.items[key] = (known, learnt, self.now + 90 * DAY * MS)

    def same(self, lines, line, loose=False):
        if line[1]:
            for i, old in enumerate(lines):
                if old[1] == line[1]:
                    return i
        if line[0]:
            for i, old in enumerate(lines):
                if old[0] == line[0] and (loose or not line[1]
                                          or not old[1]):
                    return i
        return None

    @staticmethod
    def inherit(line, old):
        for i in (0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11):
            line[i] = line[i] or old[i]
        if not line[4] and line[2:4] == old[2:4]:
            line[4] = old[4]

    def after_order(self, id, v):
        """Is the cart that is told newer than the last order for certain?"""
        p = self.shoppers.get(v.shopper)
        ordered = max(v.order, p.order if p else 0)
        if not ordered:
            return True
        known = 'p:' + v.shopper if p and p.order == ordered else 'v:' + id
        after = self.seen_after(known, ordered)
        if after and ordered <= self.now:
            self.at = max(self.at, ordered + 1)
        return after and self.at > ordered

    def seen_after(self, name, at):
        of, machine, seen, _ = self.marks.get(name, (-1, '', 0, 0))
        if of == at and machine == self.machine and self.seen is not None:
            return self.seen > seen
        return self.at - at >= 1000

    def cart(self, id, v, e):
        p = self.shoppers.get(v.shopper)
        if not self.after_order(id, v) or self.at < v.snap:
            return
        at = self.at
        if e['op'] != SNAPSHOT and not v.lines and not e['lines']:
            return
        old = [list(l) for l in v.lines]
        lines = [list(l) for l in e['lines']]
        if e['op'] == SNAPSHOT:
            new = []
            for line in lines:
                i = self.same(old, line, True)
                if i is not None:
                    self.inherit(line, old.pop(i))
                line[2] = line[2] or '1'
                if line[0] and int(line[2]) > 0:
                    new.append(line)
        else:
            new = self.change(old, lines, e['op'])
        for line in new:
            self.texts(line, v)
        v.lines = new
        v.changed = max(v.changed, at)
        v.total = e['total']
        v.currency = e['currency'] or v.currency
        if e['op'] == SNAPSHOT:
            v.snap = at
            if v.how == BY_LOGIN and p:
                for other, o in self.his(v.shopper):
                    if o is not v and o.how == BY_LOGIN and o.lines \
                            and o.changed <= at:
                        self.clear(o)
                        self.written.add(other)
            if v.lines and v.soft and e['status'] < 499 \
                    and self.seen_after('h:' + id,
                                        v.hold - e['terms']['hold']):
                v.hold, v.soft = 0, False
        if not v.lines:
            self.clear(v)

    def change(self, lines, changes, op):
        for line in changes:
            i = self.same(lines, line)
            if op == REMOVE:
                while i is not None:
                    del lines[i]
                    i = None if line[1] else self.same(lines, line)
            elif i is not None:
                old = lines[i]
                if op == ADD:
                    line[2] = str(min(int(old[2]) + int(line[2] or 1),
                                      999999))
                self.inherit(line, old)
                lines[i] = line
                if int(line[2]) == 0:
                    del lines[i]
            elif line[0] and line[2] != '0' and len(lines) < 200:
                line[2] = line[2] or '1'
                lines.append(line)
        return lines

    def pending(self, id, v, e):
        till = self.at + e['terms']['hold']
        if till <= self.now or self.at <= v.order or till <= v.hold:
            return
        self.mark('h:' + id, self.at)
        v.hold, v.soft = till, self.uncertain(e)
        self.count('order_pending')

    def mark(self, name, at):
        if self.seen is not None:
            _, machine, seen, _ = self.marked.get(name, (0, '', 0, 0))
            if machine != self.machine:
                seen = 0
            self.marks[name] = (at, self.machine, max(seen, self.seen),
                                self.now + 600 * MS)

    def mark_order(self, name, record, at):
        if record.order == at:
            self.mark(name, at)

    def ordered(self, order, id, v, people, worth):
        """An order of a visit, perhaps, and of people: 'new', 'told' by the
        shop before, 'old', as the cart is, or None: only its page was loaded
        again."""
        at = self.ordered_at()
        people = [p for i, p in enumerate(people)
                  if p in self.shoppers and p not in people[:i]]
        know = [sid for sid in people
                if order and order in self.shoppers[sid].orders]
        if v and order in v.orders:
            return None
        for sid in know:
            p = self.shoppers[sid]
            if p.orders[0] != order or at - p.order > 3600 * MS \
                    or any(order in self.visits[i].orders
                           for i in p.visits if i in self.visits):
                if v and v.lines and v.changed <= p.order:
                    self.clear(v)
                    return 'old'
                return None
        if not know:
            self.count('orders')
        self.checkout_works()
        if v:
            self.order_visit(v, at, order)
            self.mark_order('v:' + id, v, at)
        for sid in people:
            if sid not in know:
                self.order_shopper(sid, at, order, worth)
                self.mark_order('p:' + sid, self.shoppers[sid], at)
                self.renewed.add(sid)
        return 'told' if know else 'new'

    def purchase(self, id, v, e, before):
        p = self.shoppers.get(v.shopper)
        amount, currency = self.worth(v)
        if e['total']:
            amount = int(e['total'])
        what = self.ordered(e['order'], id, v, [before, v.shopper],
                            (amount, e['currency'] or currency))
        if what == 'new':
            self.note('order', v.shopper if p else '', p.rescue if p else 0)
        at = self.ordered_at()
        if what not in ('new', 'told') or not v.click \
                or not 0 <= at - v.click[2] <= 7 * DAY * MS:
            return
        sid, rescue, _ = v.click
        v.click = None
        q = self.shoppers.get(sid)
        if q and q.rescue == rescue and q.clicked:
            q.clicked = 0
            self.renewed.add(sid)
            self.count('recovered')
            self.note('recovered', sid, q.rescue)
            self.close(sid, 'recovered')

    def click(self, v, e):
        sid, rescue, step = e['click']
        p = self.shoppers.get(sid)
        if not p or rescue > p.rescue:
            return
        v.click = (sid, rescue, self.at)
        p.clicked = max(p.clicked, self.at)
        p.click_rescue = rescue
        self.renewed.add(sid)
        self.count('clicks')
        self.note('click', sid, rescue, None, step)

    # ---- a checkout that fails

    def holds(self):
        return self.hold and self.hold['over'] > self.now

    def barred(self):
        """Until when no hold begins, as one has lasted too long."""
        h = self.hold
        if h and h['spent'] + h['over'] - h['begun'] >= 6 * HOUR:
            return h['over'] + 6 * HOUR
        return 0

    def hold_ends(self):
        h = self.hold
        h['over'] = min(h['last'] + HOUR // 2,
                        h['begun'] + 6 * HOUR - h['spent'])

    def checkout_failed(self, id, v):
        lately = self.now - HOUR // 6
        if self.at <= lately:
            return
        if self.holds():
            self.hold['last'] = max(self.hold['last'], self.at)
            self.hold_ends()
            return
        others = []
        for other, at in self.errors:
            other = self.find(other)
            o = self.visits.get(other)
            if o and other != id and at > lately \
                    and not (v.shopper and v.shopper == o.shopper):
                others.append((other, at))
        self.errors = others + [(id, self.at)]
        if len(self.errors) < 3:
            return
        if self.barred() > self.now:
            self.errors = self.errors[1:]
            self.count('checkout_hold_barred')
            return
        h = self.hold
        spent = h['spent'] + h['over'] - h['begun'] \
            if h and self.now < h['over'] + HOUR else 0
        self.hold = dict(begun=self.now, spent=spent,
                         last=max(at for _, at in self.errors))
        self.hold_ends()
        self.errors = []
        self.count('checkout_hold')
        self.note('checkout_hold', '')

    def checkout_works(self):
        if self.worked:
            return
        self.worked = True
        later = [e for e in self.errors if e[1] > self.at]
        if self.holds() and self.at >= self.hold['last']:
            self.hold['over'] = self.now
            self.note('checkout_works', '')
        elif len(later) == len(self.errors):
            return
        self.errors = later
        if self.failing()[2] <= self.now:
            self.hold = None

    def failing(self):
        """What is kept of it, and until when."""
        h = self.hold
        ends = max([h['over'] + HOUR, self.barred()] if h else [0])
        ends = max([ends] + [at + HOUR // 6 for _, at in self.errors])
        return self.hold, self.errors, ends

    # ---- shop and operator

    def told_order(self, sid, order, customer, ago, remember, total='',
                   currency='', odd=''):
        people = [sid] if sid else []
        if sid and sid not in self.shoppers:
            self.shoppers[sid] = Shopper()
            made = sid
        else:
            made = None
        other = self.owner(customer)[0]
        if other in self.shoppers and other != sid:
            people.append(other)
        if not people:
            return 'NONE'
        self.written = set()
        fresh = False
        if sid and not self.shoppers[sid].captured:
            guessed = True
            self.shoppers[sid].captured = 6
        else:
            guessed = False
        for id in people:
            p = self.shoppers[id]
            if order and order in p.orders:
                continue
            fresh = True
            self.order_shopper(id, self.now - ago, order,
                               (int(total), currency) if total else None)
            self.note('order', id, p.rescue)
            self.ttl(p, remember)
        if not fresh:
            if made:
                del self.shoppers[made]
            elif guessed:
                self.shoppers[sid].captured = 0
            return 'DUP'
        self.count('orders')
        if odd == '1':
            self.count('orders_odd')
        return 'OK'

    def erase(self, sid):
        """Somebody deletes the record and the visits."""
        self.shoppers.pop(sid, None)
        for id in [i for i, v in self.visits.items() if v.shopper == sid]:
            del self.visits[id]

    def suppress(self, sid, reason, remove, till=0):
        if remove:
            out = self.out.get(sid)
            if out and (not till or out[1] <= till):
                del self.out[sid]
                self.count('unsuppressed')
                self.note('unsuppressed', sid, 0, reason)
            return 'OK'
        if till and till <= self.now:
            return 'OK'
        old = self.out.get(sid)
        if sid in self.shoppers:
            self.close(sid, 'paused' if till and (not old or old[2])
                       else 'suppressed')
        if old and (not old[2] or 0 < till <= old[2]):
            return 'OK'
        self.out[sid] = (reason, self.now, till)
        if not old or not till:
            self.count('suppressed_' + reason)
            p = self.shoppers.get(sid)
            self.note('suppressed', sid, p.rescue if p else 0, reason)
        return 'OK'

    def bounce(self, sid, kind, report, message):
        if kind == 'forged':
            self.count('bounce_forged')
            return 'new 0'
        at, reports, messages, _ = self.bounces.get(sid, (0, [], [], 0))
        p = self.shoppers.get(sid)
        if p and p.clicked > at:
            messages = []
        if report in reports:
            return 'again %d' % len(messages)
        reports = [report] + reports[:15]
        if kind == 'soft' and message not in messages:
            messages = [message] + messages[:15]
        self.bounces[sid] = (self.now, reports, messages,
                             self.now + 90 * DAY * MS)
        self.count('bounce_' + kind)
        self.note('bounce', sid, p.rescue if p else 0, kind)
        return 'new %d' % len(messages)

    def not_me(self, sid, age, remember):
        old = self.not_theirs.get(sid, (0,))[0]
        if age and old + 60000 >= self.now - age:
            return 'OK'
        p = self.shoppers.get(sid)
        if p:
            done = p.state == 'open'
            self.close(sid, 'not_me')
            if p.consent == 'given' and p.consented[1] < 6:
                at = self.now - age + 600000 if age else self.now
                self.consent(sid, 'withdrawn', 0, min(at, self.now))
            mine = self.his(sid)
            p.visits = [i for i, _ in mine]
            for id, v in mine:
                if v.how == BY_LOGIN:
                    v.aliased = False
                    continue
                if v.click and v.click[0] == sid:
                    v.click = None
                self.release(id)
                done = True
            p.first_name, p.clicked = '', 0
            if done:
                self.count('not_me')
                self.note('not_me', sid, p.rescue)
        self.not_theirs[sid] = (max(self.now, old + 1), self.now + MS
                                * max(remember + MARGIN, 400 * DAY))
        return 'OK'

    def mode(self, mode):
        old = self.shop.get('mode')
        trial = ('dry-run', 'catch-all')
        if mode in trial and old not in trial:
            self.shop['tried_from'] = str(self.now)
            self.shop.pop('tried_till', None)
        elif old in trial and mode not in trial:
            self.shop['tried_till'] = str(self.now)
        if old != mode:
            self.shop['mode'] = mode
            self.shop.pop('live_since', None)
            if mode == 'live':
                self.shop['live_since'] = str(self.now)
        return 'OK'

    def customer(self, id, sid, sealed, remember):
        p = self.shoppers.setdefault(sid, Shopper())
        p.sealed = sealed
        p.captured = 6
        self.customers[id] = (sid, self.now + (remember + MARGIN) * MS)
        if id not in p.customers:
            p.customers = ([id] + p.customers)[:4]
        self.ttl(p, remember)
        return 'OK'

    # ---- offers

    @staticmethod
    def code_attempted(p):
        """Is the code in the message of the last attempt?"""
        a = p.attempt
        return a and (a['rescue'], a['step']) == (p.code['rescue'],
                                                  p.code['step'])

    def offer_back(self, sid):
        p = self.shoppers[sid]
        if not p.code or p.code['given']:
            return
        if self.code_attempted(p) and p.attempt['state'] == 'confirmed':
            return
        pool, text = p.code['pool'], p.code['text']
        del self.reserved[pool][text]
        self.free[pool].add(text)
        p.code = None

    def offer_given(self, sid):
        p = self.shoppers[sid]
        if p.attempt['offer']:
            p.offered = self.now
        if p.code and not p.code['given'] and self.code_attempted(p):
            pool, text = p.code['pool'], p.code['text']
            del self.reserved[pool][text]
            self.given.setdefault(pool, {})[text] = (
                sid, p.code['rescue'], p.code['step'], self.now)
            p.code['given'] = True

    def offer_import(self, pool, codes):
        seen = self.free.get(pool, set()) | set(self.reserved.get(pool, ())) \
            | set(self.given.get(pool, ()))
        new = set(codes) - seen
        self.free.setdefault(pool, set()).update(new)
        return '%d %d' % (len(new), len(codes) - len(new))

    def orphans(self, pool):
        """Reserved for a rescue that knows nothing of it."""
        found = set()
        for text, (sid, *_) in self.reserved.get(pool, {}).items():
            p = self.shoppers.get(sid)
            if not p or not p.code or p.code['given'] \
                    or (p.code['pool'], p.code['text']) != (pool, text):
                found.add(text)
        return found

    def reserve(self, sid, rescue, fence, step, pool, got):
        """got: the reply, for any free code will do."""
        p = self.shoppers.get(sid)
        if not p or p.fence != fence or p.rescue != rescue \
                or p.state != 'open' or p.lease <= self.now \
                or (p.attempt and p.attempt['state'] == 'confirmed'):
            return 'NO'
        if not p.code or p.code['pool'] != pool:
            free = self.free.setdefault(pool, set())
            free = set(free) or self.orphans(pool)
            self.offer_back(sid)
            p.code = None
            if not free:
                self.count('no_code')
                return 'EMPTY'
            text = got[3:] if got[3:] in free else min(free)
            self.free[pool].discard(text)
            p.code = dict(pool=pool, text=text, given=False)
        p.code.update(rescue=rescue, step=step)
        if not p.code['given']:
            self.reserved.setdefault(pool, {})[p.code['text']] = (
                sid, rescue, step, self.now)
        return 'OK ' + p.code['text']

    # ---- experiments

    def cell(self, t):
        self.cells_end[t['series']] = self.now + 400 * DAY * MS
        return self.cells.setdefault(
            (t['series'], t['step'], t['variant'], int(t['holdout'])),
            dict(subjects=0, orders=0, money={}))

    def trial_begin(self, p, series, step, rescue, terms):
        for t in p.trials:
            if (t['series'], t['step'], t['rescue']) == (series, step, rescue):
                return
        p.trials = [t for t in p.trials if t['at'] >= self.now - 7 * DAY * MS]
        if len(p.trials) > 15:
            self.count('trials_dropped')
            p.trials = p.trials[-15:]
        t = dict(series=series, step=step, rescue=rescue, at=self.now,
                 variant=terms['variant'], holdout=terms['holdout'],
                 ordered=False)
        p.trials.append(t)
        self.cell(t)['subjects'] += 1

    @staticmethod
    def worth(v):
        if not v.lines:
            return None, v.currency
        if v.total:
            return int(v.total), v.currency
        sums = [int(l[4]) if l[4] not in ('', '-')
                else int(l[3]) * int(l[2]) if l[3] not in ('', '-')
                and l[4] == '' else None
                for l in v.lines]
        return None if None in sums else sum(sums), v.currency

    def trial_order(self, sid, at, worth):
        p = self.shoppers[sid]
        if not worth or worth[0] is None:
            full = [v for _, v in self.his(sid) if v.lines]
            worth = self.worth(max(full, key=lambda v: v.last)) if full \
                else (None, '')
        for t in p.trials:
            if t['ordered'] or not 0 <= at - t['at'] <= 7 * DAY * MS:
                continue
            t['ordered'] = True
            cell = self.cell(t)
            cell['orders'] += 1
            amount, currency = worth
            if amount is not None and amount >= 0:
                m = cell['money'].setdefault(currency or '-', [0, 0, 0])
                m[0] += 1
                m[1] += amount
                m[2] += amount * amount

    # ---- the mailer

    def look(self, sid):
        p = self.shoppers[sid]
        live = [(i, v) for i, v in self.his(sid)
                if v.how != BY_CLICK or v.until > self.now]
        p.visits = [i for i, _ in live]
        full = [v for _, v in live if v.lines]
        shown = max(full, key=lambda v: v.last) if full else None
        acted = max([v.last for _, v in live], default=0)
        held = max([v.hold for _, v in live if v.hold > self.now], default=0)
        return shown, acted, held

    def refused(self, sid):
        p = self.shoppers[sid]
        mode = self.shop['mode']
        if sid in self.out:
            return 'paused' if self.out[sid][2] else 'suppressed'
        if not p.sealed:
            return 'no_address'
        if mode == 'off':
            return 'off'
        if mode == 'live' and p.abandoned < int(self.shop['live_since']):
            return 'before_live'

    def idle(self):
        return int(self.shop.get('idle', 3600000))

    def in_doubt(self, sid):
        p = self.shoppers[sid]
        a = p.attempt
        a['state'] = 'in doubt'
        p.lease = 0
        p.fence += 1
        if a['rescue'] == p.rescue:
            self.step_done(p, a['step'], 'd')
            p.tries = 0
        self.offer_given(sid)
        self.mail_noted(p, a['at'], False)
        self.doubt['%s %d %d %d %s' % (sid, a['rescue'], a['series'],
                                       a['step'], a['id'])] = a['at']
        self.count('doubt')
        self.note('doubt', sid, a['rescue'], None, a['step'])

    def held_out(self, sid):
        """A holdout whose mailer is gone: nothing was sent for sure."""
        p = self.shoppers[sid]
        a = p.attempt
        a['state'] = 'settled'
        p.fence += 1
        if a['rescue'] == p.rescue:
            self.step_done(p, a['step'], 'h')
            p.tries = 0
        self.holdout_noted(p, a['at'])
        self.offer_back(sid)
        self.count('holdout')
        self.note('holdout', sid, a['rescue'], None, a['step'])

    @staticmethod
    def mail_noted(p, at, held):
        p.mails = (p.mails + [at])[-16:]
        p.held = (p.held + [held])[-16:]

    def holdout_noted(self, p, at):
        """Counts as its message would have, if that had been a real one."""
        if p.attempt['live']:
            if p.attempt['offer']:
                p.offered = self.now
            self.mail_noted(p, at, True)

    def step_done(self, p, step, outcome):
        for s in p.steps:
            if s[0] == step:
                s[1:] = [self.now, outcome]
                return
        p.steps = (p.steps + [[step, self.now, outcome]])[-16:]

    def claim(self, most, lease):
        if 'mode' not in self.shop:
            return 'SPMODE', []
        self.trim_doubt()
        given = []
        late = sorted((at, id) for id, at in self.due.items()
                      if at <= self.now)
        for _, id in late[:256]:
            if id.startswith('v:'):
                self.claim_visit(id)
            elif id[2:] not in self.shoppers:
                del self.due[id]
            else:
                v = self.claim_shopper(id[2:])
                if v:
                    p = self.shoppers[id[2:]]
                    p.fence += 1
                    p.lease = self.due[id] = self.now + lease
                    p.mark = self.cart_mark(v)
                    self.count('claimed')
                    given.append((id[2:], v))
                    if len(given) >= most:
                        break
        return None, given

    def trim_doubt(self):
        """What nobody has decided for 90 days, 100 at once."""
        old = sorted((at, name) for name, at in self.doubt.items()
                     if at <= self.now - 90 * DAY * MS)
        for _, name in old[:100]:
            del self.doubt[name]
            self.count('doubt_dropped')

    def cart_mark(self, v):
        text = '\x1e'.join('\x1f'.join(l[:3]) for l in v.lines)
        return int(hashlib.sha1(text.encode()).hexdigest()[:8], 16)

    def told(self, p, shown):
        if p.state != 'closed' or p.mark != self.cart_mark(shown):
            return False
        if p.reason == 'not_me' and shown.how == BY_LOGIN:
            return True
        tried = range(int(self.shop.get('tried_from', 0)),
                      int(self.shop.get('tried_till', -1)) + 1)
        told = [at for _, at, o in p.steps
                if o in ('s', 'd', 'h') and at not in tried]
        if p.reason in ('ordered', 'recovered', 'empty', 'released',
                        'not_me'):
            return bool(told) and shown.changed <= max(told)
        return bool(told)

    def wait(self):
        if not self.due:
            return self.idle()
        return min(self.idle(), max(min(self.due.values()) - self.now, 0))

    def claim_visit(self, id):
        if id in self.active:
            self.due[id] = self.active[id] + 1
            return
        v = self.visits.get(id[2:])
        if v and not v.shopper and v.lines:
            self.count('anonymous')
        del self.due[id]

    def claim_shopper(self, sid):
        p = self.shoppers[sid]
        id = 'p:' + sid
        if p.lease > self.now:
            self.due[id] = p.lease
            return
        if p.attempt and p.attempt['state'] == 'confirmed':
            if p.attempt['holdout']:
                self.held_out(sid)
            else:
                self.in_doubt(sid)
        p.lease = 0
        if id in self.active:
            self.due[id] = self.active[id] + 1
            return
        shown, acted, held = self.look(sid)
        if not shown:
            self.close(sid, 'empty')
            del self.due[id]
            return
        if p.state != 'open' and (acted <= p.acted or self.told(p, shown)):
            del self.due[id]
            return
        if held:
            if p.state == 'open':
                p.next = max(p.next, held)
            self.count('held')
            self.due[id] = held
            return
        if p.state != 'open':
            self.offer_back(sid)
            p.code = None
            p.state, p.reason = 'open', ''
            p.rescue += 1
            p.steps, p.series, p.tries = [], 0, 0
            p.acted = acted
            p.abandoned = p.next = acted + self.idle()
            p.earlier = max([p.earlier] + p.mails)
            self.count('abandoned')
            self.note('opened', sid, p.rescue)
        elif acted > p.acted:
            p.acted = acted
            p.abandoned = p.next = acted + self.idle()
        reason = self.refused(sid)
        if reason:
            self.close(sid, reason)
            del self.due[id]
            return
        if p.next > self.now:
            self.due[id] = p.next
            return
        if self.holds():
            self.count('shop_failing')
            self.due[id] = self.again()
            return
        wait = self.stock_wait(p, shown)
        if wait == 0:
            self.close(sid, 'out_of_stock')
            del self.due[id]
            return
        if wait:
            self.count('out_of_stock')
            self.due[id] = p.next = wait
            return
        return shown

    def again(self):
        return min(self.hold['over'], self.now + 300 * MS)

    def schedule(self, sid, wait=1):
        p = self.shoppers[sid]
        id = 'p:' + sid
        at = p.lease or (max(p.next, wait) if p.state == 'open' else None)
        if id in self.active:
            end = self.active[id] + 1
            at = end if at is None else min(at, end)
        if at is None:
            self.due.pop(id, None)
        else:
            self.due[id] = at

    def renew(self, sid, fence, lease):
        p = self.shoppers.get(sid)
        if not p or not p.lease:
            return 'NO'
        if p.fence != fence and not (p.attempt and p.attempt['state']
                                     == 'confirmed'):
            return 'NO'
        p.lease = self.due['p:' + sid] = self.now + lease
        return 'OK'

    def confirm(self, sid, rescue, fence, series, step, attempt, mode, terms):
        """terms: day, week, cool_down, variant, holdout, offer, consent"""
        if 'mode' not in self.shop:
            return 'SPMODE'
        p = self.shoppers.get(sid)
        if not p:
            return 'gone'
        a = p.attempt
        if a and a['state'] == 'confirmed' and a['id'] == attempt:
            return 'OK'
        if p.fence != fence or p.rescue != rescue or p.state != 'open' \
                or p.lease <= self.now \
                or (a and (a['state'] == 'confirmed' or a['id'] == attempt)):
            if p.state == 'closed' and p.rescue == rescue:
                return ENDED.get(p.reason, 'fenced')
            return 'fenced'
        if step in [s[0] for s in p.steps]:
            return 'done'

        answer, nxt = self.confirm_look(sid, mode, terms)
        if answer == 'OK':
            p.attempt = {'id': attempt, 'state': 'confirmed', 'step': step,
                         'series': series, 'rescue': rescue, 'at': self.now,
                         'holdout': terms['holdout'],
                         'live': mode == 'live',
                         'offer': terms['offer']}
            if mode == 'live':
                self.trial_begin(p, series, step, rescue, terms)
            p.series = series
            return 'OK'
        p.lease = 0
        p.next = nxt
        self.count('refused_' + answer)
        self.schedule(sid, self.again() if answer == 'shop_failing' else 1)
        return answer

    def confirm_look(self, sid, mode, terms):
        p = self.shoppers[sid]
        if self.shop['mode'] != mode or mode == 'off':
            return 'off', max(p.next, self.now + MODE_PAUSE)
        reason = self.refused(sid)
        if reason:
            self.close(sid, reason)
            return ENDED.get(reason, 'suppressed'), 0
        if terms['consent'] == 1 and p.consent != 'given' \
                or terms['consent'] == 2 and p.consent == 'withdrawn':
            self.close(sid, 'no_consent')
            return 'no_consent', 0
        if 'p:' + sid in self.active:
            return 'active', p.next
        shown, _, held = self.look(sid)
        if held:
            return 'held', held
        if not shown:
            self.close(sid, 'empty')
            return 'empty', 0
        if terms['cool_down'] and p.earlier \
                and p.earlier + terms['cool_down'] > self.now:
            self.close(sid, 'cool_down')
            return 'cool_down', 0
        free = 0
        for most, days in ((terms['day'], 1), (terms['week'], 7)):
            recent = [m for m in p.mails if m > self.now - days * DAY * MS]
            if most and len(recent) >= most:
                free = max(free, min(recent) + days * DAY * MS)
        if free:
            return 'capped', free
        if self.holds():
            return 'shop_failing', p.next
        wait = self.stock_wait(p, shown)
        if wait == 0:
            self.close(sid, 'out_of_stock')
        return ('OK', None) if wait is None else ('out_of_stock', wait)

    NAMES = {'s': 'sent', 'y': 'dry_run', 'h': 'holdout', 'x': 'refused',
             'r': 'retry', 'd': 'doubt'}

    def settle(self, sid, rescue, fence, series, step, attempt, outcome,
               reason, nxt):
        p = self.shoppers.get(sid)
        if not attempt:
            return self.settle_lease(sid, rescue, fence, series, step,
                                     outcome, reason, nxt)
        a = p.attempt if p else None
        if a and a['id'] == attempt and a['state'] == 'confirmed':
            self.settle_attempt(sid, outcome, reason, nxt)
            return 'OK'
        if a and a['id'] == attempt and a['state'] == 'settled':
            return 'OK'
        member = '%s %d %d %d %s' % (sid, rescue, series, step, attempt)
        listed = member in self.doubt
        if listed and outcome != 'd':
            del self.doubt[member]
            self.clear_doubt(sid, rescue, step, attempt, outcome, nxt)
        return 'GONE' if not p else 'OK' if listed else 'NO'

    def settle_attempt(self, sid, outcome, reason, nxt):
        p = self.shoppers[sid]
        a = p.attempt
        a['state'] = 'settled'
        if outcome == 'd':
            self.in_doubt(sid)
        else:
            if outcome == 'r':
                p.tries = min(p.tries + 1, 255)
            else:
                p.tries = 0
                if a['rescue'] == p.rescue:
                    self.step_done(p, a['step'], outcome)
                if outcome == 's':
                    self.offer_given(sid)
                    self.mail_noted(p, self.now, False)
                elif outcome == 'h':
                    self.holdout_noted(p, self.now)
                self.offer_back(sid)
            self.count(self.NAMES[outcome])
            self.note(self.NAMES[outcome], sid, a['rescue'], reason,
                      a['step'])
        if p.state != 'open':
            self.offer_back(sid)
        self.settle_next(sid, nxt, 'lost')

    def settle_next(self, sid, nxt, ending):
        p = self.shoppers[sid]
        p.lease = 0
        if p.state == 'open':
            p.next = nxt
            if not nxt:
                self.close(sid, ending)
        self.schedule(sid)

    def settle_lease(self, sid, rescue, fence, series, step, outcome, reason,
                     nxt):
        p = self.shoppers.get(sid)
        if not p:
            return 'GONE'
        if p.fence != fence or p.rescue != rescue or p.state != 'open' \
                or not p.lease \
                or (p.attempt and p.attempt['state'] == 'confirmed'):
            return 'NO'
        if outcome in 'kx':
            self.offer_back(sid)
            if step not in [s[0] for s in p.steps]:
                self.step_done(p, step, 'x')
            p.tries = 0
            p.series = series
            if outcome == 'k':
                self.count('skipped_' + reason)
                self.note('skipped', sid, rescue, reason, step)
            else:
                self.count('refused')
                self.note('refused', sid, rescue, reason, step)
            self.settle_next(sid, nxt, 'lost')
        elif outcome == 'f':
            self.settle_next(sid, max(nxt, 1), 'lost')
        elif outcome == 'r':
            p.tries = min(p.tries + 1, 255)
            self.count('retry')

            if reason == 'relay_refuses':
                self.count(reason)

            self.note('retry', sid, rescue, reason, step)
            self.settle_next(sid, max(nxt, 1), 'lost')
        else:
            self.close(sid, reason)
            self.settle_next(sid, 0, reason)
        return 'OK'

    def clear_doubt(self, sid, rescue, step, attempt, outcome, nxt):
        self.count('cleared')
        self.note('cleared', sid, rescue, self.NAMES[outcome], step)
        p = self.shoppers.get(sid)
        if not p:
            return
        if p.attempt and p.attempt['id'] == attempt:
            p.attempt['state'] = 'settled'
        done = [s for s in p.steps if s[0] == step and s[2] == 'd']
        if rescue != p.rescue or not done:
            return
        if outcome != 'r':
            done[0][2] = outcome
            return
        p.steps.remove(done[0])
        if p.state == 'closed' and p.reason in ('lost', 'series_done'):
            p.state, p.reason = 'open', ''
        if p.state == 'open' and not p.lease:
            p.next = max(nxt, 1)
            self.schedule(sid)

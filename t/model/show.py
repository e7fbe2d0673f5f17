#
# Copyright (C) SitePreserver developers
#
# What the functions that only tell should say of a model: names and values,
# as texts, in the order of docs/redis.md.
#

import time

CAPTURED = ('', 'login', 'sign_up', 'checkout', 'newsletter', 'identify',
            'customer', 'click')
CONSENTED = ('not_me', 'login', 'sign_up', 'checkout', 'newsletter',
             'identify', 'import', 'operator')
DEVICES = ('', 'desktop', 'phone', 'tablet')
CLASSES = ('nothing', 'cookie', 'click', 'address', 'login')


def flat(pairs):
    return [str(x) for pair in pairs for x in pair]


def status(m):
    """The counters of the day are in no order: they are sorted."""
    shop = m.shop.get
    day = time.strftime('%Y%m%d', time.gmtime(m.now // 1000))
    due = sorted(m.due.values())
    pairs = [('now', m.now)]
    pairs += [(name, shop(name, ''))
              for name in ('mode', 'live_since', 'idle', 'fingerprint')]
    pairs += [('index', len(due)), ('due', sum(at <= m.now for at in due)),
              ('next_due', due[0] if due else ''),
              ('in_doubt', len(m.doubt))]
    h = m.hold
    pairs += [('shop_failing_since',
               h['begun'] - h['spent'] if m.holds() else ''),
              ('shop_failing_until', h['over'] if m.holds() else ''),
              ('shop_failing_barred_until', m.barred()
               if not m.holds() and m.barred() > m.now else '')]
    return flat(pairs) + flat(sorted(
        ('today_' + name, n) for name, n in m.counts.get(day, {}).items()))


def doubt(m):
    rows = sorted(m.doubt.items(), key=lambda row: (row[1], row[0]))
    return [word for name, at in rows for word in name.split() + [str(at)]]


def offers(m, pool):
    return '%d %d %d' % tuple(len(of.get(pool, ()))
                              for of in (m.free, m.reserved, m.given))


def why(m, sid):
    p, out = m.shoppers.get(sid), m.out.get(sid)
    pairs = [('now', m.now), ('known', 'yes' if p else 'no')]
    if out:
        pairs += [('suppressed', out[0]), ('suppressed_at', out[1])]
        if out[2]:
            pairs.append(('suppressed_until', out[2]))
    return flat(pairs + (about(m, sid, p) if p else []))


def about(m, sid, p):
    attempt = p.attempt['state'] if p.attempt else 'none'
    pairs = [('address', 'yes' if p.sealed else 'no'),
             ('captured', CAPTURED[p.captured]), ('consent', p.consent)]
    if p.consent:
        pairs += [('consent_at', p.consented[0]),
                  ('consent_by', CONSENTED[p.consented[1]])]
    pairs += [('locale', p.locale),
              ('locale_by', p.locale and ('shop', 'browser')[p.asked]),
              ('time_zone', p.zone),
              ('active_ms', max(m.active.get('p:' + sid, 0) - m.now, 0)),
              ('due', m.due.get('p:' + sid, '')), ('rescue', p.rescue),
              ('state', p.state), ('reason', p.reason),
              ('abandoned', p.abandoned), ('next', p.next),
              ('tries', p.tries), ('leased_until', p.lease),
              ('attempt', attempt.replace(' ', '_')), ('ordered', p.order),
              ('clicked', p.clicked), ('offered', p.offered)]
    if p.state == 'open' and m.holds():
        pairs.append(('waits', 'shop_failing'))
    elif p.state == 'open':
        shown = m.look(sid)[0]
        if shown and m.stock_wait(p, shown):
            pairs.append(('waits', 'out_of_stock'))
    if p.code:
        pairs.append(('code', '%s %s' % (p.code['pool'], 'given'
                                         if p.code['given'] else 'reserved')))
    for id in p.visits:
        v = m.visits.get(id)
        if v and v.shopper == sid:
            pairs.append(('visit', '%s by=%s items=%d stage=%d last=%d held=%d'
                          ' device=%s checkout_error=%d' % (id, CLASSES[v.how], len(v.lines),
                                          v.stage, v.last,
                                          v.hold if v.hold > m.now else 0,
                                          DEVICES[v.device], v.failed)))
    pairs += [('step', '%d %d %s' % tuple(s)) for s in p.steps]
    pairs += [('held_out' if held else 'mail', at)
              for at, held in zip(p.mails, p.held)]
    return pairs + [('trial', '%d %d variant=%d holdout=%s at=%d ordered=%s' % (
        t['series'], t['step'], t['variant'], 'yes' if t['holdout'] else 'no',
        t['at'], 'yes' if t['ordered'] else 'no')) for t in p.trials]


def experiment(m, series):
    """Cells are in no order: sorted by their names."""
    rows = []
    for (of, *name), cell in m.cells.items():
        if of == series:
            text = '%d %d' % (cell['subjects'], cell['orders'])
            for currency, money in cell['money'].items():
                text += ' %s %d %d %d' % (currency, *money)
            rows.append(('%d %d %d' % tuple(name), text))
    return flat(sorted(rows))

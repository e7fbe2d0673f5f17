#
# Copyright (C) SitePreserver developers
#
# What is known of items, for the model: what carts told, what pages said.
#

DAY = 86400000


class Items:
    def item_key(self, id):
        return '.' + id if id[:1] in ('.', '@', '#') else id

    def item(self, page, source, seq, records, age):
        """records: id, sku, name, url, image, price, currency, stock"""
        have = self.sources.get(source, (0, 0))
        if seq <= have[0]:
            return 'd'
        self.sources[source] = (
            seq, have[1] if have[0] + 1 == seq and seq % 64 != 1
            else self.now + 7 * DAY)
        main = records[0]
        seen = self.now - age
        self.learn('@' + page, '', list(main), seen)
        for r in records:
            own = list(r[:2]) + [a if a != b else ''
                                 for a, b in zip(r[2:5], main[2:5])] \
                + list(r[5:])
            if r[0]:
                self.learn(self.item_key(r[0]), page, own, seen)
            if r[1]:
                self.learn('#' + r[1], page, own, seen)
        return 'a'

    def learn(self, key, page, record, seen):
        texts = self.items.get(key, ([''] * 6,))[0]
        self.items[key] = (texts, [page] + record[1:] + [seen],
                           self.now + 90 * DAY)

    def known(self, key):
        """(texts, learnt) of a key, with what its page has."""
        texts, learnt, _ = self.items.get(key, (None, None, None))
        if learnt and learnt[0]:
            page = self.items.get('@' + learnt[0], (None, None))[1]
            if page:
                learnt = learnt[:2] + [a or b for a, b in
                                       zip(learnt[2:5], page[2:5])] \
                    + learnt[5:]
        return texts, learnt

    def joined(self, line):
        """The line with its texts, and what its page said or None."""
        line = list(line)
        found = []
        sku = line[5]
        if line[0]:
            texts, learnt = self.known(self.item_key(line[0]))
            found.append(learnt)
            if texts:
                line[5:11] = [a or b for a, b in zip(line[5:11], texts)]
                sku = sku or texts[0]
        if sku:
            found.append(self.known('#' + sku)[1])
        if line[11]:
            found.append(self.known('@' + line[11])[1])
        found = [f for f in found if f]
        for f in found:
            line[6:9] = [a or b for a, b in zip(line[6:9], f[2:5])]
        return line, found[0] if found else None

    def is_gone(self, said):
        return bool(said) and said[7] == 'o' and said[8] > self.now - 7 * DAY

    def stock_wait(self, p, v):
        """None: it may go; 0: no more; else when to look again."""
        if not all(self.is_gone(self.joined(l)[1]) for l in v.lines):
            return None
        return self.now + 3600000 if self.now < p.abandoned + 3 * DAY else 0

    def told_cart(self, v):
        """(lines, currency) as a claim gives them."""
        both = [self.joined(l) for l in v.lines]
        currency = v.currency
        if not currency and not v.total \
                and not any(l[3] or l[4] for l, _ in both):
            currency = next((s[6] for _, s in both if s and s[5]), '')
        lines = []
        for line, said in both:
            if not line[3] and not line[4] and said and said[5] \
                    and said[6] == currency:
                line[3] = said[5]
            lines.append(line[:11] + (['o'] if self.is_gone(said) else []))
        return lines, currency

/*
 * Copyright (C) SitePreserver developers
 *
 * Shows what this browser left, saw and bought, on the empty cart page:
 * docs/recall.md.  It writes texts and attributes only, so a strict
 * Content-Security-Policy (script-src 'self') lets it run, and nothing in a
 * name can be markup.
 */

(function () {
    'use strict';

    var box = document.getElementById('sp-recall');

    if (!box || !window.fetch || !window.Promise) {
        return;
    }

    function add(parent, tag, name, text) {
        var element = document.createElement(tag);

        element.className = name;

        if (text) {
            element.textContent = text;
        }

        return parent.appendChild(element);
    }

    function price(item) {
        try {
            return new Intl.NumberFormat(
                document.documentElement.lang || undefined,
                { style: 'currency', currency: item.currency }
            ).format(Number(item.price));

        } catch (error) {
            return item.price + ' ' + item.currency;
        }
    }

    function show_item(list, item) {
        var line = add(list, 'li', 'sp-item' + (item.out_of_stock ? ' sp-out'
                                                                  : ''));
        var place = line, image;

        if (item.url) {
            place = add(line, 'a', 'sp-link');
            place.href = item.url;
        }

        if (item.image) {
            image = add(place, 'img', 'sp-image');
            image.alt = '';
            image.loading = 'lazy';
            image.src = item.image;
        }

        add(place, 'span', 'sp-name', item.name);

        if (item.price) {
            add(line, 'span', 'sp-price', price(item));
        }

        if (item.out_of_stock && box.getAttribute('data-out')) {
            add(line, 'span', 'sp-note', box.getAttribute('data-out'));
        }
    }

    function show(items) {
        ['left', 'viewed', 'bought'].forEach(function (why) {
            var some = items.filter(function (item) {
                return item.why === why;
            });
            var part, list;

            if (!some.length) {
                return;
            }

            part = add(box, 'section', 'sp-' + why);
            add(part, 'h2', 'sp-title', box.getAttribute('data-' + why));
            list = add(part, 'ul', 'sp-list');
            some.forEach(function (item) {
                show_item(list, item);
            });
            box.hidden = false;
        });
    }

    fetch(box.getAttribute('data-src') || '/sp/recall',
          { credentials: 'same-origin', cache: 'no-store' })
        .then(function (answer) {
            return answer.ok ? answer.json() : [];
        })
        .then(show)
        .catch(function () { /* the page is as it would be without it */ });
}());

// Copyright (C) SitePreserver developers
//
// Capture assist: tells the shop's own server the email address that a shopper
// has typed into a field of the checkout and then left, so that the cart can be
// kept for him.  It sends the address and nothing else, to the URL that it was
// loaded from and only if that is of the page's own origin; each address once.
// Whether it may be kept is decided there (consent, bots, limits).
//
//     <script src="/sp/capture.js" async></script>
//     <script src="/sp/capture.js" async data-fields="mail,kontakt_mail"></script>
//
// data-fields: names or ids of the fields that count, instead of those below.
//
// This file is embedded by ngx_module/embed.sh: comments have their own lines.

(function () {
    'use strict';

    var script = document.currentScript;
    var url = script && script.src ? new URL(script.src) : null;

    if (!url || url.origin !== location.origin) {
        return;
    }

    var fields = (script.getAttribute('data-fields') || '').split(/[\s,]+/)
        .filter(Boolean);
    var named = /^(?:billing|customer|checkout|guest|contact)?[\[._-]*e?[_-]?mail(?:[_-]?address)?\]?$/i;
    var others = /friend|gift|recipient|receiver|invite|refer|newsletter/i;
    var complete = /^[^\s@"(),:;<>[\]\\]{1,64}@(?:[^\s@"(),:;<>[\]\\._][^\s@"(),:;<>[\]\\.]*\.)+[^\s@"(),:;<>[\]\\.\d_-]{2,}$/;
    var most = 20;
    var sent = {};

    function is(field) {
        var name = field.name || '';
        var id = field.id || '';

        if (field.tagName !== 'INPUT' || !/^(?:text|email)$/.test(field.type)) {
            return false;
        }

        if (fields.length) {
            return fields.indexOf(name) >= 0 || fields.indexOf(id) >= 0;
        }

        if (others.test(name + ' ' + id)) {
            return false;
        }

        return field.type === 'email' || named.test(name) || named.test(id)
            || /(?:^|\s)email$/i.test(field.getAttribute('autocomplete') || '');
    }

    function left(field) {
        // What the page came with was typed by nobody.
        if (!field || !is(field) || field.value === field.defaultValue) {
            return;
        }

        var address = field.value.trim();
        var key = '=' + address.toLowerCase();

        if (address.length > 254 || !complete.test(address) || sent[key]
            || most === 0)
        {
            return;
        }

        sent[key] = true;
        most--;

        // It outlives the page.  In mode "cors" the browser says where it comes
        // from, also on pages whose policy is to send no Referer.
        fetch(url.pathname + url.search, {
            method: 'POST',
            mode: 'cors',
            credentials: 'same-origin',
            redirect: 'error',
            cache: 'no-store',
            keepalive: true,
            body: new URLSearchParams({ email: address })
        }).catch(function () {});
    }

    function event(e) {
        left(e.composedPath ? e.composedPath()[0] : e.target);
    }

    // Also of fields that come later, and of what browsers fill in.
    document.addEventListener('change', event, true);
    document.addEventListener('focusout', event, true);

    // Whoever leaves the page leaves the field.
    addEventListener('pagehide', function () {
        left(document.activeElement);
    });
})();

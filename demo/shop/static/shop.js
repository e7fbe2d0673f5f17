/*
 * Without this script every form of the cart posts and redirects.  With it the
 * cart is asked for as JSON, and the page stays where it is.
 */

'use strict';

const status = document.getElementById('status');
const count = document.getElementById('cart-count');
const total = document.getElementById('cart-total');


function say(text) {
    status.textContent = text;
    status.classList.add('shown');
    clearTimeout(say.timer);
    say.timer = setTimeout(() => status.classList.remove('shown'), 4000);
}


function show(cart) {
    count.textContent = cart.count;

    if (!total) {
        return;
    }

    if (cart.items.length === 0) {
        location.reload();
        return;
    }

    total.textContent = cart.total_text;

    for (const row of document.querySelectorAll('[data-line]')) {
        const item = cart.items.find(i => i.id === row.dataset.line);

        if (!item) {
            row.remove();
            continue;
        }

        row.querySelector('[name=quantity]').value = item.quantity;
        row.querySelector('.line-total').textContent = item.total_text;
    }
}


async function send(form) {
    const button = form.querySelector('button');

    button.disabled = true;

    try {
        const response = await fetch(form.action, {
            method: 'POST',
            headers: { 'Accept': 'application/json' },
            body: new URLSearchParams(new FormData(form)),
        });
        const answer = await response.json();

        show(answer.cart);
        say(answer.message);

    } catch {
        form.submit();      /* then the old way says what is wrong */

    } finally {
        button.disabled = false;
    }
}


document.addEventListener('submit', event => {
    if (event.target.matches('form[data-cart]')) {
        event.preventDefault();
        send(event.target);
    }
});

"""The demo shop's pages, written on the server; they work without script."""

from html import escape

from catalogue import PRODUCTS, money
from state import MAX_QUANTITY, total_of

SHOP = "Linden & Loom"

COUNTRIES = ("Austria", "Belgium", "France", "Germany", "Ireland", "Italy",
             "Netherlands", "Portugal", "Spain", "United Kingdom")

FIELDS = (
    # name, label, autocomplete, type, hint
    ("email", "Email", "email", "email", "For your order, and one reminder if you leave it."),
    ("first_name", "First name", "given-name", "text", ""),
    ("last_name", "Last name", "family-name", "text", ""),
    ("street", "Street and number", "street-address", "text", ""),
    ("postcode", "Postcode", "postal-code", "text", ""),
    ("city", "Town", "address-level2", "text", ""),
)


def e(text):
    return escape(str(text), quote=True)


def page(title, body, head, script=True):
    """A whole page; head: a Head."""
    account = (
        f'<span class="hello">Hello, {e(head.first_name or "you")}</span>'
        '<form method="post" action="/account/logout">'
        '<button class="link">Log out</button></form>'
        if head.logged_in else '<a href="/account">Log in</a>')
    note = ""
    if head.mailbox:
        note = (
            '<p class="note">This is a demo. Put something in the cart, give '
            'an address at the checkout, leave it for '
            f'{e(head.idle)} seconds, and <a href="{e(head.mailbox)}" '
            'target="_blank" rel="noopener">read the mail</a>.</p>')
    return f"""<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{e(title)} · {e(SHOP)}</title>
<link rel="icon" href="/static/logo.svg" type="image/svg+xml">
<link rel="stylesheet" href="/static/style.css">
{'<script src="/static/shop.js" defer></script>' if script else ''}
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
{note}
<header>
<a class="brand" href="/"><img src="/static/logo.svg" alt="" width="36"
height="36"><span>{e(SHOP)}</span></a>
<nav aria-label="Shop">{account}
<a class="cart" href="/cart">Cart <span class="count" id="cart-count">
{head.count}</span></a></nav>
</header>
<main id="main">
{body}
</main>
<p id="status" role="status" aria-live="polite"></p>
<footer>
<p>{e(SHOP)}, 12 Weaver’s Yard, Galway. A shop that exists only here: nothing
is sold, nothing is sent.</p>
</footer>
</body>
</html>
"""


def error_box(error):
    return f'<p class="error" role="alert">{e(error)}</p>' if error else ""


def front(head):
    cards = "".join(
        f'<li><a class="card" href="{p.path}">'
        f'<img src="/static/{p.id}.svg" alt="" width="480" height="480">'
        f'<span class="name">{e(p.name)}</span>'
        f'<span class="short">{e(p.short)}</span>'
        f'<span class="price">{money(p.price)}</span></a></li>'
        for p in PRODUCTS.values())
    return page("Things for a calm home", f"""
<div class="hero">
<h1>Things for a calm home</h1>
<p>Made slowly, by people we know by name. Six of them, no more.</p>
</div>
<ul class="grid">{cards}</ul>""", head)


def product(head, p, error=""):
    facts = "".join(f"<li>{e(f)}</li>" for f in p.facts)
    return page(p.name, f"""
<article class="product">
<img src="/static/{p.id}.svg" alt="{e(p.name)}" width="480" height="480">
<div>
<h1>{e(p.name)}</h1>
<p class="price">{money(p.price)}</p>
<p>{e(p.text)}</p>
<ul class="facts">{facts}</ul>
{error_box(error)}
<form method="post" action="/cart/add" class="buy" data-cart>
<input type="hidden" name="product" value="{p.id}">
<label for="quantity">Quantity</label>
<input id="quantity" name="quantity" type="number" inputmode="numeric"
min="1" max="{MAX_QUANTITY}" value="1" required>
<button class="primary">Add to cart</button>
</form>
</div>
</article>""", head)


def cart(head, lines, error=""):
    if not lines:
        suggestion = "".join(
            f'<li><a class="card" href="{p.path}">'
            f'<img src="/static/{p.id}.svg" alt="" width="480" height="480">'
            f'<span class="name">{e(p.name)}</span>'
            f'<span class="price">{money(p.price)}</span></a></li>'
            for p in list(PRODUCTS.values())[:3])
        return page("Your cart", f"""
<h1>Your cart</h1>
{error_box(error)}
<p>There is nothing in it on this device yet. If you filled it on another one,
<a href="/account">log in</a> and it will be here.</p>
<ul class="grid">{suggestion}</ul>""", head)

    rows = "".join(f"""
<li data-line="{p.id}">
<img src="/static/{p.id}.svg" alt="" width="96" height="96">
<div class="what"><a href="{p.path}">{e(p.name)}</a>
<span class="each">{money(p.price)} each</span></div>
<form method="post" action="/cart/change" class="change" data-cart>
<input type="hidden" name="product" value="{p.id}">
<label for="q-{p.id}">Quantity<span class="hidden"> of {e(p.name)}</span></label>
<input id="q-{p.id}" name="quantity" type="number" inputmode="numeric" min="1"
max="{MAX_QUANTITY}" value="{n}" required>
<button>Change</button>
</form>
<span class="line-total">{money(p.price * n)}</span>
<form method="post" action="/cart/remove" class="remove" data-cart>
<input type="hidden" name="product" value="{p.id}">
<button class="link">Remove<span class="hidden"> {e(p.name)}</span></button>
</form>
</li>""" for p, n in lines)
    return page("Your cart", f"""
<h1>Your cart</h1>
{error_box(error)}
<ul class="lines">{rows}</ul>
<div class="sum"><p>Total <strong id="cart-total">{money(total_of(lines))}
</strong><span class="tax">Including VAT, delivery is free</span></p>
<a class="button primary" href="/checkout">Go to checkout</a></div>""", head)


def summary(lines):
    rows = "".join(
        f'<li><span>{n} × {e(p.name)}</span>'
        f'<span>{money(p.price * n)}</span></li>' for p, n in lines)
    return (f'<ul class="summary">{rows}<li class="total"><span>Total</span>'
            f'<span>{money(total_of(lines))}</span></li></ul>')


def checkout(head, lines, values, errors=None):
    errors = errors or {}
    inputs = ""
    for name, label, auto, kind, hint in FIELDS:
        error = errors.get(name, "")
        about = " ".join(filter(None, (f"{name}-error" if error else "",
                                       f"{name}-hint" if hint else "")))
        inputs += f'<div class="field {name}"><label for="{name}">{label}</label>'
        if hint:
            inputs += f'<p class="hint" id="{name}-hint">{e(hint)}</p>'
        if error:
            inputs += f'<p class="error" id="{name}-error">{e(error)}</p>'
        inputs += (
            f'<input id="{name}" name="{name}" type="{kind}" maxlength="200" '
            f'autocomplete="{auto}" value="{e(values.get(name, ""))}" required'
            + (f' aria-describedby="{about}"' if about else "")
            + (' aria-invalid="true"' if error else "") + "></div>")
    chosen = values.get("country", "Ireland")
    options = "".join(
        f'<option{" selected" if c == chosen else ""}>{c}</option>'
        for c in COUNTRIES)
    alert = error_box("Please look at the fields marked below."
                      if errors else "")
    return page("Checkout", f"""
<h1>Checkout</h1>
<ol class="steps"><li aria-current="step">Details</li><li>Review</li>
<li>Done</li></ol>
{alert}
<div class="two">
<form method="post" action="/checkout/details" class="details" novalidate>
{inputs}
<div class="field country"><label for="country">Country</label>
<select id="country" name="country" autocomplete="country-name">{options}
</select></div>
<button class="primary">Continue to review</button>
</form>
<aside aria-label="Your order">{summary(lines)}</aside>
</div>""", head)


def review(head, lines, d, error=""):
    return page("Review", f"""
<h1>Review your order</h1>
<ol class="steps"><li>Details</li><li aria-current="step">Review</li>
<li>Done</li></ol>
{error_box(error)}
<div class="two">
<div>
<h2>Deliver to</h2>
<address>{e(d["first_name"])} {e(d["last_name"])}<br>{e(d["street"])}<br>
{e(d["postcode"])} {e(d["city"])}<br>{e(d["country"])}<br>{e(d["email"])}
</address>
<p><a href="/checkout">Change</a></p>
<h2>Payment</h2>
<p>On delivery. Nothing is charged in this demo.</p>
<form method="post" action="/checkout/order">
<button class="primary">Place the order</button></form>
</div>
<aside aria-label="Your order">{summary(lines)}</aside>
</div>""", head)


def order(head, o):
    return page("Thank you", f"""
<h1>Thank you, {e(o.details["first_name"])}</h1>
<ol class="steps"><li>Details</li><li>Review</li>
<li aria-current="step">Done</li></ol>
<p>Your order <strong>{e(o.number)}</strong> is placed. There will be no mail
about a forgotten cart: you forgot nothing.</p>
{summary(o.lines)}
<p><a class="button" href="/">Back to the shop</a></p>""", head)


def account(head, email="", error="", tab="login"):
    def box(action, title, text, extra, password, error):
        return f"""
<form method="post" action="/account/{action}" class="details">
<h2>{title}</h2><p>{text}</p>{error_box(error)}
{extra}
<div class="field"><label for="{action}-email">Email</label>
<input id="{action}-email" name="email" type="email" autocomplete="email"
maxlength="200" value="{e(email)}" required></div>
<div class="field"><label for="{action}-password">Password</label>
<input id="{action}-password" name="password" type="password" maxlength="200"
autocomplete="{password}" minlength="8" required></div>
<button class="primary">{title}</button>
</form>"""
    name = """
<div class="field"><label for="su-name">First name</label>
<input id="su-name" name="first_name" autocomplete="given-name" maxlength="30"
required></div>"""
    return page("Your account", f"""
<h1>Your account</h1>
<div class="two equal">
{box("login", "Log in", "Your cart is waiting on every device.", "",
     "current-password", error if tab == "login" else "")}
{box("sign-up", "Sign up", "At least eight characters for the password.", name,
     "new-password", error if tab == "sign-up" else "")}
</div>""", head)


def message(head, title, text):
    return page(title, f"""
<h1>{e(title)}</h1><p>{e(text)}</p>
<p><a class="button" href="/">Back to the shop</a></p>""", head)

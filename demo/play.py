#!/usr/bin/python3
"""Plays two shoppers, one who leaves and one who buys, and checks the mail.

Started by demo/run.  Exit status 0: exactly the right mail arrived.
"""

import argparse
import email
import email.policy
import http.client
import subprocess
import sys
import textwrap
import time
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent / "shop"))

from catalogue import PRODUCTS, money  # noqa: E402  (its prices are the truth)

BROWSER = ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like "
           "Gecko) Chrome/130.0.0.0 Safari/537.36")
PATIENCE = 60       # seconds until a mail that must come is given up


class Wrong(Exception):
    """Something is not as it must be; the text says what."""


class Browser:
    """A shopper's browser: keeps cookies, follows no redirect by itself."""

    def __init__(self, url):
        self.host = urlsplit(url).netloc
        self.cookies = {}

    def request(self, method, target, form=None, accept="text/html"):
        headers = {"User-Agent": BROWSER, "Accept": accept,
                   "Accept-Language": "en-GB,en;q=0.9"}
        body = None
        if form is not None:
            body = urlencode(form)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["Origin"] = f"http://{self.host}"
        if self.cookies:
            headers["Cookie"] = "; ".join(
                f"{k}={v}" for k, v in self.cookies.items())
        connection = http.client.HTTPConnection(self.host, timeout=20)
        try:
            connection.request(method, target, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode("utf-8", "replace")
        finally:
            connection.close()
        for line in answer.headers.get_all("Set-Cookie", []):
            for name, morsel in SimpleCookie(line).items():
                if morsel["max-age"] == "0":
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value
        return answer, text

    def see(self, target):
        answer, text = self.request("GET", target)
        if answer.status != 200:
            raise Wrong(f"{target} answered {answer.status}")
        return text

    def cart(self, action, **form):
        """As the page's script does: the answer is the cart."""
        answer, text = self.request("POST", f"/cart/{action}", form,
                                    "application/json")
        if answer.status != 200:
            raise Wrong(f"/cart/{action} answered {answer.status}: {text[:200]}")

    def post(self, target, **form):
        answer, _ = self.request("POST", target, form)
        if answer.status != 303:
            raise Wrong(f"{target} answered {answer.status}")
        return answer.headers["Location"]


class Links(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        if tag == "a":
            self.found.append(dict(attributes).get("href", ""))


def say(text=""):
    print(text, flush=True)


def tell(text):
    say(textwrap.fill(text, 76, initial_indent="  ", subsequent_indent="  "))


def described(items):
    return ", ".join(f"{n} × {PRODUCTS[i].name}" for i, n in items.items())


def total(items):
    return sum(PRODUCTS[i].price * n for i, n in items.items())


def details(browser, address, first, last):
    return browser.post("/checkout/details", email=address, first_name=first,
                        last_name=last, street="1 Shop Street", postcode="H91",
                        city="Galway", country="Ireland")


def buys(url):
    """Bo fills a cart, gives an address, and buys: the order's number."""
    items = {"carafe": 1, "towels": 2}
    bo = Browser(url)
    bo.see("/")
    for product, quantity in items.items():
        bo.see(PRODUCTS[product].path)
        bo.cart("add", product=product, quantity=quantity)
    bo.see("/checkout")
    bo.see(details(bo, "bo@example.com", "Bo", "Quinn"))
    order = bo.post("/checkout/order")
    bo.see(order)
    return "bo@example.com", items, order.removeprefix("/order/")


def leaves(url):
    """Ada fills a cart, changes her mind about parts of it, and goes."""
    ada = Browser(url)
    ada.see("/")
    ada.see(PRODUCTS["mug"].path)
    ada.cart("add", product="mug", quantity=1)
    ada.see(PRODUCTS["candle"].path)
    ada.cart("add", product="candle", quantity=1)
    ada.see(PRODUCTS["throw"].path)
    ada.cart("add", product="throw", quantity=1)
    ada.see("/cart")
    ada.cart("change", product="mug", quantity=2)
    ada.cart("remove", product="candle")
    ada.see("/checkout")
    ada.see(details(ada, "ada@example.com", "Ada", "Byrne"))
    return "ada@example.com", {"mug": 2, "throw": 1}, ada


class Mailbox:
    """The files that the mail server keeps."""

    def __init__(self, directory, url):
        self.directory = Path(directory)
        self.url = url

    def mails(self):
        return [(int(f.stem), email.message_from_bytes(
                    f.read_bytes(), policy=email.policy.default))
                for f in sorted(self.directory.glob("*.eml"))]

    def wait(self):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            mails = self.mails()
            if mails:
                return mails[0]
            time.sleep(0.2)
        raise Wrong(f"no mail arrived within {PATIENCE} seconds")


def part(message, kind):
    body = message.get_body((kind,))
    if body is None:
        raise Wrong(f"the mail has no {kind} part")
    return body.get_content()


def check_items(message, items):
    """Both parts name every item, how many, its price, and the total."""
    for kind in ("plain", "html"):
        text = " ".join(part(message, kind).split())
        if kind == "html":
            text = " ".join(Text(text).text.split())
        for product in PRODUCTS.values():
            at = text.find(product.name)
            if product.id not in items:
                if at >= 0:
                    raise Wrong(f"the {kind} part names “{product.name}”, "
                                "which is not in the cart")
                continue
            quantity = items[product.id]
            near = text[max(0, at - 12):at + len(product.name) + 90]
            wanted = [product.name, str(quantity),
                      money(product.price * quantity)]
            if quantity > 1:
                wanted.append(money(product.price))
            for what in wanted:
                if at < 0 or what not in near:
                    raise Wrong(f"the {kind} part does not say “{what}” of "
                                f"“{product.name}”")
        if money(total(items)) not in text:
            raise Wrong(f"the {kind} part does not have the total, "
                        f"{money(total(items))}")


class Text(HTMLParser):
    """What an HTML page says, without its markup."""

    def __init__(self, html):
        super().__init__()
        self.text = ""
        self.hidden = 0
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.hidden += tag in ("style", "title")
        self.text += " "

    def handle_endtag(self, tag):
        self.hidden -= tag in ("style", "title")
        self.text += " "

    def handle_data(self, data):
        if not self.hidden:
            self.text += data


def check_link(message, url, shopper, items):
    """The button: through nginx, without its token, to the filled cart."""
    links = [link for link in Links(part(message, "html")).found
             if link.startswith(f"{url}/cart") and "sp=" in link]
    if not links:
        raise Wrong("the mail has no link to the cart")
    for link in links:
        target = urlsplit(link)
        answer, _ = shopper.request("GET", f"{target.path}?{target.query}")
        there = urlsplit(answer.headers.get("Location", ""))
        if answer.status != 302 or there.path != "/cart":
            raise Wrong(f"the link answered {answer.status}, not 302 to /cart")
        arguments = parse_qs(there.query)
        if "sp" in arguments or "utm_source" not in arguments:
            raise Wrong("the redirect must strip the token and keep utm_*: "
                        f"{there.query}")
        page = shopper.see(f"{there.path}?{there.query}")
        for product in items:
            if f'data-line="{product}"' not in page:
                raise Wrong(f"the cart behind the link lacks {product}")
    return links[0]


def check_unsubscribe(message, url):
    """It has a link, and looking at it does nothing yet."""
    link = str(message["List-Unsubscribe"] or "").strip("<> ")
    if not link.startswith(url):
        raise Wrong(f"List-Unsubscribe is not a link of the shop: {link}")
    if message["List-Unsubscribe-Post"] != "List-Unsubscribe=One-Click":
        raise Wrong("List-Unsubscribe-Post is missing")
    target = urlsplit(link)
    Browser(url).see(target.path + (f"?{target.query}" if target.query else ""))


def check(number, message, address, items, shopper, options):
    if [a.addr_spec for a in message["To"].addresses] != [address]:
        raise Wrong(f"mail {number} is to {message['To']}, not to {address}")
    check_items(message, items)
    check_unsubscribe(message, options.url)
    return check_link(message, options.url, shopper, items)


def nobody_else(mailbox, idle):
    """Waits until another mail would have come, then counts.

    Bo's last activity was before Ada's, so Bo's was due before hers came.
    """
    time.sleep(idle + 3)
    others = mailbox.mails()
    if len(others) != 1:
        to = ", ".join(str(m["To"]) for _, m in others)
        raise Wrong(f"{len(others)} mails arrived instead of one: to {to}")


def why(options, address):
    """What the mailer itself says about somebody."""
    done = subprocess.run(
        [options.program, "why", "-c", options.config, address],
        capture_output=True, text=True, timeout=30)
    if done.returncode != 0:
        raise Wrong(f"sitepreserver why: {done.stderr.strip()}")
    return "\n".join(line for line in done.stdout.splitlines()
                     if line.split(" ")[0] in ("known", "state", "ordered"))


def show(text, prefix="  │ "):
    for line in text.rstrip().splitlines():
        say((prefix + line).rstrip())


def play(options):
    mailbox = Mailbox(options.mail, options.mailbox)
    idle = options.idle

    say()
    say("Bo shops and buys.")
    bo, bo_items, number = buys(options.url)
    tell(f"{described(bo_items)}. Gives {bo} at the checkout, and places order "
         f"{number} of {money(total(bo_items))}.")

    say("Ada shops and leaves.")
    ada, ada_items, browser = leaves(options.url)
    tell(f"{described(ada_items)} (and a candle, out of the cart again). Gives "
         f"{ada} at the checkout, and is gone.")

    say()
    say(f"In {idle} seconds without activity a cart counts as abandoned. "
        "Waiting …")
    found, message = mailbox.wait()
    say(f"A mail has come, to {message['To']}: “{message['Subject']}”")
    say()
    show(part(message, "plain"))
    link = check(found, message, ada, ada_items, browser, options)
    say()
    say(f"  Read it as a browser shows it:  {mailbox.url}/{found}/")
    say(f"  Its button leads, by nginx, to  {urlsplit(link).path}, where Ada’s "
        "cart still is.")

    say()
    say("Bo bought, so there must be none for Bo. Waiting for one all the same "
        "…")
    nobody_else(mailbox, idle)
    say("  None. In the mailer’s own words:")
    show(why(options, bo))
    say()
    say("Exactly the right mail, and no other.")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("url", "mailbox", "mail", "program", "config"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--idle", type=int, required=True)
    try:
        play(parser.parse_args())
    except Wrong as wrong:
        sys.exit(f"\ndemo: {wrong}")
    except (OSError, http.client.HTTPException) as error:
        sys.exit(f"\ndemo: {type(error).__name__}: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()

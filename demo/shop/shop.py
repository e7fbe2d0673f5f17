#!/usr/bin/python3
"""The demo shop: pages written on the server, a cart, a checkout, accounts.

    shop.py --port PORT [--url URL] [--mailbox URL] [--idle SECONDS]

It knows nothing of SitePreserver.  Forms post and redirect as they have for
thirty years; the small script on its pages asks for the cart as JSON instead.
"""

import argparse
import json
import re
import signal
import sys
import threading
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pages
from catalogue import CURRENCY, PRODUCTS, money
from state import Refused, State, total_of

STATIC = Path(__file__).resolve().parent / "static"
TYPES = {".svg": "image/svg+xml", ".png": "image/png",
         ".css": "text/css; charset=utf-8",
         ".js": "text/javascript; charset=utf-8"}
COOKIE = "shop_session"
MAX_BODY = 64 * 1024
ADDRESS = re.compile(r"[^\s@<>\"(),:;\[\\\]]{1,64}@"
                     r"(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}")


@dataclass(frozen=True)
class Head:
    """What the head of every page shows."""
    first_name: str
    logged_in: bool
    count: int
    mailbox: str
    idle: str


class Gone(Exception):
    """There is no such page."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "LindenLoom"
    sys_version = ""
    timeout = 30            # of a client that sends nothing

    def do_GET(self):
        self.answer(self.get)

    do_HEAD = do_GET

    def do_POST(self):
        self.answer(self.post)

    def answer(self, method):
        self.set_cookie = None
        self.path_only = urlsplit(self.path).path
        try:
            method()
        except Gone:
            self.page(404, pages.message(
                self.head(), "Not here",
                "This page does not exist, or not any more."))
        except (BrokenPipeError, ConnectionResetError, TimeoutError):
            self.close_connection = True

    def log_message(self, *args):
        pass                # no addresses or arguments on the terminal

    # What came.

    @property
    def state(self):
        return self.server.state

    def session_id(self):
        jar = SimpleCookie()
        try:
            jar.load(self.headers.get("Cookie", ""))
        except CookieError:
            return None
        return jar[COOKIE].value if COOKIE in jar else None

    def head(self):
        first, logged_in, count = self.state.session(self.session_id())
        return Head(first, logged_in, count, self.server.mailbox,
                    self.server.idle)

    def wants_json(self):
        return "application/json" in self.headers.get("Accept", "")

    def form(self):
        """The form that was posted, or None after an error was answered."""
        try:
            length = int(self.headers.get("Content-Length", ""))
        except ValueError:
            length = -1
        if not 0 <= length <= MAX_BODY:
            self.close_connection = True
            self.page(413 if length > 0 else 411, pages.message(
                self.head(), "Too much", "That form is longer than any of "
                "ours."))
            return None
        body = self.rfile.read(length).decode("utf-8", "replace")
        # A page of somebody else's must not fill a cart here.
        origin = self.headers.get("Origin")
        if origin and urlsplit(origin).netloc != self.headers.get("Host"):
            self.page(403, pages.message(
                self.head(), "Not from here",
                "This form was sent from another site."))
            return None
        try:
            fields = parse_qs(body, keep_blank_values=True, max_num_fields=50)
        except ValueError:
            fields = {}
        return {k: v[0].strip()[:200] for k, v in fields.items()}

    # What goes back.

    def send(self, status, kind, body, headers=()):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Content-Type-Options", "nosniff")
        for name, value in headers:
            self.send_header(name, value)
        if self.set_cookie:
            self.send_header("Set-Cookie", self.set_cookie)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def page(self, status, html):
        self.send(status, "text/html; charset=utf-8", html.encode(), (
            ("Cache-Control", "no-store"),
            ("Referrer-Policy", "same-origin"),
            ("Content-Security-Policy",
             "default-src 'self'; form-action 'self'; base-uri 'none'; "
             "frame-ancestors 'none'")))

    def see(self, path):
        self.send(303, "text/plain; charset=utf-8", b"", (
            ("Location", path), ("Cache-Control", "no-store")))

    def json(self, status, data):
        self.send(status, "application/json",
                  json.dumps(data, ensure_ascii=False).encode(),
                  (("Cache-Control", "no-store"), ("Vary", "Accept")))

    def keep(self, sid):
        """Notes the session's id for the browser."""
        if sid != self.session_id():
            self.set_cookie = (f"{COOKIE}={sid}; Path=/; Max-Age=2592000; "
                               "HttpOnly; SameSite=Lax")

    # Reading.

    def get(self):
        path, sid = self.path_only, self.session_id()
        if path.startswith("/static/"):
            return self.static(path.removeprefix("/static/"))
        if path.startswith("/product/"):
            found = PRODUCTS.get(path.removeprefix("/product/"))
            if found is None:
                raise Gone
            return self.page(200, pages.product(self.head(), found))
        if path.startswith("/order/"):
            placed = self.state.placed(sid, path.removeprefix("/order/"))
            if placed is None:
                raise Gone
            return self.page(200, pages.order(self.head(), placed))
        if path == "/":
            return self.page(200, pages.front(self.head()))
        if path == "/cart":
            return self.page(200, pages.cart(self.head(),
                                             self.state.cart(sid)))
        if path == "/cart.json":
            return self.cart_json(sid)
        if path == "/account":
            return self.page(200, pages.account(self.head()))
        if path in ("/checkout", "/checkout/review"):
            return self.checkout(sid, path)
        raise Gone

    def static(self, name):
        kind = TYPES.get(Path(name).suffix)
        file = STATIC / name
        if "/" in name or kind is None or not file.is_file():
            raise Gone
        self.send(200, kind, file.read_bytes(),
                  (("Cache-Control", "public, max-age=3600"),))

    def checkout(self, sid, path):
        lines, details = self.state.cart(sid), self.state.details(sid)
        if not lines:
            return self.see("/cart")
        if path == "/checkout":
            return self.page(200, pages.checkout(self.head(), lines, details))
        if "street" not in details:
            return self.see("/checkout")
        return self.page(200, pages.review(self.head(), lines, details))

    def cart_json(self, sid, status=200, note=""):
        lines = self.state.cart(sid)
        url = self.server.url or f"http://{self.headers.get('Host', '')}"
        self.json(status, {
            "message": note,
            "cart": {
                "currency": CURRENCY,
                "count": sum(n for _, n in lines),
                "total": total_of(lines),
                "total_text": money(total_of(lines)),
                "items": [{
                    "id": p.id,
                    "sku": p.sku,
                    "name": p.name,
                    "quantity": n,
                    "price": p.price,
                    "total": p.price * n,
                    "total_text": money(p.price * n),
                    "url": url + p.path,
                    "image": f"{url}/static/{p.id}.png",
                } for p, n in lines],
            },
        })

    # Changing.

    def post(self):
        does = {
            "/cart/add": self.post_add,
            "/cart/change": self.post_change,
            "/cart/remove": self.post_remove,
            "/checkout/details": self.post_details,
            "/checkout/order": self.post_order,
            "/account/login": self.post_login,
            "/account/sign-up": self.post_sign_up,
            "/account/logout": self.post_logout,
        }.get(self.path_only)
        form = self.form()
        if form is None:
            return
        if does is None:
            raise Gone
        does(form, self.session_id())

    @staticmethod
    def quantity(form):
        text = form.get("quantity", "1")
        if not re.fullmatch(r"[0-9]{1,4}", text):
            raise Refused("Please give the quantity as a number.")
        return int(text)

    def post_add(self, form, sid):
        name = form.get("product", "")
        sid = self.state.start(sid)
        self.keep(sid)
        try:
            self.state.add(sid, name, self.quantity(form))
        except Refused as refusal:
            found = PRODUCTS.get(name)
            if self.wants_json() or found is None:
                return self.refuse_cart(sid, refusal)
            return self.page(422, pages.product(self.head(), found,
                                                str(refusal)))
        self.show_cart(sid, f"{PRODUCTS[name].name} is in your cart.")

    def post_change(self, form, sid):
        self.change(form, sid, lambda: self.quantity(form),
                    "Your cart is up to date.")

    def post_remove(self, form, sid):
        self.change(form, sid, lambda: 0, "It is out of your cart.")

    def change(self, form, sid, quantity, note):
        sid = self.state.start(sid)
        self.keep(sid)
        try:
            self.state.change(sid, form.get("product", ""), quantity())
        except Refused as refusal:
            return self.refuse_cart(sid, refusal)
        self.show_cart(sid, note)

    def show_cart(self, sid, note):
        if self.wants_json():
            return self.cart_json(sid, 200, note)
        self.see("/cart")

    def refuse_cart(self, sid, refusal):
        if self.wants_json():
            return self.cart_json(sid, 422, str(refusal))
        self.page(422, pages.cart(self.head(), self.state.cart(sid),
                                  str(refusal)))

    def post_details(self, form, sid):
        lines = self.state.cart(sid)
        if not lines:
            return self.see("/cart")
        errors = {name: f"{label} is missing."
                  for name, label, *_ in pages.FIELDS if not form.get(name)}
        if "email" not in errors and not ADDRESS.fullmatch(form["email"]):
            errors["email"] = "This does not look like an email address."
        if form.get("country") not in pages.COUNTRIES:
            form["country"] = "Ireland"
        if errors:
            return self.page(422, pages.checkout(self.head(), lines, form,
                                                 errors))
        self.state.set_details(sid, form)
        self.see("/checkout/review")

    def post_order(self, form, sid):
        try:
            number = self.state.order(sid)
        except Refused:
            return self.see("/cart")
        self.see(f"/order/{number}")

    def post_login(self, form, sid):
        self.enter(form, "login", lambda email, password: self.state.login(
            sid, email, password))

    def post_sign_up(self, form, sid):
        self.enter(form, "sign-up", lambda email, password: self.state.sign_up(
            sid, email, password, form.get("first_name", "")[:30]))

    def enter(self, form, tab, how):
        email = form.get("email", "").lower()
        password = form.get("password", "")
        try:
            if not ADDRESS.fullmatch(email):
                raise Refused("This does not look like an email address.")
            if len(password) < 8:
                raise Refused("The password needs at least eight characters.")
            self.keep(how(email, password))
        except Refused as refusal:
            return self.page(422, pages.account(
                self.head(), email, str(refusal), tab))
        self.see("/cart")

    def post_logout(self, form, sid):
        self.state.logout(sid)
        self.set_cookie = (f"{COOKIE}=; Path=/; Max-Age=0; HttpOnly; "
                           "SameSite=Lax")
        self.see("/")


class Shop(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, options):
        super().__init__(("127.0.0.1", options.port), Handler)
        self.state = State()
        self.url = options.url.rstrip("/")
        self.mailbox = options.mailbox
        self.idle = options.idle

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)


def main():
    parser = argparse.ArgumentParser(description="The demo shop.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--url", default="",
                        help="where shoppers reach it, for links in JSON")
    parser.add_argument("--mailbox", default="", help="URL of the mailbox")
    parser.add_argument("--idle", default="a few", help="seconds")
    options = parser.parse_args()
    try:
        shop = Shop(options)
    except OSError as error:
        sys.exit(f"shop: cannot listen on 127.0.0.1:{options.port}: "
                 f"{error.strerror}")
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(
            target=shop.shutdown, daemon=True).start())
    print(f"ready on 127.0.0.1:{shop.server_port}", flush=True)
    shop.serve_forever(poll_interval=0.2)
    shop.server_close()


if __name__ == "__main__":
    main()

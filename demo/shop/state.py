"""The demo shop's memory: sessions, carts, accounts and orders.

It lasts as long as the process.  All of it is behind one lock; nothing is
handed out that another thread could change.
"""

import hashlib
import hmac
import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass, field

from catalogue import PRODUCTS

MAX_SESSIONS = 5000     # the oldest goes: memory has an end
MAX_ACCOUNTS = 5000
MAX_ORDERS = 5000
MAX_QUANTITY = 20       # of one product in one cart


class Refused(Exception):
    """What the shopper asked for cannot be done; the text says why."""


@dataclass
class Account:
    email: str
    first_name: str
    salt: bytes
    digest: bytes
    cart: dict = field(default_factory=dict)


@dataclass
class Session:
    cart: dict = field(default_factory=dict)        # product id -> quantity
    email: str = ""                                 # of the account, if any
    first_name: str = ""
    details: dict = field(default_factory=dict)     # of the checkout
    orders: list = field(default_factory=list)


@dataclass(frozen=True)
class Order:
    number: str
    lines: tuple                                    # (product, quantity)
    total: int
    details: dict


def total_of(lines):
    return sum(product.price * quantity for product, quantity in lines)


def _digest(password, salt):
    return hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=1)


class State:
    def __init__(self):
        self._lock = threading.RLock()
        self._sessions = OrderedDict()
        self._accounts = OrderedDict()
        self._orders = OrderedDict()

    # Sessions.  An id that the shop did not give out is nobody's session.

    def session(self, sid):
        """(first name, logged in, items in the cart) for a page's head."""
        with self._lock:
            s = self._find(sid)
            if s is None:
                return "", False, 0
            return s.first_name, bool(s.email), sum(s.cart.values())

    def start(self, sid):
        """The id of a session that exists: this one, else a new one."""
        with self._lock:
            if self._find(sid) is not None:
                return sid
            return self._keep(Session())

    def _find(self, sid):
        s = self._sessions.get(sid or "")
        if s is not None:
            self._sessions.move_to_end(sid)
        return s

    def _keep(self, s):
        sid = secrets.token_urlsafe(32)
        self._sessions[sid] = s
        while len(self._sessions) > MAX_SESSIONS:
            self._sessions.popitem(last=False)
        return sid

    def _renew(self, sid):
        """A login or logout gives the session a new id, the cart with it."""
        return self._keep(self._sessions.pop(sid, None) or Session())

    # The cart.

    def cart(self, sid):
        """The lines of the cart, in the order they were added."""
        with self._lock:
            s = self._find(sid)
            return self._lines(s.cart) if s else ()

    def _lines(self, cart):
        return tuple((PRODUCTS[i], n) for i, n in cart.items())

    def add(self, sid, product, quantity):
        if product not in PRODUCTS:
            raise Refused("We do not sell that.")
        if quantity < 1:
            raise Refused("Please choose at least one.")
        with self._lock:
            cart = self._sessions[sid].cart
            if cart.get(product, 0) + quantity > MAX_QUANTITY:
                raise Refused(f"We can send at most {MAX_QUANTITY} of one "
                              "thing at a time.")
            cart[product] = cart.get(product, 0) + quantity
            self._save(sid)

    def change(self, sid, product, quantity):
        """Sets a line's quantity; 0 removes it."""
        if not 0 <= quantity <= MAX_QUANTITY:
            raise Refused(f"Please choose a number from 1 to {MAX_QUANTITY}.")
        with self._lock:
            cart = self._sessions[sid].cart
            if product not in cart:
                raise Refused("That is not in your cart any more.")
            if quantity:
                cart[product] = quantity
            else:
                del cart[product]
            self._save(sid)

    def _save(self, sid):
        s = self._sessions[sid]
        if s.email:
            self._accounts[s.email].cart = dict(s.cart)

    # Accounts.

    def sign_up(self, sid, email, password, first_name):
        """Makes an account and logs in: the session's new id."""
        salt = secrets.token_bytes(16)
        digest = _digest(password, salt)
        with self._lock:
            if email in self._accounts:
                raise Refused("There is an account with this address already. "
                              "Please log in.")
            self._accounts[email] = Account(email, first_name, salt, digest)
            while len(self._accounts) > MAX_ACCOUNTS:
                self._accounts.popitem(last=False)
            return self._enter(sid, email)

    def login(self, sid, email, password):
        """Logs in, the carts are merged: the session's new id."""
        with self._lock:
            account = self._accounts.get(email)
        # An unknown address takes as long as a wrong password.
        salt = account.salt if account else b"nobody's salt 00"
        digest = _digest(password, salt)
        if account is None or not hmac.compare_digest(digest, account.digest):
            raise Refused("This address and password do not belong together.")
        with self._lock:
            return self._enter(sid, email)

    def _enter(self, sid, email):
        account = self._accounts[email]
        sid = self._renew(sid)
        s = self._sessions[sid]
        cart = dict(account.cart)
        for product, quantity in s.cart.items():
            cart[product] = min(MAX_QUANTITY, cart.get(product, 0) + quantity)
        s.cart, s.email, s.first_name = cart, email, account.first_name
        s.details = {}
        self._save(sid)
        return sid

    def logout(self, sid):
        """The account keeps its cart, the browser keeps nothing."""
        with self._lock:
            self._sessions.pop(sid or "", None)

    # The checkout.

    def details(self, sid):
        with self._lock:
            s = self._find(sid)
            if s is None:
                return {}
            known = {"email": s.email, "first_name": s.first_name}
            return {k: v for k, v in {**known, **s.details}.items() if v}

    def set_details(self, sid, details):
        with self._lock:
            self._sessions[sid].details = dict(details)

    def order(self, sid):
        """Places the order: its number."""
        with self._lock:
            s = self._find(sid)
            if s is None or not s.cart:
                raise Refused("There is nothing in your cart.")
            if not s.details:
                raise Refused("We need to know where to send it.")
            number = f"LL-{secrets.token_hex(4).upper()}"
            lines = self._lines(s.cart)
            self._orders[number] = Order(number, lines, total_of(lines),
                                         dict(s.details))
            while len(self._orders) > MAX_ORDERS:
                self._orders.popitem(last=False)
            s.orders.append(number)
            s.cart = {}
            self._save(sid)
            return number

    def placed(self, sid, number):
        """An order of this session, else None."""
        with self._lock:
            s = self._find(sid)
            if s is None or number not in s.orders:
                return None
            return self._orders.get(number)

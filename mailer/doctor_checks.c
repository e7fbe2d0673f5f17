/*
 * Copyright (C) SitePreserver developers
 *
 * What the doctor looks at: why it matters, and how to mend it.  docs/doctor.md
 * says the same; `sitepreserver doctor --list` prints it.
 */

#include "doctor.h"


const doctor_check_t  doctor_checks[DOCTOR_CHECKS] = {

    /* The landing page: where the message's button leads. */

    [DOCTOR_LANDING_REACHED] = { "landing_reached",
        "Whoever presses the message's button sees nothing.",
        "Open cart_url from outside your network; look at DNS, firewall and "
        "certificate." },
    [DOCTOR_LANDING_STATUS] = { "landing_status",
        "Whoever presses the message's button sees an error instead of the "
        "cart.",
        "Set cart_url to the address of the cart page as a browser shows it." },
    [DOCTOR_LANDING_REDIRECTS] = { "landing_redirects",
        "Each redirect costs a round trip, on a phone a tenth of a second and "
        "more.",
        "Set cart_url to where the redirects end." },
    [DOCTOR_LANDING_HOST] = { "landing_host",
        "Another host is not behind your nginx: the cart's cookie is not "
        "sent, and no click or order is seen.",
        "Set cart_url to a page of the shop's own host, or name the host in "
        "hosts." },
    [DOCTOR_LANDING_HTTPS] = { "landing_https",
        "Browsers warn of pages without TLS, and shoppers do not check out on "
        "them.",
        "Serve the cart over https and set cart_url to it." },
    [DOCTOR_LANDING_QUERY] = { "landing_query",
        "What the links say to Google Analytics (utm_...) and to nginx (sp) is "
        "in the query: a redirect that drops it makes the visit anonymous.",
        "Let the redirect keep the query, or set cart_url to where it ends." },
    [DOCTOR_LANDING_FIRST_BYTE] = { "landing_first_byte",
        "Up to 0.8 s is good; from 1.8 s on people leave before they see "
        "the page.",
        "Find out what the cart page waits for; cache what is not the "
        "cart." },
    [DOCTOR_LANDING_SIZE] = { "landing_size",
        "Large pages are slow on phones, where half of all mail is read.",
        "Take inline images, styles and data out of the page's HTML." },
    [DOCTOR_LANDING_ANALYTICS] = { "landing_analytics",
        "Without Google Analytics or Tag Manager on the page, its reports show "
        "no visit that a message brought.",
        "Put your tag on the cart page, or ignore this if you measure "
        "otherwise." },
    [DOCTOR_LANDING_LINKS] = { "landing_links",
        "On another device the cart may be empty: a page without links to "
        "products ends the visit.",
        "Show products, last seen ones or categories on the empty cart's "
        "page." },
    [DOCTOR_LANDING_CTA] = { "landing_cta",
        "An empty cart's page without a button leaves the shopper alone.",
        "Put one clear button on it: back to the shop." },

    /* The public address of the mailer's own pages. */

    [DOCTOR_PUBLIC_HTTPS] = { "public_https",
        "RFC 8058 wants https: without it mail programs offer no one-click "
        "unsubscribing, and Gmail and Yahoo want that from large senders.",
        "Serve public_url over https." },
    [DOCTOR_UNSUBSCRIBE_PAGE] = { "unsubscribe_page",
        "Who cannot unsubscribe complains: that harms the reputation of your "
        "domain, and in most places it is against the law.",
        "Run the mailer, and let nginx pass public_url/sp/ to http_listen." },
    [DOCTOR_UNSUBSCRIBE_POST] = { "unsubscribe_post",
        "Mail programs unsubscribe by a POST without cookies and follow no "
        "redirect (RFC 8058).",
        "Let nginx pass POST /sp/ as it is: no redirect, no login, no CSRF "
        "check." },

    /* DNS of the sender's domain. */

    [DOCTOR_DNS_REACHED] = { "dns_reached",
        "Without answers nothing can be said of SPF, DKIM and DMARC.",
        "Set dns to a name server that answers." },
    [DOCTOR_SPF_RECORD] = { "spf_record",
        "Mailbox providers refuse or hide mail whose envelope sender's domain "
        "does not say who may send for it; a record that cannot be evaluated "
        "counts as none.",
        "Publish one TXT record \"v=spf1 ... ~all\" at the domain of "
        "return_path, as your mail provider tells." },
    [DOCTOR_SPF_LOOKUPS] = { "spf_lookups",
        "Beyond 10 lookups (RFC 7208 4.6.4) the record is an error and "
        "passes nobody.",
        "Remove includes that are not used any more, or name networks "
        "instead." },
    [DOCTOR_SPF_VOID] = { "spf_void",
        "More than 2 lookups that find nothing make the record an error "
        "for many receivers.",
        "Remove the terms whose names do not exist." },
    [DOCTOR_SPF_ALL] = { "spf_all",
        "Without -all or ~all at its end the record says nothing of "
        "others; +all lets everybody send in your name.",
        "End the record with ~all or -all." },
    [DOCTOR_SPF_RELAY] = { "spf_relay",
        "Mail from an address that the record does not let pass fails SPF.",
        "Add the relay's network to the record; name its addresses in "
        "sends_from." },
    [DOCTOR_DKIM_SELECTORS] = { "dkim_selectors",
        "The DKIM key can only be looked at when the selector is known.",
        "Name it in dkim_selectors, or show the doctor a message that the "
        "relay has signed: --mail FILE." },
    [DOCTOR_DKIM_KEY] = { "dkim_key",
        "Without its public key a signature is worth nothing, and RFC 8058 "
        "wants a valid one.",
        "Publish the TXT record SELECTOR._domainkey.DOMAIN that belongs to "
        "the relay's key." },
    [DOCTOR_DKIM_BITS] = { "dkim_bits",
        "Keys under 1024 bits are ignored (RFC 8301); 2048 are asked for.",
        "Make a new key of 2048 bits, under a new selector." },
    [DOCTOR_DKIM_TESTING] = { "dkim_testing",
        "t=y tells receivers to treat signed mail as unsigned.",
        "Remove t=y from the key's record." },
    [DOCTOR_DMARC_RECORD] = { "dmarc_record",
        "Gmail, Yahoo and Microsoft want a DMARC record from large senders and "
        "refuse mail without one.",
        "Publish one TXT record at _dmarc.DOMAIN; \"v=DMARC1; p=none\" is "
        "enough to begin with." },
    [DOCTOR_DMARC_POLICY] = { "dmarc_policy",
        "p=none asks receivers to let forged mail in your name through.",
        "When the reports show that your own mail passes, go on to "
        "p=quarantine." },
    [DOCTOR_DMARC_REPORTS] = { "dmarc_reports",
        "Without rua= nobody tells you when your own mail fails.",
        "Add rua=mailto:... to the record." },
    [DOCTOR_DMARC_ALIGNMENT] = { "dmarc_alignment",
        "DMARC passes only if SPF or DKIM passes for the domain in From.",
        "Use a return_path of the domain in From, or let the relay sign with "
        "that domain (d=)." },
    [DOCTOR_BOUNCE_MX] = { "bounce_mx",
        "Bounces go to return_path: a domain that takes no mail never tells "
        "which addresses are dead, and some receivers refuse it.",
        "Set return_path to a mailbox of a domain with an MX record." },
    [DOCTOR_RELAY_PTR] = { "relay_ptr",
        "Gmail and others refuse mail from addresses without a name (PTR) "
        "that leads back to the address.",
        "Let your network's provider set the PTR record, and an A or AAAA "
        "record for that name." },

    /* The relay. */

    [DOCTOR_RELAY_REACHED] = { "relay_reached",
        "No message can be sent.",
        "Look at url, firewall and the relay's log." },
    [DOCTOR_RELAY_TLS] = { "relay_tls",
        "Without TLS the network reads every message and address.",
        "Switch STARTTLS on in the relay, or use smtps://." },
    [DOCTOR_RELAY_CERTIFICATE] = { "relay_certificate",
        "With tls = required a certificate that cannot be verified stops all "
        "mail; otherwise anybody between can read and change it.",
        "Let the relay use a certificate for its name, or name its CA in "
        "ca_file." },
    [DOCTOR_RELAY_EXPIRES] = { "relay_expires",
        "With tls = required all mail stops when the certificate ends.",
        "Renew it, and see why it was not renewed by itself." },
    [DOCTOR_RELAY_AUTH] = { "relay_auth",
        "Without login the relay takes no message.",
        "Look at user and password_file, and at what the relay offers." },
    [DOCTOR_RELAY_SIZE] = { "relay_size",
        "Messages over the relay's SIZE are refused.",
        "Raise the relay's limit (message_size_limit in Postfix)." },
    [DOCTOR_RELAY_8BITMIME] = { "relay_8bitmime",
        "Our messages need no 8BITMIME; a relay without it is old.",
        "Nothing needs to be done." },
    [DOCTOR_RELAY_SMTPUTF8] = { "relay_smtputf8",
        "Shoppers whose address has letters beyond ASCII before the @ cannot "
        "be mailed.",
        "Switch SMTPUTF8 on in the relay (smtputf8_enable in Postfix)." },
    [DOCTOR_RELAY_PIPELINING] = { "relay_pipelining",
        "We do not use it; a relay without it is old.",
        "Nothing needs to be done." },

    /* A message as it came out (--mail). */

    [DOCTOR_MAIL_READ] = { "mail_read",
        "Nothing can be said of a message that cannot be read.",
        "Save the message as it was received (\"show original\"), with all "
        "its headers." },
    [DOCTOR_MAIL_FROM] = { "mail_from",
        "The domain in From is the one that receivers judge.",
        "See whether the relay rewrites From, or set from." },
    [DOCTOR_MAIL_SIGNED] = { "mail_signed",
        "Gmail, Yahoo and Microsoft want DKIM from large senders, and one-click "
        "unsubscribing (RFC 8058) needs it.",
        "Let the relay sign, with rspamd or OpenDKIM for instance." },
    [DOCTOR_MAIL_SIGNED_LISTS] = { "mail_signed_lists",
        "Mail programs offer one-click unsubscribing only if both list "
        "headers are signed (RFC 8058 4); OpenDKIM leaves one out.",
        "OpenDKIM: SignHeaders *,+List-Unsubscribe,+List-Unsubscribe-Post. "
        "rspamd: add both to sign_headers." },
    [DOCTOR_MAIL_SIGNED_DOMAIN] = { "mail_signed_domain",
        "DMARC counts a signature only if its d= is aligned with From.",
        "Let the relay sign with the domain in From." },
    [DOCTOR_MAIL_UNSUBSCRIBE] = { "mail_unsubscribe",
        "Without List-Unsubscribe, or with one that was folded or is not "
        "https, mail programs show no unsubscribe button.",
        "See whether something between rewrites headers; set public_url to "
        "https." },
    [DOCTOR_MAIL_ONE_CLICK] = { "mail_one_click",
        "Gmail and Yahoo want List-Unsubscribe-Post from large senders.",
        "See whether something between drops the header." },
    [DOCTOR_MAIL_MESSAGE_ID] = { "mail_message_id",
        "Bounces and complaints are matched by our Message-ID.",
        "Let the relay keep the Message-ID that the message has." },
    [DOCTOR_MAIL_RESULTS] = { "mail_results",
        "It is what the receiver found out about SPF, DKIM and DMARC.",
        "Mend what fails; save the message at the receiver's side if the "
        "header is not there." },

    /* Redis. */

    [DOCTOR_REDIS_REACHED] = { "redis_reached",
        "Nothing is remembered and nothing is sent.",
        "Look at redis, redis_password_file and the server." },
    [DOCTOR_REDIS_VERSION] = { "redis_version",
        "The functions need Redis 7.",
        "Use Redis 7 or newer, or Valkey." },
    [DOCTOR_REDIS_ROLE] = { "redis_role",
        "A replica takes no writes.",
        "Set redis to the primary." },
    [DOCTOR_REDIS_POLICY] = { "redis_policy",
        "An evicted key looks like an abandoned cart: somebody who is still "
        "shopping, or has bought, would be mailed.",
        "maxmemory-policy noeviction" },
    [DOCTOR_REDIS_APPENDONLY] = { "redis_appendonly",
        "Without an append-only file a crash forgets orders and messages since "
        "the last snapshot: somebody who has bought may be mailed, or a "
        "message sent twice.",
        "appendonly yes" },
    [DOCTOR_REDIS_APPENDFSYNC] = { "redis_appendfsync",
        "Unless every write is on disk before it is answered, a crash of the "
        "machine can forget the last second of orders and messages (with no: "
        "about 30 s).",
        "appendfsync always; see docs/redis.md for what it costs." },
    [DOCTOR_REDIS_SAVE] = { "redis_save",
        "Snapshots are what Redis starts from when there is no append-only "
        "file.",
        "save 3600 1 300 100, or appendonly yes" },
    [DOCTOR_REDIS_WRITES] = { "redis_writes",
        "Redis cannot write to its disk: what is in memory is lost with it.",
        "Look at Redis's log, at the disk and its space." },
    [DOCTOR_REDIS_MEMORY] = { "redis_memory",
        "Full, Redis takes no events: carts are not seen until there is room.",
        "Raise maxmemory, or shorten sitepreserver_retain." },
    [DOCTOR_REDIS_FUNCTIONS] = { "redis_functions",
        "nginx and mailer each load the functions of their own version; "
        "different ones mean that one of both is not up to date.",
        "Upgrade both, and restart what is older." },
    [DOCTOR_REDIS_CLOCK] = { "redis_clock",
        "Times in logs, in links and in the webhook's signatures do not fit "
        "together.",
        "Run NTP on both hosts." },

    /* Shops: what nginx and this configuration know. */

    [DOCTOR_SHOP_SEEN] = { "shop_seen",
        "nginx has never spoken of this shop: no cart is observed.",
        "Compare the shop's name with sitepreserver_shop, and redis with "
        "sitepreserver_redis; restart nginx after changes." },
    [DOCTOR_SHOP_SERVED] = { "shop_served",
        "nginx observes this shop's carts, and nobody sends its messages.",
        "Add a shop of that name here, or to another mailer; or stop "
        "observing it." },
    [DOCTOR_SHOP_KEY] = { "shop_key",
        "nginx and mailer have different identity keys: no token, address or "
        "suppression of the one is known to the other.",
        "Give both the same secret file." },
    [DOCTOR_SHOP_CHECKOUT] = { "shop_checkout",
        "Nobody can buy, and nothing is sent while the shop's checkout fails; "
        "after six hours messages leave although it does.",
        "Look at what the rules marked checkout answer, in the shop's log." },

    /* Files. */

    [DOCTOR_SECRET_RIGHTS] = { "secret_rights",
        "Whoever reads the secret file can open every address in Redis.",
        "chmod 640, owned by root, its group the mailer's" },
    [DOCTOR_CONFIG_RIGHTS] = { "config_rights",
        "Whoever writes the configuration decides where messages go.",
        "chmod go-w" },
    [DOCTOR_STATE_DIR] = { "state_dir",
        "Without it nobody can unsubscribe, and the mailer does not start.",
        "Create it, owned by the mailer's user." },
    [DOCTOR_STATE_SPACE] = { "state_space",
        "On a full disk no unsubscription can be noted.",
        "Make room." },
    [DOCTOR_OFFER_TEXTS] = { "offer_texts",
        "A message whose offer is in another language than the rest looks "
        "like a mistake.",
        "Give the offer a text in that language, in the configuration." },
};

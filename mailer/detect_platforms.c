/*
 * Copyright (C) SitePreserver developers
 *
 * Signs of platforms.  A weight of 5 is proof, 1 is a hint; each counts once.
 */

#include "detect.h"


const detect_platform_t  detect_platforms[] = {
    { "WooCommerce", "woocommerce", {
        { DETECT_COOKIE, "wp_woocommerce_session_", 5 },
        { DETECT_COOKIE, "woocommerce_", 3 },
        { DETECT_ARGS, "wc-ajax=", 4 },
        { DETECT_PATH, "/wc/store", 4 },
        { DETECT_ARGS, "/wc/store", 4 },
        { DETECT_HTML, "/plugins/woocommerce", 4 },
        { DETECT_HTML, "content=\"WooCommerce", 4 },
        { DETECT_HTML, "woocommerce", 2 },
        { DETECT_HEADER, "cart-token", 2 } },
      { { "woo_cart", "cart", "cart" },
        { "woo_checkout", "checkout", "checkout" },
        { "woo_account", "account", "my-account" },
        { "woo_received", "received", "order-received" } } },

    { "Magento 2 (Luma)", "magento", {
        { DETECT_COOKIE, "mage-cache", 4 },
        { DETECT_COOKIE, "mage-messages", 3 },
        { DETECT_COOKIE, "form_key", 2 },
        { DETECT_PATH, "/customer/section/load", 4 },
        { DETECT_HTML, "text/x-magento-init", 5 },
        { DETECT_HTML, "Magento_", 3 },
        { DETECT_PATH, "/V1/guest-carts/", 2 },
        { DETECT_HEADER, "x-magento-tags", 4 } },
      { { "magento_session", "session", "PHPSESSID" } } },

    { "Magento 2 (GraphQL)", "magento-graphql", {
        { DETECT_BODY, "addProductsToCart", 4 },
        { DETECT_BODY, "setGuestEmailOnCart", 5 },
        { DETECT_BODY, "createEmptyCart", 4 },
        { DETECT_BODY, "cart_id", 2 },
        { DETECT_ARGS, "cart_id", 2 },
        { DETECT_BODY, "generateCustomerToken", 4 },
        { DETECT_HEADER, "x-magento-cache-id", 5 },
        { DETECT_HEADER, "store", 1 } }, { { NULL, NULL, NULL } } },

    { "PrestaShop", "prestashop", {
        { DETECT_COOKIE, "PrestaShop-", 5 },
        { DETECT_HTML, "var prestashop", 5 },
        { DETECT_HTML, "PrestaShop", 3 },
        { DETECT_PATH, "/module/ps_", 3 },
        { DETECT_ARGS, "controller=cart", 2 },
        { DETECT_ARGS, "id_product=", 1 },
        { DETECT_BODY, "id_product_attribute", 2 } },
      { { "ps_cart", "cart", "cart" }, { "ps_order", "order", "order" } } },

    { "OpenCart", "opencart", {
        { DETECT_COOKIE, "OCSESSID", 5 },
        { DETECT_HTML, "catalog/view/", 4 },
        { DETECT_HTML, "index.php?route=", 3 },
        { DETECT_ARGS, "route=checkout/", 3 },
        { DETECT_ARGS, "route=common/cart", 4 } },
      { { "opencart_session", "session", "OCSESSID" } } },

    { "Shopware 6 (storefront)", "shopware", {
        { DETECT_HTML, "frontend.checkout", 4 },
        { DETECT_PATH, "/checkout/line-item/", 4 },
        { DETECT_PATH, "/checkout/offcanvas", 3 },
        { DETECT_PATH, "/widgets/checkout/info", 4 },
        { DETECT_HTML, "/bundles/storefront", 4 },
        { DETECT_COOKIE, "sw-", 3 },
        { DETECT_COOKIE, "session-", 2 },
        { DETECT_HTML, "shopware", 2 } },
      { { "shopware_session", "session", "session-" } } },

    { "Shopware 6 (store API)", "shopware-api", {
        { DETECT_PATH, "/store-api/", 5 },
        { DETECT_HEADER, "sw-context-token", 4 },
        { DETECT_HEADER, "sw-access-key", 4 } }, { { NULL, NULL, NULL } } },

    { "Sylius", "sylius", {
        { DETECT_PATH, "/_components/sylius_", 5 },
        { DETECT_HTML, "sylius_shop", 4 },
        { DETECT_HTML, "sylius_add_to_cart", 4 },
        { DETECT_BODY, "sylius_", 4 },
        { DETECT_HTML, "ylius", 2 },
        { DETECT_COOKIE, "APP_SHOP_REMEMBER_ME", 4 } },
      { { "sylius_session", "session", "PHPSESSID" } } },

    { "Sylius (shop API)", "sylius-api", {
        { DETECT_PATH, "/api/v2/shop/", 5 },
        { DETECT_JSON, "/api/v2/shop/", 4 },
        { DETECT_JSON, "tokenValue", 3 } }, { { NULL, NULL, NULL } } },

    { "Medusa 2", "medusa", {
        { DETECT_PATH, "/store/carts", 5 },
        { DETECT_PATH, "/cart_01", 4 },
        { DETECT_HEADER, "x-publishable-api-key", 4 },
        { DETECT_PATH, "/auth/customer/emailpass", 4 },
        { DETECT_JSON, "\"region_id\"", 2 } }, { { NULL, NULL, NULL } } },

    { "Vendure", "vendure", {
        { DETECT_PATH, "/shop-api", 4 },
        { DETECT_HEADER, "vendure-auth-token", 5 },
        { DETECT_HEADER, "vendure-token", 4 },
        { DETECT_BODY, "activeOrder", 4 },
        { DETECT_BODY, "addItemToOrder", 4 },
        { DETECT_BODY, "setCustomerForOrder", 4 } },
      { { "vendure_session", "session", "session" } } },

    { "Saleor", "saleor", {
        { DETECT_BODY, "checkoutCreate", 5 },
        { DETECT_BODY, "checkoutLinesAdd", 5 },
        { DETECT_BODY, "checkoutEmailUpdate", 4 },
        { DETECT_BODY, "checkoutComplete", 4 },
        { DETECT_PATH, "/graphql/", 1 } }, { { NULL, NULL, NULL } } },

    { "EverShop", "evershop", {
        { DETECT_HTML, "eContext", 5 },
        { DETECT_PATH, "/api/cart/mine/", 4 },
        { DETECT_PATH, "/cart/mine/items", 4 },
        { DETECT_JSON, "addItemApi", 4 },
        { DETECT_HTML, "addItemApi", 4 },
        { DETECT_HTML, "vershop", 3 },
        { DETECT_PATH, "/api/graphql", 2 },
        { DETECT_COOKIE, "sid", 1 } },
      { { "evershop_session", "session", "sid" } } },

    { "Spree", "spree", {
        { DETECT_PATH, "/api/v3/store/", 5 },
        { DETECT_PATH, "/api/v2/storefront/", 5 },
        { DETECT_HEADER, "x-spree-order-token", 5 },
        { DETECT_HEADER, "x-spree-token", 5 },
        { DETECT_PATH, "/spree_oauth/", 4 } }, { { NULL, NULL, NULL } } },

    { "Solidus", "solidus", {
        { DETECT_PATH, "/cart_line_items", 5 },
        { DETECT_BODY, "line_items_attributes", 4 },
        { DETECT_HTML, "line_items_attributes", 4 },
        { DETECT_COOKIE, "guest_token", 4 },
        { DETECT_BODY, "spree_user", 3 },
        { DETECT_HTML, "olidus", 3 } },
      { { "solidus_token", "session", "guest_token" } } },

    { "Bagisto", "bagisto", {
        { DETECT_COOKIE, "bagisto_session", 5 },
        { DETECT_PATH, "/api/checkout/onepage/", 4 },
        { DETECT_PATH, "/api/checkout/cart", 3 },
        { DETECT_HTML, "agisto", 3 },
        { DETECT_HTML, "/themes/shop/", 2 } },
      { { "bagisto_session", "session", "bagisto_session" } } },

    { "nopCommerce", "nopcommerce", {
        { DETECT_COOKIE, ".Nop.", 5 },
        { DETECT_PATH, "/addproducttocart/", 5 },
        { DETECT_HTML, "nopCommerce", 4 },
        { DETECT_BODY, "addtocart_", 3 } }, { { NULL, NULL, NULL } } },

    { "Drupal Commerce", "drupal-commerce", {
        { DETECT_HTML, "commerce_order_item_add_to_cart", 5 },
        { DETECT_BODY, "commerce_order_item_add_to_cart", 5 },
        { DETECT_BODY, "commerce_checkout_flow", 5 },
        { DETECT_HTML, "content=\"Drupal", 3 },
        { DETECT_HTML, "drupal-settings-json", 3 },
        { DETECT_BODY, "form_build_id=", 3 },
        { DETECT_COOKIE, "SSESS", 1 },
        { DETECT_COOKIE, "SESS", 1 } },
      { { "drupal_cart", "cart", "cart" },
        { "drupal_checkout", "checkout", "checkout" } } },

    { "Zen Cart, osCommerce", "zencart", {
        { DETECT_COOKIE, "zenid", 5 },
        { DETECT_COOKIE, "osCsid", 5 },
        { DETECT_ARGS, "main_page=", 5 },
        { DETECT_PATH, "/shopping_cart.php", 4 },
        { DETECT_HTML, "Zen Cart", 4 },
        { DETECT_HTML, "osCommerce", 4 },
        { DETECT_BODY, "cart_quantity", 2 } },
      { { "zen_session", "session", "zenid" } } },

    { "Odoo", "odoo", {
        { DETECT_HTML, "content=\"Odoo", 5 },
        { DETECT_PATH, "/shop/cart/update_json", 5 },
        { DETECT_PATH, "/shop/cart/add", 3 },
        { DETECT_PATH, "/web/assets/", 4 },
        { DETECT_HTML, "odoo", 2 },
        { DETECT_PATH, "/shop/cart", 2 },
        { DETECT_COOKIE, "session_id", 1 } },
      { { "odoo_session", "session", "session_id" } } },

    { "Shopify", NULL, {
        { DETECT_COOKIE, "_shopify_", 5 },
        { DETECT_HTML, "cdn.shopify.com", 5 },
        { DETECT_PATH, "/cart/add.js", 3 },
        { DETECT_HEADER, "x-shopid", 5 } }, { { NULL, NULL, NULL } } },

    { "BigCommerce", NULL, {
        { DETECT_COOKIE, "SHOP_SESSION_TOKEN", 5 },
        { DETECT_PATH, "/api/storefront/carts", 5 },
        { DETECT_HTML, "cdn11.bigcommerce.com", 5 } },
      { { NULL, NULL, NULL } } },

    { "a home-made shop", "generic", { { DETECT_NOWHERE, NULL, 0 } },
      { { "shop_session", "session", "session" },
        { "shop_cart_page", "cart", "cart|basket" },
        { "shop_login", "login", "login" } } },
};

const unsigned  detect_nplatforms
    = sizeof(detect_platforms) / sizeof(detect_platforms[0]);


const detect_slug_t  detect_slugs[] = {
    { "cart", "cart" }, { "cart", "basket" }, { "cart", "bag" },
    { "cart", "warenkorb" }, { "cart", "panier" }, { "cart", "carrito" },
    { "cart", "cesta" }, { "cart", "carrello" }, { "cart", "carrinho" },
    { "cart", "winkelwagen" }, { "cart", "winkelmand" },
    { "cart", "koszyk" }, { "cart", "kosik" }, { "cart", "kurv" },
    { "cart", "indkoebskurv" }, { "cart", "varukorg" },
    { "cart", "handlekurv" }, { "cart", "ostoskori" }, { "cart", "sepet" },
    { "cart", "kosar" }, { "cart", "cos" }, { "cart", "shopping-cart" },
    { "cart", "mein-warenkorb" },

    { "checkout", "checkout" }, { "checkout", "kasse" },
    { "checkout", "commande" }, { "checkout", "commander" },
    { "checkout", "finalizar-compra" }, { "checkout", "finalizar-pedido" },
    { "checkout", "pagamento" }, { "checkout", "afrekenen" },
    { "checkout", "zamowienie" }, { "checkout", "kassa" },
    { "checkout", "pokladna" }, { "checkout", "odeme" },
    { "checkout", "caisse" }, { "checkout", "cassa" },

    { "account", "my-account" }, { "account", "account" },
    { "account", "mein-konto" }, { "account", "konto" },
    { "account", "mon-compte" }, { "account", "mi-cuenta" },
    { "account", "il-mio-account" }, { "account", "mio-account" },
    { "account", "minha-conta" }, { "account", "mijn-account" },
    { "account", "moje-konto" }, { "account", "min-konto" },
    { "account", "mitt-konto" },

    { "received", "order-received" }, { "received", "bestellung-erhalten" },
    { "received", "commande-recue" }, { "received", "pedido-recibido" },
    { "received", "ordine-ricevuto" },

    { "order", "order" }, { "order", "bestellung" }, { "order", "commande" },
    { "order", "pedido" }, { "order", "ordine" }, { "order", "bestelling" },
    { "order", "zamowienie" },

    { "login", "login" }, { "login", "anmelden" }, { "login", "connexion" },
    { "login", "signin" }, { "login", "sign-in" }, { "login", "entrar" },
    { "login", "accedi" }, { "login", "inloggen" },
};

const unsigned  detect_nslugs = sizeof(detect_slugs) / sizeof(detect_slugs[0]);

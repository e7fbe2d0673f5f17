/*
 * Copyright (C) SitePreserver developers
 *
 * Values that shops write for people, and the shapes of bodies that only some
 * platforms have.
 */

#include "observe_lab.h"

#include <zlib.h>


static void
prices_for_people(void **unused)
{
    rules("sitepreserver_currency EUR;"
          "sitepreserver_event set_cart POST = /x {"
          " items response.json:items { id id; name name | entities;"
          "  quantity n | regex:^[0-9]+; price n | entities | money or price;"
          "  line_total sum | entities | money; }"
          " total response.json:sum | entities | money; }");

    PLAY(.answer = "{\"items\":["
         "{\"id\":1,\"name\":\"Tee &amp; Tasse &#8211; blau\","
         " \"n\":\"2 &times; 1.234,50&nbsp;&euro;\",\"sum\":\"2.469,-\"},"
         "{\"id\":2,\"name\":\"x\",\"n\":\"3 x 2\",\"price\":\"5\"},"
         "{\"id\":3,\"n\":\"US$5.00\"},"
         "{\"id\":4,\"n\":\"1.234 &euro;\"}],"
         "\"sum\":\"&euro; 2.484,00\"}");

    cart(SP_CART_SNAPSHOT, "1*2@123450 2*3@500 3*1@? 4*1@123400");
    is(lab.out->lines[0].name, "Tee & Tasse \xe2\x80\x93 blau");
    assert_int_equal(lab.out->lines[0].total, 246900);
    assert_int_equal(lab.out->total, 248400);
    is(lab.out->currency, "EUR");
}


/* Cents that stand small beside the euros are no digits of those. */

static void
prices_across_elements(void **unused)
{
    size_t  piece;

    rules("sitepreserver_currency EUR;"
          "sitepreserver_event set_cart POST = /x {"
          " items response.body | html:li { id @data-id; name b;"
          "  price .p | money; }"
          " total response.body | html:.t | money; }");

    for (piece = 1; piece < 50; piece++) {
        PLAY(.piece = piece, .answer = "<html><body><ul>"
             "<li data-id=1><b>A<i>4</i>0</b>"
             "<i class=p>1<sup>99</sup> &euro;</i>"
             "<li data-id=2><i class=p>1&nbsp;234,<sup>50</sup>&nbsp;&euro;</i>"
             "<li data-id=3><i class=p><s>$20.00</s> <u>$15.00</u></i>"
             "<li data-id=4><i class=p>12<!-- -->.<!-- -->50</i>"
             "<li data-id=5><i class=p><u>5</u><u>500</u></i>"
             "<li data-id=6><i class=p>1<!-- -->2.<u>5</u><!-- -->0</i>"
             "</ul><p class=t>Total<br>10,<sup>00</sup></p></body></html>");

        cart(SP_CART_SNAPSHOT, "1@? 2@123450 3@? 4@1250 5@? 6@?");
        assert_int_equal(lab.out->total, 1000);
    }
}


/* Amounts for people are of the main unit, whatever other amounts count. */

static void
prices_beside_minor_units(void **unused)
{
    rules("sitepreserver_currency KWD;"
          "sitepreserver_event set_cart POST = /x { minor_units value:3;"
          " items response.json:items { id id; price cents;"
          "  line_total text | money; }"
          " total response.json:text | money; }");

    PLAY(.answer = "{\"items\":[{\"id\":1,\"cents\":1500,"
         "\"text\":\"3.000 KD\"}],\"text\":\"3.000\"}");

    cart(SP_CART_SNAPSHOT, "1@1500");
    assert_int_equal(lab.out->lines[0].total, 3000);
    assert_int_equal(lab.out->total, 3000);
}


/* What the text says is more than what the configuration assumes. */

static void
prices_tell_their_currency(void **unused)
{
    rules("sitepreserver_currency USD;"
          "sitepreserver_event set_cart POST = /x {"
          " items response.json:items { id id; price p | money; }"
          " total response.json:sum | money; }"
          "sitepreserver_event add_to_cart POST = /add {"
          " item_id form:id; price response.json:p | money; }"
          "sitepreserver_event add_to_cart POST = /mine {"
          " item_id form:id; price form:p | money; }");

    PLAY(.answer = "{\"items\":[{\"id\":1,\"p\":\"\xe2\x82\xac" "5,00\"},"
         "{\"id\":2,\"p\":\"5,00\"},{\"id\":3,\"p\":\"$5.00\"}],"
         "\"sum\":\"15,00 \xe2\x82\xac\"}");

    cart(SP_CART_SNAPSHOT, "1@500 2@500 3@?");
    is(lab.out->currency, "EUR");
    assert_int_equal(lab.out->total, 1500);

    PLAY(.answer = "{\"items\":[{\"id\":1,\"p\":\"$5.00\"}],"
         "\"sum\":\"$5.00\"}");
    cart(SP_CART_SNAPSHOT, "1@500");
    is(lab.out->currency, "USD");

    PLAY(.uri = "/add", .body = "id=7", .answer = "{\"p\":\"500 \xc2\xa5\"}");
    cart(SP_CART_ADD, "7*1@?");

    PLAY(.uri = "/add", .body = "id=7", .answer = "{\"p\":\"500 JPY\"}");
    cart(SP_CART_ADD, "7*1@500");
    is(lab.out->currency, "JPY");

    /* a stranger's text tells nothing */

    PLAY(.uri = "/mine", .body = "id=7&p=500+JPY");
    cart(SP_CART_ADD, "7*1@?");
    is(lab.out->currency, "USD");
}


static void
parallel_arrays(void **unused)
{
    rules("sitepreserver_event add_to_cart POST = /x {"
          " items form:products_id[*] { id .; quantity form:cart_quantity[#];"
          "  options form:options[#] | entities; } }"
          "sitepreserver_event update_cart POST = /y {"
          " items form:line[*][*] { item_key @key; id form:id[#][#];"
          "  quantity .; } }");

    PLAY(.body = "products_id[]=7&products_id[]=8&cart_quantity[]=1"
                 "&cart_quantity[]=3&options[]=a%26amp%3Bb&options[]=c");
    cart(SP_CART_ADD, "7*1 8*3");
    is(lab.out->lines[0].options, "a&b");

    /* with keys, in another order, one without its number */

    PLAY(.body = "cart_quantity[b]=3&products_id[a]=7&products_id[b]=8"
                 "&products_id[c]=9");
    cart(SP_CART_ADD, "8*3");

    PLAY(.uri = "/y", .body = "line[a][1]=2&id[a][1]=x&line[a][2]=4"
                              "&id[a][2]=y");
    cart(SP_CART_SET, "x/a*2 y/a*4");
}


/* Names of which a part is an id: the field's own, or the line's. */

static void
names_with_ids(void **unused)
{
    rules("sitepreserver_event add_to_cart POST ~ ^/add/([0-9]+)$ {"
          " item_id uri:1; quantity form:addtocart_*.EnteredQuantity; }"
          "sitepreserver_event update_cart POST = /cart {"
          " items form:itemquantity* { item_key @key; quantity .; } }"
          "sitepreserver_event remove_from_cart POST = /gone {"
          " items form:line_*.gone { item_key @key;"
          "  id form:line_#.product; } }");

    PLAY(.uri = "/add/17", .body = "product_attribute_4=2"
         "&addtocart_17.EnteredQuantity=3&addtocart_17.CustomerEnteredPrice=5");
    cart(SP_CART_ADD, "17*3");

    PLAY(.uri = "/add/17", .body = "addtocart_17.AddToCartQuantity=3"
         "&addtocart_17.EnteredQuantity.x=4");
    cart(SP_CART_ADD, "17*1");

    PLAY(.uri = "/cart", .body = "itemquantity12=2&itemquantity7=5&item=1");
    cart(SP_CART_SET, "/12*2 /7*5");

    PLAY(.uri = "/gone", .body = "line_8.gone=1&line_9.product=y"
                                 "&line_8.product=x");
    cart(SP_CART_REMOVE, "x/8");
}


#define FORM  "multipart/form-data; boundary=xyz"
#define PART(name, value)                                                     \
    "--xyz\r\nContent-Disposition: form-data; name=\"" name "\"\r\n"          \
    "\r\n" value "\r\n"
#define PICTURE                                                               \
    "--xyz\r\nContent-Disposition: form-data; name=\"picture\"; "              \
    "filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\nPNG...\r\n"


static void
multipart_forms(void **unused)
{
    size_t  piece;

    rules("sitepreserver_event add_to_cart POST = /x {"
          " if form:action = add or form:action2 = add;"
          " item_id form:product or form:operations | json:id;"
          " quantity form:qty; }"
          "sitepreserver_event set_cart POST = /cart {"
          " items form:cart[*][qty] { item_key @key; quantity .; } }"
          "sitepreserver_event identify POST = /raw {"
          " email form:email; if body ~ \"^--xyz\"; }");

    for (piece = 1; piece < 20; piece++) {
        PLAY(.request = { { "content-type", FORM } }, .piece = piece,
             .body = PART("action", "add") PICTURE PART("product", "7")
                     PART("qty", "3") "--xyz--\r\n");
        cart(SP_CART_ADD, "7*3");
        assert_int_equal(lab.out->request_bad, 0);
        assert_int_equal(lab.out->request_cut, 0);
    }

    PLAY(.request = { { "content-type", FORM } },
         .body = PART("action", "add") PART("operations", "{\"id\":9}")
                 "--xyz--");
    cart(SP_CART_ADD, "9*1");

    /* the whole body, beside its fields */

    PLAY(.uri = "/raw", .request = { { "content-type", FORM } }, .piece = 5,
         .body = PART("email", "a@example.com") "--xyz--");
    is(lab.out->email, "a@example.com");

    /* whole cart, or what broke off */

    PLAY(.uri = "/cart", .request = { { "content-type", FORM } },
         .body = PART("cart[a][qty]", "2") PART("cart[b][qty]", "1")
                 "--xyz--");
    cart(SP_CART_SNAPSHOT, "/a*2 /b*1");

    PLAY(.uri = "/cart", .request = { { "content-type", FORM } },
         .body = PART("cart[a][qty]", "2") PART("cart[b][qty]", "1"));
    assert_int_equal(lab.out->cart, SP_CART_NONE);
    assert_int_equal(lab.out->request_bad, 1);

    PLAY(.uri = "/cart", .request = { { "content-type", FORM } },
         .body = PART("cart[a][qty]", "2") PART("cart[b][qty]", "1")
                 "--xyz--", .body_limit = 120);
    assert_int_equal(lab.out->cart, SP_CART_NONE);
    assert_int_equal(lab.out->request_cut, 1);

    /* what is whole counts */

    PLAY(.request = { { "content-type", FORM } },
         .body = PART("action", "add") PART("product", "7") PART("qty", "3"),
         .body_limit = 140);
    cart(SP_CART_ADD, "7*1");
    assert_int_equal(lab.out->request_cut, 1);

    /* a boundary that cannot be, another kind, no form at all */

    PLAY(.request = { { "content-type", "multipart/form-data" } },
         .body = PART("action", "add") PART("product", "7") "--xyz--");
    assert_int_equal(lab.rc, SP_DONE);
    assert_int_equal(lab.out->request_bad, 1);

    PLAY(.request = { { "content-type", "multipart/mixed; boundary=xyz" } },
         .body = PART("action", "add") PART("product", "7") "--xyz--");
    assert_int_equal(lab.rc, SP_DONE);
    assert_int_equal(lab.out->request_bad, 1);

    PLAY(.request = { { "content-type", FORM } },
         .body = "action=add&product=7");
    assert_int_equal(lab.rc, SP_DONE);
    assert_int_equal(lab.out->request_bad, 1);
}


/* Nothing of a file is kept. */

static void
multipart_files(void **unused)
{
    char    *body;
    size_t   len, used;

    static const char  begin[] = PART("action", "add")
        "--xyz\r\nContent-Disposition: form-data; name=f; filename=f\r\n\r\n";
    static const char  end[] = "\r\n" PART("id", "7") "--xyz--\r\n";

    rules("sitepreserver_event add_to_cart POST = /x {"
          " if form:action = add; item_id form:id; }");

    len = sizeof(begin) - 1 + 1000000 + sizeof(end) - 1;
    body = malloc(len + 1);
    assert_non_null(body);

    memset(body, '\r', len);
    memcpy(body, begin, sizeof(begin) - 1);
    memcpy(body + len - (sizeof(end) - 1), end, sizeof(end));

    used = sp_arena_used(lab.pool);

    PLAY(.request = { { "content-type", FORM } }, .body = body,
         .body_len = len, .piece = 4096, .body_limit = 2000000);
    cart(SP_CART_ADD, "7*1");

    assert_true(sp_arena_used(lab.pool) - used < 10000);

    free(body);
}


static void
compressed_requests(void **unused)
{
    rules("sitepreserver_event identify POST = /x { email form:email; }");

    PLAY(.request = { { "content-encoding", "gzip" } },
         .body = "\x1f\x8b&email=a@example.com");
    assert_int_equal(lab.out->email.len, 0);
    assert_int_equal(lab.out->request_bad, 1);

    PLAY(.request = { { "content-encoding", "deflate" } },
         .body = "x^&email=a@example.com", .piece = 1);
    assert_int_equal(lab.out->email.len, 0);
    assert_int_equal(lab.out->request_bad, 1);

    /* what is none, or says so only */

    PLAY(.request = { { "content-encoding", "identity" } },
         .body = "\r&email=a@example.com");
    is(lab.out->email, "a@example.com");
    assert_int_equal(lab.out->request_bad, 0);

    PLAY(.request = { { "content-encoding", "gzip" } },
         .body = "email=a@example.com");
    is(lab.out->email, "a@example.com");
}


static size_t
gzip(const char *text, size_t len, char *out, size_t size)
{
    z_stream  z;

    memset(&z, 0, sizeof(z));
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 31, 8,
                                  Z_DEFAULT_STRATEGY), Z_OK);

    z.next_in = (z_const Bytef *) text;
    z.avail_in = (uInt) len;
    z.next_out = (Bytef *) out;
    z.avail_out = (uInt) size;

    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);

    return size - z.avail_out;
}


static void
compressed_answers(void **unused)
{
    char         out[1000];
    size_t       n, piece;

    static const char  answer[] = "{\"items\":[{\"id\":7,\"qty\":2},"
                                  "{\"id\":8}],\"ok\":true}";

    rules("sitepreserver_event set_cart POST = /x {"
          " items response.json:items { id id; quantity qty; } }"
          "sitepreserver_event purchase POST = /pay {"
          " if response.json:ok = true; order_id form:id; }");

    n = gzip(answer, sizeof(answer) - 1, out, sizeof(out));

    for (piece = 1; piece < 20; piece++) {
        PLAY(.answer = out, .answer_len = n, .packed = "gzip", .piece = piece,
             .response = { { "content-encoding", "gzip" } });
        cart(SP_CART_SNAPSHOT, "7*2 8");
        assert_int_equal(lab.out->response_bad, 0);
        assert_int_equal(lab.out->response_cut, 0);
    }

    PLAY(.uri = "/pay", .body = "id=1", .answer = out, .answer_len = n,
         .packed = "gzip");
    assert_int_equal(lab.out->kinds, SP_PURCHASE);

    /* one that breaks off */

    PLAY(.answer = out, .answer_len = n / 2, .packed = "gzip");
    assert_int_equal(lab.out->cart, SP_CART_NONE);
    assert_int_equal(lab.out->response_cut, 1);

    PLAY(.answer = out, .answer_len = n, .packed = "gzip", .answer_limit = 20);
    assert_int_equal(lab.out->cart, SP_CART_NONE);
    assert_int_equal(lab.out->response_cut, 1);

    /* what nobody could read: an order may have been placed */

    PLAY(.uri = "/pay", .body = "id=1", .answer = answer, .packed = "gzip");
    assert_int_equal(lab.out->kinds, SP_ORDER_PENDING);
    assert_int_equal(lab.out->response_bad, 1);

    PLAY(.uri = "/pay", .body = "id=1", .answer = out, .answer_len = 11,
         .packed = "gzip");
    assert_int_equal(lab.out->kinds, SP_ORDER_PENDING);

    PLAY(.uri = "/pay", .body = "id=1", .answer = answer, .packed = "zstd");
    assert_int_equal(lab.out->kinds, SP_ORDER_PENDING);

    PLAY(.uri = "/pay", .body = "id=1", .answer = answer,
         .packed = "identity");
    assert_int_equal(lab.out->kinds, SP_PURCHASE);
}


/* More bytes than its limit, out of which nothing comes. */

static void
compressed_nothing(void **unused)
{
    char    *body;
    size_t   i, n, used;

    rules("sitepreserver_event set_cart POST = /x {"
          " items response.json:items { id id; } }");

    body = malloc(1000000);
    assert_non_null(body);

    n = gzip("", 0, body, 100);

    for (i = n; i + n <= 1000000; i += n) {
        memcpy(body + i, body, n);
    }

    used = sp_arena_used(lab.pool);

    PLAY(.answer = body, .answer_len = i, .packed = "gzip", .piece = 4096,
         .answer_limit = 100000);
    assert_int_equal(lab.out->cart, SP_CART_NONE);
    assert_true(sp_arena_used(lab.pool) - used < 100000);

    free(body);
}


static void
json_rpc(void **unused)
{
    rules("sitepreserver_event update_cart POST = /shop/cart/update_json {"
          " if json:jsonrpc = 2.0; if response.json:error absent;"
          " if response.json:result;"
          " item_id json:params.product_id; item_key json:params.line_id;"
          " quantity response.json:result.quantity or json:params.set_qty; }");

    PLAY(.uri = "/shop/cart/update_json",
         .body = "{\"jsonrpc\":\"2.0\",\"method\":\"call\",\"params\":"
                 "{\"product_id\":12,\"line_id\":3,\"set_qty\":2},\"id\":1}",
         .answer = "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":"
                   "{\"line_id\":3,\"quantity\":2.0}}");
    cart(SP_CART_SET, "12/3*2");

    PLAY(.uri = "/shop/cart/update_json",
         .body = "{\"jsonrpc\":\"2.0\",\"params\":{\"product_id\":12,"
                 "\"line_id\":3,\"set_qty\":2}}",
         .answer = "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":200,"
                   "\"message\":\"Odoo Server Error\"}}");
    assert_int_equal(lab.rc, SP_DONE);
}


/* Frameworks that send another method as a field or a header. */

static void
methods_in_other_places(void **unused)
{
    rules("sitepreserver_event remove_from_cart POST ~ ^/cart/(\\w+)$ {"
          " if form:_method or json:_method or header:X-HTTP-Method-Override"
          "  = DELETE delete; item_key uri:1; }"
          "sitepreserver_event update_cart POST ~ ^/cart/(\\w+)$ {"
          " if form:_method or json:_method = PUT PATCH put patch;"
          " item_key uri:1; quantity form:qty or json:qty; }");

    PLAY(.uri = "/cart/7", .body = "_method=delete&qty=3");
    cart(SP_CART_REMOVE, "/7");
    PLAY(.uri = "/cart/7", .body = "{\"_method\":\"DELETE\"}");
    cart(SP_CART_REMOVE, "/7");
    PLAY(.uri = "/cart/7", .body = "a=b",
         .request = { { "x-http-method-override", "DELETE" } });
    cart(SP_CART_REMOVE, "/7");
    PLAY(.uri = "/cart/7", .body = "{\"_method\":\"PATCH\",\"qty\":3}");
    cart(SP_CART_SET, "/7*3");
    PLAY(.uri = "/cart/7", .body = "qty=3");
    assert_int_equal(lab.rc, SP_DONE);
}


/* An order is told by the page after it, or by where the answer leads. */

static void
orders_by_pages_and_redirects(void **unused)
{
    rules("sitepreserver_event purchase GET ~ ^/(\\w\\w/)?order/thanks$ {"
          " status 200; order_id cookie:last_order; }"
          "sitepreserver_event purchase POST = /place { status 302 303;"
          " if response.header:Location ~ /order/; "
          " order_id response.header:Location | regex:/order/([0-9]+); }");

    PLAY(.method = "GET", .uri = "/de/order/thanks",
         .request = { { "cookie", "last_order=12" } });
    assert_int_equal(lab.out->kinds, SP_PURCHASE);
    is(lab.out->order_id, "12");

    PLAY(.method = "GET", .uri = "/order/thanks", .status = 302);
    assert_int_equal(lab.rc, SP_DONE);

    PLAY(.uri = "/place", .status = 303,
         .response = { { "location", "https://shop/en/order/34?x" } });
    is(lab.out->order_id, "34");

    PLAY(.uri = "/place", .status = 302,
         .response = { { "location", "/checkout?error=1" } });
    assert_int_equal(lab.rc, SP_DONE);

    PLAY(.uri = "/place", .status = 200,
         .response = { { "location", "/order/34" } });
    assert_int_equal(lab.rc, SP_DONE);
}


/* An answer that is one value: a number, a text, true. */

static void
bare_scalars(void **unused)
{
    rules("sitepreserver_event purchase POST ~ ^/rest/(\\w+/)?V1/order$ {"
          " if response.json: ~ ^[0-9]+$; order_id response.json:; }"
          "sitepreserver_event identify POST = /rest/V1/mail {"
          " if response.json: = true; email json:mail; }");

    PLAY(.uri = "/rest/default/V1/order", .answer = "\"000000123\"");
    assert_int_equal(lab.out->kinds, SP_PURCHASE);
    is(lab.out->order_id, "000000123");

    PLAY(.uri = "/rest/V1/order", .answer = "4711", .piece = 1);
    is(lab.out->order_id, "4711");

    PLAY(.uri = "/rest/V1/order", .answer = "\"no such cart\"");
    assert_int_equal(lab.rc, SP_DONE);

    PLAY(.uri = "/rest/V1/mail", .body = "{\"mail\":\"a@example.com\"}",
         .answer = " true\n");
    is(lab.out->email, "a@example.com");

    PLAY(.uri = "/rest/V1/mail", .body = "{\"mail\":\"a@example.com\"}",
         .answer = "false");
    assert_int_equal(lab.rc, SP_DONE);

    /* half a number is another one */

    PLAY(.uri = "/rest/V1/order", .answer = "47119999", .answer_limit = 4);
    assert_int_equal(lab.rc, SP_DONE);
}


#define TEST(f)  cmocka_unit_test_setup_teardown(f, setup, teardown)


/*
 * Shops differ on which of two counts, most take the last: a request that logs
 * in one person must not be taken for another's.
 */

static void
names_that_are_there_twice(void **unused)
{
    size_t  i;

    static const char *const  bodies[] = {
        "{\"mail\":\"v@example.com\",\"mail\":\"m@example.com\"}",
        "{\"mail\":\"v@example.com\",\"x\":[{}],\"\\u006dail\":null}",
        "{\"user\":{\"mail\":\"v@example.com\"},"
            "\"user\":{\"mail\":\"m@example.com\"}}",
        "{\"user\":{\"mail\":\"v@example.com\"},\"user\":null}",
        "{\"mail\":\"v@example.com\",\"nested\":\"{}\",\"nested\":\"{}\"}",
        "{\"nested\":\"{\\\"mail\\\":\\\"v@example.com\\\","
            "\\\"mail\\\":\\\"m@example.com\\\"}\"}",
    };

    rules("sitepreserver_event login POST = /x {"
          " email json:mail or json:user.mail or json:nested | json:mail; }"
          "sitepreserver_event set_cart POST = /cart {"
          " items json:items { id id; quantity n; } }"
          "sitepreserver_event login POST = /graphql {"
          " email graphql:login.input.mail; }");

    for (i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        PLAY(.body = bodies[i], .piece = 1 + i % 3);
        is(lab.out->email, "");
        assert_int_equal(lab.out->request_bad, i < 5);
    }

    /* in another object, or where no rule looks, it is another name */

    PLAY(.body = "{\"a\":{\"mail\":\"x@example.com\"},"
                 "\"mail\":\"v@example.com\",\"b\":1,\"b\":2,"
                 "\"user\":{\"mail\":\"\"}}");
    is(lab.out->email, "v@example.com");
    assert_int_equal(lab.out->request_bad, 0);

    PLAY(.uri = "/cart", .body = "{\"items\":[{\"id\":1,\"n\":2},"
                                 "{\"id\":2,\"n\":1}]}");
    cart(SP_CART_SNAPSHOT, "1*2 2*1");

    PLAY(.uri = "/cart", .body = "{\"items\":[{\"id\":1,\"n\":2}],"
                                 "\"items\":[{\"id\":2,\"n\":1}]}");
    assert_int_equal(lab.out->cart, SP_CART_NONE);
    assert_int_equal(lab.out->request_bad, 1);

    PLAY(.uri = "/cart", .body = "{\"items\":[{\"id\":1,\"id\":2}]}");
    assert_int_equal(lab.out->cart, SP_CART_NONE);

    /* of variables the last, and nothing of what is twice in one */

    PLAY(.uri = "/graphql", .body = "{\"query\":\"mutation($i: I) {"
         " login(input: $i) { id } }\",\"variables\":{"
         "\"i\":{\"mail\":\"v@example.com\"},"
         "\"i\":{\"mail\":\"m@example.com\"}}}",
         .answer = "{\"data\":{\"login\":{\"id\":1}}}");
    is(lab.out->email, "m@example.com");

    PLAY(.uri = "/graphql", .body = "{\"query\":\"mutation($i: I) {"
         " login(input: $i) { id } }\",\"variables\":{"
         "\"i\":{\"mail\":\"v@example.com\",\"mail\":\"m@example.com\"}}}",
         .answer = "{\"data\":{\"login\":{\"id\":1}}}");
    is(lab.out->email, "");
    assert_int_equal(lab.out->request_bad, 1);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        TEST(prices_for_people),
        TEST(prices_across_elements),
        TEST(prices_beside_minor_units),
        TEST(prices_tell_their_currency),
        TEST(parallel_arrays),
        TEST(names_with_ids),
        TEST(multipart_forms),
        TEST(multipart_files),
        TEST(compressed_requests),
        TEST(compressed_answers),
        TEST(compressed_nothing),
        TEST(json_rpc),
        TEST(methods_in_other_places),
        TEST(orders_by_pages_and_redirects),
        TEST(bare_scalars),
        TEST(names_that_are_there_twice),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

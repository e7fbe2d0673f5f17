/*
 * Copyright (C) SitePreserver developers
 *
 * What the parts of the HTML finder share; for sp_html*.c only.
 */

#ifndef SP_HTML_INT_H
#define SP_HTML_INT_H

#include "sp_html.h"


/* What is known of tags. */

#define SP_TAG_VOID         0x0001  /* has no end tag */
#define SP_TAG_SPECIAL      0x0002  /* ends of other elements do not pass it */
#define SP_TAG_SCOPE        0x0004  /* ... and no ends of any */
#define SP_TAG_BLOCK        0x0008  /* its ends are spaces in text */
#define SP_TAG_FORMAT       0x0010  /* may end while others in it are open */
#define SP_TAG_BREAKOUT     0x0020  /* ends SVG and MathML */
#define SP_TAG_CLOSES_P     0x0040
#define SP_TAG_LIST         0x0080  /* holds items */
#define SP_TAG_PASS         0x0100  /* li, dd and dt end through it */
#define SP_TAG_HEAD         0x0200  /* may be in head */
#define SP_TAG_INTEGRATION  0x0400  /* in SVG: HTML may be within */

/* Of an open element only. */

#define SP_OPEN_WATCHED     0x1000  /* something ends with it */
#define SP_OPEN_FOREIGN     0x2000
#define SP_OPEN_INERT       0x4000  /* in a template */
#define SP_OPEN_GONE        0x8000  /* ended before what is in it */


typedef enum {
    SP_TAG_OTHER = 0,
    SP_TAG_P,
    SP_TAG_HEADING,
    SP_TAG_LI,
    SP_TAG_DD,
    SP_TAG_OPTION,
    SP_TAG_OPTGROUP,
    SP_TAG_TABLE,
    SP_TAG_SECTION,
    SP_TAG_ROW,
    SP_TAG_CELL,
    SP_TAG_CAPTION,
    SP_TAG_A,
    SP_TAG_BUTTON,
    SP_TAG_FORM,
    SP_TAG_HTML,
    SP_TAG_HEAD_ITSELF,
    SP_TAG_BODY,
    SP_TAG_TEMPLATE,
    SP_TAG_FOREIGN,
    SP_TAG_UL,                      /* or ol */
    SP_TAG_RAW,                     /* from here on: text without tags */
    SP_TAG_TEXT,
    SP_TAG_PLAIN,
    SP_TAG_KINDS
} sp_html_tag_kind_t;


/*
 * A name in lower case as a number: up to 8 bytes are kept as they are, more
 * are folded in.
 */

#define SP_HTML_FOLD  UINT64_C(0x100000001b3)

static inline uint64_t
sp_html_key_add(uint64_t key, unsigned len, unsigned char c)
{
    return len < 8 ? key | (uint64_t) c << (8 * len)
                   : (key ^ c) * SP_HTML_FOLD;
}

static inline unsigned char
sp_html_lower(unsigned char c)
{
    return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}


#define SP_HTML_KEY_TR      UINT64_C(0x7274)
#define SP_HTML_KEY_TBODY   UINT64_C(0x79646f6274)
#define SP_HTML_KEY_BODY    UINT64_C(0x79646f62)
#define SP_HTML_KEY_HTML    UINT64_C(0x6c6d7468)
#define SP_HTML_KEY_TD      UINT64_C(0x6474)
#define SP_HTML_KEY_TH      UINT64_C(0x6874)
#define SP_HTML_KEY_SCRIPT  UINT64_C(0x747069726373)


/* Parts of tables, whose tags may stand for those around them, too. */

static inline int
sp_html_puts_between(uint64_t key)
{
    return key == SP_HTML_KEY_TR || key == SP_HTML_KEY_TD
           || key == SP_HTML_KEY_TH;
}


/* sp_html_tags.c: by the key's hash; 0 is a tag that is not known. */

#define SP_HTML_TAGS  256

typedef struct {
    uint64_t            key;
    uint16_t            flags;
    uint8_t             kind;
} sp_html_tag_t;

extern const sp_html_tag_t  sp_html_tags[SP_HTML_TAGS];

static inline unsigned
sp_html_hash(uint64_t key)
{
    return (unsigned) ((key * UINT64_C(0x9e3779b97f4a7c15)) >> 56);
}

static inline unsigned
sp_html_tag(uint64_t key)
{
    unsigned  n;

    for (n = sp_html_hash(key); n == 0 || sp_html_tags[n].key != 0;
         n = (n + 1) % SP_HTML_TAGS)
    {
        if (sp_html_tags[n].key == key) {
            return n;
        }
    }

    return 0;
}


/*
 * A set.  Steps have a bit each, those of one selector in a row; so have
 * tests, each of which is asked for once.
 */

typedef enum {
    SP_TEST_PRESENT = 1,
    SP_TEST_EQUAL,
    SP_TEST_BEGINS,
    SP_TEST_HAS,
    SP_TEST_ENDS,
    SP_TEST_WORD                    /* .class */
} sp_html_op_t;

typedef struct {
    uint64_t            key;        /* of the tag, or of a word's text */
    uint64_t            steps;      /* that need it */
    sp_html_op_t        op;         /* 0: a tag */
    unsigned            attr;
    sp_str_t            text;
} sp_html_test_t;

typedef struct {
    uint64_t            key;
    uint64_t            tests;      /* those of its value, a bit each */
    unsigned            words:1;    /* some of them are of words */
    unsigned            kept:1;     /* a query wants it */
} sp_html_attr_t;

typedef struct {
    sp_html_kind_t      kind;
    size_t              limit;
    uint64_t            steps;
    unsigned            attr;       /* + 1; 0: the text */
    unsigned            own:1;      /* of the item itself */
} sp_html_query_t;

struct sp_html_set_s {
    uint64_t            first;      /* steps that begin a selector ... */
    uint64_t            inner;      /* ... of a field */
    uint64_t            last;       /* steps that end one */
    uint64_t            nth;        /* steps that count */
    uint64_t            fields;     /* all steps of fields */
    uint64_t            container;  /* the item's step before the last */
    uint64_t            tag_bloom;
    uint64_t            attr_bloom;
    uint64_t            word_bloom;
    uint64_t            word_begins;        /* by the last six bits of a
                                       word's first letter */
    uint64_t            tags;       /* tests of tags */
    uint64_t            untagged;   /* steps without one */

    unsigned            max;        /* of each of the following */
    uint64_t           *needs;      /* tests of a step */
    uint16_t           *number;     /* its N */
    uint8_t            *query;      /* that it ends */
    uint64_t           *leads;      /* of a test: steps that it is the rarest
                                       test of */
    sp_html_test_t     *tests;
    sp_html_attr_t     *attrs;
    sp_html_query_t    *queries;
    unsigned            nsteps;
    unsigned            ntests;
    unsigned            nattrs;
    unsigned            nqueries;
    unsigned            item;       /* + 1; 0: it has none */
};


static inline uint64_t
sp_html_bloom(uint64_t key)
{
    return UINT64_C(1) << ((key * UINT64_C(0x9e3779b97f4a7c15)) >> 58);
}


/*
 * sp_html_set.c: adds a step, which needs those tests; a test, an attribute,
 * each of them once.  SP_LIMIT: too many.
 */

sp_rc_t sp_html_set_step(sp_html_set_t *set, uint64_t needs,
    unsigned rarest, unsigned nth, unsigned *number);
sp_rc_t sp_html_set_test(sp_html_set_t *set, const sp_html_test_t *test,
    unsigned *number);
sp_rc_t sp_html_set_attr(sp_html_set_t *set, uint64_t key,
    unsigned *number);


/* The text of a hit, as it is gathered. */

typedef struct {
    char               *data;
    size_t              len;
    size_t              size;
    unsigned            depth;      /* of its element; 0: not open */
    unsigned            space:1;    /* one is due before what comes */
    unsigned            cut:1;
    unsigned            raw:1;      /* of a script */
} sp_html_text_t;


/* Where an attribute's value is kept until its tag is whole. */

typedef struct {
    size_t              start;
    size_t              len;
    unsigned            cut:1;
} sp_html_kept_t;


/* What a set knows of a tag. */

typedef struct {
    uint64_t              may;      /* steps that may have it as a hit */
    uint64_t              facts;    /* tests that hold */
    uint64_t              rare;     /* steps that they make worth a look */
    uint64_t              seen;     /* its attributes */
} sp_html_seen_t;


/* A set that is looked for. */

typedef struct {
    const sp_html_set_t  *set;
    sp_html_hit_pt        hit;
    void                 *data;
    uint64_t             *masks;    /* of each open element: the steps that it
                                       and those around it are hits of */
    uint64_t              wanted;   /* queries */
    uint64_t              steps;    /* theirs */
    uint64_t              got;      /* fields of the item at hand */
    uint64_t              open;     /* queries whose text is gathered */
    unsigned              done:1;
    unsigned              skips:1;  /* the item at hand is not wanted */

    sp_html_seen_t        tag;      /* the one at hand */
    sp_html_seen_t        aside;    /* ... while one is put before it */
    unsigned              attr;     /* + 1: the one at hand */
    char                 *values;
    size_t                values_len;
    size_t                values_size;

    unsigned              item;     /* depth of the item; 0: none is open */
    unsigned              items;    /* so far */
    unsigned              parent;   /* depth of what is around the first; while
                                       it is open */
    unsigned              container;        /* depth; 0: the document */
    unsigned              parent_gone:1;
    unsigned              named:1;  /* the selector names the container */

    uint16_t             *counts;   /* of steps */
    sp_html_text_t       *texts;    /* of queries */
    sp_html_kept_t       *kept;     /* of attributes */
} sp_html_watch_t;


typedef struct {
    uint64_t            key;
    uint16_t            flags;
    uint8_t             kind;
    uint8_t             tag;
} sp_html_open_t;


typedef enum {
    SP_HTML_IN_TEXT = 0,
    SP_HTML_IN_REFERENCE,           /* "&..." in text */
    SP_HTML_AT_TAG,                 /* "<" */
    SP_HTML_AT_END_TAG,             /* "</" */
    SP_HTML_IN_NAME,
    SP_HTML_AT_ATTR,                /* before the name of an attribute */
    SP_HTML_IN_ATTR,
    SP_HTML_AFTER_ATTR,             /* behind its name: "=" may come */
    SP_HTML_AT_VALUE,
    SP_HTML_IN_QUOTES,
    SP_HTML_IN_BARE,                /* a value without quotes */
    SP_HTML_AT_SLASH,               /* "/" in a tag */
    SP_HTML_AT_DECLARATION,         /* "<!" */
    SP_HTML_IN_BOGUS,               /* up to ">" */
    SP_HTML_IN_COMMENT,
    SP_HTML_IN_CDATA,
    SP_HTML_IN_RAW,                 /* script, style */
    SP_HTML_AT_RAW_TAG,             /* "<" in it */
    SP_HTML_IN_RAW_NAME,            /* "</..." or "<..." in it */
    SP_HTML_AT_RAW_COMMENT,         /* "<!" in a script */
    SP_HTML_IN_PLAIN                /* text to the end */
} sp_html_state_t;


#define SP_HTML_PENDING  40


struct sp_html_s {
    const sp_pool_t    *pool;
    sp_rc_t             rc;
    sp_html_state_t     state;
    size_t              taken;      /* of the last piece */
    uint64_t            steps;

    /* the tag at hand */

    uint64_t            key;
    uint64_t            name;       /* of its attribute */
    unsigned            len;        /* of the name that is read */
    unsigned char       is_end;
    unsigned char       is_closed;  /* "/>" */
    unsigned char       wants;      /* its attributes are looked at ... */
    unsigned char       wanted;     /* ... and the value that is read */
    unsigned char       value_cut;
    unsigned char       text_raw;   /* in title or textarea */
    char                quote;
    char               *value;      /* what of it was in pieces before */
    size_t              value_len;
    size_t              value_size;
    char               *decoded;
    size_t              decoded_size;

    /* "&...", "<!...", "</..." as far as it is there */

    char                pending[SP_HTML_PENDING];
    unsigned            npending;

    uint64_t            raw;        /* the element whose raw text it is */
    unsigned            dashes;     /* of a comment, and of one in a script */
    unsigned            comment;    /* bytes from its begin, at most 2 */
    unsigned            escaped;    /* in a script: 1 in "<!--", 2 in a
                                       "<script>" in that */

    unsigned            depth;
    unsigned            over;       /* elements that are too deep */
    unsigned            deep:1;
    unsigned            apart:1;    /* a tag came after the last text */
    unsigned            ntexts;     /* that are gathered */
    unsigned            nlive;      /* watches */
    unsigned            nwatches;
    unsigned            max;
    sp_html_watch_t    *watches;
    sp_html_open_t     *stack;      /* from 1 */
    uint16_t            kinds[SP_TAG_KINDS];        /* how many are open */
    uint16_t            tags[SP_HTML_TAGS];
};


/*
 * sp_html_start.c, sp_html_stack.c: a tag is whole; what is open ends with the
 * document.
 */

void sp_html_start(sp_html_t *html);
void sp_html_stop(sp_html_t *html);
void sp_html_pop(sp_html_t *html, unsigned depth);


/*
 * sp_html_match.c: a tag begins, and it is non-zero if any set wants its
 * attributes.  Of each of these the name, non-zero if the value is wanted, then
 * that.
 */

int sp_html_match_tag(sp_html_t *html);
int sp_html_match_attr(sp_html_t *html);
void sp_html_match_value(sp_html_t *html, const sp_str_t *value);

/* The element at the top of the stack is open. */

void sp_html_match_open(sp_html_t *html);


/* sp_html_hit.c: that element is a hit of a query; one ends. */

void sp_html_hit(sp_html_t *html, sp_html_watch_t *watch, unsigned query);
void sp_html_hit_close(sp_html_t *html, unsigned depth);

/* The document is over: items that are still looked for are all. */

void sp_html_hit_end(sp_html_t *html);


/*
 * sp_html_text.c: text as it passes, for the texts that are gathered; a tag
 * stands between two pieces of it, which is a space if it is of a block.
 */

void sp_html_text(sp_html_t *html, const char *p, size_t len);
void sp_html_text_apart(sp_html_t *html, unsigned block);

/*
 * It begins; it is over: *text is what there is of it.  It is given up.
 */

void sp_html_text_open(sp_html_t *html, sp_html_watch_t *watch,
    unsigned query);
void sp_html_text_close(sp_html_t *html, sp_html_watch_t *watch,
    unsigned query, sp_str_t *text);


/* Room for more: *data grows as an array of bytes.  SP_NOMEM. */

sp_rc_t sp_html_room(const sp_pool_t *pool, char **data, size_t *size,
    size_t len, size_t more);


/* Is what comes within SVG or MathML? */

static inline int
sp_html_foreign(const sp_html_t *html)
{
    const sp_html_open_t  *open;

    open = &html->stack[html->depth];

    return html->depth != 0
           && (open->flags & (SP_OPEN_FOREIGN | SP_TAG_INTEGRATION))
              == SP_OPEN_FOREIGN;
}


#endif /* SP_HTML_INT_H */

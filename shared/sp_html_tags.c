/*
 * Copyright (C) SitePreserver developers
 *
 * The tags that are not like others, each where sp_html_tag() looks for it: at
 * the hash of its key, or the next free place.  Place 0 is not used.
 */

#include "sp_html_int.h"


#define BLOCK  (SP_TAG_SPECIAL | SP_TAG_BLOCK)
#define ENDS   (BLOCK | SP_TAG_CLOSES_P)
#define VOID   (SP_TAG_SPECIAL | SP_TAG_VOID)


const sp_html_tag_t  sp_html_tags[SP_HTML_TAGS] = {
    [1] = { UINT64_C(0x6165726174786574), /* textarea */
        SP_TAG_SPECIAL, SP_TAG_TEXT },
    [2] = { UINT64_C(0x6c6f), /* ol */
        ENDS | SP_TAG_BREAKOUT | SP_TAG_LIST, SP_TAG_UL },
    [4] = { UINT64_C(0x6e69616d), /* main */
        ENDS, SP_TAG_OTHER },
    [6] = { UINT64_C(0x627573), /* sub */
        SP_TAG_BREAKOUT, SP_TAG_OTHER },
    [9] = { UINT64_C(0x706d78), /* xmp */
        SP_TAG_SPECIAL | SP_TAG_CLOSES_P, SP_TAG_RAW },
    [10] = { UINT64_C(0x6d65), /* em */
        SP_TAG_FORMAT | SP_TAG_BREAKOUT, SP_TAG_OTHER },
    [18] = { UINT64_C(0x656d61726669), /* iframe */
        SP_TAG_SPECIAL, SP_TAG_RAW },
    [19] = { UINT64_C(0x73), /* s */
        SP_TAG_FORMAT | SP_TAG_BREAKOUT, SP_TAG_OTHER },
    [20] = { UINT64_C(0x656c746974), /* title */
        SP_TAG_SPECIAL | SP_TAG_HEAD | SP_TAG_INTEGRATION, SP_TAG_TEXT },
    [21] = { UINT64_C(0x79627572), /* ruby */
        SP_TAG_BREAKOUT, SP_TAG_OTHER },
    [22] = { UINT64_C(0x656b69727473), /* strike */
        SP_TAG_FORMAT | SP_TAG_BREAKOUT, SP_TAG_OTHER },
    [24] = { UINT64_C(0x676f6c616964), /* dialog */
        ENDS, SP_TAG_OTHER },
    [26] = { UINT64_C(0x70756f72676c6f63), /* colgroup */
        SP_TAG_SPECIAL, SP_TAG_CAPTION },
    [27] = { UINT64_C(0x63736564), /* desc */
        SP_TAG_INTEGRATION, SP_TAG_OTHER },
    [28] = { UINT64_C(0x3268), /* h2 */
        ENDS | SP_TAG_BREAKOUT, SP_TAG_HEADING },
    [29] = { UINT64_C(0x76616e), /* nav */
        ENDS, SP_TAG_OTHER },
    [34] = { UINT64_C(0x726564616568), /* header */
        ENDS, SP_TAG_OTHER },
    [39] = { UINT64_C(0x726176), /* var */
        SP_TAG_BREAKOUT, SP_TAG_OTHER },
    [44] = { UINT64_C(0x686372616573), /* search */
        ENDS, SP_TAG_OTHER },
    [45] = { UINT64_C(0x6e617073), /* span */
        SP_TAG_BREAKOUT, SP_TAG_OTHER },
    [49] = { UINT64_C(0x73736572646461), /* address */
        ENDS | SP_TAG_PASS, SP_TAG_OTHER },
    [53] = { UINT64_C(0x6c64), /* dl */
        ENDS | SP_TAG_BREAKOUT | SP_TAG_LIST, SP_TAG_OTHER },
    [56] = { UINT64_C(0x70), /* p */
        ENDS | SP_TAG_BREAKOUT | SP_TAG_PASS, SP_TAG_P },
    [57] = { UINT64_C(0x656c797473), /* style */
        SP_TAG_SPECIAL | SP_TAG_HEAD, SP_TAG_RAW },
    [58] = { UINT64_C(0x6874), /* th */
        BLOCK | SP_TAG_SCOPE, SP_TAG_CELL },
    [61] = { UINT64_C(0x72626f6e), /* nobr */
        SP_TAG_FORMAT | SP_TAG_BREAKOUT, SP_TAG_OTHER },
    [65] = { UINT64_C(0x747069726373), /* script */
        SP_TAG_SPECIAL | SP_TAG_HEAD, SP_TAG_RAW },
    [67] = { UINT64_C(0x6461656874), /* thead */
        BLOCK, SP_TAG_SECTION },
    [69] = { UINT64_C(0x7262), /* br */
        BLOCK | SP_TAG_BREAKOUT | SP_TAG_VOID, SP_TAG_OTHER },
    [71] = { UINT64_C(0x6d726f66), /* form */
        ENDS, SP_TAG_FORM },
    [73] = { UINT64_C(0x7972616d6d7573), /* summary */
        ENDS, SP_TAG_OTHER },
    [75] = { UINT64_C(0x676962), /* big */
        SP_TAG_FORMAT | SP_TAG_BREAKOUT, SP_TAG_OTHER },
    [76] = { UINT64_C(0x746e6f6665736162), /* basefont */
        VOID | SP_TAG_HEAD, SP_TAG_OTHER },
    [79] = { UINT64_C(0x6e6f6974706f), /* option */
        SP_TAG_BLOCK, SP_TAG_OPTION },
    [80] = { UINT64_C(0x75), /* u */
        SP_TAG_FORMAT | SP_TAG_BREAKOUT, SP_TAG_OTHER },
    [81] = { UINT64_C(0x7265746f6f66), /* footer */
        ENDS, SP_TAG_OTHER },
    [83] = { UINT64_C(0x3368), /* h3 */
        ENDS | SP_TAG_BREAKOUT, SP_TAG_HEADING },
    [84] = { UINT64_C(0x6e6f74747562), /* button */
        SP_TAG_SPECIAL, SP_TAG_BUTTON },
    [85] = { UINT64_C(0x6e6f6974706163), /* caption */
        BLOCK | SP_TAG_SCOPE, SP_TAG_CAPTION },
    [86] = { UINT64_C(0x756e656d), /* menu */
        ENDS | SP_TAG_BREAKOUT | SP_TAG_LIST, SP_TAG_OTHER },
    [87] = { UINT64_C(0x79646f6274), /* tbody */
        BLOCK, SP_TAG_SECTION },
    [88] = { UINT64_C(0x6b6e696c), /* link */
        VOID | SP_TAG_HEAD, SP_TAG_OTHER },
    [92] = { UINT64_C(0x6474), /* td */
        BLOCK | SP_TAG_SCOPE, SP_TAG_CELL },
    [95] = { UINT64_C(0x676e697473696c), /* listing */
        ENDS | SP_TAG_BREAKOUT, SP_TAG_OTHER },
    [101] = { UINT64_C(0x7274), /* tr */
        BLOCK, SP_TAG_ROW },
    [102] = { UINT64_C(0x7463656a626f), /* object */
        SP_TAG_SPECIAL | SP_TAG_SCOPE, SP_TAG_OTHER },
    [104] = { UINT64_C(0x6e656779656b), /* keygen */
        VOID, SP_TAG_OTHER },
    [113] = { UINT64_C(0x7475706e69), /* input */
        VOID, SP_TAG_OTHER },
    [115] = { UINT64_C(0x65736162), /* base */
        VOID | SP_TAG_HEAD, SP_TAG_OTHER },
    [116] = { UINT64_C(0x746e6f66), /* font */
        SP_TAG_FORMAT, SP_TAG_OTHER },
    [117] = { UINT64_C(0x6b63617274), /* track */
        VOID, SP_TAG_OTHER },
    [121] = { UINT64_C(0x6564697361), /* aside */
        ENDS, SP_TAG_OTHER },
    [122] = { UINT64_C(0x6464), /* dd */
        BLOCK | SP_TAG_BREAKOUT, SP_TAG_DD },
    [123] = { UINT64_C(0x7303918c6fc48cdf), /* figcaption */
        ENDS, SP_TAG_OTHER },
    [124] = { UINT64_C(0x73656d6172666f6e), /* noframes */
        SP_TAG_SPECIAL, SP_TAG_RAW },
    [125] = { UINT64_C(0x7463656c6573), /* select */
        SP_TAG_SPECIAL, SP_TAG_OTHER },
    [126] = { UINT64_C(0x676d69), /* img */
        VOID | SP_TAG_BREAKOUT, SP_TAG_OTHER },
    [127] = { UINT64_C(0x7470697263736f6e), /* noscript */
        SP_TAG_SPECIAL | SP_TAG_HEAD, SP_TAG_OTHER },
    [128] = { UINT64_C(0x656c6369747261), /* article */
        ENDS, SP_TAG_OTHER },
    [129] = { UINT64_C(0x6c6d7468), /* html */
        SP_TAG_SPECIAL | SP_TAG_SCOPE, SP_TAG_HTML },
    [130] = { UINT64_C(0x696c), /* li */
        BLOCK | SP_TAG_BREAKOUT, SP_TAG_LI },
    [131] = { UINT64_C(0x736c6961746564), /* details */
        ENDS, SP_TAG_OTHER },
    [132] = { UINT64_C(0x676e6f727473), /* strong */
        SP_TAG_FORMAT | SP_TAG_BREAKOUT, SP_TAG_OTHER },
    [138] = { UINT64_C(0x70756f726774706f), /* optgroup */
        SP_TAG_BLOCK, SP_TAG_OPTGROUP },
    [139] = { UINT64_C(0x3468), /* h4 */
        ENDS | SP_TAG_BREAKOUT, SP_TAG_HEADING },
    [140] = { UINT64_C(0x6465626d65), /* embed */
        VOID | SP_TAG_BREAKOUT, SP_TAG_OTHER },
    [145] = { UINT64_C(0x62), /* b */
        SP_TAG_FORMAT | SP_TAG_BREAKOUT, SP_TAG_OTHER },
    [151] = { UINT64_C(0x6c6f63), /* col */
        VOID, SP_TAG_CAPTION },
    [157] = { UINT64_C(0x657275676966), /* figure */
        ENDS, SP_TAG_OTHER },
    [158] = { UINT64_C(0x677673), /* svg */
        0, SP_TAG_FOREIGN },
    [160] = { UINT64_C(0x6465626d656f6e), /* noembed */
        SP_TAG_SPECIAL, SP_TAG_RAW },
    [166] = { UINT64_C(0x646e756f736762), /* bgsound */
        VOID | SP_TAG_HEAD, SP_TAG_OTHER },
    [168] = { UINT64_C(0x898a933d91db36e5), /* blockquote */
        ENDS | SP_TAG_BREAKOUT, SP_TAG_OTHER },
    [170] = { UINT64_C(0x766964), /* div */
        ENDS | SP_TAG_BREAKOUT | SP_TAG_PASS, SP_TAG_OTHER },
    [174] = { UINT64_C(0x707573), /* sup */
        SP_TAG_BREAKOUT, SP_TAG_OTHER },
    [175] = { UINT64_C(0x746f6f6674), /* tfoot */
        BLOCK, SP_TAG_SECTION },
    [177] = { UINT64_C(0x6174656d), /* meta */
        VOID | SP_TAG_BREAKOUT | SP_TAG_HEAD, SP_TAG_OTHER },
    [179] = { UINT64_C(0x74656c707061), /* applet */
        SP_TAG_SPECIAL | SP_TAG_SCOPE, SP_TAG_OTHER },
    [182] = { UINT64_C(0x6c75), /* ul */
        ENDS | SP_TAG_BREAKOUT | SP_TAG_LIST, SP_TAG_UL },
    [186] = { UINT64_C(0x746573646c656966), /* fieldset */
        ENDS, SP_TAG_OTHER },
    [190] = { UINT64_C(0x64616568), /* head */
        SP_TAG_SPECIAL, SP_TAG_HEAD_ITSELF },
    [194] = { UINT64_C(0x3568), /* h5 */
        ENDS | SP_TAG_BREAKOUT, SP_TAG_HEADING },
    [195] = { UINT64_C(0x726964), /* dir */
        ENDS, SP_TAG_OTHER },
    [198] = { UINT64_C(0x6c6c616d73), /* small */
        SP_TAG_FORMAT | SP_TAG_BREAKOUT, SP_TAG_OTHER },
    [201] = { UINT64_C(0x656c626174), /* table */
        ENDS | SP_TAG_SCOPE | SP_TAG_BREAKOUT | SP_TAG_LIST, SP_TAG_TABLE },
    [209] = { UINT64_C(0x7265746e6563), /* center */
        ENDS | SP_TAG_BREAKOUT, SP_TAG_OTHER },
    [212] = { UINT64_C(0x7474), /* tt */
        SP_TAG_FORMAT | SP_TAG_BREAKOUT, SP_TAG_OTHER },
    [216] = { UINT64_C(0x79646f62), /* body */
        SP_TAG_SPECIAL | SP_TAG_BREAKOUT, SP_TAG_BODY },
    [228] = { UINT64_C(0x3168), /* h1 */
        ENDS | SP_TAG_BREAKOUT, SP_TAG_HEADING },
    [229] = { UINT64_C(0x69), /* i */
        SP_TAG_FORMAT | SP_TAG_BREAKOUT, SP_TAG_OTHER },
    [230] = { UINT64_C(0xf5d0db9d108a8acc), /* plaintext */
        SP_TAG_SPECIAL | SP_TAG_CLOSES_P, SP_TAG_PLAIN },
    [231] = { UINT64_C(0x6874616d), /* math */
        0, SP_TAG_FOREIGN },
    [232] = { UINT64_C(0x6e6f6974636573), /* section */
        ENDS, SP_TAG_OTHER },
    [237] = { UINT64_C(0x6d61726170), /* param */
        VOID, SP_TAG_OTHER },
    [240] = { UINT64_C(0x7464), /* dt */
        BLOCK | SP_TAG_BREAKOUT, SP_TAG_DD },
    [241] = { UINT64_C(0x9c99eab5f761b322), /* foreignobject */
        SP_TAG_INTEGRATION, SP_TAG_OTHER },
    [242] = { UINT64_C(0x657270), /* pre */
        ENDS | SP_TAG_BREAKOUT, SP_TAG_OTHER },
    [243] = { UINT64_C(0x61), /* a */
        SP_TAG_FORMAT, SP_TAG_A },
    [246] = { UINT64_C(0x61657261), /* area */
        VOID, SP_TAG_OTHER },
    [248] = { UINT64_C(0x65646f63), /* code */
        SP_TAG_FORMAT | SP_TAG_BREAKOUT, SP_TAG_OTHER },
    [249] = { UINT64_C(0x656372756f73), /* source */
        VOID, SP_TAG_OTHER },
    [250] = { UINT64_C(0x3668), /* h6 */
        ENDS | SP_TAG_BREAKOUT, SP_TAG_HEADING },
    [251] = { UINT64_C(0x7268), /* hr */
        ENDS | SP_TAG_BREAKOUT | SP_TAG_VOID, SP_TAG_OTHER },
    [252] = { UINT64_C(0x6565757172616d), /* marquee */
        SP_TAG_SPECIAL | SP_TAG_SCOPE, SP_TAG_OTHER },
    [253] = { UINT64_C(0x726277), /* wbr */
        VOID, SP_TAG_OTHER },
    [254] = { UINT64_C(0x70756f726768), /* hgroup */
        ENDS, SP_TAG_OTHER },
    [255] = { UINT64_C(0x6574616c706d6574), /* template */
        SP_TAG_SPECIAL | SP_TAG_SCOPE | SP_TAG_HEAD, SP_TAG_TEMPLATE }
};

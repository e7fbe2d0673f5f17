# SitePreserver. `make help` lists what there is to make; V=1 shows the commands.

BUILD      ?= build
V          ?=
Q           = $(if $(V),,@)
WARN        = -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes \
              -Wmissing-prototypes -Wpointer-arith -Wno-unused-parameter
HARDEN      = -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIC \
              -fvisibility=hidden
OPT        ?= -O2 -g
SAN        ?=
CFLAGS     += -std=gnu11 $(OPT) $(WARN) $(if $(SAN),,$(HARDEN)) $(SAN) -fPIC
LDFLAGS    += $(SAN) -Wl,-z,relro -Wl,-z,now

PREFIX        ?= /usr/local
CONF_DIR      ?= /etc/sitepreserver
MODULES_DIR   ?= /usr/lib/nginx/modules
CREATIVES_DIR ?= $(PREFIX)/share/sitepreserver/creatives

# Answers in brotli are read where its library is there.
BROTLI     := $(shell pkg-config --exists libbrotlidec 2>/dev/null && echo 1)
CFLAGS     += $(if $(BROTLI),-DSP_BROTLI)

SP_LIBS     = -lcrypto -lpcre2-8 -lz $(if $(BROTLI),-lbrotlidec)
MAILER_PKGS = libevent libevent_openssl libcurl gmime-3.0 libconfuse jansson \
              icu-i18n icu-uc hiredis libsystemd openssl gumbo libcares \
              lua5.1
MAILER_CFLAGS := $(shell pkg-config --cflags $(MAILER_PKGS) 2>/dev/null) \
                 -DSP_CREATIVES_DIR='"$(CREATIVES_DIR)"' \
                 -DSP_PRESETS_DIR='"$(CONF_DIR)/presets"'
MAILER_LIBS   := $(shell pkg-config --libs $(MAILER_PKGS) 2>/dev/null) -lm

SP_SRC      = $(sort $(wildcard shared/*.c))
SP_OBJ      = $(SP_SRC:%.c=$(BUILD)/%.o) $(BUILD)/shared/sp_functions.o
MAILER_SRC  = $(sort $(wildcard mailer/*.c))
MAILER_OBJ  = $(MAILER_SRC:%.c=$(BUILD)/%.o) $(BUILD)/mailer/replay_text.o
UNIT_SRC    = $(sort $(wildcard t/unit/test_*.c))
UNIT_BIN    = $(UNIT_SRC:%.c=$(BUILD)/%)

# Each has nearly all of the product in it: the quicker linker, where it is.
UNIT_LD    := $(if $(shell command -v ld.gold),-fuse-ld=gold)

.PHONY: all help mailer module unit unit-asan unit-valgrind unit-bins test \
        bench install clean

all: module mailer             ## the module and the mailer

help:                          ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 20

mailer: $(BUILD)/sitepreserver ## the mailer, build/sitepreserver

module:                        ## the nginx module (NGINX_SRC=DIR: for that source)
	@sh ngx_module/build.sh "$(BUILD)" "$(NGINX_SRC)"

unit: unit-bins                ## unit tests
	@sh t/unit/run $(UNIT_BIN)

unit-bins: $(UNIT_BIN)

unit-asan:                     ## unit tests under ASan and UBSan
	@$(MAKE) BUILD=$(BUILD)/asan unit OPT="-O1 -g" \
	    SAN="-fsanitize=address,undefined -fno-sanitize-recover=all"

unit-valgrind: unit-bins       ## unit tests under valgrind
	@SP_VALGRIND=1 sh t/unit/run $(UNIT_BIN)

test:                          ## all tests, as CI runs them
	@t/run

bench:                         ## benchmarks, with their ratios
	@t/bench/run

install: all                   ## into DESTDIR, PREFIX (default /usr/local)
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(MODULES_DIR) \
	    $(DESTDIR)$(CREATIVES_DIR) $(DESTDIR)$(CONF_DIR)/presets \
	    $(DESTDIR)$(CONF_DIR)/recall \
	    $(DESTDIR)$(PREFIX)/share/man/man1 \
	    $(DESTDIR)$(PREFIX)/lib/systemd/system
	install -m 755 $(BUILD)/sitepreserver $(DESTDIR)$(PREFIX)/bin/
	install -m 644 $(BUILD)/ngx_http_sitepreserver_module.so \
	    $(DESTDIR)$(MODULES_DIR)/
	cp -R mailer/creatives/. $(DESTDIR)$(CREATIVES_DIR)/
	install -m 644 conf/presets/*.conf $(DESTDIR)$(CONF_DIR)/presets/
	install -m 644 conf/recall/* $(DESTDIR)$(CONF_DIR)/recall/
	install -m 644 docs/*.1 $(DESTDIR)$(PREFIX)/share/man/man1/
	sed 's|/usr/local/bin|$(PREFIX)/bin|' conf/sitepreserver.service \
	    > $(DESTDIR)$(PREFIX)/lib/systemd/system/sitepreserver.service
	test -e $(DESTDIR)$(CONF_DIR)/sitepreserver.conf \
	    || install -m 644 conf/sitepreserver.conf $(DESTDIR)$(CONF_DIR)/

clean:                         ## remove what was built
	rm -rf $(BUILD)

$(BUILD)/sitepreserver: $(MAILER_OBJ) $(BUILD)/libsp.a
	@echo '  LD   $@'
	$(Q)$(CC) $(LDFLAGS) -pie -o $@ $^ $(MAILER_LIBS) $(SP_LIBS) -lpthread

$(BUILD)/libsp.a: $(SP_OBJ)
	@rm -f $@
	@echo '  AR   $@'
	$(Q)$(AR) rcs $@ $^

$(BUILD)/shared/%.o: shared/%.c
	@mkdir -p $(@D)
	@echo '  CC   $<'
	$(Q)$(CC) $(CFLAGS) -Ishared -MMD -MP -c -o $@ $<

$(BUILD)/shared/sp_functions.c: shared/sp_functions.lua \
    $(sort $(wildcard shared/sp_functions_*.lua)) shared/embed.sh
	@mkdir -p $(@D)
	sh shared/embed.sh $< > $@.tmp && mv $@.tmp $@

$(BUILD)/shared/sp_functions.o: $(BUILD)/shared/sp_functions.c
	@echo '  CC   $<'
	$(Q)$(CC) $(CFLAGS) -Ishared -c -o $@ $<

$(BUILD)/mailer/%.o: mailer/%.c
	@mkdir -p $(@D)
	@echo '  CC   $<'
	$(Q)$(CC) $(CFLAGS) -Ishared -Imailer $(MAILER_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/mailer/replay_text.c: $(sort $(wildcard mailer/replay_*.lua)) \
    mailer/embed.sh
	@mkdir -p $(@D)
	$(Q)sh mailer/embed.sh $(filter %.lua,$^) > $@.tmp && mv $@.tmp $@

$(BUILD)/mailer/replay_text.o: $(BUILD)/mailer/replay_text.c
	@echo '  CC   $<'
	$(Q)$(CC) $(CFLAGS) -Ishared -Imailer $(MAILER_CFLAGS) -c -o $@ $<

# Unit tests are linked with everything but main, so that each can test any part.
$(BUILD)/t/unit/%: t/unit/%.c $(filter-out $(BUILD)/mailer/main.o,$(MAILER_OBJ)) \
    $(BUILD)/libsp.a
	@mkdir -p $(@D)
	@echo '  LD   $@'
	$(Q)$(CC) $(CFLAGS) -Ishared -Imailer -It/unit $(MAILER_CFLAGS) $(LDFLAGS) \
	    $(UNIT_LD) -MMD -MP -MF $@.d -o $@ $< \
	    $(filter-out $(BUILD)/mailer/main.o,$(MAILER_OBJ)) $(BUILD)/libsp.a \
	    $(MAILER_LIBS) $(SP_LIBS) -lcmocka -lpthread

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

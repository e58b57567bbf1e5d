/* SPDX-License-Identifier: Apache-2.0 */
#include "alert_audience.h"

#include <sanzao/rules.h>

#include "alert_view.h"
#include "codes.h"
#include "words.h"

/* One of those that events are for. */
typedef struct audience {
    const char *name;
    uint32_t n;
} audience;

const char *alert_audience(yyjson_val *event) {
    const char *name = alert_text(event, "audience");
    return *name ? name : "counselor";
}

bool alert_is_for(const char *name, const char *const *names, uint32_t n) {
    for (uint32_t i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0) return true;
    return n == 0;
}

/* Most alerts first, else by name. */
static int by_number(const void *pa, const void *pb, void *ctx) {
    const audience *a = pa, *b = pb;
    (void)ctx;
    if (a->n != b->n) return a->n < b->n ? 1 : -1;
    return strcmp(a->name, b->name);
}

/* Each once, to be freed; they are few. */
static audience *all_of(yyjson_val *const *events, uint32_t n, uint32_t *n_found) {
    audience *v = NULL;
    *n_found = 0;
    for (uint32_t i = 0; i < n; i++) {
        const char *name = alert_audience(events[i]);
        uint32_t k = 0;
        while (k < *n_found && strcmp(v[k].name, name) != 0) k++;
        if (k == *n_found) {
            v = sz_realloc(v, (k + 1) * sizeof *v);
            v[(*n_found)++] = (audience){.name = name};
        }
        v[k].n++;
    }
    sz_sort(v, *n_found, sizeof *v, by_number, NULL);
    return v;
}

static bool is_office(const char *name) { return sz_office_words(sz_str_of(name), SZ_EN) != NULL; }

static const char *meant_by(const char *name, const audience *v, uint32_t n) {
    for (uint32_t i = 0; i < n; i++)
        if (strlen(name) > 3 && sz_str_distance(sz_str_of(name), sz_str_of(v[i].name), 2) < 2) return v[i].name;
    return sz_office_meant(sz_str_of(name));
}

static bool is_several(const char *name) { return strpbrk(name, ",; ") || strstr(name, "，") || strstr(name, "、"); }

static void put_names(sz_buf *out, const audience *v, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        if (i) sz_buf_put_z(out, ", ");
        app_put_safe(out, sz_str_of(v[i].name));
    }
}

void alert_audience_check(sz_diags *d, const char *name, sz_span at, yyjson_val *const *events, uint32_t n) {
    uint32_t n_found;
    audience *v = all_of(events, n, &n_found);
    bool is_known = is_office(name);
    for (uint32_t i = 0; i < n_found; i++) is_known |= strcmp(v[i].name, name) == 0;
    const char *meant = is_known ? NULL : meant_by(name, v, n_found);
    sz_buf names;
    sz_buf_init(&names);
    put_names(&names, v, n_found);
    if (meant || (!is_known && (!*name || is_several(name)))) {
        sz_diag *g = sz_diags_add(d, SZ_ERROR, APP_CODE_VALUE, at, "no office that is known is called `%s`",
                                  "没有已知的部门叫 `%s`", name);
        if (meant) sz_diag_hint(d, g, "did you mean --audience %s?", "是不是 --audience %s？", meant);
        else
            sz_diag_hint(d, g, "one name each time: --audience counselor --audience funding-centre",
                         "每次一个名字：--audience counselor --audience funding-centre");
    } else if (!is_known && n_found) {
        sz_diag *g = sz_diags_add(d, SZ_WARNING, APP_CODE_VALUE, at, "no alert here is for `%s`",
                                  "这里没有给 `%s` 的预警", name);
        sz_diag_hint(d, g, "they are for %.*s", "这里的预警给的是 %.*s", SZ_FMT_STR(sz_buf_str(&names)));
    }
    sz_buf_fini(&names);
    sz_free(v);
}

void alert_audience_counts(sz_buf *out, yyjson_val *const *events, uint32_t n, sz_lang lang) {
    uint32_t n_found;
    audience *v = all_of(events, n, &n_found);
    bool zh = lang == SZ_ZH;
    for (uint32_t i = 0; n_found > 1 && i < n_found; i++) {
        const char *word = app_word(SZ_WORDS_PLACES, v[i].name, lang);
        sz_buf_put_z(out, i ? zh ? "、" : ", " : zh ? "其中给：" : "Of these for: ");
        sz_buf_printf(out, zh ? "%s %u 条" : "%s %u", word, v[i].n);
    }
    if (n_found > 1)
        sz_buf_printf(out,
                      zh ? "。转给其中一处前请只取它的：--audience %s\n"
                         : ". Before one of them gets the list: --audience %s\n",
                      v[0].name);
    sz_free(v);
}

void alert_audience_only(sz_buf *out, const char *const *names, uint32_t n, sz_lang lang) {
    bool zh = lang == SZ_ZH;
    sz_buf_put_z(out, zh ? "仅列出给这一处的预警：" : "Only alerts for: ");
    for (uint32_t i = 0; i < n; i++) {
        if (i) sz_buf_put_z(out, zh ? "、" : ", ");
        app_put_safe(out, sz_str_of(app_word(SZ_WORDS_PLACES, names[i], lang)));
    }
    sz_buf_put_z(out, zh ? "。\n" : ".\n");
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "excuses.h"

#include "words.h"

static int answer_of(yyjson_val *x) {
    yyjson_val *v = yyjson_obj_get(x, "value");
    return !yyjson_is_bool(v) ? 2 : !yyjson_get_bool(v);
}

/* What is true comes first: it says why nothing is told, or that it is over. */
void excuses_view(sz_buf *out, yyjson_val *list, sz_lang lang) {
    static const char *const heads[][2] = {
        {"true: ", "属实："}, {"ruled out: ", "已排除："}, {"not known: ", "不明："}};
    bool has_any = false;
    for (int answer = 0; answer < 3; answer++) {
        size_t i, n;
        yyjson_val *x;
        bool is_first = true;
        yyjson_arr_foreach(list, i, n, x) {
            if (answer_of(x) != answer) continue;
            if (is_first && has_any) sz_buf_put_z(out, lang == SZ_ZH ? "；" : "; ");
            sz_buf_put_z(out, is_first ? heads[answer][lang == SZ_ZH] : " · ");
            const char *name = yyjson_get_str(yyjson_obj_get(x, "name"));
            sz_buf_put_z(out, app_word(SZ_WORDS_REASONS, name ? name : "", lang));
            is_first = false;
            has_any = true;
        }
    }
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the limits of rules come from: once for each rule below a list, for it is read of one alert and skipped of the
 * other twenty.
 */
#include "alert_view.h"

static bool is_same(yyjson_val *a, yyjson_val *b, sz_lang lang) {
    return strcmp(alert_source(a, lang), alert_source(b, lang)) == 0 &&
           strcmp(alert_both(a, "title", lang), alert_both(b, "title", lang)) == 0;
}

void alert_sources(sz_buf *out, yyjson_val *const *events, uint32_t n, sz_lang lang) {
    yyjson_val **said = sz_alloc((n + 1) * sizeof *said);
    uint32_t n_said = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t k = 0;
        if (!*alert_source(events[i], lang)) continue;
        while (k < n_said && !is_same(said[k], events[i], lang)) k++;
        if (k < n_said) continue;
        said[n_said++] = events[i];
        if (k == 0) sz_buf_put_z(out, lang == SZ_ZH ? "依据：\n" : "Thresholds from:\n");
        sz_buf_printf(out, lang == SZ_ZH ? "   %s：%s\n" : "   %s: %s\n", alert_both(events[i], "title", lang),
                      alert_source(events[i], lang));
    }
    if (n_said) sz_buf_put_u8(out, '\n');
    sz_free(said);
}

/* SPDX-License-Identifier: Apache-2.0 */
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* of two languages; the callers' are checked by sight */
#include "log.h"

#include <pthread.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "env.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static bool is_json;
static sz_lang lang;

static const char *const level_names[] = {"note", "warning", "error"}; /* for programs, and in English */
static const char *const level_names_zh[] = {"提示", "警告", "错误"};

void sz_log_begin(bool json, sz_lang l) {
    pthread_mutex_lock(&mutex);
    is_json = json;
    lang = l;
    pthread_mutex_unlock(&mutex);
}

static void put_time(sz_buf *out) {
    int64_t ms = sz_wall_ms();
    time_t s = (time_t)(ms / 1000);
    struct tm tm;
    char text[32];
    gmtime_r(&s, &tm);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm);
    sz_buf_printf(out, "%s.%03dZ", text, (int)(ms % 1000));
}

static void put_json(sz_buf *out, sz_severity severity, const char *what, sz_str text, sz_str fields) {
    sz_buf_put_z(out, "{\"time\":\"");
    put_time(out);
    sz_buf_printf(out, "\",\"level\":\"%s\",\"event\":\"%s\",\"message\":", level_names[severity], what);
    sz_json_str(out, text);
    if (fields.n) {
        sz_buf_put_u8(out, ',');
        sz_buf_put_str(out, fields);
    }
    sz_buf_put_z(out, "}\n");
}

static void put_text(sz_buf *out, sz_severity severity, sz_str text, sz_str fields) {
    put_time(out);
    if (lang == SZ_ZH) sz_buf_printf(out, " %s ", level_names_zh[severity]);
    else sz_buf_printf(out, " %-7s ", level_names[severity]);
    sz_buf_put_str(out, text);
    if (fields.n) sz_buf_put_u8(out, ' ');
    sz_buf_put_str(out, fields);
    for (size_t i = 0; i < out->n; i++)
        if (out->p[i] < ' ') out->p[i] = ' '; /* one line, whatever a server says */
    sz_buf_put_u8(out, '\n');
}

static void write_line(sz_severity severity, const char *what, sz_str message, sz_str fields, sz_str text,
                       sz_str rest) {
    sz_buf out;
    sz_buf_init(&out);
    pthread_mutex_lock(&mutex);
    if (is_json) put_json(&out, severity, what, message, fields);
    else put_text(&out, severity, text, rest);
    for (size_t done = 0; done < out.n;) {
        ssize_t n = write(STDERR_FILENO, out.p + done, out.n - done);
        if (n <= 0) break;
        done += (size_t)n;
    }
    pthread_mutex_unlock(&mutex);
    sz_buf_fini(&out);
}

static sz_str in_our_language(sz_str en, sz_str zh) {
    pthread_mutex_lock(&mutex);
    sz_str text = lang == SZ_ZH && zh.n ? zh : en;
    pthread_mutex_unlock(&mutex);
    return text;
}

void sz_log_fields(sz_severity severity, const char *what, sz_str en, sz_str zh, sz_str fields) {
    sz_str text = in_our_language(en, zh);
    write_line(severity, what, text, fields, text, fields);
}

void sz_log_told(sz_severity severity, const char *what, sz_str en, sz_str zh, sz_str fields) {
    write_line(severity, what, sz_str_of(what), fields, in_our_language(en, zh), (sz_str){0});
}

void sz_log(sz_severity severity, const char *what, const char *en, const char *zh, ...) {
    char text[600], text_zh[600];
    va_list ap, again;
    va_start(ap, zh);
    va_copy(again, ap);
    vsnprintf(text, sizeof text, en, ap);
    vsnprintf(text_zh, sizeof text_zh, zh ? zh : en, again);
    va_end(again);
    va_end(ap);
    sz_log_fields(severity, what, sz_str_of(text), sz_str_of(text_zh), (sz_str){0});
}

static void say(void *self, sz_severity severity, const char *en, const char *zh) {
    (void)self;
    sz_log_fields(severity, "kafka", sz_str_of(en), sz_str_of(zh), (sz_str){0});
}

sz_kafka_voice sz_log_voice(void) { return (sz_kafka_voice){NULL, say}; }

/* SPDX-License-Identifier: Apache-2.0 */
#include "servers.h"

#include <stdio.h>
#include <poll.h>

#include "host/log.h"
#include "host/signals.h"
#include "states.h"

enum { WHY = 600, ASK_MS = 5000, WAIT_FIRST_MS = 500, WAIT_MOST_MS = 10000, NEW_TOPIC_MS = 5000 };

static const char *const mark_en[] = {"ok     ", "risky  ", "refused"};
static const char *const mark_zh[] = {"正常", "有风险", "拒绝"};
static const char *const grades[] = {"right", "risky", "refused"};
static const sz_severity severities[] = {SZ_NOTE, SZ_WARNING, SZ_ERROR};

static void show_text(const sz_look *l, sz_lang lang) {
    bool zh = lang == SZ_ZH;
    sz_buf out;
    sz_buf_init(&out);
    for (uint32_t i = 0; i < l->n; i++) {
        const sz_look_row *r = &l->v[i];
        sz_buf_printf(&out, "  %s  %s\n", (zh ? mark_zh : mark_en)[r->grade], zh ? r->what_zh : r->what);
        if (r->advice) sz_buf_printf(&out, "           → %s\n", zh ? r->advice_zh : r->advice);
    }
    fwrite(out.p, 1, out.n, stderr);
    sz_buf_fini(&out);
}

static void show_json(const sz_look *l) {
    for (uint32_t i = 0; i < l->n; i++) {
        const sz_look_row *r = &l->v[i];
        sz_buf fields;
        sz_buf_init(&fields);
        sz_buf_printf(&fields, "\"grade\":\"%s\"", grades[r->grade]);
        sz_buf_put_z(&fields, ",\"advice\":");
        if (r->advice) sz_json_str(&fields, sz_str_of(r->advice));
        else sz_buf_put_z(&fields, "null");
        sz_log_fields(severities[r->grade], "check", sz_str_of(r->what), sz_str_of(r->what_zh), sz_buf_str(&fields));
        sz_buf_fini(&fields);
    }
}

static bool is_refused(const sz_look *l) {
    for (uint32_t i = 0; i < l->n; i++)
        if (l->v[i].grade == SZ_LOOK_REFUSED) return true;
    return false;
}

/* Quietly: what librdkafka says of brokers that are away is said once, by us. */
static void say_nothing(void *self, sz_severity severity, const char *en, const char *zh) {
    (void)self, (void)severity, (void)en, (void)zh;
}

static sz_status ask_kafka(const sz_job *job, sz_look *l, uint32_t *parts, sz_kafka_why *why) {
    sz_kafka_topics t = {.horizon_ms = job->horizon_ms};
    sz_kafka_voice quiet = {NULL, say_nothing};
    if (sz_job_is_live(job)) sz_topic_of(job->sources[0], &t.events);
    sz_topic_of(job->alerts, &t.alerts);
    sz_topic_of(job->dead, &t.dead);
    return sz_kafka_look(&job->kafka, &t, &quiet, ASK_MS, l, parts, why);
}

static bool needs_kafka(const sz_job *job) {
    sz_str topic;
    return sz_job_is_live(job) || sz_topic_of(job->alerts, &topic) || sz_topic_of(job->dead, &topic);
}

/* SZ_IO: who did not answer, and why. is_distrusted: it is there, and its certificate is not accepted. */
static sz_status ask_all(const sz_job *job, sz_look *l, uint32_t *parts, char why[WHY], bool *is_distrusted) {
    sz_status s = SZ_OK;
    sz_kafka_why reason = {.en = ""};
    l->n = 0;
    *is_distrusted = false;
    if (needs_kafka(job)) s = ask_kafka(job, l, parts, &reason);
    if (s != SZ_OK) {
        snprintf(why, WHY, "%.*s: %s", SZ_FMT_STR(job->kafka.brokers), job->lang == SZ_ZH ? reason.zh : reason.en);
        return s;
    }
    sz_diags d;
    sz_diags_init(&d);
    s = sz_state_look(job, &d, l);
    const char *said = d.n == 0 ? "the state" : job->lang == SZ_ZH ? d.v[0].message_zh : d.v[0].message;
    if (s != SZ_OK) snprintf(why, WHY, "%s", said);
    *is_distrusted = s == SZ_IO && d.n && d.v[0].code == SZ_CODE_REDIS_TLS;
    sz_diags_fini(&d);
    return s;
}

static void pause_ms(int64_t ms) {
    for (; ms > 0 && !sz_signals_stop(); ms -= 100) poll(NULL, 0, ms < 100 ? (int)ms : 100);
}

/* All that is refused may be right in a moment. */
static bool may_pass(const sz_look *l) {
    bool may = false;
    for (uint32_t i = 0; i < l->n; i++) {
        if (l->v[i].grade != SZ_LOOK_REFUSED) continue;
        if (!l->v[i].may_pass) return false;
        may = true;
    }
    return may;
}

static void tell_again(const sz_look *l) {
    sz_arena a;
    sz_arena_init(&a);
    for (uint32_t i = 0; i < l->n; i++) {
        if (l->v[i].grade != SZ_LOOK_REFUSED) continue;
        const char *en = sz_arena_printf(&a, "%s yet; looking again for a few seconds", l->v[i].what);
        const char *zh = sz_arena_printf(&a, "%s；几秒内会再次查找", l->v[i].what_zh);
        sz_log_fields(SZ_NOTE, "waiting", sz_str_of(en), sz_str_of(zh), (sz_str){0});
    }
    sz_arena_fini(&a);
}

/* A topic that was made just now is not known to every broker yet: it is looked for again for a few seconds. */
static sz_status ask_until_known(const sz_job *job, sz_look *l, uint32_t *parts, char why[WHY], bool *is_distrusted) {
    sz_status s = ask_all(job, l, parts, why, is_distrusted);
    if (s == SZ_OK && may_pass(l)) tell_again(l);
    for (int64_t wait = 100, left = NEW_TOPIC_MS; s == SZ_OK && may_pass(l) && left > 0 && !sz_signals_stop();) {
        pause_ms(wait);
        left -= wait;
        wait = 2 * wait < 1000 ? 2 * wait : 1000;
        s = ask_all(job, l, parts, why, is_distrusted);
    }
    return s;
}

/* Nothing but a change at the server mends it, so it is said once, and looked for quietly. */
static void tell_distrust(const sz_job *job, const char *why, bool is_last) {
    const char *en = "%s. Give the authorities that vouch for it (?ca=), the name that it has (?server_name=), or have "
                     "the server show another one%s",
               *zh = "%s。请给出签发它的机构（?ca=）、它上面的名字（?server_name=），或让服务器换用另一份证书%s";
    sz_log(SZ_ERROR, "certificate", en, zh, why,
           is_last              ? ""
           : job->lang == SZ_ZH ? "；换好之前不再重复此消息"
                                : "; this is not said again until then");
}

sz_status servers_look(const sz_job *job, uint32_t *parts) {
    sz_look l;
    char why[WHY] = "";
    int64_t wait = WAIT_FIRST_MS;
    bool is_distrusted = false, was_told = false;
    sz_look_init(&l);
    sz_status s;
    while ((s = ask_until_known(job, &l, parts, why, &is_distrusted)) == SZ_IO && !job->fail_fast &&
           !sz_signals_stop()) {
        if (is_distrusted && !was_told) tell_distrust(job, why, false);
        else if (!is_distrusted)
            sz_log(SZ_WARNING, "waiting", "no answer, trying again in %1$lld ms: %2$s",
                   "没有应答，%1$lld 毫秒后重试：%2$s", (long long)wait, why);
        was_told = is_distrusted;
        pause_ms(wait);
        wait = 2 * wait < WAIT_MOST_MS ? 2 * wait : WAIT_MOST_MS;
    }
    if (s == SZ_IO && sz_signals_stop()) s = SZ_INTERRUPTED; /* nothing has begun */
    else if (s == SZ_IO && is_distrusted) tell_distrust(job, why, true);
    else if (s != SZ_OK) sz_log(SZ_ERROR, "waiting", "no answer: %s", "没有应答：%s", why);
    else if (job->log_json) show_json(&l);
    else show_text(&l, job->lang);
    if (s == SZ_OK && is_refused(&l)) s = SZ_IO;
    sz_look_fini(&l);
    return s;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * address: URLs as redis-cli and its libraries write them (RFC 3986; the schemes redis and rediss are IANA's), and the
 * two forms with several hosts. A password may hold anything, so whatever stands before the last @ is never shown.
 */
#include "address.h"

enum { DEFAULT_PORT = 6379, SENTINEL_PORT = 26379, DEFAULT_TIMEOUT_MS = 5000, MOST_DB = 1 << 20, MOST_HOST = 253 };

typedef struct scheme {
    const char *text;
    redis_form form;
    bool is_tls;
} scheme;
static const scheme schemes[] = {
    {"redis://", FORM_SINGLE, false},
    {"rediss://", FORM_SINGLE, true},
    {"redis+sentinel://", FORM_SENTINEL, false},
    {"rediss+sentinel://", FORM_SENTINEL, true},
    {"redis-sentinel://", FORM_SENTINEL, false}, /* as Lettuce writes it, HOST,HOST/DB#MASTER */
    {"rediss-sentinel://", FORM_SENTINEL, true},
    {"redis+cluster://", FORM_CLUSTER, false},
    {"rediss+cluster://", FORM_CLUSTER, true},
    {"redis-cluster://", FORM_CLUSTER, false},
    {"rediss-cluster://", FORM_CLUSTER, true},
};
enum { N_SCHEMES = sizeof schemes / sizeof *schemes };

typedef struct reading {
    redis_address *out;
    sz_diags *d;
    sz_arena *a;

    bool is_bad;
} reading;

static sz_diag *complain(reading *r, int code, const char *en, const char *zh, sz_str what) {
    r->is_bad = true;
    return sz_diags_add(r->d, SZ_ERROR, code, (sz_span){0}, en, zh, SZ_FMT_STR(what));
}

static bool starts(sz_str s, const char *z) { return s.n >= strlen(z) && memcmp(s.p, z, strlen(z)) == 0; }

static sz_str from(sz_str s, size_t n) { return (sz_str){s.p + n, s.n - n}; }

static size_t find(sz_str s, char c) {
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == c) return i;
    return s.n;
}

static size_t find_last(sz_str s, char c) {
    for (size_t i = s.n; i > 0; i--)
        if (s.p[i - 1] == c) return i - 1;
    return s.n;
}

/* The piece before the first c; what is left follows it. */
static sz_str cut(sz_str *s, char c) {
    size_t n = find(*s, c);
    sz_str piece = {s->p, n};
    *s = n < s->n ? from(*s, n + 1) : from(*s, n);
    return piece;
}

static int digit_of(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* %XX undone. A broken one is kept as it is; a login's finding would show the password. */
static sz_str decode(sz_str s, sz_arena *a) {
    char *out = sz_arena_alloc(a, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        int hi = i + 2 < s.n && s.p[i] == '%' ? digit_of(s.p[i + 1]) : -1;
        int lo = hi >= 0 ? digit_of(s.p[i + 2]) : -1;
        out[n++] = lo >= 0 ? (char)(hi * 16 + lo) : s.p[i];
        if (lo >= 0) i += 2;
    }
    return (sz_str){out, n};
}

/* ---- parts ---- */

static void read_login(reading *r, sz_str s) {
    size_t colon = find(s, ':');
    r->out->login.user = decode((sz_str){s.p, colon}, r->a);
    if (r->out->login.user.n == 0) r->out->login.user.p = NULL;
    if (colon < s.n) r->out->login.password = decode(from(s, colon + 1), r->a);
}

/* HOST, HOST:PORT, [IPV6], [IPV6]:PORT */
static void read_host(reading *r, sz_str s, redis_host *h) {
    sz_str name = s, port = {NULL, 0};
    bool is_v6 = s.n && s.p[0] == '[';
    size_t close = is_v6 ? find(s, ']') : 0;
    size_t colon = is_v6 ? close + 1 : find(s, ':');
    if (is_v6) name = (sz_str){s.p + 1, close > 1 ? close - 1 : 0};
    else name.n = colon;
    if (colon < s.n) port = from(s, colon + 1);
    bool is_odd = name.n == 0 || name.n > MOST_HOST || (is_v6 && (close == s.n || (colon < s.n && s.p[colon] != ':')));
    int64_t number = r->out->form == FORM_SENTINEL ? SENTINEL_PORT : DEFAULT_PORT;
    if (colon < s.n && (!sz_str_i64(port, &number) || number < 1 || number > 65535)) is_odd = true;
    if (is_odd) {
        sz_diag *g = complain(r, SZ_CODE_REDIS_ADDRESS, "`%.*s` is not a host of a Redis address",
                              "“%.*s”不是 Redis 地址里的主机", s);
        sz_diag_hint(r->d, g, "write HOST or HOST:PORT, [::1]:6379 for IPv6",
                     "请写成 主机 或 主机:端口，IPv6 写成 [::1]:6379");
        return;
    }
    h->name = sz_arena_str(r->a, name).p;
    h->port = (uint16_t)number;
}

static void read_hosts(reading *r, sz_str s) {
    uint32_t n = 1;
    for (size_t i = 0; i < s.n; i++) n += s.p[i] == ',';
    if (n > 1 && r->out->form == FORM_SINGLE) {
        sz_diag *g = complain(r, SZ_CODE_REDIS_ADDRESS, "a Redis address has one host, `%.*s` are several",
                              "Redis 地址只有一个主机，“%.*s”是多个", s);
        sz_diag_hint(r->d, g, "several hosts belong to redis+sentinel:// or redis+cluster://",
                     "多个主机要写 redis+sentinel:// 或 redis+cluster://");
        return;
    }
    redis_host *hosts = SZ_NEWN(r->a, redis_host, n);
    for (uint32_t i = 0; i < n; i++) read_host(r, cut(&s, ','), &hosts[i]);
    r->out->hosts = hosts;
    r->out->n_hosts = n;
}

static void read_db(reading *r, sz_str s) {
    int64_t db = 0;
    if (s.n == 0) return;
    if (!sz_str_i64(s, &db) || db < 0 || db > MOST_DB)
        complain(r, SZ_CODE_REDIS_ADDRESS, "`%.*s` is not the number of a Redis database",
                 "“%.*s”不是 Redis 数据库的编号", s);
    if (r->out->form == FORM_CLUSTER && db != 0)
        complain(r, SZ_CODE_REDIS_ADDRESS, "a Redis Cluster has only database 0, not %.*s",
                 "Redis 集群只有 0 号数据库，没有 %.*s", s);
    r->out->db = (uint32_t)db;
}

static void read_path(reading *r, sz_str s, sz_str fragment) {
    if (r->out->form == FORM_SENTINEL) {
        sz_str name = decode(fragment.n ? fragment : cut(&s, '/'), r->a);
        if (name.n == 0) {
            sz_diag *g = complain(r, SZ_CODE_REDIS_ADDRESS, "a Sentinel address ends with the master's name%.*s",
                                  "Sentinel 地址的末尾是主节点的名字%.*s", (sz_str){NULL, 0});
            sz_diag_hint(r->d, g, "redis+sentinel://HOST:26379,HOST:26379/MASTER",
                         "redis+sentinel://主机:26379,主机:26379/主节点名");
        }
        r->out->master = name.p;
    }
    read_db(r, s);
}

/* ---- options after the ? ---- */

typedef enum kind { TEXT, BYTES, TIME } kind;
typedef struct option {
    const char *name;
    kind kind;
    size_t at; /* in redis_address */
} option;
static const option options[] = {
    {"ca", TEXT, offsetof(redis_address, ca_file)},
    {"cert", TEXT, offsetof(redis_address, cert_file)},
    {"key", TEXT, offsetof(redis_address, key_file)},
    {"server_name", TEXT, offsetof(redis_address, server_name)},
    {"timeout", TIME, offsetof(redis_address, timeout_ms)},
    {"sentinel_user", BYTES, offsetof(redis_address, sentinel_login.user)},
    {"sentinel_password", BYTES, offsetof(redis_address, sentinel_login.password)},
};
enum { N_OPTIONS = sizeof options / sizeof *options };

static const option *option_of(sz_str name) {
    for (int i = 0; i < N_OPTIONS; i++)
        if (sz_str_is(name, options[i].name)) return &options[i];
    return NULL;
}

static void unknown_option(reading *r, sz_str name) {
    sz_diag *g =
        complain(r, SZ_CODE_REDIS_OPTION, "a Redis address has no option `%.*s`", "Redis 地址没有选项“%.*s”", name);
    int best = 3;
    const char *near = NULL;
    for (int i = 0; i < N_OPTIONS; i++) {
        int far = sz_str_distance(name, sz_str_of(options[i].name), best);
        if (far < best) best = far, near = options[i].name;
    }
    if (near) sz_diag_hint(r->d, g, "did you mean `%s`?", "是否想写“%s”？", near);
    else
        sz_diag_hint(r->d, g, "there are ca, cert, key, server_name, timeout, sentinel_user, sentinel_password",
                     "可用的有 ca、cert、key、server_name、timeout、sentinel_user、sentinel_password");
}

static void read_option(reading *r, sz_str s) {
    sz_str name = cut(&s, '=');
    const option *o = option_of(name);
    if (!o) {
        unknown_option(r, name);
        return;
    }
    sz_str value = decode(s, r->a);
    void *at = (char *)r->out + o->at;
    if (o->kind == TEXT) memcpy(at, &value.p, sizeof value.p);
    if (o->kind == BYTES) memcpy(at, &value, sizeof value);
    if (o->kind != TIME) return;
    int64_t ms = 0;
    if (!sz_duration_parse(value, &ms) || ms <= 0 || ms > 10 * SZ_MINUTE_MS)
        complain(r, SZ_CODE_REDIS_OPTION, "`timeout` of a Redis address is a time such as 5s, at most 10m, not `%.*s`",
                 "Redis 地址的 timeout 是时长（如 5s，最多 10m），不能是“%.*s”", value);
    memcpy(at, &ms, sizeof ms);
}

static void check_tls(reading *r) {
    const redis_address *o = r->out;
    if (!o->is_tls && (o->ca_file || o->cert_file || o->key_file || o->server_name)) {
        sz_diag *g =
            complain(r, SZ_CODE_REDIS_OPTION, "ca, cert, key and server_name belong to an address with TLS%.*s",
                     "ca、cert、key 和 server_name 只用于带 TLS 的地址%.*s", (sz_str){NULL, 0});
        sz_diag_hint(r->d, g, "write rediss:// instead of redis://", "请写 rediss://，不是 redis://");
    }
    if (!o->cert_file != !o->key_file)
        complain(r, SZ_CODE_REDIS_OPTION, "a certificate (cert) and its key go together%.*s",
                 "证书（cert）和它的私钥（key）要一起给出%.*s", (sz_str){NULL, 0});
}

/* ---- all of it ---- */

static const scheme *scheme_of(sz_str url) {
    for (int i = 0; i < N_SCHEMES; i++)
        if (starts(url, schemes[i].text)) return &schemes[i];
    return NULL;
}

/* Hosts and path, without login and options. */
static sz_str place_of(const scheme *s, sz_str hosts, sz_str path, sz_arena *a) {
    return sz_str_of(
        sz_arena_printf(a, "%s%.*s%s%.*s", s->text, SZ_FMT_STR(hosts), path.n ? "/" : "", SZ_FMT_STR(path)));
}

static void no_scheme(reading *r) {
    sz_diag *g = complain(r, SZ_CODE_REDIS_ADDRESS, "this is not a Redis address%.*s", "这不是 Redis 地址%.*s",
                          (sz_str){NULL, 0});
    sz_diag_hint(
        r->d, g, "redis://HOST:6379, rediss:// with TLS, redis+sentinel://HOST,HOST/MASTER, redis+cluster://HOST,HOST",
        "redis://主机:6379；带 TLS 的 rediss://；redis+sentinel://主机,主机/主节点名；redis+cluster://主机,主机");
}

static void read_url(reading *r, sz_str url) {
    const scheme *s = scheme_of(url);
    if (!s) {
        no_scheme(r);
        return;
    }
    r->out->form = s->form;
    r->out->is_tls = s->is_tls;
    sz_str rest = from(url, strlen(s->text));
    size_t end = 0;
    while (end < rest.n && rest.p[end] != '/' && rest.p[end] != '?' && rest.p[end] != '#') end++;
    sz_str authority = {rest.p, end}, fragment = from(rest, end), query = cut(&fragment, '#'), path = cut(&query, '?');
    if (path.n) path = from(path, 1);
    size_t at = find_last(authority, '@');
    bool is_odd = fragment.n && s->form != FORM_SENTINEL;
    if (is_odd || find(from(rest, end), '@') < rest.n - end || find(authority, '@') != at) {
        sz_diag *g = complain(r, SZ_CODE_REDIS_ADDRESS, "this Redis address cannot be taken apart%.*s",
                              "这个 Redis 地址无法拆开%.*s", (sz_str){NULL, 0});
        sz_diag_hint(r->d, g, "in a user or password write / as %%2F, @ as %%40, ? as %%3F, # as %%23, %% as %%25",
                     "用户名或密码里的 / 写成 %%2F，@ 写成 %%40，? 写成 %%3F，# 写成 %%23，%% 写成 %%25");
        return;
    }
    sz_str hosts = at < authority.n ? from(authority, at + 1) : authority;
    if (at < authority.n) read_login(r, (sz_str){authority.p, at});
    r->out->place = place_of(s, hosts, fragment.n ? fragment : path, r->a);
    read_hosts(r, hosts);
    read_path(r, path, fragment);
    while (query.n) read_option(r, cut(&query, '&'));
    check_tls(r);
}

bool sz_redis_address_parse(redis_address *out, const sz_store_redis_options *o, sz_diags *d, sz_arena *a) {
    *out = (redis_address){.timeout_ms = DEFAULT_TIMEOUT_MS};
    reading r = {.out = out, .d = d, .a = a};
    sz_str url = o->url;
    if (starts(url, "redis:redis")) url = from(url, strlen("redis:"));
    read_url(&r, url);
    if (o->user.p) out->login.user = sz_arena_str(a, o->user);
    if (o->password.p) out->login.password = sz_arena_str(a, o->password);
    return !r.is_bad;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * peers: tables of what students had on a day, group by group (semantics 22): how they are gathered, added up, asked
 * and stored. Values are sorted and counted, so a table is a function of who is in it, in whatever order he came.
 */
#include <math.h>

#include <sanzao/features.h>

/* ---- gathering ---- */

void sz_peer_table_fini(sz_peer_table *t) {
    sz_free(t->groups);
    sz_free(t->values);
    sz_free(t->rows);
    sz_free(t->slots);
    *t = (sz_peer_table){.day = t->day};
}

static void add_row(sz_peer_table *t, struct sz_peer_row row) {
    if (t->n_rows == t->cap_rows) {
        t->cap_rows = t->cap_rows ? 2 * t->cap_rows : 256;
        t->rows = sz_realloc(t->rows, t->cap_rows * sizeof *t->rows);
    }
    t->rows[t->n_rows++] = row;
}

/* The row's place, or a free one. */
static uint32_t slot_of(const sz_peer_table *t, uint64_t group, double value) {
    uint32_t mask = t->n_slots - 1;
    sz_ends key = {.a = group};
    memcpy(&key.b, &value, sizeof value);
    uint32_t at = (uint32_t)sz_hash_ends(key, sizeof group + sizeof value) & mask;
    for (uint32_t i; (i = t->slots[at]) != 0; at = (at + 1) & mask)
        if (t->rows[i - 1].group == group && t->rows[i - 1].value == value) break;
    return at;
}

/* Half of them are free at least. */
static void room_for_slot(sz_peer_table *t) {
    if (2 * t->n_rows < t->n_slots) return;
    t->n_slots = t->n_slots ? 2 * t->n_slots : 256;
    t->slots = sz_realloc(t->slots, t->n_slots * sizeof *t->slots);
    memset(t->slots, 0, t->n_slots * sizeof *t->slots);
    for (uint32_t i = 0; i < t->n_rows; i++) t->slots[slot_of(t, t->rows[i].group, t->rows[i].value)] = i + 1;
}

/* Students of a group that had the same are one row, so that there is little to sort. */
void sz_peer_table_ask(sz_peer_table *t, uint64_t group, bool is_known, double value) {
    bool has = is_known && isfinite(value);
    double of = has ? value + 0.0 : 0;
    room_for_slot(t);
    uint32_t *slot = &t->slots[slot_of(t, group, of)];
    if (!*slot) {
        add_row(t, (struct sz_peer_row){.group = group, .value = of});
        *slot = t->n_rows;
    }
    t->rows[*slot - 1].n += has;
    t->rows[*slot - 1].asked++;
}

void sz_peer_table_add(sz_peer_table *t, const sz_peer_table *closed) {
    for (uint32_t i = 0; i < closed->n_groups; i++) {
        const sz_peer_group *g = &closed->groups[i];
        add_row(t, (struct sz_peer_row){.group = g->id, .asked = g->asked});
        for (uint32_t k = 0; k < g->n_values; k++) {
            const sz_peer_value *v = &closed->values[g->first + k];
            add_row(t, (struct sz_peer_row){.group = g->id, .value = v->value, .n = v->n});
        }
    }
}

static int by_group_and_value(const void *pa, const void *pb, void *ctx) {
    const struct sz_peer_row *a = pa, *b = pb;
    (void)ctx;
    if (a->group != b->group) return a->group < b->group ? -1 : 1;
    return a->value < b->value ? -1 : a->value > b->value;
}

static void fold_row(sz_peer_table *t, const struct sz_peer_row *row) {
    sz_peer_group *g = t->n_groups ? &t->groups[t->n_groups - 1] : NULL;
    if (!g || g->id != row->group) {
        g = &t->groups[t->n_groups++];
        *g = (sz_peer_group){.id = row->group, .first = t->n_values};
    }
    g->asked += row->asked;
    if (!row->n) return;
    g->n += row->n;
    if (!g->n_values || t->values[t->n_values - 1].value < row->value) {
        t->values[t->n_values++] = (sz_peer_value){.value = row->value};
        g->n_values++;
    }
    t->values[t->n_values - 1].n += row->n;
}

/* The i-th of its values, from 0 on. */
static double value_at(const sz_peer_table *t, const sz_peer_group *g, uint32_t i) {
    uint32_t k = 0;
    for (; k + 1 < g->n_values && i >= t->values[g->first + k].n; k++) i -= t->values[g->first + k].n;
    return t->values[g->first + k].value;
}

static double median(const sz_peer_table *t, const sz_peer_group *g) {
    double upper = value_at(t, g, g->n / 2);
    return g->n % 2 ? upper : (value_at(t, g, g->n / 2 - 1) + upper) / 2;
}

static double mean(const sz_peer_table *t, const sz_peer_group *g) {
    double sum = 0;
    for (uint32_t k = 0; k < g->n_values; k++) sum += t->values[g->first + k].value * t->values[g->first + k].n;
    return sum / g->n;
}

void sz_peer_table_close(sz_peer_table *t) {
    if (t->n_rows) sz_sort(t->rows, t->n_rows, sizeof *t->rows, by_group_and_value, NULL);
    sz_free(t->groups);
    sz_free(t->values);
    t->groups = sz_alloc((t->n_rows + 1) * sizeof *t->groups);
    t->values = sz_alloc((t->n_rows + 1) * sizeof *t->values);
    t->n_groups = t->n_values = 0;
    for (uint32_t i = 0; i < t->n_rows; i++) fold_row(t, &t->rows[i]);
    for (uint32_t i = 0; i < t->n_groups; i++) { /* each of its students will ask */
        sz_peer_group *g = &t->groups[i];
        if (g->n) g->median = median(t, g), g->mean = mean(t, g);
    }
    sz_free(t->rows);
    sz_free(t->slots);
    t->rows = NULL;
    t->slots = NULL;
    t->n_rows = t->cap_rows = t->n_slots = 0;
    t->groups = sz_realloc(t->groups, (t->n_groups + 1) * sizeof *t->groups);
    t->values = sz_realloc(t->values, (t->n_values + 1) * sizeof *t->values);
}

/* ---- asking ---- */

const sz_peer_group *sz_peer_table_group(const sz_peer_table *t, uint64_t id) {
    uint32_t from = 0, to = t->n_groups;
    while (from < to) {
        uint32_t mid = from + (to - from) / 2;
        if (t->groups[mid].id < id) from = mid + 1;
        else to = mid;
    }
    return from < t->n_groups && t->groups[from].id == id ? &t->groups[from] : NULL;
}

double sz_peer_percentile(const sz_peer_table *t, const sz_peer_group *g, double own) {
    double below = 0, equal = 0;
    for (uint32_t k = 0; k < g->n_values; k++) {
        const sz_peer_value *v = &t->values[g->first + k];
        if (v->value < own) below += v->n;
        else if (v->value == own) equal += v->n;
    }
    if (equal == 0) return 100 * (below + 0.5) / (g->n + 1.0); /* his day was put right since: he is one more */
    return 100 * (below + equal / 2) / g->n;
}

/* ---- storing ---- */

/* version (2: of all partitions) | day | groups, each: id, asked, values, each: whole numbers as zigzag << 1, others as
 * 1 and eight bytes; how many | hash of all before. Groups and values stand in order, so equal tables are equal bytes.
 */
enum { VERSION = 1, VERSION_WHOLE = 2 };

static void put_value(sz_buf *out, double value) {
    static const double most = 1e15; /* exact, and has room for the bit */
    bool is_whole = value >= -most && value <= most && value == floor(value);
    if (!is_whole) {
        sz_buf_put_varint(out, 1);
        sz_buf_put_double(out, value);
        return;
    }
    int64_t n = (int64_t)value;
    sz_buf_put_varint(out, ((uint64_t)n << 1 ^ (uint64_t)(n >> 63)) << 1);
}

static double get_value(sz_reader *r) {
    uint64_t v = sz_read_varint(r);
    if (v & 1) return sz_read_double(r);
    v >>= 1;
    return (double)((int64_t)(v >> 1) ^ -(int64_t)(v & 1));
}

void sz_peer_table_put(sz_buf *out, const sz_peer_table *t) {
    size_t at = out->n;
    sz_buf_put_u8(out, t->is_whole ? VERSION_WHOLE : VERSION);
    sz_buf_put_zigzag(out, t->day);
    sz_buf_put_varint(out, t->n_groups);
    for (uint32_t i = 0; i < t->n_groups; i++) {
        const sz_peer_group *g = &t->groups[i];
        sz_buf_put_u64(out, g->id);
        sz_buf_put_varint(out, g->asked);
        sz_buf_put_varint(out, g->n_values);
        for (uint32_t k = 0; k < g->n_values; k++) {
            put_value(out, t->values[g->first + k].value);
            sz_buf_put_varint(out, t->values[g->first + k].n);
        }
    }
    sz_buf_put_u64(out, sz_hash(out->p + at, out->n - at));
}

/* Its rows, as they would have come. */
static bool get_group(sz_peer_table *t, sz_reader *r) {
    uint64_t id = sz_read_u64(r), asked = sz_read_varint(r), n = sz_read_varint(r), left = asked;
    if (asked > UINT32_MAX || n > asked) return false;
    add_row(t, (struct sz_peer_row){.group = id, .asked = (uint32_t)asked});
    for (uint64_t k = 0; k < n && !r->bad; k++) {
        double value = get_value(r);
        uint64_t of = sz_read_varint(r);
        if (!of || of > left || !isfinite(value)) return false;
        left -= of;
        add_row(t, (struct sz_peer_row){.group = id, .value = value, .n = (uint32_t)of});
    }
    return !r->bad;
}

bool sz_peer_table_get(sz_peer_table *t, sz_str bytes) {
    enum { HASH = 8 };
    *t = (sz_peer_table){0};
    if (bytes.n < HASH) return false;
    sz_reader r = sz_reader_of(bytes.p, bytes.n - HASH), end = sz_reader_of(bytes.p + bytes.n - HASH, HASH);
    uint8_t version = sz_read_u8(&r);
    if (sz_read_u64(&end) != sz_hash(bytes.p, bytes.n - HASH) || version < VERSION || version > VERSION_WHOLE)
        return false;
    t->is_whole = version == VERSION_WHOLE;
    int64_t day = sz_read_zigzag(&r);
    uint64_t n = sz_read_varint(&r);
    bool is_whole = !r.bad && day >= INT32_MIN / 2 && day <= INT32_MAX / 2;
    t->day = (int32_t)day;
    for (uint64_t i = 0; i < n && is_whole; i++) is_whole = get_group(t, &r);
    if (is_whole && r.p == r.end) {
        sz_peer_table_close(t);
        return true;
    }
    sz_peer_table_fini(t);
    return false;
}

/* ---- all tables ---- */

struct of_feature {
    uint64_t feature;
    sz_peer_table *v; /* by day */
    uint32_t n, cap;
};

struct sz_peers {
    struct of_feature *v;
    uint32_t n, cap;
};

sz_peers *sz_peers_new(void) {
    sz_peers *p = sz_alloc(sizeof *p);
    *p = (sz_peers){0};
    return p;
}

static void of_feature_fini(struct of_feature *f) {
    for (uint32_t i = 0; i < f->n; i++) sz_peer_table_fini(&f->v[i]);
    sz_free(f->v);
}

void sz_peers_free(sz_peers *p) {
    if (!p) return;
    for (uint32_t i = 0; i < p->n; i++) of_feature_fini(&p->v[i]);
    sz_free(p->v);
    sz_free(p);
}

static struct of_feature *find_feature(const sz_peers *p, uint64_t feature) {
    for (uint32_t i = 0; i < p->n; i++)
        if (p->v[i].feature == feature) return &p->v[i];
    return NULL;
}

/* Of the first table of that day or a later one. */
static uint32_t place_of(const struct of_feature *f, int32_t day) {
    uint32_t i = f->n;
    while (i > 0 && f->v[i - 1].day >= day) i--;
    return i;
}

const sz_peer_table *sz_peers_find(const sz_peers *p, uint64_t feature, int32_t day) {
    const struct of_feature *f = find_feature(p, feature);
    uint32_t i = f ? place_of(f, day) : 0;
    return f && i < f->n && f->v[i].day == day ? &f->v[i] : NULL;
}

void sz_peers_take(sz_peers *p, uint64_t feature, sz_peer_table *t) {
    struct of_feature *f = find_feature(p, feature);
    if (!f) {
        if (p->n == p->cap) p->v = sz_realloc(p->v, (p->cap = p->cap ? 2 * p->cap : 4) * sizeof *p->v);
        f = &p->v[p->n++];
        *f = (struct of_feature){.feature = feature};
    }
    uint32_t i = place_of(f, t->day);
    bool is_there = i < f->n && f->v[i].day == t->day;
    if (!is_there && f->n == f->cap) f->v = sz_realloc(f->v, (f->cap = f->cap ? 2 * f->cap : 16) * sizeof *f->v);
    if (is_there) sz_peer_table_fini(&f->v[i]);
    else memmove(&f->v[i + 1], &f->v[i], (f->n++ - i) * sizeof *f->v);
    f->v[i] = *t;
    *t = (sz_peer_table){.day = t->day};
}

int32_t sz_peers_last(const sz_peers *p, uint64_t feature) {
    const struct of_feature *f = find_feature(p, feature);
    return f && f->n ? f->v[f->n - 1].day : SZ_DAY_NONE;
}

void sz_peers_forget(sz_peers *p, int32_t before_day) {
    for (uint32_t i = 0; i < p->n; i++) {
        struct of_feature *f = &p->v[i];
        uint32_t n = place_of(f, before_day);
        for (uint32_t k = 0; k < n; k++) sz_peer_table_fini(&f->v[k]);
        if (n) memmove(f->v, f->v + n, (f->n - n) * sizeof *f->v);
        f->n -= n;
    }
}

void sz_peers_drop(sz_peers *p, uint64_t feature) {
    struct of_feature *f = find_feature(p, feature);
    if (!f) return;
    of_feature_fini(f);
    *f = p->v[--p->n];
}

static uint64_t n_known(const sz_peer_table *t) {
    uint64_t n = 0;
    for (uint32_t i = 0; i < t->n_groups; i++) n += t->groups[i].n;
    return n;
}

static void join(sz_peer_table *both, const sz_peer_table *a, const sz_peer_table *b) {
    bool has_both = a->is_whole == b->is_whole;
    both->is_whole = a->is_whole || b->is_whole;
    if (both->is_whole && has_both) has_both = false, a = n_known(b) > n_known(a) ? b : a;
    else if (!has_both && b->is_whole) a = b;
    sz_peer_table_add(both, a);
    if (has_both) sz_peer_table_add(both, b);
    sz_peer_table_close(both);
}

void sz_peers_join(sz_peers *p, const sz_peers *other) {
    for (uint32_t i = 0; i < p->n; i++) {
        struct of_feature *f = &p->v[i];
        uint32_t kept = 0;
        for (uint32_t k = 0; k < f->n; k++) {
            const sz_peer_table *with = sz_peers_find(other, f->feature, f->v[k].day);
            sz_peer_table both = {.day = f->v[k].day};
            if (with) join(&both, &f->v[k], with);
            sz_peer_table_fini(&f->v[k]);
            if (with) f->v[kept++] = both;
        }
        f->n = kept;
    }
}

const sz_peer_table *sz_peers_next(const sz_peers *p, uint32_t *at, uint64_t *feature) {
    uint32_t i = (*at)++;
    for (uint32_t k = 0; k < p->n; i -= p->v[k++].n) {
        if (i >= p->v[k].n) continue;
        *feature = p->v[k].feature;
        return &p->v[k].v[i];
    }
    return NULL;
}

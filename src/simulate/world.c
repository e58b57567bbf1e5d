/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include "names.h"

const char *const sz_sim_source_names[N_SOURCES] = {"pos", "gate", "class", "net", "library"};
const char *const sz_sim_place_kinds[N_PLACE_KINDS] = {"canteen", "shop", "bath", "dorm", "classroom",
                                                       "library", "lab",  "gate", "gym",  "clinic"};
const char *const sz_sim_zones[3] = {"东区", "西区", "中心区"};

static uint32_t clamp(uint32_t n, uint32_t lo, uint32_t hi) { return n < lo ? lo : n > hi ? hi : n; }

/* ---- who is where ------------------------------------------------------------------------------------------------ */

void sz_sim_world_unit(const struct world *w, uint32_t unit, struct unit *out) {
    uint64_t n = w->n_students;
    *out = (struct unit){.begin = (uint32_t)(unit * n / w->n_units), .end = (uint32_t)((unit + 1) * n / w->n_units)};
    uint32_t group = unit / 4; /* four years of one school stand together, so small campuses have all of them */
    out->year = (uint8_t)(unit % 4 + 1);
    out->school = (uint8_t)(group % N_SCHOOLS);
    out->college =
        (uint8_t)((group * 2 + out->year / 3) % w->n_colleges); /* colleges cross schools and halves of the years */
    out->pair = (uint16_t)((uint64_t)unit * w->n_pairs / w->n_units);
    uint32_t size = out->end - out->begin;
    out->n_classes = (uint16_t)(size < CLASS_SIZE ? 1 : size / CLASS_SIZE);
}

uint32_t sz_sim_world_unit_of(const struct world *w, uint32_t student) {
    return (uint32_t)((((uint64_t)student + 1) * w->n_units - 1) / w->n_students);
}

/* ---- places and readers ------------------------------------------------------------------------------------------ */

static uint16_t add_place(struct world *w, enum place_kind kind, uint8_t zone, const char *name) {
    if (w->n_places == w->cap_places) {
        w->cap_places = w->cap_places ? 2 * w->cap_places : 64;
        w->places = sz_realloc(w->places, w->cap_places * sizeof *w->places);
    }
    struct place *p = &w->places[w->n_places];
    *p = (struct place){
        .kind = (uint8_t)kind, .zone = zone, .reader0 = (uint16_t)w->n_readers, .guest = NONE, .unlisted = NONE};
    if (w->n_of[kind]++ == 0) w->first[kind] = (uint16_t)w->n_places;
    char kind_and_dash[16];
    size_t n = strlen(sz_sim_place_kinds[kind]);
    memcpy(kind_and_dash, sz_sim_place_kinds[kind], n);
    memcpy(kind_and_dash + n, "-", 2);
    sz_sim_name(p->id, sizeof p->id, kind_and_dash, w->n_of[kind], "");
    memcpy(p->name, name, strlen(name) + 1);
    return (uint16_t)w->n_places++;
}

/* Readers of a place stand one after the other. */
static struct reader *add_reader(struct world *w, enum source source, enum direction direction) {
    if (w->n_readers == w->cap_readers) {
        w->cap_readers = w->cap_readers ? 2 * w->cap_readers : 256;
        w->readers = sz_realloc(w->readers, w->cap_readers * sizeof *w->readers);
    }
    struct place *p = &w->places[w->n_places - 1];
    struct reader *r = &w->readers[w->n_readers++];
    *r = (struct reader){.place = (uint16_t)(w->n_places - 1),
                         .later_place = NONE,
                         .source = (uint8_t)source,
                         .direction = (uint8_t)direction};
    static const char *const letters[N_SOURCES] = {"P", "G", "C", "N", "L"};
    sz_sim_name(r->id, sizeof r->id, letters[source], w->n_places * 100 + p->n_readers, "");
    p->n_readers++;
    return r;
}

static void add_windows(struct world *w, enum place_kind kind, uint32_t n_places, uint32_t n_windows,
                        const char *before, const char *after) {
    for (uint32_t i = 0; i < n_places; i++) {
        char name[32];
        sz_sim_name_zh(name, sizeof name, before, i + 1, after);
        add_place(w, kind, (uint8_t)(i % 3), name);
        for (uint32_t k = 0; k < n_windows; k++) add_reader(w, SOURCE_POS, DIRECTION_UNKNOWN)->is_full = k % 2;
    }
}

static void add_doors(struct world *w, enum source source, uint32_t n_each) {
    for (uint32_t k = 0; k < n_each; k++) {
        add_reader(w, source, DIRECTION_IN)->is_full = source == SOURCE_GATE && k % 2;
        add_reader(w, source, DIRECTION_OUT)->is_full = source == SOURCE_GATE && k % 2;
    }
}

static void add_dorms(struct world *w) {
    for (uint32_t b = 0; b < 2 * w->n_pairs; b++) {
        char name[32];
        struct place *p;
        sz_sim_name(name, sizeof name, b % 2 ? "西" : "东", b / 2 + 1, "舍");
        add_place(w, DORM, b % 2, name);
        p = &w->places[w->n_places - 1];
        sz_sim_name(p->building, sizeof p->building, b % 2 ? "西" : "东", b / 2 + 1, "");
        p->has_turnstile = b / 2 % 2;
        if (b % 8 == 4) { /* one two-way door: which way somebody went is not known */
            add_reader(w, SOURCE_GATE, DIRECTION_UNKNOWN);
            continue;
        }
        add_doors(w, SOURCE_GATE, 2);
        for (uint32_t k = p->reader0; b % 4 == 1 && k < w->n_readers; k++) w->readers[k].is_minute = true;
    }
}

static void add_others(struct world *w, uint32_t n) {
    char name[32];
    static const char *const gates[] = {"东门", "西门", "南门"};
    for (uint32_t i = 0; i < clamp(n / 3000 + 2, 2, 12); i++) {
        sz_sim_name_zh(name, sizeof name, "第", i + 1, "教学楼");
        add_place(w, CLASSROOM, 2, name);
        add_doors(w, SOURCE_GATE, 1);
    }
    for (uint32_t i = 0; i < clamp(n / 20000 + 1, 1, 3); i++) {
        sz_sim_name(name, sizeof name, "图书馆", i + 1, "馆");
        add_place(w, LIBRARY, 2, name);
        add_doors(w, SOURCE_LIBRARY, 2);
    }
    for (uint32_t i = 0; i < clamp(n / 4000 + 1, 1, 8); i++) {
        sz_sim_name(name, sizeof name, "实验楼", i + 1, "");
        add_place(w, LAB, 2, name);
        add_reader(w, SOURCE_GATE, DIRECTION_UNKNOWN);
    }
    for (uint32_t i = 0; i < 3; i++) {
        add_place(w, GATE, (uint8_t)i, gates[i]);
        add_doors(w, SOURCE_GATE, 2);
    }
    add_place(w, GYM, 0, "体育馆");
    add_place(w, CLINIC, 1, "校医院");
    add_reader(w, SOURCE_POS, DIRECTION_UNKNOWN);
}

void sz_sim_world_init(struct world *w, uint32_t n, uint32_t days) {
    *w = (struct world){.n_students = n};
    w->n_units = n < 4 * UNIT_SIZE ? clamp(n / 25, 1, 4) : (n + UNIT_SIZE / 2) / UNIT_SIZE;
    w->n_pairs = clamp(n / 1000, 1, 60);
    w->n_colleges = clamp(w->n_units / 6, 2, N_COLLEGES);
    uint32_t canteens = clamp(n / 3000 + 2, 2, 10), shops = clamp(n / 4000 + 1, 1, 8);
    add_windows(w, CANTEEN, canteens, clamp(n / (canteens * 60), 6, 60), "第", "食堂");
    add_windows(w, SHOP, shops, clamp(n / (shops * 400), 2, 20), "教育超市", "店");
    add_windows(w, BATH, clamp(w->n_pairs, 1, 20), 4, "浴室", "");
    add_dorms(w);
    add_others(w, n);
    /* A till that moves from the first canteen to the first shop, and a new one at that shop which nobody has listed
     * yet. */
    struct place *canteen = &w->places[w->first[CANTEEN]], *shop = &w->places[w->first[SHOP]];
    w->readers[canteen->reader0 + 2].later_place = w->first[SHOP];
    w->readers[canteen->reader0 + 2].later_day = (int32_t)days / 2;
    shop->guest = (uint16_t)(canteen->reader0 + 2);
    shop->unlisted = (uint16_t)w->n_readers;
    struct reader *x =
        add_reader(w, SOURCE_POS, DIRECTION_UNKNOWN); /* counted with the last place; it hangs in the shop */
    w->places[w->n_places - 1].n_readers--;
    x->place = w->first[SHOP];
    x->is_unlisted = true;
}

void sz_sim_world_fini(struct world *w) {
    sz_free(w->places);
    sz_free(w->readers);
    *w = (struct world){0};
}

uint16_t sz_sim_world_place(const struct world *w, uint16_t reader, int32_t day_index) {
    const struct reader *r = &w->readers[reader];
    return r->later_place != NONE && day_index >= r->later_day ? r->later_place : r->place;
}

uint16_t sz_sim_world_reader(const struct world *w, uint16_t place, enum direction direction, int32_t day_index,
                             sz_rng *r) {
    const struct place *p = &w->places[place];
    if (p->n_readers == 0) return NONE;
    uint32_t start = sz_rng_below(r, p->n_readers), rarely = sz_rng_below(r, 50);
    if (p->unlisted != NONE && rarely == 0) return p->unlisted;
    if (p->guest != NONE && start == 0 && sz_sim_world_place(w, p->guest, day_index) == place) return p->guest;
    for (uint32_t k = 0; k < p->n_readers; k++) {
        uint16_t at = (uint16_t)(p->reader0 + (start + k) % p->n_readers);
        const struct reader *x = &w->readers[at];
        bool is_fit = direction == N_DIRECTIONS || x->direction == direction || x->direction == DIRECTION_UNKNOWN;
        if (is_fit && sz_sim_world_place(w, at, day_index) == place) return at;
    }
    return NONE;
}

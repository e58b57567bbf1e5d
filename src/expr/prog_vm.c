/* SPDX-License-Identifier: Apache-2.0
 *
 * Running a program. Direct threading where the compiler has labels as values (gcc, clang), else a dense switch
 * (-DSZ_PROG_SWITCH forces that one). Nothing is allocated: cells, saved accumulators and made text lie on this
 * frame.
 *
 * Measured (gcc -O2, shared cores, the loader's two calls of 1.6 ns taken off): `a >= 3 && b <= 5` 4.0 to 4.6 ns.
 */
#include "prog.h"
#include "prog_pattern.h"

#include <math.h>

typedef struct frame {
    sz_xval cell[PROG_STACK];
    uint8_t saved[PROG_STACK]; /* accumulators */
    scratch text;
} frame;

static inline uint8_t tri_of(const sz_xval *v) {
    if (v->know == SZ_KNOWN) return v->b ? TRI_TRUE : TRI_FALSE;
    return v->know == SZ_UNKNOWN && v->is_error ? TRI_UNKNOWN | TRI_ERROR : TRI_UNKNOWN;
}

static const sz_xval tri_values[] = {
    /* by tri */
    [TRI_FALSE] = {.type = SZ_X_BOOL},
    [TRI_TRUE] = {.type = SZ_X_BOOL, .b = true},
    [TRI_UNKNOWN] = {.type = SZ_X_BOOL, .know = SZ_UNKNOWN},
    [TRI_UNKNOWN | TRI_ERROR] = {.type = SZ_X_BOOL, .know = SZ_UNKNOWN, .is_error = true},
};

static inline uint8_t tri_not(uint8_t t) { return (t & TRI_TRUE) == TRI_UNKNOWN ? t : t ^ TRI_TRUE; }

/* The head of a value for a loader (type, known, no error, false) in one store; the rest is the loader's to fill. */
static inline void prepare(sz_xval *x, const insn *i) {
    _Static_assert(offsetof(sz_xval, type) == 0 && offsetof(sz_xval, b) + sizeof(bool) == sizeof i->head,
                   "head is the first bytes of an sz_xval");
    memcpy(x, i->head, sizeof i->head);
}

/* A slot against a constant, where the value is not known in full. */
static __attribute__((noinline, cold)) uint8_t compare_part(uint8_t op, const sz_xval *x, double k) {
    sz_xval c = {.type = x->type, .num = k}, v = {.type = x->type, .know = x->know, .is_error = x->is_error};
    if (x->know == SZ_AT_LEAST || x->know == SZ_KNOWN) v.num = x->num;
    sz_xval r = sz_xval_compare(op, &v, &c);
    return tri_of(&r);
}

static void load(const sz_loader *l, const insn *i, sz_xval *x) {
    *x = (sz_xval){.type = i->head[0]};
    l->load(l->ctx, i->slot, x);
    x->type = i->head[0];
    bool is_number = i->head[0] == SZ_X_NUM || i->head[0] == SZ_X_TIME || i->head[0] == SZ_X_DURATION;
    if (x->know == SZ_UNKNOWN || (is_number && isnan(x->num)))
        *x = prog_unknown(i->head[0], x->is_error || x->know != SZ_UNKNOWN);
    else x->is_error = false;
}

/* Orders (1 less, 2 equal, 4 greater) for which a comparison holds. */
static const uint8_t orders[128] = {['<'] = 1, ['l'] = 3, ['>'] = 4, ['g'] = 6, ['='] = 2, ['!'] = 5};

static uint8_t slots(const sz_loader *l, const insn *i) {
    sz_xval a, b;
    prepare(&a, i);
    prepare(&b, i);
    l->load(l->ctx, i->slot, &a);
    l->load(l->ctx, i->slot2, &b);
    if (a.know == SZ_KNOWN && b.know == SZ_KNOWN && !isunordered(a.num, b.num)) {
        uint8_t order = (uint8_t)((a.num < b.num) | (a.num == b.num) << 1 | (a.num > b.num) << 2);
        return orders[i->sub] & order ? TRI_TRUE : TRI_FALSE;
    }
    a.type = b.type = i->head[0];
    if (a.know == SZ_UNKNOWN) a = prog_unknown(a.type, a.is_error);
    if (b.know == SZ_UNKNOWN) b = prog_unknown(b.type, b.is_error);
    sz_xval r = sz_xval_compare(i->sub, &a, &b);
    return tri_of(&r);
}

static uint8_t text(const sz_loader *l, const insn *i) {
    sz_xval x = {.type = SZ_X_STR};
    l->load(l->ctx, i->slot, &x);
    if (x.know != SZ_KNOWN) return tri_of(&x);
    return sz_str_eq(x.str, i->u.value->str) ? TRI_TRUE : TRI_FALSE;
}

static uint8_t member(const sz_loader *l, const insn *i) {
    sz_xval x;
    load(l, i, &x);
    sz_xval r = prog_in(&x, i->u.value);
    return tri_of(&r);
}

static uint8_t match(const sz_xval *v, const pattern *p) {
    if (v->know != SZ_KNOWN) return tri_of(v);
    return prog_pattern_matches(p, v->str) ? TRI_TRUE : TRI_FALSE;
}

static sz_xval result_of(sz_xval v) {
    if (v.know == SZ_UNKNOWN) return prog_unknown(v.type, v.is_error);
    v.is_error = false;
    return v;
}

#if defined(__GNUC__) && !defined(SZ_PROG_SWITCH)
#define THREADED 1
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic" /* labels as values */
#define CASE(name) L_##name:
#define GO() goto *labels[i->op]
#else
#define THREADED 0
#define CASE(name) case OP_##name:
#define GO() goto dispatch
#endif
#define NEXT() \
    do { \
        i++; \
        GO(); \
    } while (0)
#define JUMP(to) \
    do { \
        i += (int32_t)(to); \
        GO(); \
    } while (0)

/* t joins the accumulator by &&, by ||: what decides jumps. A result that is known carries no error. */
#define JOIN_AND(t) \
    do { \
        if ((t) == TRI_TRUE) NEXT(); \
        if ((t) == TRI_FALSE) { \
            acc = TRI_FALSE; \
            JUMP(i->target); \
        } \
        acc = (uint8_t)(TRI_UNKNOWN | ((acc | (t)) & TRI_ERROR)); \
        NEXT(); \
    } while (0)
#define JOIN_OR(t) \
    do { \
        if ((t) == TRI_FALSE) NEXT(); \
        if ((t) == TRI_TRUE) { \
            acc = TRI_TRUE; \
            JUMP(i->target); \
        } \
        acc = (uint8_t)(TRI_UNKNOWN | ((acc | (t)) & TRI_ERROR)); \
        NEXT(); \
    } while (0)
#define JOIN(t) \
    do { \
        uint8_t t_ = (t); \
        if (i->neg) t_ = tri_not(t_); \
        if (i->is_or) JOIN_OR(t_); \
        JOIN_AND(t_); \
    } while (0)
/* A slot against a constant number; a NaN fails both tests. */
#define FUSED(name, op, sub, join) \
    CASE(name) { \
        prepare(&x, i); \
        l->load(l->ctx, i->slot, &x); \
        uint8_t t; \
        if (x.know == SZ_KNOWN && x.num op i->u.k) t = TRI_TRUE; \
        else if (x.know == SZ_KNOWN && !(x.num op i->u.k) && x.num == x.num) t = TRI_FALSE; \
        else { \
            x.type = i->head[0]; \
            t = compare_part(sub, &x, i->u.k); \
        } \
        join(t); \
    }

static sz_xval run(const insn *i, const sz_loader *l) {
#if THREADED
#define X(name) &&L_##name,
    static const void *const labels[N_OPS] = {PROG_OPS(X)};
#undef X
#endif
    frame f;
    sz_xval x;
    uint8_t acc = TRI_TRUE;
    f.text.n = 0;
#if THREADED
    GO();
#else
dispatch:
    switch ((opcode)i->op) {
#endif
    FUSED(LT_AND, <, '<', JOIN_AND)
    FUSED(LE_AND, <=, 'l', JOIN_AND)
    FUSED(GT_AND, >, '>', JOIN_AND)
    FUSED(GE_AND, >=, 'g', JOIN_AND)
    FUSED(EQ_AND, ==, '=', JOIN_AND)
    FUSED(LT_OR, <, '<', JOIN_OR)
    FUSED(LE_OR, <=, 'l', JOIN_OR)
    FUSED(GT_OR, >, '>', JOIN_OR)
    FUSED(GE_OR, >=, 'g', JOIN_OR)
    FUSED(EQ_OR, ==, '=', JOIN_OR)
    CASE(NE_AND) /* apart: != is true of a NaN; fall through */
    CASE(NE_OR) {
        prepare(&x, i);
        l->load(l->ctx, i->slot, &x);
        uint8_t t;
        if (x.know == SZ_KNOWN && x.num == i->u.k) t = TRI_FALSE;
        else if (x.know == SZ_KNOWN && x.num == x.num) t = TRI_TRUE;
        else {
            x.type = i->head[0];
            t = compare_part('!', &x, i->u.k);
        }
        if (i->is_or) JOIN_OR(t);
        JOIN_AND(t);
    }
    CASE(SLOTS) JOIN(slots(l, i));
    CASE(TEXT) JOIN(text(l, i));
    CASE(FLAG) {
        prepare(&x, i);
        l->load(l->ctx, i->slot, &x);
        JOIN(tri_of(&x));
    }
    CASE(KNOWN) {
        prepare(&x, i);
        l->load(l->ctx, i->slot, &x);
        JOIN(x.know == SZ_UNKNOWN ? TRI_FALSE : TRI_TRUE);
    }
    CASE(MEMBER) JOIN(member(l, i));
    CASE(CMP) {
        x = sz_xval_compare(i->sub, &f.cell[i->d], &f.cell[i->d + 1]);
        JOIN(tri_of(&x));
    }
    CASE(IN) {
        x = prog_in(&f.cell[i->d], &f.cell[i->d + 1]);
        JOIN(tri_of(&x));
    }
    CASE(TEST) JOIN(tri_of(&f.cell[i->d]));
    CASE(MATCH) JOIN(match(&f.cell[i->d], i->u.pattern));
    CASE(SAVE) {
        f.saved[i->d] = acc;
        acc = i->is_or ? TRI_FALSE : TRI_TRUE;
        NEXT();
    }
    CASE(BEGIN) {
        acc = i->is_or ? TRI_FALSE : TRI_TRUE;
        NEXT();
    }
    CASE(MERGE) {
        uint8_t t = acc;
        acc = f.saved[i->d];
        JOIN(t);
    }
    CASE(CHECK) {
        if (acc == (i->is_or ? TRI_TRUE : TRI_FALSE)) JUMP(i->target);
        NEXT();
    }
    CASE(JUMP) JUMP(i->target);
    CASE(FORK) {
        if (acc == TRI_TRUE) NEXT();
        if (acc == TRI_FALSE) JUMP(i->target);
        JUMP(i->slot2);
    }
    CASE(BOOL) {
        f.cell[i->d] = tri_values[acc];
        acc = f.saved[i->d];
        NEXT();
    }
    CASE(UNKNOWN) {
        f.cell[i->d] = prog_unknown(i->head[0], (acc & TRI_ERROR) != 0);
        acc = f.saved[i->d];
        NEXT();
    }
    CASE(RESTORE) {
        acc = f.saved[i->d];
        NEXT();
    }
    CASE(LOAD) {
        load(l, i, &f.cell[i->d]);
        NEXT();
    }
    CASE(CONST) {
        f.cell[i->d] = *i->u.value;
        NEXT();
    }
    CASE(ARITH) {
        prog_arith(i->sub, i->head[0], &f.cell[i->d], &f.cell[i->d + 1]);
        NEXT();
    }
    CASE(ARITH_K) {
        prog_arith(i->sub, i->head[0], &f.cell[i->d], i->u.value);
        NEXT();
    }
    CASE(CONCAT) {
        prog_concat(&f.cell[i->d], &f.cell[i->d + 1], &f.text);
        NEXT();
    }
    CASE(NEG) {
        sz_xval *v = &f.cell[i->d];
        if (v->know == SZ_KNOWN) v->num = -v->num;
        else *v = prog_unknown(SZ_X_NUM, v->know == SZ_UNKNOWN && v->is_error);
        NEXT();
    }
    CASE(CALL1) {
        prog_call1(i->sub, i->u.zone, &f.cell[i->d]);
        NEXT();
    }
    CASE(CALL2) {
        prog_call2(i->sub, &f.cell[i->d], &f.cell[i->d + 1]);
        NEXT();
    }
    CASE(RET_BOOL) return tri_values[acc];
    CASE(RET_VALUE) return result_of(f.cell[0]);
#if !THREADED
case N_OPS: break;
}
return prog_unknown(SZ_X_ANY, true);
#endif
}

#if THREADED
#pragma GCC diagnostic pop
#endif

sz_xval sz_prog_run(const sz_prog *p, const sz_loader *l) { return run(p->code, l); }

sz_xval sz_prog_run_at(const sz_prog *p, uint32_t entry, const sz_loader *l) {
    if (entry >= p->n_code) return prog_unknown(SZ_X_ANY, true);
    return run(p->code + entry, l);
}

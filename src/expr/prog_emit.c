/* SPDX-License-Identifier: Apache-2.0
 *
 * From the typed tree to instructions (prog.h lists them, prog_vm.c runs them).
 *
 * Booleans go through one accumulator of three values. A chain under && keeps the "and" of what came so far and
 * jumps to its end as soon as that is false; under || likewise with true. ! is pushed down to the leaves (De
 * Morgan holds for three values), where it turns the comparison round, or sets `neg`. A chain of the other kind
 * inside saves the accumulator in a cell and merges afterwards. Every other value goes through cells, numbered at
 * compile time: cell d and those above it are free.
 */
#include "prog.h"

struct emitter {
    sz_buf code;   /* insn */
    sz_buf labels; /* uint32_t: place of each */
    bool is_deep;
};

static void emit_value(emitter *m, const tnode *n, uint32_t d);

/* How an operand joins the accumulator: by && or ||, negated or not, and the label to jump to when that decides. */
typedef struct join {
    bool is_or, neg;
    uint32_t target;
    bool is_fresh; /* the accumulator holds nothing yet */
} join;

static uint32_t here(const emitter *m) { return (uint32_t)(m->code.n / sizeof(insn)); }

static uint32_t new_label(emitter *m) {
    uint32_t none = NO_ENTRY;
    sz_buf_put(&m->labels, &none, sizeof none);
    return (uint32_t)(m->labels.n / sizeof none) - 1;
}

static void set_label(emitter *m, uint32_t label) {
    uint32_t at = here(m);
    memcpy(m->labels.p + (size_t)label * sizeof at, &at, sizeof at);
}

static void put(emitter *m, insn i, uint32_t d) {
    if (d + 2 > PROG_STACK) m->is_deep = true;
    i.d = d;
    sz_buf_put(&m->code, &i, sizeof i);
}

static void put_plain(emitter *m, opcode op, uint32_t d) {
    put(m, (insn){.op = (uint8_t)op, .target = NO_ENTRY, .slot2 = NO_ENTRY}, d);
}

static void put_jump(emitter *m, opcode op, uint32_t target, uint32_t target2) {
    put(m, (insn){.op = (uint8_t)op, .target = target, .slot2 = target2}, 0);
}

/* An instruction that gives a boolean and joins it. */
static void put_joined(emitter *m, insn i, uint32_t d, join j) {
    i.is_or = j.is_or;
    i.neg = j.neg;
    i.target = j.target;
    put(m, i, d);
}

/* ---- leaves ------------------------------------------------------------------------------------------------- */

static bool is_number(const tnode *n) {
    return n->type == SZ_X_NUM || n->type == SZ_X_TIME || n->type == SZ_X_DURATION;
}

static uint8_t opposite(uint8_t op) {
    return op == '<' ? 'g' : op == 'l' ? '>' : op == '>' ? 'l' : op == 'g' ? '<' : op == '=' ? '!' : '=';
}

static opcode fused(uint8_t op, bool is_or) {
    switch (op) {
    case '<': return is_or ? OP_LT_OR : OP_LT_AND;
    case 'l': return is_or ? OP_LE_OR : OP_LE_AND;
    case '>': return is_or ? OP_GT_OR : OP_GT_AND;
    case 'g': return is_or ? OP_GE_OR : OP_GE_AND;
    case '=': return is_or ? OP_EQ_OR : OP_EQ_AND;
    default: return is_or ? OP_NE_OR : OP_NE_AND;
    }
}

static void emit_compare(emitter *m, const tnode *n, uint32_t d, join j) {
    const tnode *a = n->kid[0], *b = n->kid[1];
    uint8_t op = n->op;
    if (prog_is_known(a) && b->kind == T_SYM) { /* 3 <= x */
        const tnode *t = a;
        a = b;
        b = t;
        op = prog_turned(op);
    }
    insn i = {.sub = op, .head = {a->type}, .slot = a->slot, .slot2 = NO_ENTRY};
    if (a->kind == T_SYM && prog_is_known(b) && is_number(a)) {
        i.op = (uint8_t)fused(j.neg ? opposite(op) : op, j.is_or);
        i.sub = j.neg ? opposite(op) : op;
        i.u.k = b->value.num;
        j.neg = false;
    } else if (a->kind == T_SYM && b->kind == T_SYM && is_number(a)) {
        i.op = OP_SLOTS;
        i.slot2 = b->slot;
    } else if (a->kind == T_SYM && prog_is_known(b) && a->type == SZ_X_STR && (op == '=' || op == '!')) {
        i.op = OP_TEXT;
        i.u.value = &b->value;
        j.neg = j.neg != (op == '!');
    } else {
        emit_value(m, n->kid[0], d);
        emit_value(m, n->kid[1], d + 1);
        i.op = OP_CMP;
        i.sub = n->op;
        i.slot = NO_ENTRY;
    }
    put_joined(m, i, d, j);
}

static void emit_in(emitter *m, const tnode *n, uint32_t d, join j) {
    const tnode *a = n->kid[0], *b = n->kid[1];
    if (a->kind == T_SYM && prog_is_known(b)) {
        put_joined(
            m, (insn){.op = OP_MEMBER, .head = {a->type}, .slot = a->slot, .slot2 = NO_ENTRY, .u.value = &b->value},
            d, j);
        return;
    }
    emit_value(m, a, d);
    emit_value(m, b, d + 1);
    put_joined(m, (insn){.op = OP_IN, .slot2 = NO_ENTRY}, d, j);
}

/* ---- booleans ----------------------------------------------------------------------------------------------- */

static void emit_bool(emitter *m, const tnode *n, uint32_t d, join j);

/* Operands of n joined by is_or, from a fresh accumulator. */
static void emit_operands(emitter *m, const tnode *n, uint32_t d, join j) {
    for (uint32_t i = 0; i < n->n; i++) {
        emit_bool(m, n->kid[i], d, j);
        j.is_fresh = false;
    }
}

static void emit_chain(emitter *m, const tnode *n, uint32_t d, join j) {
    bool is_or = (n->kind == T_OR) != j.neg; /* !(a && b) is !a || !b */
    if (is_or == j.is_or) {
        emit_operands(m, n, d, j);
        return;
    }
    uint32_t end = new_label(m);
    put(m, (insn){.op = j.is_fresh ? OP_BEGIN : OP_SAVE, .is_or = is_or, .target = NO_ENTRY, .slot2 = NO_ENTRY}, d);
    emit_operands(m, n, j.is_fresh ? d : d + 1,
                  (join){.is_or = is_or, .neg = j.neg, .target = end, .is_fresh = true});
    set_label(m, end);
    put_joined(m, (insn){.op = j.is_fresh ? OP_CHECK : OP_MERGE, .slot2 = NO_ENTRY}, d,
               (join){.is_or = j.is_or, .target = j.target});
}

static void emit_choice(emitter *m, const tnode *n, uint32_t d, join j) {
    uint32_t fork = new_label(m), other = new_label(m), end = new_label(m);
    insn begin = {.op = OP_BEGIN, .target = NO_ENTRY, .slot2 = NO_ENTRY};
    put_plain(m, OP_SAVE, d);
    emit_bool(m, n->kid[0], d + 1, (join){.target = fork, .is_fresh = true});
    set_label(m, fork);
    put_jump(m, OP_FORK, other, end);
    put(m, begin, d);
    emit_bool(m, n->kid[1], d + 1, (join){.target = end, .is_fresh = true});
    put_jump(m, OP_JUMP, end, NO_ENTRY);
    set_label(m, other);
    put(m, begin, d);
    emit_bool(m, n->kid[2], d + 1, (join){.target = end, .is_fresh = true});
    set_label(m, end);
    put_joined(m, (insn){.op = OP_MERGE, .slot2 = NO_ENTRY}, d, j);
}

static void emit_bool(emitter *m, const tnode *n, uint32_t d, join j) {
    insn i = {.head = {n->kind == T_HAS ? n->op : n->type}, .slot = n->slot, .slot2 = NO_ENTRY};
    switch ((tkind)n->kind) {
    case T_AND:
    case T_OR: emit_chain(m, n, d, j); return;
    case T_NOT:
        j.neg = !j.neg;
        emit_bool(m, n->kid[0], d, j);
        return;
    case T_COND: emit_choice(m, n, d, j); return;
    case T_CMP: emit_compare(m, n, d, j); return;
    case T_IN: emit_in(m, n, d, j); return;
    case T_SYM: i.op = OP_FLAG; break;
    case T_HAS: i.op = OP_KNOWN; break;
    case T_CALL:
        if (n->op == F_MATCHES) {
            emit_value(m, n->kid[0], d);
            i.op = OP_MATCH;
            i.u.pattern = n->pattern;
            break;
        }
        emit_value(m, n, d);
        i.op = OP_TEST;
        break;
    default: /* T_CONST */
        emit_value(m, n, d);
        i.op = OP_TEST;
        break;
    }
    put_joined(m, i, d, j);
}

/* ---- values ------------------------------------------------------------------------------------------------- */

static void emit_bool_value(emitter *m, const tnode *n, uint32_t d) {
    uint32_t end = new_label(m);
    put_plain(m, OP_SAVE, d);
    emit_bool(m, n, d + 1, (join){.target = end, .is_fresh = true});
    set_label(m, end);
    put_plain(m, OP_BOOL, d);
}

static void emit_choice_value(emitter *m, const tnode *n, uint32_t d) {
    uint32_t fork = new_label(m), other = new_label(m), unknown = new_label(m), end = new_label(m);
    put_plain(m, OP_SAVE, d);
    emit_bool(m, n->kid[0], d + 1, (join){.target = fork, .is_fresh = true});
    set_label(m, fork);
    put_jump(m, OP_FORK, other, unknown);
    put_plain(m, OP_RESTORE, d);
    emit_value(m, n->kid[1], d);
    put_jump(m, OP_JUMP, end, NO_ENTRY);
    set_label(m, other);
    put_plain(m, OP_RESTORE, d);
    emit_value(m, n->kid[2], d);
    put_jump(m, OP_JUMP, end, NO_ENTRY);
    set_label(m, unknown);
    put(m, (insn){.op = OP_UNKNOWN, .head = {n->type}, .target = NO_ENTRY, .slot2 = NO_ENTRY}, d);
    set_label(m, end);
}

static void emit_arith(emitter *m, const tnode *n, uint32_t d) {
    insn i = {.op = OP_ARITH, .sub = n->op, .head = {n->type}, .target = NO_ENTRY, .slot2 = NO_ENTRY};
    emit_value(m, n->kid[0], d);
    if (n->type == SZ_X_STR) {
        i.op = OP_CONCAT;
    } else if (prog_is_known(n->kid[1])) {
        i.op = OP_ARITH_K;
        i.u.value = &n->kid[1]->value;
        put(m, i, d);
        return;
    }
    emit_value(m, n->kid[1], d + 1);
    put(m, i, d);
}

static void emit_call(emitter *m, const tnode *n, uint32_t d) {
    emit_value(m, n->kid[0], d);
    if (n->n == 1)
        put(m, (insn){.op = OP_CALL1, .sub = n->op, .target = NO_ENTRY, .slot2 = NO_ENTRY, .u.zone = n->zone}, d);
    for (uint32_t k = 1; k < n->n; k++) {
        emit_value(m, n->kid[k], d + 1);
        put(m, (insn){.op = OP_CALL2, .sub = n->op, .target = NO_ENTRY, .slot2 = NO_ENTRY}, d);
    }
}

static void emit_value(emitter *m, const tnode *n, uint32_t d) {
    insn i = {.head = {n->type}, .slot = n->slot, .target = NO_ENTRY, .slot2 = NO_ENTRY};
    if (m->is_deep) return;
    switch ((tkind)n->kind) {
    case T_CONST:
        i.op = OP_CONST;
        i.u.value = &n->value;
        put(m, i, d);
        return;
    case T_SYM:
        i.op = OP_LOAD;
        put(m, i, d);
        return;
    case T_COND: emit_choice_value(m, n, d); return;
    case T_ARITH: emit_arith(m, n, d); return;
    case T_NEG:
        emit_value(m, n->kid[0], d);
        put_plain(m, OP_NEG, d);
        return;
    case T_CALL:
        if (n->op == F_MATCHES) emit_bool_value(m, n, d);
        else emit_call(m, n, d);
        return;
    default: emit_bool_value(m, n, d); return;
    }
}

/* ---- programs ----------------------------------------------------------------------------------------------- */

uint32_t prog_emit_entry(emitter *m, const tnode *n) {
    uint32_t entry = here(m);
    if (n->type == SZ_X_BOOL) {
        uint32_t end = new_label(m);
        emit_bool(m, n, 0, (join){.target = end, .is_fresh = true});
        set_label(m, end);
        put_plain(m, OP_RET_BOOL, 0);
    } else {
        emit_value(m, n, 0);
        put_plain(m, OP_RET_VALUE, 0);
    }
    return entry;
}

static uint32_t place_of(const emitter *m, uint32_t label) {
    uint32_t at = NO_ENTRY;
    if (label != NO_ENTRY) memcpy(&at, m->labels.p + (size_t)label * sizeof at, sizeof at);
    return at;
}

bool prog_emit(sz_arena *a, sz_prog *p) {
    emitter m = {0};
    prog_emit_entry(&m, p->root);
    prog_clauses(a, p, &m);
    p->n_code = here(&m);
    insn *code = SZ_NEWN(a, insn, p->n_code);
    memcpy(code, m.code.p, m.code.n);
    for (uint32_t i = 0; i < p->n_code; i++) {
        code[i].target = place_of(&m, code[i].target) - i;
        if (code[i].op == OP_FORK) code[i].slot2 = place_of(&m, code[i].slot2) - i;
    }
    p->code = code;
    sz_buf_fini(&m.code);
    sz_buf_fini(&m.labels);
    return !m.is_deep;
}

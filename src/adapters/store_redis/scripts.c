/* SPDX-License-Identifier: Apache-2.0
 *
 * scripts: ACQUIRE and COMMIT (protocol 2.2, 2.3). The first line makes Redis 7 refuse a script as a whole, before its
 * first write, when there is no memory, on a replica or with too few of them; and the first
 * write of each is an RPUSH or HSET, which is refused under OOM on its own account. Redis does not roll a script back:
 * the header comes last, and it holds how long each list is under its name, so that what an error left beyond is cut
 * off by the next ACQUIRE. KEYS: 1 header, 2 snapshots, 3 journal, 4 outbox, 5 words, 6 ledger.
 */
#include "scripts.h"

/* ARGV: token fmt topic parts bundle_ver worker allow_new. Answers: kind, time s, time us, or kind and the header. */
static const char acquire[] =
    "#!lua\n"
    "local names = {'fmt','topic','parts','bundle_ver','owner','seq','epoch','worker','body','n_j','n_o','n_w'}\n"
    "local h = redis.call('HMGET', KEYS[1], unpack(names))\n"
    /* these also find a key of a wrong type before anything is written */
    "local n = {redis.call('LLEN', KEYS[3]), redis.call('LLEN', KEYS[4]), redis.call('LLEN', KEYS[5])}\n"
    "local other = redis.call('HLEN', KEYS[2]) + redis.call('HLEN', KEYS[6]) + n[1] + n[2] + n[3]\n"
    "local t = redis.call('TIME')\n"
    "if not h[6] then\n"
    "  if other > 0 or redis.call('HLEN', KEYS[1]) > 0 then return {'DAMAGED'} end\n"
    "  if ARGV[7] ~= '1' then return {'MISSING'} end\n"
    "  redis.call('HSET', KEYS[1], 'fmt', ARGV[2], 'topic', ARGV[3], 'parts', ARGV[4], 'bundle_ver', ARGV[5],\n"
    "             'owner', ARGV[1], 'epoch', '1', 'worker', ARGV[6], 'body', '', 'n_j', '0', 'n_o', '0', 'n_w', '0',\n"
    "             'seq', '1')\n"
    "  return {'NEW', t[1], t[2]}\n"
    "end\n"
    "local function answer(kind)\n"
    "  local out = {kind, t[1], t[2]}\n"
    "  for i = 1, 9 do out[3 + i] = h[i] or '' end\n"
    "  return out\n"
    "end\n"
    "if h[2] ~= ARGV[3] or h[3] ~= ARGV[4] then return answer('MISMATCH') end\n"
    "if tonumber(h[1]) > tonumber(ARGV[2]) then return answer('FORMAT') end\n"
    "if tonumber(h[4]) > tonumber(ARGV[5]) then return answer('BUNDLE') end\n"
    "for i = 1, 3 do if n[i] < tonumber(h[9 + i] or '0') then return {'DAMAGED'} end end\n"
    "redis.call('HSET', KEYS[1], 'owner', ARGV[1], 'fmt', ARGV[2], 'worker', ARGV[6],\n"
    "           'epoch', string.format('%d', tonumber(h[7]) + 1), 'seq', string.format('%d', tonumber(h[6]) + 1))\n"
    "for i = 1, 3 do\n"
    "  local keep = tonumber(h[9 + i] or '0')\n"
    "  if n[i] > keep and keep > 0 then redis.call('LTRIM', KEYS[2 + i], 0, keep - 1) end\n"
    "  if n[i] > keep and keep == 0 then redis.call('DEL', KEYS[2 + i]) end\n"
    "end\n"
    "return answer('OK')\n";

/* ARGV: token seq, then with a count before each: alerts, snapshots (key, value), blobs, words, ledger (key, value),
 * header fields (name, value); at last how many to trim of outbox and journal. */
static const char commit[] =
    "#!lua\n"
    "local h = redis.call('HMGET', KEYS[1], 'owner', 'seq', 'n_j', 'n_o', 'n_w', 'worker')\n"
    "if h[1] ~= ARGV[1] or h[2] ~= ARGV[2] then return {'REFUSED', h[6] or ''} end\n"
    "local a = 3\n"
    "local function many(cmd, key)\n" /* in slices: Lua's stack holds about 8,000 values */
    "  local stop = a + 1 + tonumber(ARGV[a]); a = a + 1\n"
    "  while a < stop do\n"
    "    local b = math.min(a + 2000, stop)\n"
    "    redis.call(cmd, key, unpack(ARGV, a, b - 1)); a = b\n"
    "  end\n"
    "end\n"
    "local function push(key, had)\n"
    "  local n = tonumber(had) + tonumber(ARGV[a]); many('RPUSH', key); return n\n"
    "end\n"
    "local n_o = push(KEYS[4], h[4])\n"
    "many('HSET', KEYS[2])\n"
    "local n_j = push(KEYS[3], h[3])\n"
    "local n_w = push(KEYS[5], h[5])\n"
    "many('HSET', KEYS[6])\n"
    "local first, last = a + 1, a + tonumber(ARGV[a])\n"
    "local cut_o, cut_j = tonumber(ARGV[last + 1]), tonumber(ARGV[last + 2])\n"
    "redis.call('HSET', KEYS[1], 'n_o', math.max(n_o - cut_o, 0), 'n_j', math.max(n_j - cut_j, 0), 'n_w', n_w,\n"
    "           'seq', string.format('%d', tonumber(ARGV[2]) + 1), unpack(ARGV, first, last))\n"
    "if cut_o > 0 then redis.call('LTRIM', KEYS[4], cut_o, -1) end\n"
    "if cut_j > 0 then redis.call('LTRIM', KEYS[3], cut_j, -1) end\n"
    "local t = redis.call('TIME')\n"
    "return {'OK', t[1], t[2]}\n";

/* KEYS: a state that was made beside the one that stands, and that one's. */
static const char clear[] = "#!lua\n"
                            "for i = 1, 6 do redis.call('DEL', KEYS[i]) end\n"
                            "return {'OK'}\n";

/* ARGV: topic parts. What stands gives way if it is on its way to that number (docs/adr/0024), or is not there. */
static const char take[] =
    "#!lua\n"
    "local way = ARGV[1] .. '/' .. ARGV[2]\n"
    "local next, h = redis.call('HGET', KEYS[1], 'topic'), redis.call('HMGET', KEYS[7], 'topic', 'parts')\n"
    "if not next then return {h[1] == ARGV[1] and h[2] == ARGV[2] and 'OK' or 'MISSING'} end\n"
    "if h[1] and h[1] ~= way and string.sub(h[1], 1, #way + 1) ~= way .. '/' then return {'REFUSED'} end\n"
    "for i = 1, 6 do\n"
    "  redis.call('DEL', KEYS[6 + i])\n"
    "  if redis.call('EXISTS', KEYS[i]) == 1 then redis.call('RENAME', KEYS[i], KEYS[6 + i]) end\n"
    "end\n"
    "return {'OK'}\n";

static const struct {
    const char *text;
    size_t n;
} texts[N_SCRIPTS] = {
    [SCRIPT_ACQUIRE] = {acquire, sizeof acquire - 1},
    [SCRIPT_COMMIT] = {commit, sizeof commit - 1},
    [SCRIPT_CLEAR] = {clear, sizeof clear - 1},
    [SCRIPT_TAKE] = {take, sizeof take - 1},
};

sz_str sz_script_text(script s) { return (sz_str){texts[s].text, texts[s].n}; }

/* SPDX-License-Identifier: Apache-2.0
 *
 * adapters: what stands behind the engine's ports. A queue of messages, stores
 * (memory, SQLite, Redis), the stream of files and stdin, the sink of files and stdout. One library each; the engine
 * knows none of them.
 *
 * An adapter never calls the worker. A port call does its work or takes it up, and its answer is a message in the
 * queue; the program's loop is
 *     while (!is_over) {
 *         const sz_msg *m = sz_msgq_pop(q);
 *         if (m) sz_worker_step(w, m);
 *         else if (sz_msgq_is_idle(q)) break;
 *     }
 * Ownership: strings given to a constructor are copied; types, zone, mapping, findings and queue are borrowed and
 * must outlive the adapter. Threads: one thread uses one queue with all its adapters.
 */
#ifndef SANZAO_ADAPTERS_H
#define SANZAO_ADAPTERS_H

#include <sanzao/engine.h>

/* ---- queue ------------------------------------------------------------------------------------------------------- */

typedef struct sz_msgq sz_msgq;
sz_msgq *sz_msgq_new(void);
void sz_msgq_free(sz_msgq *q); /* a bundle or campus in a message that nobody popped is freed */
/* Append. What the message points to is copied, but for `inputs`: the stream keeps them until its next `want`. */
void sz_msgq_push(sz_msgq *q, const sz_msg *m);
/* The same, and nothing is copied: what it points to lies in the arenas, which the queue takes; in `bytes`, if that is not empty, the
 * texts of a chunk, for the worker to keep (sz_msg.bytes). */
void sz_msgq_give(sz_msgq *q, const sz_msg *m, sz_arena *a, sz_arena *bytes);
/* The oldest message, valid until the next pop. With none there pumps are run, each once, until there is one, and NULL is returned if
 * there still is none: the moment to look at signals and show progress. */
const sz_msg *sz_msgq_pop(sz_msgq *q);
/* True if the last pop found nothing and no pump had anything to do: nobody will push any more by himself. */
bool sz_msgq_is_idle(const sz_msgq *q);
/* True if no message waits: a pump may then wait a little for what it has asked for. */
bool sz_msgq_is_empty(const sz_msgq *q);
/* Have `pump` called when the queue is empty: it does a bounded piece of an adapter's work and says if it had any. In the order in which
 * they were added: one that may wait (a stream) comes last. */
void sz_msgq_add_pump(sz_msgq *q, bool (*pump)(void *self), void *self);

/* ---- what streams and sinks ask of the state --------------------------------------------------------------------- */

/* sz_worker's functions of the same names, so that tests and tools can do without a worker. A worker is made with the
 * ports of its adapters, so these are attached to stream and sink afterwards. Asked for once the worker runs. */
typedef struct sz_progress {
    void *self;
    uint64_t (*taken)(void *self);
    uint32_t (*ledger)(void *self, const sz_put **lines);
    void (*note)(void *self, sz_str key, sz_str value);
    void (*new_batch)(void *self);
    void (*sinks)(void *self, uint64_t *alerts_pos, uint64_t *dead_pos);
    int64_t (*limit)(void *self); /* NULL: there is none */
    uint32_t (*outbox)(void *self, sz_arena *a, const sz_str **lines); /* NULL: not known */
} sz_progress;
sz_progress sz_progress_of(sz_worker *w);

/* ---- stores ------------------------------------------------------------------------------------------------------ */

/* What every store promises (tests/contract/store_suite.c):
 * acquire  OK and NEW carry the header as it was before, so that the caller's name from here on is (token, the
 *          header's seq + 1); the seq of a NEW one is 0. MISMATCH and NEWER carry it too. Answers other than OK and
 *          NEW change nothing.
 * load     begins with the words after each acquire. Kinds of which there is nothing are left out, END comes last and
 *          again whenever asked. A chunk has at most 500 items, and ends once it has 4 MiB. Words, journal and outbox
 *          come in the order in which they were committed, snapshots and ledger in any order, each key once. What was
 *          read ahead is given although the name has moved on meanwhile, but then END is REFUSED: a load that ends with
 *          OK is exactly the named state.
 * commit   appends and puts first, then trims; to trim more than there is is to trim all. FAILED: it did not happen. A
 *          store where a commit can break off midway writes the header after the lists and the name with it, and cuts
 *          off what it left beyond their ends: at ACQUIRE by a count of its own, or before the next commit appends
 *          (has_outbox, has_journal, has_dict). */

/* All in memory. keeps_lists false: only names and outbox are kept, for a worker that never loads (is_volatile). */
typedef struct sz_store_memory sz_store_memory;
sz_store_memory *sz_store_memory_new(bool keeps_lists);
void sz_store_memory_free(sz_store_memory *s);
/* A port whose answers go to q; one for each worker that uses this state. Lives as long as the store. */
sz_store_port sz_store_memory_port(sz_store_memory *s, sz_msgq *q);

/* One SQLite file, one process at a time (a lock on PATH.lock tells the second one). Every commit is one transaction
 * that is on the disk (synchronous=FULL) before its answer. While the program runs, PATH-wal has the newest commits,
 * or PATH-journal what a large one replaces. */
typedef struct sz_store_sqlite sz_store_sqlite;
/* Open what is there; a file that is not there is made when a worker acquires with allow_new. SZ_IO (the folder is
 * missing, cannot be written, in use, not a state), SZ_REFUSED (of a newer program), SZ_CORRUPT; the finding says
 * what to do. */
sz_status sz_store_sqlite_open(const char *path, sz_diags *d, sz_store_sqlite **out);
/* Another program may have the file locked for a moment: a backup, a viewer, `state show`. Who opens it so waits for that, while it
 * is opened and at each commit, in the foreground and SZ_SQLITE_WAIT_MS at most. Another run is not waited for. */
enum { SZ_SQLITE_WAIT_MS = 30000, SZ_SQLITE_LOOK_MS = 50 };
typedef struct sz_sqlite_wait {
    void *self;
    /* Asked each time before SZ_SQLITE_LOOK_MS are slept, with how long it has been: false gives up. who: `process 1234 (sqlite3)`,
     * or empty where the system does not say. */
    bool (*go_on)(void *self, const char *path, const char *who, const char *who_zh, int64_t waited_ms);
} sz_sqlite_wait;
sz_status sz_store_sqlite_open_waiting(const char *path, sz_sqlite_wait wait, sz_diags *d, sz_store_sqlite **out);
/* From here on, after it was opened at once. */
void sz_store_sqlite_wait(sz_store_sqlite *s, sz_sqlite_wait wait);
/* True if nothing was acquired in this file before it was opened. */
bool sz_store_sqlite_is_new(const sz_store_sqlite *s);
/* For reading only: acquire gives the header and changes nothing, load reads what stands whatever the name, commit fails. Many may
 * read at once; while a run writes to the state it is in use for them too. What a run that was killed left in PATH-wal is read,
 * and what it had begun to write under PATH-journal taken back: the only thing that is ever written. */
sz_status sz_store_sqlite_open_to_read(const char *path, sz_diags *d, sz_store_sqlite **out);
void sz_store_sqlite_close(sz_store_sqlite *s); /* NULL is fine */
/* Put the file `next`, a state that was closed, in the place of this one's file, in one step. Nothing may be asked of this store after that but to be closed: its lock is kept until then. */
sz_status sz_store_sqlite_replace(sz_store_sqlite *s, const char *next, sz_diags *d);
/* Remove a state that is not wanted, with what lies beside it. False: something is still there. */
bool sz_store_sqlite_remove(const char *path);
sz_store_port sz_store_sqlite_port(sz_store_sqlite *s, sz_msgq *q);

/* ---- Redis ------------------------------------------------------------------------------------------------------- */

/* Redis 7 or newer (or what speaks like it): alone, under Sentinels, or a Cluster. One hash-tagged group of keys a
 * partition, sz:{G.p}: h the header (read it with HGETALL), s snapshots, j journal, o outbox, w words, l ledger; one
 * script a commit. Nothing is ever sent twice, nothing waits: calls put bytes on a non-blocking connection, the queue's
 * pump brings answers (it waits up to a millisecond while one is due and the queue is empty). Only a host's name is
 * looked up in the foreground, when a connection is opened.
 *
 * UNKNOWN is answered for a time-out, a lost connection and what passes by itself: LOADING, READONLY, OOM, MISCONF,
 * NOREPLICAS, CLUSTERDOWN, TRYAGAIN, BUSY, MASTERDOWN, MOVED and ASK. The connection is given up with it; acquire opens
 * another one, having asked where the master or the slot is now. FAILED is what a person must change (password, ACL, a
 * damaged state). Texts name the server, never the password. */
typedef struct sz_store_redis_options {
    sz_str url;            /* redis://[USER[:PASSWORD]@]HOST[:PORT][/DB], rediss:// (TLS),
                            * redis+sentinel://…@HOST,HOST/MASTER[/DB], redis+cluster://…@HOST,HOST; rediss+… too.
                            * ?ca= &cert= &key= (PEM files) &server_name= &timeout=5s &sentinel_user=
                            * &sentinel_password=; what is not a letter, digit or -._~ is written %XX. A leading
                            * `redis:` before such an address is let be. */
    sz_str user, password; /* from a configuration or file; where given they win over the address's */
    sz_str group;          /* G: letters, digits, . _ - : */
    /* A pop from a queue that is empty while an answer is awaited waits for a millisecond at most, rather than turning in
     * a circle. True: it never does; who has other things to do waits himself (sz_store_redis_polled). */
    bool never_waits;
} sz_store_redis_options;

typedef struct sz_store_redis sz_store_redis;
/* Look at the address; nothing is connected yet. SZ_USAGE with findings. One thread uses it with its ports. */
sz_status sz_store_redis_new(const sz_store_redis_options *o, sz_diags *d, sz_store_redis **out);
void sz_store_redis_free(sz_store_redis *s); /* NULL is fine; before its queues */
struct pollfd;
/* Where answers are awaited: sockets, and for what they wait, into fds; how many, at most `most`. One that is being looked
 * up has none yet, so a wait for them ends within milliseconds all the same. */
uint32_t sz_store_redis_polled(const sz_store_redis *s, struct pollfd *fds, uint32_t most);
/* The address without its password, for people; lives as long as the store. */
sz_str sz_store_redis_place(const sz_store_redis *s);
/* A port with a connection of its own. */
sz_store_port sz_store_redis_port(sz_store_redis *s, uint32_t partition, sz_msgq *q);
/* The same to look only: acquire takes nothing and changes nothing (its header is the state's as it stands), load reads
 * the state that acquire saw, whatever name it is given, commit is FAILED. With parts 0 any topic's state will do. Needs
 * no right to write. */
sz_store_port sz_store_redis_reader(sz_store_redis *s, uint32_t partition, sz_msgq *q);

/* Lines of other partitions' ledgers, read as they stand, over connections of their own. Lives as long as the store. */
typedef struct sz_redis_looks sz_redis_looks;
sz_parts_port sz_store_redis_parts(sz_store_redis *s, uint32_t parts, sz_msgq *q);

/* A state that is made beside the one that stands (sz:{G.p}:next:*), acquired and committed to like any other, until it takes that
 * one's place (state repartition, docs/adr/0024). Needs the rights to DEL, EXISTS and RENAME. */
sz_store_port sz_store_redis_next(sz_store_redis *s, uint32_t partition, sz_msgq *q);
/* Forget what was made there. Answered by committed. */
void sz_store_redis_clear(const sz_store_port *next);
/* Put it in the place of what stands, in one step: of a state that is on its way from `topic` to so many partitions, or of
 * none. Answered by committed: OK, also where that was done before; MISSING; REFUSED: something else stands there. */
void sz_store_redis_take(const sz_store_port *next, sz_str topic, uint32_t parts);

/* One line of a start-up check. */
typedef enum sz_promise_level { SZ_PROMISE_RIGHT, SZ_PROMISE_RISKY, SZ_PROMISE_REFUSED } sz_promise_level;
typedef struct sz_promise {
    sz_promise_level level;
    const char *what;                 /* the server's own word: maxmemory-policy */
    const char *message, *message_zh; /* a sentence: what it is, what follows from it, what to set */
} sz_promise;
/* Ask every master what it promises and hold it against `settle`. Waits, up to the time-out for each server: before
 * the workers begin. SZ_OK with rows in a; SZ_REFUSED the same, one of them refused; SZ_IO with a finding: no answer,
 * SZ_REFUSED with one and no rows: an answer that does not mend itself (password, rights).
 */
sz_status sz_store_redis_check(sz_store_redis *s, int64_t settle_ms, sz_diags *d, sz_arena *a, sz_promise **rows,
                               uint32_t *n);

/* ---- stream of files --------------------------------------------------------------------------------------------- */

typedef struct sz_stream_file_options {
    const sz_str *sources;     /* `file:PATH` (a file, or a folder: its files by name, hidden ones left out), `stdin` */
    const sz_span *sources_at; /* where a config file names them; NULL: it does not */
    uint32_t n_sources;
    sz_order order;
    const sz_types *types;
    const sz_zone *zone;
    sz_mapping *mapping;       /* NULL: one JSON object a line. Else CSV, but for files named .ndjson, .jsonl, .json */
    uint64_t meaning;          /* hash of what else decides how bytes read (mapping, types); the same for a resume */
    int64_t horizon_ms;        /* sorted: ids repeat within it; 0: 14 d */
    bool accept_gap;           /* go on although an unfinished batch is not what it was */
    size_t memory;             /* sorted: bytes before it spills; 0: 256 MiB */
    sz_pages *pages;           /* sorted: gets the large pages of what was given; borrowed, may be NULL */
    const char *tmp_dir;       /* where it spills to; NULL: /tmp */
    int stdin_fd;
    int wake_fd;               /* while it is readable no pipe is waited for; 0: there is none */
    bool is_volatile;          /* the state ends with the run, so no run after it asks whether a sorted input is what it was */
} sz_stream_file_options;

typedef struct sz_stream_file sz_stream_file;
/* Findings about sources that cannot be read come at once, all of them (SZ_IO; SZ_USAGE for a source of no known
 * form), also headers that do not fit the mapping (SZ_FINDINGS). d is used for later findings too. */
sz_status sz_stream_file_new(const sz_stream_file_options *o, sz_msgq *q, sz_diags *d, sz_stream_file **out);
void sz_stream_file_attach(sz_stream_file *s, const sz_progress *p); /* before the first message */
void sz_stream_file_free(sz_stream_file *s);
/* want: inputs come in the order that the options ask for; input_end after the last. When the files cannot be read
 * input_end has the answer SZ_ANS_FAILED and a text: nothing of a sorted batch was delivered then, of one in order of
 * arrival what stood before. */
sz_stream_port sz_stream_file_port(sz_stream_file *s);
/* Why it failed: SZ_OK, SZ_IO, SZ_FINDINGS. The findings are in the list given to new. */
sz_status sz_stream_file_failure(const sz_stream_file *s);
/* Rows of tables in which no cell held anything: passed over, no records. Of the inputs that this run read to the end. */
uint64_t sz_stream_file_empty_rows(const sz_stream_file *s);
/* Rows that say a table's headings once more: passed over, no records. Likewise. */
uint64_t sz_stream_file_headings_again(const sz_stream_file *s);
/* How many inputs there are, if all were read before and hold nothing new; else 0. */
uint32_t sz_stream_file_nothing_new(const sz_stream_file *s);
/* For a progress bar: bytes of the files read of all (0: not known). */
void sz_stream_file_progress(const sz_stream_file *s, uint64_t *done, uint64_t *all);

/* ---- sink of files ----------------------------------------------------------------------------------------------- */

typedef struct sz_sink_file_options {
    sz_str alerts;             /* `file:PATH`, `stdout`, or empty: nowhere */
    sz_str dead;               /* `file:PATH`, or empty */
    bool append;               /* a file that this state did not write may hold something: go on at its end */
    bool is_new;               /* the state holds nothing yet */
    bool is_volatile;          /* memory state: files are written anew, nothing is forced to the disk */
} sz_sink_file_options;

typedef struct sz_sink_file sz_sink_file;
/* Look at the files without changing them: SZ_USAGE, SZ_IO (cannot be written; not empty and not ours). To be called
 * before the state is acquired, so that a refusal leaves nothing behind. */
sz_status sz_sink_file_new(const sz_sink_file_options *o, sz_msgq *q, sz_diags *d, sz_sink_file **out);
void sz_sink_file_attach(sz_sink_file *s, const sz_progress *p); /* before the first message */
void sz_sink_file_free(sz_sink_file *s);
/* Once the worker runs: cut each file to what the state has acknowledged; a note says where that is not possible.
 * Left out, it is done before the first line is written. */
sz_status sz_sink_file_start(sz_sink_file *s);
/* Answers are pushed once the lines are in the file (on the disk, unless is_volatile), with the file's length; what
 * cannot be written is answered by SZ_ANS_FAILED with a text, and the file is left as it was before. */
sz_sink_port sz_sink_file_port(sz_sink_file *s);

/* ---- findings ---------------------------------------------------------------------------------------------------- */

enum {
    SZ_CODE_NO_FILE = 401, SZ_CODE_NOT_A_FILE, SZ_CODE_UNREADABLE, SZ_CODE_CUT_SHORT, SZ_CODE_BAD_ARCHIVE,
    SZ_CODE_EMPTY, SZ_CODE_NEEDS_MAPPING, SZ_CODE_ENCODING, SZ_CODE_ODD_SOURCE, SZ_CODE_GIVEN_TWICE,
    SZ_CODE_BATCH_DIFFERS, SZ_CODE_LEDGER, SZ_CODE_NO_ROOM_TO_SORT, SZ_CODE_OTHER_ENCODING,
    SZ_CODE_OTHER_ORDER,
    SZ_CODE_STATE_CANNOT_OPEN = 421, SZ_CODE_STATE_IN_USE, SZ_CODE_STATE_NOT_OURS, SZ_CODE_STATE_DAMAGED,
    SZ_CODE_STATE_NEWER, SZ_CODE_STATE_READ_ONLY,
    SZ_CODE_SINK_CANNOT_OPEN = 431, SZ_CODE_SINK_NOT_EMPTY, SZ_CODE_SINK_SHORTER, SZ_CODE_SINK_ODD,
    SZ_CODE_KAFKA_SETTING = 435, SZ_CODE_KAFKA_FIXED, SZ_CODE_KAFKA_VALUE, SZ_CODE_KAFKA_BROKERS, SZ_CODE_KAFKA_CLIENT,
    SZ_CODE_KAFKA_TURN,
    SZ_CODE_REDIS_ADDRESS = 441, SZ_CODE_REDIS_OPTION, SZ_CODE_REDIS_TLS, SZ_CODE_REDIS_GROUP, SZ_CODE_REDIS_NO_ANSWER,
    SZ_CODE_SINK_LATER
};
/* 401-449, in order. */
const sz_code_doc *sz_adapter_codes(size_t *n);

#endif

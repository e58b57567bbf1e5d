/* SPDX-License-Identifier: Apache-2.0
 *
 * scripts: what runs inside of the server. Each call is one of them under its SHA1, which SCRIPT LOAD tells at the
 * start of a connection; after NOSCRIPT the text itself is sent.
 */
#ifndef SANZAO_SRC_ADAPTERS_STORE_REDIS_SCRIPTS_H
#define SANZAO_SRC_ADAPTERS_STORE_REDIS_SCRIPTS_H

#include <sanzao/base.h>

typedef enum script {
    SCRIPT_ACQUIRE,
    SCRIPT_COMMIT,
    SCRIPT_CLEAR, /* of a state beside the one that stands (next.c); its keys, then those of the one that stands */
    SCRIPT_TAKE,
    N_SCRIPTS
} script;

/* Keys of a partition, in the order in which all scripts get them. */
typedef enum state_key { KEY_HEADER, KEY_SNAPSHOTS, KEY_JOURNAL, KEY_OUTBOX, KEY_WORDS, KEY_LEDGER, N_KEYS } state_key;

sz_str sz_script_text(script s);

#endif

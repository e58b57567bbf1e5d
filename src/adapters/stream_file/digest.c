/* SPDX-License-Identifier: Apache-2.0 */
#include "digest.h"

#include <xxhash.h>
#if defined __x86_64__ && __has_include(<xxh_x86dispatch.h>)
#include <xxh_x86dispatch.h> /* the same functions with the widest vectors that the machine has */
#endif

digest *sz_fs_digest_new(void) {
    XXH3_state_t *s = XXH3_createState();
    XXH3_128bits_reset(s);
    return (digest *)s;
}

void sz_fs_digest_free(digest *d) { XXH3_freeState((XXH3_state_t *)d); }

void sz_fs_digest_reset(digest *d) { XXH3_128bits_reset((XXH3_state_t *)d); }

void sz_fs_digest_add(digest *d, const void *p, size_t n) {
    if (n) XXH3_128bits_update((XXH3_state_t *)d, p, n);
}

void sz_fs_digest_text(const digest *d, char out[DIGEST_TEXT]) {
    static const char digits[] = "0123456789abcdef";
    XXH128_canonical_t c;
    XXH128_canonicalFromHash(&c, XXH3_128bits_digest((const XXH3_state_t *)d));
    for (size_t i = 0; i < sizeof c.digest; i++) {
        out[2 * i] = digits[c.digest[i] >> 4];
        out[2 * i + 1] = digits[c.digest[i] & 15];
    }
    out[32] = '\0';
}

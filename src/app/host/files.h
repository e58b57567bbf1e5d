/* SPDX-License-Identifier: Apache-2.0
 *
 * Files and folders, read whole into memory.
 */
#ifndef SZ_APP_FILES_H
#define SZ_APP_FILES_H

#include <sanzao/base.h>

typedef struct sz_file {
    char *name;
    uint8_t *p;
    size_t n;
} sz_file;
typedef struct sz_files {
    sz_file *v;
    uint32_t n, cap;
} sz_files;

/* Read one file; a finding says what is wrong (a folder, missing, unreadable). */
sz_status sz_file_read(const char *path, const char *name, sz_diags *d, sz_files *out);
/* All files of a folder whose names end in one of the suffixes (NULL-terminated list), by name; recursive: folders in
 * it too, names relative to `shown`. Hidden ones are left out. */
sz_status sz_folder_read(const char *path, const char *shown, const char *const *suffixes, bool recursive, sz_diags *d,
                         sz_files *out);
void sz_files_fini(sz_files *f);

#endif

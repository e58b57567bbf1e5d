/* SPDX-License-Identifier: Apache-2.0
 *
 * The layer below SQLite that gathers pages (store_sqlite/vfs.c), asked as SQLite asks: whatever is asked of a file
 * finds what was written to it, wherever that is, and a write that fails is told. The disk is led by this program.
 */
#include <errno.h>
#include <fcntl.h>
#include <sanzao/adapters.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

enum { PAGE = 16384, MOST = 4 << 20 };
static char dir[64], path[96];

/* ---- the disk ---- */

typedef enum mood { WORKS, NOT_PAST_THE_CACHE, HALF_PAST_THE_CACHE, FULL, FAILS } mood;
static mood disk;
static int n_past_the_cache; /* writes of that sort */

/* In place of the system's, for SQLite too. */
static ssize_t written(int fd, const void *p, size_t n, off_t at) {
    bool is_direct = (fcntl(fd, F_GETFL) & O_DIRECT) != 0;
    n_past_the_cache += is_direct;
    if (disk == HALF_PAST_THE_CACHE && is_direct) n = n / 2 / 4096 * 4096;
    bool fails = disk == FULL || disk == FAILS || (disk == NOT_PAST_THE_CACHE && is_direct);
    if (!fails) return syscall(SYS_pwrite64, fd, p, n, at);
    errno = disk == FULL ? ENOSPC : disk == FAILS ? EIO : EINVAL;
    return -1;
}
ssize_t pwrite(int fd, const void *p, size_t n, off_t at) { return written(fd, p, n, at); }
ssize_t pwrite64(int fd, const void *p, size_t n, off64_t at) { return written(fd, p, n, at); }

/* ---- a system that promises more than a layer can keep ---- */

static sqlite3_io_methods boasting;
static sqlite3_vfs *honest, boaster;

static int boast(sqlite3_file *f) {
    (void)f;
    return SQLITE_IOCAP_ATOMIC | SQLITE_IOCAP_SAFE_APPEND | SQLITE_IOCAP_SEQUENTIAL | SQLITE_IOCAP_BATCH_ATOMIC |
           SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static int boaster_open(sqlite3_vfs *self, const char *name, sqlite3_file *f, int flags, int *out_flags) {
    (void)self;
    int rc = honest->xOpen(honest, name, f, flags, out_flags);
    if (rc != SQLITE_OK) return rc;
    boasting = *f->pMethods;
    boasting.xDeviceCharacteristics = boast;
    f->pMethods = &boasting;
    return rc;
}

/* ---- the file ---- */

static sqlite3_vfs *vfs;
static sqlite3_file *f;

static void open_file(void) {
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MAIN_DB;
    f = calloc(1, (size_t)vfs->szOsFile);
    assert_int_equal(vfs->xOpen(vfs, path, f, flags, NULL), SQLITE_OK);
}

static int close_file(void) {
    int rc = f->pMethods->xClose(f);
    free(f);
    return rc;
}

static int empty(void **state) {
    (void)state;
    disk = WORKS;
    n_past_the_cache = 0;
    unlink(path);
    open_file();
    return 0;
}

static uint32_t random_state = 11;
static uint32_t some(uint32_t n) {
    random_state = random_state * 1664525 + 1013904223;
    return (uint32_t)((uint64_t)random_state * n >> 32);
}

static uint8_t model[MOST], got[MOST], page[65536];
static size_t model_n;

static void write_at(size_t at, size_t n) {
    memset(page, (int)some(256), n);
    assert_int_equal(f->pMethods->xWrite(f, page, (int)n, (sqlite3_int64)at), SQLITE_OK);
    if (at > model_n) memset(model + model_n, 0, at - model_n);
    memcpy(model + at, page, n);
    if (at + n > model_n) model_n = at + n;
}

/* As another program has it. */
static void assert_file_is_the_model(void) {
    int fd = open(path, O_RDONLY);
    assert_int_equal(read(fd, got, sizeof got), model_n);
    close(fd);
    assert_memory_equal(got, model, model_n);
}

static void ask_anything(void) {
    sqlite3_int64 size = 0;
    size_t n_pages = model_n / PAGE;
    switch (some(12)) {
    case 0: /* any page, and a piece of one */
        if (n_pages) {
            size_t n = some(2) ? PAGE : 16, at = some((uint32_t)n_pages) * (size_t)PAGE;
            assert_int_equal(f->pMethods->xRead(f, got, (int)n, (sqlite3_int64)at), SQLITE_OK);
            assert_memory_equal(got, model + at, n);
        }
        break;
    case 1:
        assert_int_equal(f->pMethods->xFileSize(f, &size), SQLITE_OK);
        assert_int_equal(size, model_n);
        break;
    case 2:
        if (n_pages && some(4) == 0) {
            model_n -= some((uint32_t)n_pages) * (size_t)PAGE;
            assert_int_equal(f->pMethods->xTruncate(f, (sqlite3_int64)model_n), SQLITE_OK);
        }
        break;
    case 3:
        assert_int_equal(f->pMethods->xSync(f, SQLITE_SYNC_FULL), SQLITE_OK);
        assert_file_is_the_model();
        break;
    case 4:
        assert_int_equal(f->pMethods->xLock(f, SQLITE_LOCK_SHARED), SQLITE_OK);
        assert_int_equal(f->pMethods->xUnlock(f, SQLITE_LOCK_NONE), SQLITE_OK);
        assert_file_is_the_model();
        break;
    case 5:
        assert_int_equal(close_file(), SQLITE_OK);
        assert_file_is_the_model();
        open_file();
        break;
    case 6: /* what is no whole block, as in a file of another page size */
        write_at(some((uint32_t)model_n + 1), 1 + some(3000));
        break;
    default: break;
    }
}

static void write_and_ask(mood m) {
    disk = m;
    model_n = 0;
    for (int round = 0; round < 600; round++) {
        size_t at = some(3) ? (model_n + PAGE - 1) / PAGE : some((uint32_t)(model_n / PAGE) + 2);
        for (uint32_t k = 1 + some(some(3) ? 4 : 80); k && (at + 1) * PAGE + 4096 < MOST; k--)
            write_at(at++ * PAGE, PAGE);
        ask_anything();
    }
    assert_int_equal(close_file(), SQLITE_OK);
    assert_file_is_the_model();
}

static void test_what_is_asked_finds_what_was_written(void **state) {
    (void)state;
    write_and_ask(WORKS);
}

static void test_what_does_not_go_past_the_cache_goes_the_usual_way(void **state) {
    (void)state;
    write_and_ask(NOT_PAST_THE_CACHE);
}

static void test_what_goes_past_the_cache_in_part_is_written_whole(void **state) {
    (void)state;
    write_and_ask(HALF_PAST_THE_CACHE);
}

static void write_pages(size_t n) {
    memset(page, 'p', PAGE);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(f->pMethods->xWrite(f, page, PAGE, (sqlite3_int64)(i * PAGE)), SQLITE_OK);
}

static void test_pages_side_by_side_go_past_the_cache_where_that_can_be(void **state) {
    (void)state;
    int fd = open(path, O_WRONLY | O_DIRECT);
    if (fd < 0) skip(); /* not on this file system */
    close(fd);
    write_pages(200);
    assert_int_equal(f->pMethods->xSync(f, SQLITE_SYNC_FULL), SQLITE_OK);
    assert_in_range(n_past_the_cache, 1, 8); /* and not a page at a time */
    close_file();
}

/* By the next call that has to do with it, and once. */
static void test_a_write_that_fails_is_told(void **state) {
    (void)state;
    sqlite3_int64 size;
    for (int call = 0; call < 6; call++) {
        disk = WORKS;
        write_pages(20);
        disk = call % 2 ? FULL : FAILS;
        int rc = call == 0   ? f->pMethods->xSync(f, SQLITE_SYNC_FULL)
                 : call == 1 ? f->pMethods->xRead(f, got, PAGE, 0)
                 : call == 2 ? f->pMethods->xFileSize(f, &size)
                 : call == 3 ? f->pMethods->xTruncate(f, 0)
                 : call == 4 ? f->pMethods->xWrite(f, page, PAGE, 0)
                             : close_file();
        assert_int_equal(rc, call % 2 ? SQLITE_FULL : SQLITE_IOERR_WRITE);
    }
}

/* A lock that could not be given back would keep everybody out until the process ends. */
static void test_a_write_that_fails_when_it_is_unlocked_leaves_no_lock(void **state) {
    (void)state;
    assert_int_equal(f->pMethods->xLock(f, SQLITE_LOCK_SHARED), SQLITE_OK);
    assert_int_equal(f->pMethods->xLock(f, SQLITE_LOCK_RESERVED), SQLITE_OK);
    write_pages(20);
    disk = FAILS;
    assert_int_equal(f->pMethods->xUnlock(f, SQLITE_LOCK_NONE), SQLITE_IOERR_WRITE);
    int is_reserved = -1;
    assert_int_equal(f->pMethods->xCheckReservedLock(f, &is_reserved), SQLITE_OK);
    assert_int_equal(is_reserved, 0);
    disk = WORKS;
    close_file();
}

/* Pages that are written later than SQLite thinks are in no order and in no batch, and none of them is atomic. */
static void test_promises_of_the_system_that_gathering_breaks_are_not_passed_on(void **state) {
    (void)state;
    assert_int_equal(f->pMethods->xDeviceCharacteristics(f), SQLITE_IOCAP_POWERSAFE_OVERWRITE);
    close_file();
}

static bool begin(void) {
    honest = sqlite3_vfs_find(NULL);
    boaster = *honest;
    boaster.zName = "boaster";
    boaster.xOpen = boaster_open;
    sqlite3_vfs_register(&boaster, 1);
    sz_diags d;
    sz_diags_init(&d);
    sz_store_sqlite *s = NULL;
    close(open(path, O_CREAT | O_WRONLY, 0644));
    bool is_open = sz_store_sqlite_open(path, &d, &s) == SZ_OK; /* it makes itself known */
    sz_store_sqlite_close(s);
    sz_diags_fini(&d);
    vfs = sqlite3_vfs_find("sanzao");
    return is_open && vfs;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_what_is_asked_finds_what_was_written, empty),
        cmocka_unit_test_setup(test_what_does_not_go_past_the_cache_goes_the_usual_way, empty),
        cmocka_unit_test_setup(test_what_goes_past_the_cache_in_part_is_written_whole, empty),
        cmocka_unit_test_setup(test_pages_side_by_side_go_past_the_cache_where_that_can_be, empty),
        cmocka_unit_test_setup(test_a_write_that_fails_is_told, empty),
        cmocka_unit_test_setup(test_a_write_that_fails_when_it_is_unlocked_leaves_no_lock, empty),
        cmocka_unit_test_setup(test_promises_of_the_system_that_gathering_breaks_are_not_passed_on, empty),
    };
    snprintf(dir, sizeof dir, "/tmp/sz-vfs-XXXXXX");
    if (!mkdtemp(dir)) return 1;
    snprintf(path, sizeof path, "%s/file.db", dir);
    if (!begin()) return 1;
    int failed = cmocka_run_group_tests_name("store_sqlite's layer below SQLite", tests, NULL, NULL);
    char command[96];
    snprintf(command, sizeof command, "rm -rf %s", dir);
    return system(command) == 0 ? failed : 1;
}

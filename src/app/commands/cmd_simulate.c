/* SPDX-License-Identifier: Apache-2.0
 *
 * sanzao simulate: a campus and its term, drawn by a seed, into a folder.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sanzao/simulate.h>

#include "cmd_common.h"
#include "codes.h"
#include "commands.h"
#include "views/findings.h"

/* Files of the folder, opened as their first bytes come. */
struct folder {
    const char *path;
    sz_diags *d;
    FILE *part, *events; /* the file in hand; events.ndjson */
    char name[64];       /* of `part` */
};

static sz_status cannot_write(sz_diags *d, const char *path) {
    int e = errno;
    sz_diag *g = sz_diags_add(d, SZ_ERROR, APP_CODE_CANNOT_WRITE, (sz_span){0}, "%s cannot be written: %s", NULL, path,
                              strerror(e));
    g->message_zh = sz_arena_printf(&d->arena, "%s 无法写入：%s", path, sz_os_zh(e));
    return SZ_IO;
}

static const char *path_of(struct folder *f, const char *name) {
    return sz_arena_printf(&f->d->arena, "%s/%s", f->path, name);
}

static FILE *open_file(struct folder *f, const char *name) {
    const char *path = path_of(f, name);
    FILE *file = fopen(path, "wb");
    if (!file) cannot_write(f->d, path);
    else setvbuf(file, NULL, _IOFBF, 1 << 20);
    return file;
}

static sz_status close_file(struct folder *f, FILE **file, const char *name) {
    bool is_bad = *file && fclose(*file) != 0;
    *file = NULL;
    return is_bad ? cannot_write(f->d, path_of(f, name)) : SZ_OK;
}

static sz_status put(void *self, const char *name, sz_str bytes) {
    struct folder *f = self;
    if (!f->part || strcmp(f->name, name) != 0) {
        sz_status s = close_file(f, &f->part, f->name);
        if (s == SZ_OK && !(f->part = open_file(f, name))) s = SZ_IO;
        if (s != SZ_OK) return s;
        snprintf(f->name, sizeof f->name, "%s", name);
    }
    return fwrite(bytes.p, 1, bytes.n, f->part) == bytes.n ? SZ_OK : cannot_write(f->d, path_of(f, name));
}

static sz_status event(void *self, int64_t arrival_ms, sz_str line) {
    struct folder *f = self;
    (void)arrival_ms;
    if (!f->events && !(f->events = open_file(f, "events.ndjson"))) return SZ_IO;
    return fwrite(line.p, 1, line.n, f->events) == line.n ? SZ_OK : cannot_write(f->d, path_of(f, "events.ndjson"));
}

static bool exists(const char *path) {
    struct stat st;
    return stat(path, &st) == 0;
}

/* Files of a simulation before this one that this one may not have would be read as part of it. */
static void drop_old(struct folder *f) {
    unlink(path_of(f, "campus/leaves.csv"));
    DIR *dir = opendir(path_of(f, "vendor"));
    for (struct dirent *e; dir && (e = readdir(dir));)
        if (strncmp(e->d_name, "door-", 5) == 0)
            unlink(sz_arena_printf(&f->d->arena, "%s/vendor/%s", f->path, e->d_name));
    if (dir) closedir(dir);
}

/* The folder and its sub-folders. A folder that holds other people's files is left alone: what a simulation wrote
 * says so itself. */
static sz_status make_folder(struct folder *f, bool with_vendor) {
    static const char *const ours[] = {"campus", "events.ndjson", "truth.csv", "confounders.csv", "vendor"};
    for (size_t i = 0; i < sizeof ours / sizeof *ours && !exists(path_of(f, "simulate.json")); i++) {
        const char *path = path_of(f, ours[i]);
        if (!exists(path)) continue;
        sz_diag *g =
            sz_diags_add(f->d, SZ_ERROR, APP_CODE_FOLDER_IN_USE, (sz_span){0},
                         "%s is there already and no simulation wrote it", "%s 已经存在，而且不是模拟生成的", path);
        sz_diag_hint(f->d, g, "name another folder with --out", "请用 --out 指定另一个文件夹");
        return SZ_IO;
    }
    const char *const folders[] = {f->path, path_of(f, "campus"), with_vendor ? path_of(f, "vendor") : NULL};
    for (int i = 0; i < 3; i++)
        if (folders[i] && mkdir(folders[i], 0777) != 0 && errno != EEXIST) return cannot_write(f->d, folders[i]);
    drop_old(f);
    return SZ_OK;
}

static void describe(sz_buf *out, const sz_sim_options *o, const sz_sim_counts *n) {
    char day[11];
    sz_day_format(o->from_day, day);
    sz_buf_printf(out, "{\"schema\":1,\"students\":%u,\"from\":\"%s\",\"days\":%u,\"seed\":%llu,", o->students, day,
                  o->days, (unsigned long long)o->seed);
    sz_buf_printf(
        out, "\"lines\":%llu,\"swipes\":%llu,\"attendance\":%llu,\"doors\":%llu,\"presence\":%llu,\"status\":%llu,",
        (unsigned long long)n->lines, (unsigned long long)n->swipes, (unsigned long long)n->attendance,
        (unsigned long long)n->doors, (unsigned long long)n->presence, (unsigned long long)n->status);
    sz_buf_printf(
        out, "\"late\":%llu,\"repeats\":%llu,\"strangers\":%llu,\"lost\":%llu,\"incidents\":%u,\"confounders\":%u}\n",
        (unsigned long long)n->late, (unsigned long long)n->repeats, (unsigned long long)n->strangers,
        (unsigned long long)n->lost, n->incidents, n->confounders);
}

static void show_next(const char *path, bool with_vendor, const char *label) {
    printf("%s: sanzao run --source file:%s/events.ndjson", label, path);
    if (with_vendor) printf(" --source file:%s/vendor --mapping %s/vendor.yaml", path, path);
    printf(" --campus %s/campus --rules rules\n", path);
}

static void show(const sz_config *c, const char *path, const sz_sim_options *o, const sz_sim_counts *n) {
    char day[11];
    sz_day_format(o->from_day, day);
    if (c->lang == SZ_ZH) {
        printf("%s：%u 名学生，自 %s 起 %u 天，种子 %llu\n", path, o->students, day, o->days,
               (unsigned long long)o->seed);
        printf("  events.ndjson  %llu 条：消费 %llu，考勤 %llu，门禁 %llu，在场 %llu，数据源状态 %llu\n",
               (unsigned long long)n->lines, (unsigned long long)n->swipes, (unsigned long long)n->attendance,
               (unsigned long long)n->doors, (unsigned long long)n->presence, (unsigned long long)n->status);
        printf("  其中迟到 10 分钟以上 %llu，重复 %llu，卡号不在册 %llu；另有 %llu 条因数据源中断而丢失\n",
               (unsigned long long)n->late, (unsigned long long)n->repeats, (unsigned long long)n->strangers,
               (unsigned long long)n->lost);
        printf("  truth.csv %u 行，confounders.csv %u 行\n", n->incidents, n->confounders);
        show_next(path, o->with_vendor, "试一试");
        return;
    }
    printf("%s: %u student%s, %u day%s from %s, seed %llu\n", path, o->students, sz_plural(o->students), o->days,
           sz_plural(o->days), day, (unsigned long long)o->seed);
    printf(
        "  events.ndjson  %llu line%s: %llu swipe%s, %llu attendance, %llu door%s, %llu presence, %llu feed status\n",
        (unsigned long long)n->lines, sz_plural(n->lines), (unsigned long long)n->swipes, sz_plural(n->swipes),
        (unsigned long long)n->attendance, (unsigned long long)n->doors, sz_plural(n->doors),
        (unsigned long long)n->presence, (unsigned long long)n->status);
    printf(
        "  %llu of them over 10 min late, %llu repeat%s, %llu card%s of strangers; %llu more lost with their source\n",
        (unsigned long long)n->late, (unsigned long long)n->repeats, sz_plural(n->repeats),
        (unsigned long long)n->strangers, sz_plural(n->strangers), (unsigned long long)n->lost);
    printf("  truth.csv %u row%s, confounders.csv %u row%s\n", n->incidents, sz_plural(n->incidents), n->confounders,
           sz_plural(n->confounders));
    show_next(path, o->with_vendor, "try");
}

/* Where it stands in a config file, and what is taken when it is left out. */
static void out_of_range(sz_config *c, sz_diag *g, int option) {
    g->span = c->where[option];
    sz_diag_hint(&c->diags, g, "left out, it is %s", "不写时是 %s", sz_opt_rows[option].standard);
}

static bool read_options(sz_config *c, sz_sim_options *o) {
    sz_zone zone;
    int64_t ms = 0;
    bool is_day = false;
    sz_zone_fixed(&zone, 8 * 3600, "Asia/Shanghai");
    if (!sz_time_parse(&zone, sz_str_of(c->text[SZ_O_FROM]), &ms, &is_day) || !is_day)
        out_of_range(c,
                     sz_diags_add(&c->diags, SZ_ERROR, APP_CODE_SIMULATE, (sz_span){0},
                                  "--from takes a day such as 2026-02-23, not `%s`",
                                  "--from 要的是日期，如 2026-02-23，不是 `%s`", c->text[SZ_O_FROM]),
                     SZ_O_FROM);
    else if (sz_zone_day(&zone, ms) < sz_day_from_ymd(1992, 1, 1))
        out_of_range(c,
                     sz_diags_add(&c->diags, SZ_ERROR, APP_CODE_SIMULATE, (sz_span){0},
                                  "--from takes a day of 1992 or later", "--from 要的是 1992 年以后的日期"),
                     SZ_O_FROM);
    if (c->num[SZ_O_STUDENTS] < 1 || c->num[SZ_O_STUDENTS] > SZ_SIM_STUDENTS_MAX)
        out_of_range(c,
                     sz_diags_add(&c->diags, SZ_ERROR, APP_CODE_SIMULATE, (sz_span){0}, "--students takes 1 to %d",
                                  "--students 要的是 1 到 %d 的数", SZ_SIM_STUDENTS_MAX),
                     SZ_O_STUDENTS);
    if (c->num[SZ_O_DAYS] < 1 || c->num[SZ_O_DAYS] > SZ_SIM_DAYS_MAX)
        out_of_range(c,
                     sz_diags_add(&c->diags, SZ_ERROR, APP_CODE_SIMULATE, (sz_span){0},
                                  "--days takes 1 to %d: a term of 20 weeks and the vacation after it",
                                  "--days 要的是 1 到 %d：20 周的学期和随后的假期", SZ_SIM_DAYS_MAX),
                     SZ_O_DAYS);
    *o = (sz_sim_options){.students = (uint32_t)c->num[SZ_O_STUDENTS],
                          .from_day = sz_zone_day(&zone, ms),
                          .days = (uint32_t)c->num[SZ_O_DAYS],
                          .seed = (uint64_t)c->num[SZ_O_SEED],
                          .with_vendor = c->num[SZ_O_VENDOR] != 0};
    sz_zone_fini(&zone);
    return c->diags.n_errors == 0;
}

static sz_status simulate(sz_config *c, const sz_sim_options *o, sz_sim_counts *n) {
    struct folder f = {.path = c->text[SZ_O_OUT], .d = &c->diags};
    sz_sim_sink sink = {.self = &f, .put = put, .event = event};
    sz_status s = make_folder(&f, o->with_vendor);
    /* First of all, so that a run that was cut short may be repeated. */
    sz_buf text;
    sz_buf_init(&text);
    describe(&text, o, n);
    if (s == SZ_OK) s = put(&f, "simulate.json", sz_buf_str(&text));
    if (s == SZ_OK) s = sz_simulate(o, &sink, n);
    sz_buf_clear(&text);
    describe(&text, o, n);
    if (s == SZ_OK) s = put(&f, "simulate.json", sz_buf_str(&text));
    sz_status at_end = close_file(&f, &f.part, f.name), of_events = close_file(&f, &f.events, "events.ndjson");
    if (s == SZ_OK) s = at_end != SZ_OK ? at_end : of_events;
    if (s == SZ_OK && c->num[SZ_O_JSON]) fwrite(text.p, 1, text.n, stdout);
    else if (s == SZ_OK) show(c, f.path, o, n);
    sz_buf_fini(&text);
    return s;
}

int cmd_simulate(int argc, char **argv) {
    sz_config c;
    int code =
        cmd_begin(&c, SZ_FOR_SIMULATE,
                  "usage: sanzao simulate [--students N] [--from DAY] [--days N] [--seed N] [--out DIR] [--vendor]",
                  "用法：sanzao simulate [--students N] [--from 日期] [--days N] [--seed N] [--out 文件夹] [--vendor]",
                  argc, argv);
    if (code < 0) {
        sz_sim_options o;
        sz_sim_counts n = {0};
        code = !read_options(&c, &o) ? 2 : simulate(&c, &o, &n) == SZ_OK ? 0 : 4;
        sz_diags_show(&c.diags, c.lang);
    }
    sz_config_fini(&c);
    return code;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

static volatile sig_atomic_t stop_asked, reload_asked, is_woken;
static int wake[2]; /* 0, 0: not made */

static void wake_up(void) {
    int e = errno;
    is_woken = 1;
    if (write(wake[1], "", 1) < 0) errno = e; /* full: it is readable already */
    errno = e;
}

static void on_stop(int sig) {
    if (stop_asked) _exit(130);
    stop_asked = sig;
    wake_up();
}

static void on_reload(int sig) {
    reload_asked = sig;
    wake_up();
}

static void make_pipe(void) {
    if (pipe(wake) != 0) {
        wake[0] = wake[1] = 0;
        return;
    }
    for (int i = 0; i < 2; i++) {
        fcntl(wake[i], F_SETFL, O_NONBLOCK);
        fcntl(wake[i], F_SETFD, FD_CLOEXEC);
    }
}

void sz_signals_begin(void) {
    make_pipe();
    struct sigaction stop = {.sa_handler = on_stop}, reload = {.sa_handler = on_reload, .sa_flags = SA_RESTART};
    sigaction(SIGINT, &stop, NULL);
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGHUP, &reload, NULL);
}

int sz_signals_fd(void) { return wake[0]; }

bool sz_signals_look(void) {
    char waste[64];
    if (!is_woken) return false;
    is_woken = 0;
    while (wake[0] && read(wake[0], waste, sizeof waste) > 0) continue;
    bool asked = reload_asked != 0;
    reload_asked = 0;
    return asked;
}

bool sz_signals_stop(void) { return stop_asked != 0; }

/* clock_shift: a host whose clock is wrong. Loaded before a program (LD_PRELOAD), it moves what the program itself sees of
 * CLOCK_REALTIME by SZ_CLOCK_SHIFT seconds; its libraries keep the right time, since some wait for an instant of that clock.
 */
#include <dlfcn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static bool is_the_program(void *caller) {
    Dl_info from, program;
    return dladdr(caller, &from) && dladdr((void *)getauxval(AT_ENTRY), &program) && from.dli_fbase == program.dli_fbase;
}

int clock_gettime(clockid_t id, struct timespec *ts) {
    long rc = syscall(SYS_clock_gettime, id, ts);
    const char *shift = getenv("SZ_CLOCK_SHIFT");
    if (!rc && shift && id == CLOCK_REALTIME && is_the_program(__builtin_return_address(0))) ts->tv_sec += atol(shift);
    return (int)rc;
}

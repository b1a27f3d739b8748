/* The wall clock of one process, bent by a test while the process runs.

   Preloaded. FAKE_TIME_FILE names a file of eight bytes, the seconds (signed) by which the wall
   clock is wrong; the test writes it in place. What it does is what the kernel does when somebody
   sets the clock: every look at the wall clock sees the new time at once, and a wait until a moment
   of the wall clock ends early when the clock goes forward and lasts longer when it goes back. Time
   that is not wall time stays true.

   Such a wait is a row of short ones (SLICE_NS) on the monotonic clock. A signal that comes between
   two of them must not get lost, so the signals of a condition are counted; the caller gets one as
   a wakeup. Spurious ones would be allowed, but would hide what a clock that goes back does.

   Whether a condition waits on the wall clock or on the monotonic one is told by a bit of it that
   glibc (since 2.25) keeps in __wrefs; the start-up checks that it is so. Not bent: rwlocks, the
   calls that are told their clock (pthread_cond_clockwait and its like), timers, message queues,
   the system calls by number. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

#define SECOND_NS 1000000000L
#define SLICE_NS 10000000L
#define MONOTONIC_BIT 2U
#define SLOT_BITS 14

typedef int clock_call(clockid_t, struct timespec *);
typedef int sleep_call(clockid_t, int, const struct timespec *, struct timespec *);
typedef int cond_call(pthread_cond_t *);

static int64_t straight;
static _Atomic(int64_t *) offset = &straight;
static atomic_uint signals[1 << SLOT_BITS];

/* The function of the C library that one of ours stands in front of. The condition variables have
   an older version besides on some machines; the newer one is wanted. */
static void *behind(_Atomic(void *) *known, const char *name)
{
    void *found = *known;
    if (found == NULL) {
        found = dlvsym(RTLD_NEXT, name, "GLIBC_2.3.2");
        if (found == NULL)
            found = dlsym(RTLD_NEXT, name);
        if (found == NULL)
            abort();
        *known = found;
    }
    return found;
}

static int true_clock(clockid_t clock, struct timespec *now)
{
    static _Atomic(void *) known;
    return ((clock_call *)behind(&known, "clock_gettime"))(clock, now);
}

static bool is_wall(clockid_t clock)
{
    return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    int result = true_clock(clock, now);
    if (result == 0 && is_wall(clock))
        now->tv_sec += __atomic_load_n(offset, __ATOMIC_RELAXED);
    return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    struct timespec wall;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &wall);
    now->tv_sec = wall.tv_sec;
    now->tv_usec = wall.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *kept)
{
    struct timespec wall;
    clock_gettime(CLOCK_REALTIME_COARSE, &wall);
    if (kept != NULL)
        *kept = wall.tv_sec;
    return wall.tv_sec;
}

int timespec_get(struct timespec *now, int base)
{
    return base == TIME_UTC && clock_gettime(CLOCK_REALTIME, now) == 0 ? base : 0;
}

/* Return whether a moment of the wall clock has come. until: where a slice of the wait for it ends
   on the monotonic clock. */
static bool come(const struct timespec *moment, struct timespec *until)
{
    struct timespec wall;
    clock_gettime(CLOCK_REALTIME, &wall);
    time_t seconds = moment->tv_sec - wall.tv_sec;
    long left = SLICE_NS;
    if (seconds < 2)
        left = seconds < -1 ? 0 : seconds * SECOND_NS + moment->tv_nsec - wall.tv_nsec;
    left = left < 0 ? 0 : left < SLICE_NS ? left : SLICE_NS;
    true_clock(CLOCK_MONOTONIC, until);
    until->tv_nsec += left;
    if (until->tv_nsec >= SECOND_NS) {
        until->tv_sec++;
        until->tv_nsec -= SECOND_NS;
    }
    return left == 0;
}

static bool is_moment(const struct timespec *moment)
{
    return moment->tv_nsec >= 0 && moment->tv_nsec < SECOND_NS;
}

static atomic_uint *signals_of(const void *cond)
{
    return &signals[(uint64_t)(uintptr_t)cond * 0x9E3779B97F4A7C15U >> (64 - SLOT_BITS)];
}

static int wait_for_wall(pthread_cond_t *cond, pthread_mutex_t *mutex, const struct timespec *moment)
{
    atomic_uint *count = signals_of(cond);
    unsigned before = *count;
    while (true) {
        struct timespec until;
        bool last = come(moment, &until);
        int result = pthread_cond_clockwait(cond, mutex, CLOCK_MONOTONIC, &until);
        if (result != ETIMEDOUT)
            return result;
        if (*count != before)
            return 0;
        if (last)
            return ETIMEDOUT;
    }
}

static bool is_monotonic(const pthread_cond_t *cond)
{
    return (__atomic_load_n(&cond->__data.__wrefs, __ATOMIC_RELAXED) & MONOTONIC_BIT) != 0;
}

int pthread_cond_timedwait(pthread_cond_t *restrict cond, pthread_mutex_t *restrict mutex,
                           const struct timespec *restrict moment)
{
    if (!is_moment(moment))
        return EINVAL;
    if (is_monotonic(cond))
        return pthread_cond_clockwait(cond, mutex, CLOCK_MONOTONIC, moment);
    return wait_for_wall(cond, mutex, moment);
}

/* glibc's C11 conditions are its POSIX ones under another name, always on the wall clock. */
int cnd_timedwait(cnd_t *restrict cond, mtx_t *restrict mutex,
                  const struct timespec *restrict moment)
{
    if (!is_moment(moment))
        return thrd_error;
    int result = wait_for_wall((pthread_cond_t *)cond, (pthread_mutex_t *)mutex, moment);
    return result == 0 ? thrd_success : result == ETIMEDOUT ? thrd_timedout : thrd_error;
}

static int wake(void *cond, _Atomic(void *) *known, const char *name)
{
    (*signals_of(cond))++;
    return ((cond_call *)behind(known, name))(cond);
}

int pthread_cond_signal(pthread_cond_t *cond)
{
    static _Atomic(void *) known;
    return wake(cond, &known, "pthread_cond_signal");
}

int pthread_cond_broadcast(pthread_cond_t *cond)
{
    static _Atomic(void *) known;
    return wake(cond, &known, "pthread_cond_broadcast");
}

int cnd_signal(cnd_t *cond)
{
    return pthread_cond_signal((pthread_cond_t *)cond);
}

int cnd_broadcast(cnd_t *cond)
{
    return pthread_cond_broadcast((pthread_cond_t *)cond);
}

int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict moment)
{
    if (!is_moment(moment)) {
        errno = EINVAL;
        return -1;
    }
    while (true) {
        struct timespec until;
        bool last = come(moment, &until);
        if (sem_clockwait(semaphore, CLOCK_MONOTONIC, &until) == 0)
            return 0;
        if (errno != ETIMEDOUT || last)
            return -1;
    }
}

int pthread_mutex_timedlock(pthread_mutex_t *restrict mutex, const struct timespec *restrict moment)
{
    if (!is_moment(moment))
        return EINVAL;
    while (true) {
        struct timespec until;
        bool last = come(moment, &until);
        int result = pthread_mutex_clocklock(mutex, CLOCK_MONOTONIC, &until);
        if (result != ETIMEDOUT || last)
            return result;
    }
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *span, struct timespec *rest)
{
    static _Atomic(void *) known;
    sleep_call *sleeps = (sleep_call *)behind(&known, "clock_nanosleep");
    if (!is_wall(clock) || (flags & TIMER_ABSTIME) == 0)
        return sleeps(clock, flags, span, rest);
    if (!is_moment(span))
        return EINVAL;
    while (true) {
        struct timespec until;
        bool last = come(span, &until);
        int result = sleeps(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
        if (result != 0 || last)
            return result;
    }
}

static void refuse(const char *reason)
{
    ssize_t written = write(STDERR_FILENO, reason, strlen(reason));
    _exit(written > 0 ? 99 : 98);
}

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("FAKE_TIME_FILE");
    int file = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    void *mapped =
        file < 0 ? MAP_FAILED : mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, file, 0);
    if (mapped == MAP_FAILED)
        refuse("fake_time: FAKE_TIME_FILE names no file of eight bytes\n");
    close(file);
    offset = mapped;

    pthread_condattr_t wanted;
    pthread_cond_t monotonic;
    pthread_cond_t wall = PTHREAD_COND_INITIALIZER;
    pthread_condattr_init(&wanted);
    pthread_condattr_setclock(&wanted, CLOCK_MONOTONIC);
    pthread_cond_init(&monotonic, &wanted);
    if (!is_monotonic(&monotonic) || is_monotonic(&wall))
        refuse("fake_time: this C library keeps the clock of a condition elsewhere\n");
}

/* A disk between a program and its files: loaded before it (LD_PRELOAD), it writes down what the program does to the files
 * whose names begin with WANMI_DISK, and can be full.
 *
 * WANMI_DISK       the path of a city file; its companions (-wal, -journal) count too
 * WANMI_DISK_LOG   where to write the record: frames of op, file, offset, length (4 × int64), then the bytes
 * WANMI_DISK_ROOM  how many bytes may be written before there is no space left; unlimited when absent
 *
 * Ops: W write, T truncate to an offset, S sync of a file, D sync of the folder, U unlink, A the program told its user
 * something. Files: 0 the city, 1 its write-ahead log, 2 its rollback journal, 3 its index in memory.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILES 1024
#define FOLDER 9

static signed char kind[FILES]; /* of an open descriptor: 1 + file, 0 is none of ours */
static int record = -1;
static int64_t room = -1;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int kind_of(const char *path) {
    const char *disk = getenv("WANMI_DISK");
    size_t length = disk ? strlen(disk) : 0;
    if (length && !strncmp(path, disk, length)) {
        const char *tail = path + length;
        if (!*tail) return 1;
        if (!strcmp(tail, "-wal")) return 2;
        if (!strcmp(tail, "-journal")) return 3;
        if (!strcmp(tail, "-shm")) return 4;
    }
    const char *slash = disk ? strrchr(disk, '/') : NULL;
    if (slash && strlen(path) == (size_t)(slash - disk) && !strncmp(path, disk, slash - disk)) return 1 + FOLDER;
    return 0;
}

static void put(int64_t op, int64_t file, int64_t offset, int64_t length, const void *bytes) {
    if (record < 0) return;
    int64_t head[4] = {op, file, offset, length};
    REAL(write)(record, head, sizeof head);
    if (bytes && length > 0) REAL(write)(record, bytes, length);
}

static int opened(const char *path, int fd) {
    if (fd < 0 || fd >= FILES) return fd;
    kind[fd] = kind_of(path);
    if (kind[fd] && record < 0 && getenv("WANMI_DISK_LOG")) {
        record = REAL(open)(getenv("WANMI_DISK_LOG"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        if (getenv("WANMI_DISK_ROOM")) room = atoll(getenv("WANMI_DISK_ROOM"));
    }
    return fd;
}

static int mode_of(int flags, va_list more) { return (flags & (O_CREAT | O_TMPFILE)) ? va_arg(more, int) : 0; }

#define OPEN(name)                                     \
    int name(const char *path, int flags, ...) {       \
        va_list more;                                  \
        va_start(more, flags);                         \
        int mode = mode_of(flags, more);               \
        va_end(more);                                  \
        return opened(path, REAL(name)(path, flags, mode)); \
    }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                        \
    int name(int at, const char *path, int flags, ...) {    \
        va_list more;                                       \
        va_start(more, flags);                              \
        int mode = mode_of(flags, more);                    \
        va_end(more);                                       \
        return opened(path, REAL(name)(at, path, flags, mode)); \
    }
OPENAT(openat)
OPENAT(openat64)

int close(int fd) {
    if (fd >= 0 && fd < FILES) kind[fd] = 0;
    return REAL(close)(fd);
}

static int ours(int fd) { return fd >= 0 && fd < FILES && kind[fd] > 0 && kind[fd] <= 3; }

/* Whether the disk has no room for so many bytes more. */
static int full(int fd, int64_t length) {
    if (room < 0 || !ours(fd)) return 0;
    if (room < length) {
        room = 0;
        errno = ENOSPC;
        return 1;
    }
    room -= length;
    return 0;
}

ssize_t write(int fd, const void *bytes, size_t length) {
    if (full(fd, length)) return -1;
    off_t offset = ours(fd) ? lseek(fd, 0, SEEK_CUR) : 0;
    ssize_t written = REAL(write)(fd, bytes, length);
    if (ours(fd) && written > 0) put('W', kind[fd] - 1, offset, written, bytes);
    if (fd == 1) put('A', 0, 0, 0, NULL);
    return written;
}

#define PWRITE(name, offset_type)                                               \
    ssize_t name(int fd, const void *bytes, size_t length, offset_type offset) { \
        if (full(fd, length)) return -1;                                         \
        ssize_t written = REAL(name)(fd, bytes, length, offset);                 \
        if (ours(fd) && written > 0) put('W', kind[fd] - 1, offset, written, bytes); \
        return written;                                                          \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define TRUNCATE(name, offset_type)                      \
    int name(int fd, offset_type length) {               \
        int done = REAL(name)(fd, length);               \
        if (ours(fd) && !done) put('T', kind[fd] - 1, length, 0, NULL); \
        return done;                                     \
    }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

#define SYNC(name)                                                  \
    int name(int fd) {                                              \
        int done = REAL(name)(fd);                                  \
        if (ours(fd) && !done) put('S', kind[fd] - 1, 0, 0, NULL);  \
        if (fd >= 0 && fd < FILES && kind[fd] == 1 + FOLDER) put('D', 0, 0, 0, NULL); \
        return done;                                                \
    }
SYNC(fsync)
SYNC(fdatasync)

int unlink(const char *path) {
    int file = kind_of(path), done = REAL(unlink)(path);
    if (!done && file > 0 && file <= 3) put('U', file - 1, 0, 0, NULL);
    return done;
}

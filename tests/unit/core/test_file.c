/* Whole files: read with their limits, written atomically. */
#include "core/file.h"
#include "core/memory.h"
#include "expect.h"
#include "folder.h"
#include "processes.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static void assert_content(const char *path, const char *text) {
    unsigned char *bytes = NULL;
    size_t size = 0;
    expect_ok(digitnet__file_read(&bytes, &size, path, 1000000));
    assert_int_equal(size, strlen(text));
    assert_memory_equal(bytes, text, size);
    digitnet__release(bytes);
}

static mode_t mode_of(const char *path) {
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    return info.st_mode & 07777;
}

static void assert_absent(const char *path) {
    struct stat info;
    assert_int_equal(lstat(path, &info), -1);
    assert_int_equal(errno, ENOENT);
}

/* ---- Reading ---- */

static void whole_file_is_read(void **state) {
    (void)state;
    unsigned char *bytes = NULL;
    size_t size = 0;
    put("file", "some text");
    expect_ok(digitnet__file_read(&bytes, &size, "file", 9));
    assert_int_equal(size, 9);
    assert_memory_equal(bytes, "some text", 9);
    digitnet__release(bytes);
    put("empty", "");
    expect_ok(digitnet__file_read(&bytes, &size, "empty", 9));
    assert_int_equal(size, 0);
    assert_non_null(bytes);
    digitnet__release(bytes);
}

static void expect_no_read(const char *path, size_t limit, digitnet_status wanted, const char *part) {
    unsigned char *bytes = (unsigned char *)1;
    size_t size = 1;
    expect_failure(digitnet__file_read(&bytes, &size, path, limit), wanted, part);
    assert_non_null(strstr(digitnet_last_error(), path));
    assert_null(bytes);
    assert_int_equal(size, 0);
}

static void what_cannot_be_read_is_named(void **state) {
    (void)state;
    put("file", "some text");
    assert_int_equal(mkdir("folder", 0777), 0);
    assert_int_equal(mkfifo("fifo", 0666), 0);
    assert_int_equal(symlink("loop", "loop"), 0);
    expect_no_read("missing", 100, DIGITNET_ENOTFOUND, "No such file");
    expect_no_read("missing/file", 100, DIGITNET_ENOTFOUND, "No such file");
    expect_no_read("file/file", 100, DIGITNET_ENOTFOUND, "Not a directory");
    expect_no_read("", 100, DIGITNET_ENOTFOUND, "No such file");
    expect_no_read("file", 8, DIGITNET_ELIMIT, "9 bytes exceed the limit of 8");
    expect_no_read("folder", 100, DIGITNET_EIO, "folder");
    expect_no_read("fifo", 100, DIGITNET_EIO, "not a regular file"); /* without waiting for a writer */
    expect_no_read("/dev/zero", 100, DIGITNET_EIO, "not a regular file");
    expect_no_read("loop", 100, DIGITNET_EIO, strerror(ELOOP));
}

static void files_are_known_to_exist(void **state) {
    (void)state;
    put("file", "");
    assert_true(digitnet__file_exists("file"));
    assert_true(digitnet__file_exists("."));
    assert_false(digitnet__file_exists("missing"));
    assert_false(digitnet__file_exists("file/file"));
}

/* ---- Writing ---- */

static void file_is_written(void **state) {
    place *here = *state;
    char path[128];
    expect_ok(digitnet__file_write("file", "one", 3));
    assert_content("file", "one");
    expect_ok(digitnet__file_write("./file", "another", 7));
    assert_content("file", "another");
    expect_ok(digitnet__file_write("file", "", 0));
    assert_content("file", "");
    snprintf(path, sizeof path, "%s/absolute", here->folder);
    expect_ok(digitnet__file_write(path, "three", 5));
    assert_content("absolute", "three");
    assert_absent("file.tmp");
    assert_absent("absolute.tmp");
}

static void mode_is_kept_or_follows_umask(void **state) {
    (void)state;
    mode_t previous = umask(027);
    expect_ok(digitnet__file_write("new", "x", 1));
    assert_int_equal(mode_of("new"), 0640);
    put("old", "x");
    static const mode_t modes[] = {0600, 0644, 0666, 0444};
    for (size_t i = 0; i < sizeof modes / sizeof *modes; ++i) {
        assert_int_equal(chmod("old", modes[i]), 0);
        expect_ok(digitnet__file_write("old", "y", 1));
        assert_int_equal(mode_of("old"), modes[i]);
    }
    assert_int_equal(umask(previous), 027); /* as the caller had it */
}

static void stale_temporary_file_is_replaced(void **state) {
    (void)state;
    mode_t previous = umask(022);
    put("file", "old");
    put("file.tmp", "left behind by somebody, and longer");
    assert_int_equal(chmod("file.tmp", 0400), 0);
    assert_int_equal(link("file.tmp", "precious"), 0);
    expect_ok(digitnet__file_write("file", "new", 3));
    assert_content("file", "new");
    assert_absent("file.tmp");
    assert_content("precious", "left behind by somebody, and longer");
    put("other.tmp", "");
    assert_int_equal(chmod("other.tmp", 0600), 0);
    expect_ok(digitnet__file_write("other", "new", 3));
    assert_int_equal(mode_of("other"), 0644);
    umask(previous);
}

static void held_temporary_file_is_respected(void **state) {
    (void)state;
    put("file", "old");
    put("file.tmp", "another writer's");
    int holder = open("file.tmp", O_RDONLY | O_CLOEXEC);
    assert_true(holder >= 0);
    assert_int_equal(flock(holder, LOCK_EX | LOCK_NB), 0);
    expect_failure(digitnet__file_write("file", "new", 3), DIGITNET_ESTATE, "file.tmp");
    assert_content("file", "old");
    assert_content("file.tmp", "another writer's");
    close(holder);
    expect_ok(digitnet__file_write("file", "new", 3));
    assert_content("file", "new");
}

static void symbolic_links_are_not_followed(void **state) {
    (void)state;
    put("precious", "kept");
    put("file", "old");
    assert_int_equal(symlink("precious", "file.tmp"), 0);
    expect_failure(digitnet__file_write("file", "new", 3), DIGITNET_EIO, "file.tmp");
    assert_content("file", "old");
    assert_content("precious", "kept");
    assert_int_equal(symlink("precious", "link"), 0);
    expect_ok(digitnet__file_write("link", "new", 3));
    assert_content("link", "new");
    assert_content("precious", "kept");
}

static void only_regular_files_are_replaced(void **state) {
    (void)state;
    struct stat info;
    assert_int_equal(mkdir("folder", 0777), 0);
    assert_int_equal(mkfifo("fifo", 0666), 0);
    assert_int_equal(symlink("/dev/null", "device"), 0); /* by a name that a fault may replace */
    put("file", "kept");
    expect_failure(digitnet__file_write("folder", "new", 3), DIGITNET_EIO, "folder");
    expect_failure(digitnet__file_write("fifo", "new", 3), DIGITNET_EIO, "not a regular file");
    expect_failure(digitnet__file_write("device", "new", 3), DIGITNET_EIO, "not a regular file");
    assert_int_equal(stat("device", &info), 0);
    assert_true(S_ISCHR(info.st_mode));
    expect_failure(digitnet__file_write("missing/file", "new", 3), DIGITNET_EIO, "missing/file");
    expect_failure(digitnet__file_write("file/file", "new", 3), DIGITNET_EIO, "file/file");
    expect_failure(digitnet__file_write("", "new", 3), DIGITNET_EIO, "cannot rename");
    assert_int_equal(mkdir("other.tmp", 0777), 0);
    expect_failure(digitnet__file_write("other", "new", 3), DIGITNET_EIO, "other.tmp");
    assert_absent("folder.tmp");
    assert_absent("fifo.tmp");
    assert_absent("device.tmp");
    assert_absent(".tmp");
    assert_absent("other");
}

/* Runs `check` in a child process, which may spoil its limits and rights: its exit code is 0 where all went as it must.
 */
static void in_child(int (*check)(void)) {
    pid_t child = fork();
    if (child == 0)
        _exit(check());
    int result = wait_for_child(child);
    assert_true(WIFEXITED(result));
    assert_int_equal(WEXITSTATUS(result), 0);
}

static int write_too_much(void) {
    static char bytes[100000];
    struct rlimit limit = {4096, 4096};
    signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
        return 1;
    if (digitnet__file_write("file", bytes, sizeof bytes) != DIGITNET_EIO)
        return 2;
    return strstr(digitnet_last_error(), "cannot write file: File too large") != NULL ? 0 : 3;
}

static void failed_write_keeps_the_old_file(void **state) {
    (void)state;
    put("file", "old");
    in_child(write_too_much);
    assert_content("file", "old");
    assert_absent("file.tmp");
}

static int write_into_forbidden_folder(void) {
    if (geteuid() == 0 && setuid(54321) != 0) /* nothing is forbidden to root */
        return 1;
    if (digitnet__file_write("forbidden/file", "new", 3) != DIGITNET_EIO)
        return 2;
    return strstr(digitnet_last_error(), "forbidden/file.tmp: Permission denied") != NULL ? 0 : 3;
}

static void forbidden_folder_is_named(void **state) {
    place *here = *state;
    assert_int_equal(chmod(here->folder, 0755), 0);
    assert_int_equal(mkdir("forbidden", 0755), 0);
    put("forbidden/file", "old");
    assert_int_equal(chmod("forbidden", 0555), 0);
    in_child(write_into_forbidden_folder);
    assert_content("forbidden/file", "old");
}

/* ---- Several writers ---- */

enum { WRITERS = 4, WRITES = 60, SIZE = 20000 };

static atomic_int written, refused, wrong;

static void *write_often(void *letter) {
    static _Thread_local char bytes[SIZE];
    memset(bytes, *(char *)letter, sizeof bytes);
    for (int i = 0; i < WRITES; ++i) {
        digitnet_status status = digitnet__file_write("file", bytes, sizeof bytes);
        atomic_fetch_add(status == DIGITNET_OK ? &written : status == DIGITNET_ESTATE ? &refused : &wrong, 1);
    }
    return NULL;
}

static void file_is_always_whole(void **state) {
    (void)state;
    pthread_t threads[WRITERS];
    char letters[WRITERS];
    put("file", "");
    for (int i = 0; i < WRITERS; ++i) {
        letters[i] = (char)('a' + i);
        assert_int_equal(pthread_create(&threads[i], NULL, write_often, &letters[i]), 0);
    }
    while (atomic_load(&written) + atomic_load(&refused) + atomic_load(&wrong) < WRITERS * WRITES) {
        unsigned char *bytes = NULL;
        size_t size = 0;
        expect_ok(digitnet__file_read(&bytes, &size, "file", 1000000));
        assert_true(size == 0 || size == SIZE);
        for (size_t i = 1; i < size; ++i)
            assert_true(bytes[i] == bytes[0]);
        digitnet__release(bytes);
    }
    for (int i = 0; i < WRITERS; ++i)
        pthread_join(threads[i], NULL);
    assert_int_equal(atomic_load(&wrong), 0);
    assert_true(atomic_load(&written) > 0);
    assert_int_equal(atomic_load(&written) + atomic_load(&refused), WRITERS * WRITES);
    assert_absent("file.tmp");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        in_folder(whole_file_is_read),
        in_folder(what_cannot_be_read_is_named),
        in_folder(files_are_known_to_exist),
        in_folder(file_is_written),
        in_folder(mode_is_kept_or_follows_umask),
        in_folder(stale_temporary_file_is_replaced),
        in_folder(held_temporary_file_is_respected),
        in_folder(symbolic_links_are_not_followed),
        in_folder(only_regular_files_are_replaced),
        in_folder(failed_write_keeps_the_old_file),
        in_folder(forbidden_folder_is_named),
        in_folder(file_is_always_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

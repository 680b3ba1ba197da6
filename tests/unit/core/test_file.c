/* Whole files: read with their limits, written atomically. */
#include "core/file.h"
#include "core/memory.h"
#include "digitnet/options.h"
#include "expect.h"
#include "folder.h"
#include "own_memory.h"
#include "users.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
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
    expect_no_read("", 100, DIGITNET_EINVAL, "path is empty");
    expect_no_read("file", 8, DIGITNET_ELIMIT, "9 bytes exceed the limit of 8");
    expect_no_read("folder", 100, DIGITNET_EIO, "folder");
    expect_no_read("fifo", 100, DIGITNET_EIO, "not a regular file"); /* without waiting for a writer */
    expect_no_read("/dev/zero", 100, DIGITNET_EIO, "not a regular file");
    expect_no_read("loop", 100, DIGITNET_EIO, strerror(ELOOP));
}

static void part_of_a_file_beside_is_read(void **state) {
    (void)state;
    unsigned char part[5] = "";
    assert_int_equal(mkdir("models", 0777), 0);
    assert_int_equal(mkdir("models/data", 0777), 0);
    put("models/weights", "some text");
    put("models/data/weights", "other text");
    put("beside", "no model has this");
    expect_ok(digitnet__file_read_beside(part, 4, "models/model.onnx", "weights", 5));
    assert_string_equal((char *)part, "text");
    expect_ok(digitnet__file_read_beside(part, 5, "models/model.onnx", "./data/weights", 0));
    assert_memory_equal(part, "other", 5);
    expect_ok(digitnet__file_read_beside(part, 2, "model.onnx", "beside", 0));
    assert_memory_equal(part, "no", 2);
    expect_ok(digitnet__file_read_beside(part, 0, "model.onnx", "beside", 0));
}

/* The part of a file beside that no model may have. */
static void expect_no_part(const char *name, uint64_t offset, digitnet_status wanted, const char *message) {
    unsigned char part[4];
    expect_failure(digitnet__file_read_beside(part, sizeof part, "models/model.onnx", name, offset), wanted, message);
}

static void no_name_leads_out_of_the_folder(void **state) {
    (void)state;
    assert_int_equal(mkdir("models", 0777), 0);
    assert_int_equal(mkdir("models/data", 0777), 0);
    put("secret", "some text");
    put("models/weights", "some text");
    assert_int_equal(symlink("../secret", "models/link"), 0);
    assert_int_equal(symlink("..", "models/up"), 0);
    assert_int_equal(mkfifo("models/fifo", 0666), 0);
    expect_no_part("../secret", 0, DIGITNET_EFORMAT, "out of the folder");
    expect_no_part("data/../../secret", 0, DIGITNET_EFORMAT, "out of the folder");
    expect_no_part("/etc/passwd", 0, DIGITNET_EFORMAT, "out of the folder");
    expect_no_part("", 0, DIGITNET_EFORMAT, "out of the folder");
    expect_no_part("data/", 0, DIGITNET_EFORMAT, "out of the folder");
    expect_no_part("link", 0, DIGITNET_EFORMAT, "symbolic link");
    expect_no_part("up/secret", 0, DIGITNET_EFORMAT, "symbolic link");
    expect_no_part("weights/file", 0, DIGITNET_EFORMAT, "no folder");
    expect_no_part("fifo", 0, DIGITNET_EFORMAT, "not a regular file");
    expect_no_part("data", 0, DIGITNET_EFORMAT, "not a regular file");
    expect_no_part("missing", 0, DIGITNET_ENOTFOUND, "missing");
    expect_no_part("weights", 6, DIGITNET_EFORMAT, "has 9 bytes, too few for 4 at byte 6");
    expect_no_part("weights", UINT64_MAX, DIGITNET_EFORMAT, "too few");
}

static void part_beyond_all_files_is_named(void **state) {
    (void)state;
    unsigned char part[4];
    size_t done;
    uint64_t length;
    put("file", "some text");
    expect_failure(digitnet__file_read_part(part, sizeof part, &done, &length, "file", UINT64_MAX), DIGITNET_EIO,
                   "cannot read file: ");
}

/* `left` is how often it still has memory. */
static void *allocate_a_few(void *left, size_t size, size_t alignment) {
    size_t *count = left;
    if (*count == 0)
        return NULL;
    --*count;
    return own_memory(size, alignment);
}

static void paths_want_memory(void **state) {
    (void)state;
    unsigned char part[4];
    put("beside", "some text");
    for (size_t count = 0; count < 3; count++) {
        size_t left = count;
        expect_ok(digitnet_set_allocator(
            DIGITNET_WITH(digitnet_allocator, .allocate = allocate_a_few, .release = give_back, .user_data = &left)));
        digitnet_status status = digitnet__file_read_beside(part, sizeof part, "model.onnx", "beside", 0);
        expect_ok(digitnet_set_allocator(NULL));
        assert_int_equal(status, count < 2 ? DIGITNET_ENOMEM : DIGITNET_OK);
    }
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
    static const mode_t modes[] = {0600, 0644, 0666, 0200, 01644, 06755, 07777};
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

static void what_cannot_be_written_is_named(void **state) {
    (void)state;
    put("file", "kept");
    put("precious", "kept");
    expect_failure(digitnet__file_write("", "new", 3), DIGITNET_EINVAL, "path is empty");
    expect_failure(digitnet__file_write("missing/file", "new", 3), DIGITNET_EIO, "missing/file");
    expect_failure(digitnet__file_write("file/file", "new", 3), DIGITNET_EIO, "file/file");
    assert_int_equal(mkdir("other.tmp", 0777), 0);
    expect_failure(digitnet__file_write("other", "new", 3), DIGITNET_EIO, "other.tmp");
    assert_int_equal(symlink("precious", "file.tmp"), 0);
    expect_failure(digitnet__file_write("file", "new", 3), DIGITNET_EIO, "file.tmp");
    assert_content("file", "kept");
    assert_content("precious", "kept");
    assert_absent(".tmp");
    assert_absent("other");
}

static int write_into_forbidden_folder(void) {
    CHECK(digitnet__file_write("forbidden/file", "new", 3) == DIGITNET_EIO);
    CHECK(strstr(digitnet_last_error(), "forbidden/file.tmp: Permission denied") != NULL);
    return 0;
}

static void forbidden_folder_is_named(void **state) {
    (void)state;
    assert_int_equal(mkdir("forbidden", 0755), 0);
    put("forbidden/file", "old");
    assert_int_equal(chmod("forbidden/file", 0666), 0);
    assert_int_equal(chmod("forbidden", 0555), 0);
    in_child(write_into_forbidden_folder, NOBODY); /* nothing is forbidden to root */
    assert_content("forbidden/file", "old");
}

/* ---- A limit of file sizes ---- */

static bool limit_file_sizes(void) {
    return setrlimit(RLIMIT_FSIZE, &(struct rlimit){4096, 4096}) == 0;
}

static bool writes_too_much(void) {
    static char bytes[100000];
    return digitnet__file_write("file", bytes, sizeof bytes) == DIGITNET_EIO &&
           strstr(digitnet_last_error(), "cannot write file: File too large") != NULL;
}

/* That SIGXFSZ has its default, which ends a process, and whether it is blocked and pending in this thread. */
static bool signal_is(bool blocked, bool pending) {
    struct sigaction action;
    sigset_t mask, waiting;
    return sigaction(SIGXFSZ, NULL, &action) == 0 && action.sa_handler == SIG_DFL &&
           pthread_sigmask(SIG_BLOCK, NULL, &mask) == 0 && (sigismember(&mask, SIGXFSZ) == 1) == blocked &&
           sigpending(&waiting) == 0 && (sigismember(&waiting, SIGXFSZ) == 1) == pending;
}

static int write_beyond_the_limit(void) {
    CHECK(limit_file_sizes() && signal_is(false, false));
    CHECK(writes_too_much());
    CHECK(signal_is(false, false));
    CHECK(digitnet__file_write("small", "one", 3) == DIGITNET_OK && unlink("small") == 0);
    return 0;
}

/* A program that blocks the signal has it neither sent nor taken by a save. */
static int write_with_the_signal_blocked(void) {
    sigset_t exceeded;
    sigemptyset(&exceeded);
    sigaddset(&exceeded, SIGXFSZ);
    CHECK(limit_file_sizes() && pthread_sigmask(SIG_BLOCK, &exceeded, NULL) == 0);
    CHECK(writes_too_much());
    CHECK(signal_is(true, false));
    CHECK(raise(SIGXFSZ) == 0 && signal_is(true, true));
    CHECK(writes_too_much());
    CHECK(signal_is(true, true));
    return 0;
}

static volatile sig_atomic_t handled;

static void count_signal(int number) {
    (void)number;
    handled++;
}

static int write_with_a_handler(void) {
    struct sigaction action = {.sa_handler = count_signal};
    sigemptyset(&action.sa_mask);
    CHECK(limit_file_sizes() && sigaction(SIGXFSZ, &action, NULL) == 0);
    CHECK(writes_too_much());
    CHECK(handled == 0);
    CHECK(raise(SIGXFSZ) == 0 && handled == 1);
    return 0;
}

static void limit_of_file_sizes_ends_nobody(void **state) {
    (void)state;
    static int (*const checks[])(void) = {write_beyond_the_limit, write_with_the_signal_blocked, write_with_a_handler};
    if (DNN_EMULATED)
        skip_because("the emulator keeps pending signals to itself");
    put("file", "old");
    assert_int_equal(chmod("file", 0666), 0);
    for (size_t i = 0; i < sizeof checks / sizeof *checks; ++i) {
        in_child(checks[i], geteuid());
        in_child(checks[i], NOBODY);
        assert_content("file", "old");
        assert_absent("file.tmp");
    }
}

/* ---- Owners and groups ---- */

enum { A_GROUP = 54321 };

/* A file of NOBODY's and of A_GROUP, which only root can make. */
static void put_owned(const char *path, uid_t owner, gid_t group, mode_t mode) {
    put(path, "old");
    assert_int_equal(chown(path, owner, group), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static void assert_owned(const char *path, const char *text, uid_t owner, gid_t group, mode_t mode) {
    struct stat info;
    assert_content(path, text);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_uid, owner);
    assert_int_equal(info.st_gid, group);
    assert_int_equal(info.st_mode & 07777, mode);
}

static void root_keeps_owner_and_group(void **state) {
    (void)state;
    static const mode_t modes[] = {0640, 0660, 02640, 04755, 06750, 07777};
    if (geteuid() != 0)
        skip_because("only root gives files to others");
    for (size_t i = 0; i < sizeof modes / sizeof *modes; ++i) {
        put_owned("file", NOBODY, A_GROUP, modes[i]);
        expect_ok(digitnet__file_write("file", "new", 3));
        assert_owned("file", "new", NOBODY, A_GROUP, modes[i]);
    }
    put_owned("group", 0, A_GROUP, 0640);
    expect_ok(digitnet__file_write("group", "new", 3));
    assert_owned("group", "new", 0, A_GROUP, 0640);
    put_owned("owner", NOBODY, 0, 0640);
    expect_ok(digitnet__file_write("owner", "new", 3));
    assert_owned("owner", "new", NOBODY, 0, 0640);
}

static int write_own_files(void) {
    CHECK(digitnet__file_write("own", "new", 3) == DIGITNET_OK);
    CHECK(digitnet__file_write("inherited/file", "new", 3) == DIGITNET_OK);
    return 0;
}

static int write_others_files(void) {
    CHECK(digitnet__file_write("another's", "new", 3) == DIGITNET_EIO);
    CHECK(strstr(digitnet_last_error(), "cannot keep the owner of another's: Operation not permitted") != NULL);
    CHECK(digitnet__file_write("group's", "new", 3) == DIGITNET_EIO);
    CHECK(strstr(digitnet_last_error(), "cannot keep the group of group's: Operation not permitted") != NULL);
    CHECK(digitnet__file_write("inherited/setgid", "new", 3) == DIGITNET_EIO);
    CHECK(strstr(digitnet_last_error(), "cannot keep the mode of inherited/setgid: 2660 becomes 0660") != NULL);
    return 0;
}

/* A new file has the group of its folder where that is setgid. */
static void others_keep_what_they_may(void **state) {
    (void)state;
    if (geteuid() != 0)
        skip_because("only root gives files to others");
    assert_int_equal(mkdir("inherited", 0777), 0);
    assert_int_equal(chown("inherited", NOBODY, A_GROUP), 0);
    assert_int_equal(chmod("inherited", 02777), 0);
    put_owned("own", NOBODY, NOBODY, 06755);
    put_owned("inherited/file", NOBODY, A_GROUP, 0660);
    put_owned("another's", 0, NOBODY, 0666);
    put_owned("group's", NOBODY, A_GROUP, 0660);
    put_owned("inherited/setgid", NOBODY, A_GROUP, 02660);
    in_child(write_own_files, NOBODY);
    assert_owned("own", "new", NOBODY, NOBODY, 06755);
    assert_owned("inherited/file", "new", NOBODY, A_GROUP, 0660);
    in_child(write_others_files, NOBODY);
    assert_owned("another's", "old", 0, NOBODY, 0666);
    assert_owned("group's", "old", NOBODY, A_GROUP, 0660);
    assert_owned("inherited/setgid", "old", NOBODY, A_GROUP, 02660);
    assert_absent("another's.tmp");
    assert_absent("group's.tmp");
    assert_absent("inherited/setgid.tmp");
}

static int write_as_member(void) {
    CHECK(setgroups(1, &(gid_t){A_GROUP}) == 0);
    CHECK(setgid(NOBODY) == 0 && setuid(NOBODY) == 0);
    CHECK(digitnet__file_write("file", "new", 3) == DIGITNET_OK);
    return 0;
}

static void member_of_the_group_keeps_it(void **state) {
    (void)state;
    if (geteuid() != 0)
        skip_because("only root gives files to others");
    put_owned("file", NOBODY, A_GROUP, 02770);
    in_child(write_as_member, geteuid());
    assert_owned("file", "new", NOBODY, A_GROUP, 02770);
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
        in_folder(part_of_a_file_beside_is_read),
        in_folder(no_name_leads_out_of_the_folder),
        in_folder(part_beyond_all_files_is_named),
        in_folder(paths_want_memory),
        in_folder(files_are_known_to_exist),
        in_folder(file_is_written),
        in_folder(mode_is_kept_or_follows_umask),
        in_folder(stale_temporary_file_is_replaced),
        in_folder(held_temporary_file_is_respected),
        in_folder(what_cannot_be_written_is_named),
        in_shared_folder(forbidden_folder_is_named),
        in_shared_folder(limit_of_file_sizes_ends_nobody),
        in_folder(root_keeps_owner_and_group),
        in_shared_folder(others_keep_what_they_may),
        in_shared_folder(member_of_the_group_keeps_it),
        in_folder(file_is_always_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

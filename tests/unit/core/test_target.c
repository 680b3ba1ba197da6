/* The file that a path leads to: links are followed, and what is no regular file is refused. */
#include "core/file.h"
#include "core/memory.h"
#include "expect.h"
#include "users.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

static bool holds(const char *path, const char *text) {
    unsigned char *bytes = NULL;
    size_t size = 0;
    bool equal = digitnet__file_read(&bytes, &size, path, 1000000) == DIGITNET_OK && size == strlen(text) &&
                 memcmp(bytes, text, size) == 0;
    digitnet__release(bytes);
    return equal;
}

static bool writes(const char *path) {
    return digitnet__file_write(path, "new", 3) == DIGITNET_OK;
}

static bool fails(const char *path, const char *reason) {
    return digitnet__file_write(path, "new", 3) == DIGITNET_EIO && strstr(digitnet_last_error(), reason) != NULL;
}

static bool is_of_kind(const char *path, mode_t kind) {
    struct stat info;
    return lstat(path, &info) == 0 && (info.st_mode & S_IFMT) == kind;
}

static bool is_link(const char *path) {
    return is_of_kind(path, S_IFLNK);
}

static bool is_absent(const char *path) {
    struct stat info;
    return lstat(path, &info) != 0 && errno == ENOENT;
}

static bool puts_file(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    return file != NULL && fputs(text, file) >= 0 && fclose(file) == 0;
}

/* Each check leaves nothing that the next one, of another user, would meet. */
static bool clears(void) {
    return system("rm -rf -- *") == 0;
}

/* ---- Links to files ---- */

static int follow_links_to_files(void) {
    char absolute[PATH_MAX], folder[PATH_MAX - 16];
    CHECK(getcwd(folder, sizeof folder) != NULL);
    snprintf(absolute, sizeof absolute, "%s/deep/c", folder);
    CHECK(mkdir("deep", 0777) == 0 && puts_file("deep/a", "old") && puts_file("b", "old") &&
          puts_file("deep/c", "old"));
    CHECK(symlink("deep/a", "relative") == 0 && symlink("../b", "deep/up") == 0 && symlink(absolute, "absolute") == 0);
    CHECK(symlink("deep", "folder") == 0 && symlink("folder/up", "chain") == 0);
    CHECK(writes("relative") && is_link("relative") && holds("deep/a", "new"));
    CHECK(writes("chain") && is_link("chain") && is_link("deep/up") && holds("b", "new"));
    CHECK(writes("absolute") && is_link("absolute") && holds("deep/c", "new"));
    CHECK(is_absent("relative.tmp") && is_absent("deep/a.tmp") && is_absent("b.tmp"));
    return !clears();
}

static void links_are_followed(void **state) {
    (void)state;
    as_each_user(follow_links_to_files);
}

static int follow_dangling_links(void) {
    CHECK(mkdir("deep", 0777) == 0 && symlink("deep/made", "dangling") == 0 && symlink("dangling", "chain") == 0);
    CHECK(writes("chain") && is_link("chain") && is_link("dangling"));
    CHECK(holds("deep/made", "new") && is_of_kind("deep/made", S_IFREG));
    CHECK(symlink("missing/file", "lost") == 0 && fails("lost", "missing/file.tmp: No such file"));
    CHECK(is_link("lost") && is_absent("missing"));
    return !clears();
}

static void target_of_a_dangling_link_is_made(void **state) {
    (void)state;
    as_each_user(follow_dangling_links);
}

/* Files 0 to `links`: the first is regular, each other one a link to the one before. */
static bool makes_chain(int links) {
    char name[16], before[16];
    bool made = puts_file("0", "old");
    for (int i = 1; i <= links; ++i) {
        snprintf(name, sizeof name, "%d", i);
        snprintf(before, sizeof before, "%d", i - 1);
        made = made && symlink(before, name) == 0;
    }
    return made;
}

static int follow_too_many_links(void) {
    CHECK(makes_chain(41));
    CHECK(fails("41", "cannot write 41: Too many levels of symbolic links") && holds("0", "old"));
    CHECK(writes("40") && holds("0", "new"));
    CHECK(symlink("there", "here") == 0 && symlink("here", "there") == 0);
    CHECK(fails("here", "cannot write here: Too many levels of symbolic links"));
    CHECK(is_link("here") && is_link("there"));
    return !clears();
}

static void links_are_bounded(void **state) {
    (void)state;
    as_each_user(follow_too_many_links);
}

/* A path of `length` bytes, an odd number, to the file "f". */
static void long_path(char *path, size_t length) {
    for (size_t i = 0; i + 1 < length; i += 2)
        memcpy(path + i, "./", 2);
    memcpy(path + length - 1, "f", 2);
}

static int write_long_paths(void) {
    static char path[2 * PATH_MAX];
    CHECK(puts_file("f", "old") && mkdir("folder", 0777) == 0 && puts_file("folder/f", "old"));
    long_path(path, 2 * PATH_MAX - 1);
    CHECK(fails(path, "cannot write a file: its path has 8191 bytes, of 4091 at most"));
    long_path(path, PATH_MAX - 3);
    CHECK(fails(path, "cannot write a file: its path has 4093 bytes, of 4091 at most"));
    long_path(path, PATH_MAX - 5); /* with room for .tmp */
    CHECK(writes(path) && holds("f", "new"));
    CHECK(symlink(path, "folder/link") == 0);
    CHECK(fails("folder/link", "cannot follow folder/link: the path of the symbolic link's target is too long"));
    CHECK(holds("folder/f", "old"));
    return !clears();
}

static void long_paths_are_refused(void **state) {
    (void)state;
    as_each_user(write_long_paths);
}

/* ---- What is no regular file ---- */

static bool makes_socket(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int file = socket(AF_UNIX, SOCK_STREAM, 0);
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    return file >= 0 && bind(file, (struct sockaddr *)&address, sizeof address) == 0 && close(file) == 0;
}

static int write_to_other_kinds(void) {
    static const struct {
        const char *path, *link, *reason;
    } others[] = {{"folder", "to_folder", "it is a folder"},
                  {"fifo", "to_fifo", "it is not a regular file"},
                  {"socket", "to_socket", "it is not a regular file"},
                  {"/dev/null", "to_device", "it is not a regular file"}};
    CHECK(mkdir("folder", 0777) == 0 && mkfifo("fifo", 0666) == 0 && makes_socket("socket"));
    for (size_t i = 0; i < sizeof others / sizeof *others; ++i) {
        CHECK(symlink(others[i].path, others[i].link) == 0);
        if (*others[i].path != '/') /* the system's own goes by a name that a fault may replace */
            CHECK(fails(others[i].path, others[i].reason) && strstr(digitnet_last_error(), others[i].path) != NULL);
        CHECK(fails(others[i].link, others[i].reason) && strstr(digitnet_last_error(), others[i].link) != NULL);
        CHECK(is_link(others[i].link));
    }
    CHECK(is_of_kind("folder", S_IFDIR) && is_of_kind("fifo", S_IFIFO) && is_of_kind("socket", S_IFSOCK));
    CHECK(is_of_kind("/dev/null", S_IFCHR));
    CHECK(fails("folder/", "it is a folder") && fails("new/", "new/.tmp: No such file") && is_absent("new"));
    CHECK(is_absent("folder.tmp") && is_absent("fifo.tmp") && is_absent("to_device.tmp"));
    return !clears();
}

static void only_regular_files_are_written(void **state) {
    (void)state;
    as_each_user(write_to_other_kinds);
}

/* ---- Open files ---- */

/* Links that say /proc/self/fd/NUMBER, as the system's /dev/stdout does; by a name that a fault may replace. */
static bool links_to_descriptor(const char *name, int file) {
    char text[64];
    snprintf(text, sizeof text, "/proc/self/fd/%d", file);
    unlink(name);
    return file >= 0 && symlink(text, name) == 0;
}

static int write_to_open_files(void) {
    int pipes[2];
    CHECK(puts_file("file", "old"));
    int file = open("file", O_RDWR);
    CHECK(links_to_descriptor("descriptor", file));
    CHECK(writes("descriptor") && is_link("descriptor") && holds("file", "new"));
    CHECK(fails("descriptor", "cannot write descriptor: the file that it leads to has no path")); /* it is replaced */
    CHECK(is_link("descriptor") && is_absent("file (deleted)") && holds("file", "new"));
    CHECK(puts_file("file (deleted)", "kept"));
    CHECK(fails("descriptor", "has no path") && holds("file (deleted)", "kept"));
    CHECK(pipe(pipes) == 0 && links_to_descriptor("descriptor", pipes[1]));
    CHECK(fails("descriptor", "cannot write descriptor: it is not a regular file") && is_link("descriptor"));
    CHECK(links_to_descriptor("descriptor", open("/dev/null", O_WRONLY)));
    CHECK(fails("descriptor", "cannot write descriptor: it is not a regular file") && is_link("descriptor"));
    CHECK(links_to_descriptor("descriptor", open(".", O_RDONLY)));
    CHECK(fails("descriptor", "cannot write descriptor: it is a folder") && is_link("descriptor"));
    CHECK(links_to_descriptor("descriptor", 999));
    CHECK(fails("descriptor", "No such file") && is_link("descriptor"));
    return !clears();
}

static void links_to_open_files_are_never_replaced(void **state) {
    (void)state;
    as_each_user(write_to_open_files);
}

/* ---- Permissions ---- */

static int write_read_only_file(void) {
    CHECK(puts_file("file", "old") && chmod("file", 0444) == 0 && symlink("file", "link") == 0);
    if (access("file", W_OK) == 0) /* root */
        CHECK(writes("file") && writes("link") && holds("file", "new"));
    else
        CHECK(fails("file", "cannot write file: Permission denied") && fails("link", "Permission denied") &&
              holds("file", "old"));
    CHECK(is_of_kind("file", S_IFREG) && is_absent("file.tmp"));
    return !clears();
}

/* As fopen() would. */
static void read_only_files_are_refused(void **state) {
    (void)state;
    as_each_user(write_read_only_file);
}

static int write_with_effective_rights(void) {
    CHECK(puts_file("file", "old") && chmod("file", 0644) == 0);
    CHECK(seteuid(NOBODY) == 0 && fails("file", "cannot write file: Permission denied"));
    CHECK(seteuid(0) == 0 && holds("file", "old"));
    CHECK(setreuid(NOBODY, 0) == 0 && writes("file"));
    return !clears();
}

/* A program may have other rights than the user who started it. */
static void effective_rights_count(void **state) {
    (void)state;
    if (geteuid() != 0)
        skip_because("only root can take other rights");
    in_child(write_with_effective_rights, geteuid());
}

int main(void) {
    const struct CMUnitTest tests[] = {
        in_shared_folder(links_are_followed),
        in_shared_folder(target_of_a_dangling_link_is_made),
        in_shared_folder(links_are_bounded),
        in_shared_folder(long_paths_are_refused),
        in_shared_folder(only_regular_files_are_written),
        in_shared_folder(links_to_open_files_are_never_replaced),
        in_shared_folder(read_only_files_are_refused),
        in_shared_folder(effective_rights_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

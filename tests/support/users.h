/* Checks as this user, and as one who has no rights; in child processes, which may spoil their limits and rights. */
#ifndef USERS_H
#define USERS_H

#include "folder.h"
#include "processes.h"

#include <grp.h>
#include <sys/prctl.h>
#include <sys/stat.h>

enum { NOBODY = 65534 };

/* In a check, which returns 0 in the end. */
#define CHECK(condition)                                                                                \
    do {                                                                                                \
        if (!(condition)) {                                                                             \
            print_error("%s:%d: %s (\"%s\")\n", __FILE__, __LINE__, #condition, digitnet_last_error()); \
            return 1;                                                                                   \
        }                                                                                               \
    } while (0)

/* Only root can become another user. /proc/self stays this user's own. */
static inline int become(uid_t user) {
    if (geteuid() == user || geteuid() != 0)
        return 0;
    return setgroups(0, NULL) != 0 || setgid(user) != 0 || setuid(user) != 0 || prctl(PR_SET_DUMPABLE, 1) != 0;
}

static inline void in_child(int (*check)(void), uid_t user) {
    pid_t child = fork();
    if (child == 0)
        _exit(become(user) || check());
    int result = wait_for_child(child);
    assert_true(WIFEXITED(result));
    assert_int_equal(WEXITSTATUS(result), 0);
}

/* In this process, and in a child. */
static inline void as_each_user(int (*check)(void)) {
    assert_int_equal(check(), 0);
    in_child(check, NOBODY);
}

/* A folder in which every user may make files. */
static inline int enter_shared_folder(void **state) {
    return enter_folder(state) != 0 || chmod(".", 0777) != 0;
}

#define in_shared_folder(test) cmocka_unit_test_setup_teardown(test, enter_shared_folder, leave_folder)

#endif

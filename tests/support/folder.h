/* A folder of its own for each test, in which it works. */
#ifndef FOLDER_H
#define FOLDER_H

#include "expect.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct place {
    char folder[64];
    int previous; /* where the test program was started */
} place;

static inline int enter_folder(void **state) {
    place *here = calloc(1, sizeof *here);
    if (here == NULL)
        return -1;
    strcpy(here->folder, "/tmp/digitnet-test-XXXXXX");
    here->previous = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    *state = here;
    return here->previous >= 0 && mkdtemp(here->folder) != NULL && chdir(here->folder) == 0 ? 0 : -1;
}

static inline int leave_folder(void **state) {
    place *here = *state;
    char command[192];
    snprintf(command, sizeof command, "chmod -R u+rwx %s; rm -rf %s", here->folder, here->folder);
    int result = fchdir(here->previous) != 0 || system(command) != 0;
    close(here->previous);
    free(here);
    return result;
}

static inline void put(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

#define in_folder(test) cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)

#endif

#include "checks/statuses/recorder.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_FUNCTIONS = 128, MOST_STATUSES = 32 };

/* Without locks, which a forked child might find closed. */
static struct {
    _Atomic(const char *) function;
    atomic_uint statuses; /* a bit for each */
} records[MOST_FUNCTIONS];

/* Whether a callback or a source returned it, which may be any. */
static bool is_passed_on(digitnet_status status) {
    const char *message = digitnet_last_error();
    return status != DIGITNET_OK && status != DIGITNET_ECALLBACK &&
           (strstr(message, "ended the fit") || strstr(message, "gather callback returned"));
}

digitnet_status record_status(const char *function, digitnet_status status) {
    if (is_passed_on(status))
        return status;
    for (size_t i = 0; i < MOST_FUNCTIONS; i++) {
        const char *owner = NULL;
        if (atomic_compare_exchange_strong(&records[i].function, &owner, function) || strcmp(owner, function) == 0) {
            atomic_fetch_or(&records[i].statuses, 1u << -(int)status % MOST_STATUSES);
            break;
        }
    }
    return status;
}

__attribute__((destructor)) static void write_records(void) {
    const char *path = getenv("DIGITNET_STATUSES");
    FILE *file = path ? fopen(path, "w") : NULL;
    if (!file)
        return;
    for (size_t i = 0; i < MOST_FUNCTIONS && records[i].function; i++)
        for (int bit = 0; bit < MOST_STATUSES; bit++)
            if (records[i].statuses >> bit & 1)
                fprintf(file, "%s %d\n", records[i].function, -bit);
    fclose(file);
}

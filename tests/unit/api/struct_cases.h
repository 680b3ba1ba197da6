/* Every function that takes an option or a result struct, as the headers say that this file is compiled with. */
#ifndef DIGITNET_TESTS_STRUCT_CASES_H
#define DIGITNET_TESTS_STRUCT_CASES_H

#include "misuse.h"

typedef struct struct_case {
    const char *type;
    size_t size;
    size_t first_size; /* in the first release */
    const void *valid; /* the options that the call succeeds with; NULL: all zeros */
    digitnet_status (*call)(misuse *own, void *options_or_result);
} struct_case;

extern const struct_case option_cases[], result_cases[];
extern const size_t option_case_count, result_case_count;

#endif

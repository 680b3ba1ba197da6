/* Every function that takes an option or a result struct, as the headers say that this file is compiled with. */
#ifndef DIGITNET_TESTS_STRUCT_CASES_H
#define DIGITNET_TESTS_STRUCT_CASES_H

#include "misuse.h"
#include "sample_layers.h"

typedef struct struct_case {
    const char *function, *type; /* what is called, and its struct */
    size_t size;
    size_t first_size; /* in the first release */
    const void *valid; /* the options that the call succeeds with; NULL: all zeros */
    digitnet_status (*call)(misuse *own, void *options_or_result);
    const sample_layer *layer; /* whose builder is called instead; else NULL */
} struct_case;

size_t option_case_count(void);
struct_case option_case_at(size_t index);
extern const struct_case result_cases[];
extern const size_t result_case_count;

/* Makes the call. */
digitnet_status run_struct_case(const struct_case *tested, misuse *own, void *options_or_result);

#endif

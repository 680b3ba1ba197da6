/* Objects for the tests of misuse, which check afterwards that nothing was lost. */
#ifndef DIGITNET_TESTS_MISUSE_H
#define DIGITNET_TESTS_MISUSE_H

#include "support.h"

enum { MISUSE_IMAGES = 20 };

/* What the calls below are wrong about, with what it was before. */
typedef struct misuse {
    digitnet_model *model; /* compiled */
    digitnet_model *draft; /* with layers, not compiled */
    digitnet_dataset *data;
    digitnet_session *session;
    digitnet_history *history;
    float *weights;
    float image[SMALL_IMAGE], scores[SMALL_CLASSES];
    uint8_t bytes[SMALL_IMAGE];
} misuse;

int begin_misuse(void **state);
/* After all its misuse each object does what it did before. */
int end_misuse(void **state);

#define misuse_test(function) cmocka_unit_test_setup_teardown(function, begin_misuse, end_misuse)

/* The call is refused with EINVAL and this message, and the object it was to make is NULL. */
#define expect_none(out, call, message)                  \
    do {                                                 \
        *(out) = (void *)own; /* any pointer but NULL */ \
        expect_failure(call, DIGITNET_EINVAL, message);  \
        assert_null(*(out));                             \
    } while (0)
#define expect_invalid(call, message) expect_failure(call, DIGITNET_EINVAL, message)

#endif

#include "results.h"

#include <math.h>
#include <stdlib.h>

enum { BATCH = 256 };

static struct result judge(const float *scores, size_t outputs, int32_t actual, size_t index) {
    struct result judged = {.index = index, .actual = actual};
    for (size_t i = 1; i < outputs; i++)
        if (scores[i] > scores[judged.predicted])
            judged.predicted = (int32_t)i;
    judged.loss = -logf(fmaxf(scores[actual], 1e-30f));
    return judged;
}

digitnet_status predict_all(struct result **results, const digitnet_model *model, const digitnet_dataset *dataset,
                            size_t threads) {
    digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
    digitnet_session *session = NULL;
    float *images = NULL, *scores = NULL;
    int32_t labels[BATCH];
    size_t count = digitnet_dataset_count(dataset);
    digitnet_status status = digitnet_model_describe(&info, model);
    if (status)
        return status;
    size_t values = info.height * info.width * info.channels;
    *results = malloc(count * sizeof **results);
    images = malloc(BATCH * values * sizeof *images);
    scores = malloc(BATCH * info.outputs * sizeof *scores);
    status =
        *results && images && scores
            ? digitnet_session_create(&session, model,
                                      DIGITNET_WITH(digitnet_session_options, .threads = threads, .batch_size = BATCH))
            : DIGITNET_ENOMEM;
    for (size_t first = 0; !status && first < count; first += BATCH) {
        size_t some = count - first < BATCH ? count - first : BATCH;
        status = digitnet_dataset_read(images, BATCH * values, labels, BATCH, dataset, first, some);
        if (!status)
            status = digitnet_session_run(scores, BATCH * info.outputs, session, images, some * values);
        for (size_t i = 0; !status && i < some; i++)
            (*results)[first + i] = judge(scores + i * info.outputs, info.outputs, labels[i], first + i);
    }
    digitnet_session_free(session);
    free(scores);
    free(images);
    if (status) {
        free(*results);
        *results = NULL;
    }
    return status;
}

/* Mistakes before others, greater loss before smaller, then by place, so that the order is always the same. */
static int worse_first(const void *left, const void *right) {
    const struct result *a = left, *b = right;
    int a_wrong = a->predicted != a->actual, b_wrong = b->predicted != b->actual;
    if (a_wrong != b_wrong)
        return b_wrong - a_wrong;
    if (a->loss != b->loss)
        return a->loss < b->loss ? 1 : -1;
    return a->index < b->index ? -1 : a->index > b->index;
}

size_t sort_mistakes(struct result *results, size_t count) {
    size_t mistakes = 0;
    qsort(results, count, sizeof *results, worse_first);
    while (mistakes < count && results[mistakes].predicted != results[mistakes].actual)
        mistakes++;
    return mistakes;
}

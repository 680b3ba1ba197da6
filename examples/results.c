#include "results.h"

#include <math.h>
#include <stdlib.h>

static struct result judge(const float *scores, size_t outputs, int32_t actual, size_t index) {
    struct result judged = {.index = index, .actual = actual};
    for (size_t i = 1; i < outputs; i++)
        if (scores[i] > scores[judged.predicted])
            judged.predicted = (int32_t)i;
    judged.loss = -logf(fmaxf(scores[actual], 1e-30f));
    return judged;
}

/* Adds what a model gives for all images to `scores`, in parts of `1 / count`. */
static digitnet_status add_scores(float *scores, float *own, size_t values, const digitnet_model *model, size_t count,
                                  const digitnet_dataset *dataset, size_t threads) {
    digitnet_status status = digitnet_model_predict_dataset(
        own, values, model, dataset, DIGITNET_WITH(digitnet_predict_options, .threads = threads));
    for (size_t i = 0; !status && i < values; i++)
        scores[i] += own[i] / (float)count;
    return status;
}

digitnet_status predict_all(struct result **results, digitnet_report **report, digitnet_model *const *models,
                            size_t count, const digitnet_dataset *dataset, size_t threads) {
    digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
    size_t images = digitnet_dataset_count(dataset);
    digitnet_status status = digitnet_model_describe(&info, models[0]);
    if (status)
        return status;
    size_t values = images * info.outputs;
    *results = malloc(images * sizeof **results);
    float *scores = calloc(values, sizeof *scores), *own = malloc(values * sizeof *own);
    int32_t *labels = malloc(images * sizeof *labels);
    status = *results && scores && own && labels ? digitnet_dataset_read(NULL, 0, labels, images, dataset, 0, images)
                                                 : DIGITNET_ENOMEM;
    for (size_t i = 0; !status && i < count; i++)
        status = add_scores(scores, own, values, models[i], count, dataset, threads);
    if (!status)
        status = digitnet_report_create(report, scores, labels, images, info.outputs, NULL);
    for (size_t i = 0; !status && i < images; i++)
        (*results)[i] = judge(scores + i * info.outputs, info.outputs, labels[i], i);
    free(labels);
    free(own);
    free(scores);
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

#include "training/validation_split.h"

#include "core/memory.h"
#include "core/status.h"
#include "core/text.h"
#include "dataset/dataset.h"

/* Classes that one part has and the other has not: how many, and the first of them. */
typedef struct missing {
    size_t count, first;
} missing;

static missing find_missing(const size_t *counts, const size_t *others, size_t classes) {
    missing result = {0};
    for (size_t k = 0; k < classes; k++) {
        if (counts[k] > 0 || others[k] == 0)
            continue;
        if (result.count++ == 0)
            result.first = k;
    }
    return result;
}

static void add_words(digitnet__text *text, missing classes, const char *part) {
    if (classes.count == 0)
        return;
    digitnet__text_put(text, "%s%s samples have none of class %zu", text->length ? "; " : "", part, classes.first);
    if (classes.count > 1)
        digitnet__text_put(text, " and %zu more", classes.count - 1);
}

static digitnet_status compare_classes(digitnet__warning *warning, const digitnet_dataset *train,
                                       const digitnet_dataset *validation, size_t classes, bool stratified) {
    digitnet__text text = {.buffer = warning->text, .capacity = sizeof warning->text};
    size_t *counts = digitnet__allocate_zeroed_array(classes, 2 * sizeof *counts);
    if (!counts)
        return DIGITNET_ENOMEM;
    digitnet_status status = digitnet_dataset_count_classes(counts, classes, train);
    if (status == DIGITNET_OK)
        status = digitnet_dataset_count_classes(counts + classes, classes, validation);
    add_words(&text, find_missing(counts + classes, counts, classes), "validation");
    add_words(&text, find_missing(counts, counts + classes, classes), "training");
    if (text.length && !stratified)
        digitnet__text_put(&text, "; validation_stratified = 1 gives both parts their share of each class");
    digitnet__release(counts);
    return status;
}

digitnet_status digitnet__split_validation(digitnet_dataset **train, digitnet_dataset **validation,
                                           digitnet__warning *warning, const digitnet_dataset *dataset,
                                           const digitnet_fit_options *options) {
    const digitnet_split_options split = {.stratified = options->validation_stratified};
    *warning = (digitnet__warning){0};
    DNN_TRY(digitnet__dataset_split(train, validation, "digitnet_model_fit: validation_fraction", dataset,
                                    options->validation_fraction, &split));
    enum { MOST_CLASSES = 65536 }; /* labels beside targets may be any numbers */
    size_t classes = digitnet__dataset_classes(dataset);
    if (classes == 0 || classes > MOST_CLASSES)
        return DIGITNET_OK;
    return compare_classes(warning, *train, *validation, classes, options->validation_stratified);
}

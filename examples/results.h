/* What a model, or several together, make of every image of a data set. */
#ifndef RESULTS_H
#define RESULTS_H

#include <digitnet/digitnet.h>

struct result {
    size_t index; /* of the image */
    int32_t actual, predicted;
    float loss; /* minus the logarithm of the actual label's probability */
};

/* Predicts all images, by the mean of the probabilities that `count` models of the same classes give; `threads` as in
 * digitnet_predict_options. `*results` is the caller's to free(), one for each image in order, and so is `*report`,
 * with digitnet_report_free(). */
digitnet_status predict_all(struct result **results, digitnet_report **report, digitnet_model *const *models,
                            size_t count, const digitnet_dataset *dataset, size_t threads);

/* Moves the wrong predictions to the front, the worst first, and returns how many there are. */
size_t sort_mistakes(struct result *results, size_t count);

#endif

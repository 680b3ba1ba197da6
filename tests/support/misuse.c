#include "misuse.h"

#include <stdlib.h>

int begin_misuse(void **state) {
    misuse *own = calloc(1, sizeof *own);
    assert_non_null(own);
    own->model = make_small_network(1);
    own->draft = build_small_network();
    own->data = make_small_dataset(MISUSE_IMAGES, 1);
    expect_ok(digitnet_model_fit(own->model, own->data, DIGITNET_WITH(digitnet_fit_options, .history = &own->history)));
    expect_ok(digitnet_session_create(&own->session, own->model, NULL));
    own->weights = copy_weights(own->model);
    fill_noise(own->image, SMALL_IMAGE, 1);
    expect_ok(digitnet_model_predict(own->scores, SMALL_CLASSES, own->model, own->image, SMALL_IMAGE));
    *state = own;
    return 0;
}

int end_misuse(void **state) {
    misuse *own = *state;
    float scores[SMALL_CLASSES];
    float *weights = copy_weights(own->model);
    assert_same_floats(weights, own->weights, count_parameters(own->model));
    expect_ok(digitnet_model_predict(scores, SMALL_CLASSES, own->model, own->image, SMALL_IMAGE));
    assert_same_floats(scores, own->scores, SMALL_CLASSES);
    expect_ok(digitnet_session_run(scores, SMALL_CLASSES, own->session, own->image, SMALL_IMAGE));
    assert_same_floats(scores, own->scores, SMALL_CLASSES);
    digitnet_model *twin = make_small_network(1);
    fit(twin, own->data, DIGITNET_WITH(digitnet_fit_options, .epochs = 2));
    fit(own->model, own->data, NULL);
    assert_same_weights(own->model, twin);
    expect_ok(
        digitnet_model_compile(own->draft, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY));
    fit(own->draft, own->data, NULL);
    digitnet_model_free(twin);
    digitnet_model_free(own->model);
    digitnet_model_free(own->draft);
    digitnet_session_free(own->session);
    digitnet_history_free(own->history);
    digitnet_dataset_free(own->data);
    free(own->weights);
    free(weights);
    free(own);
    return 0;
}

#include "picture_network.h"

#include "conv_block.h"

enum {
    MOST_BLOCKS = 6,
    FIRST_FILTERS = 32, /* each block has twice as many as the one before, up to */
    MOST_FILTERS = 128,
    SMALLEST = 8 /* rows or columns that are still pooled */
};

/* Moving averages of few steps are enough: a small folder makes few of them in an epoch. */
static void add_block(digitnet_model *model, size_t filters) {
    add_conv_block(model, filters, DIGITNET_INITIALIZER_HE_UNIFORM, 0.9);
}

digitnet_status make_picture_network(digitnet_model **out, const struct picture_network *network) {
    size_t height = network->height, width = network->width, filters = FIRST_FILTERS;
    digitnet_reduce_on_plateau plateau = DIGITNET_REDUCE_ON_PLATEAU_INIT;
    digitnet_status status = digitnet_model_create(out, height, width, network->channels);
    if (status)
        return status;
    add_block(*out, filters);
    for (size_t i = 1; i < MOST_BLOCKS && (height >= SMALLEST || width >= SMALLEST); i++) {
        size_t rows = height >= SMALLEST ? 2 : 1, columns = width >= SMALLEST ? 2 : 1;
        digitnet_model_add_max_pool2d_ex(*out, rows, DIGITNET_WITH(digitnet_max_pool2d_options, .pool_width = columns));
        height /= rows;
        width /= columns;
        filters = 2 * filters < MOST_FILTERS ? 2 * filters : MOST_FILTERS;
        add_block(*out, filters);
    }
    digitnet_model_add_global_average_pool2d(*out);
    digitnet_model_add_dropout(*out, 0.2);
    digitnet_model_add_dense(*out, network->classes, DIGITNET_ACTIVATION_SOFTMAX);
    plateau.patience = 4;
    plateau.factor = 0.3;
    return digitnet_model_compile_ex(*out, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY,
                                     DIGITNET_WITH(digitnet_compile_options, .learning_rate = network->learning_rate,
                                                   .seed = network->seed, .reduce_on_plateau = &plateau));
}

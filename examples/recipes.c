#include "recipes.h"

#include "conv_block.h"

#include <string.h>

/* The network that the library's guide begins with. */
static void add_seed_layers(digitnet_model *model) {
    digitnet_model_add_conv2d(model, 32, 3, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_max_pool2d(model, 2);
    digitnet_model_add_conv2d(model, 64, 3, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_max_pool2d(model, 2);
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense(model, 128, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_dense(model, 10, DIGITNET_ACTIVATION_SOFTMAX);
}

/* Two sizes of the same network: the images are halved twice, and at the end the mean of each channel counts. */
static void add_convolutions(digitnet_model *model, const size_t *filters, size_t count) {
    for (size_t i = 0; i < count; i++) {
        add_conv_block(model, filters[i], DIGITNET_INITIALIZER_HE_NORMAL, 0);
        if (i == 1 || i == 3)
            digitnet_model_add_max_pool2d(model, 2);
    }
    digitnet_model_add_global_average_pool2d(model);
    digitnet_model_add_dense(model, 10, DIGITNET_ACTIVATION_SOFTMAX);
}

static void add_small_layers(digitnet_model *model) {
    add_convolutions(model, (const size_t[]){16, 16, 24, 24, 32}, 5);
}

static void add_best_layers(digitnet_model *model) {
    add_convolutions(model, (const size_t[]){32, 32, 64, 64, 128, 128}, 6);
}

/* What a small network can still learn. */
static const digitnet_augment_options mild = {
    .struct_size = sizeof mild, .shift = 0.05, .rotate = 8, .zoom = 0.08, .shear = 8, .elastic = 0.5, .thickness = 0.3};
static const digitnet_augment_options strong = {.struct_size = sizeof strong,
                                                .shift = 0.07,
                                                .rotate = 10,
                                                .zoom = 0.1,
                                                .shear = 10,
                                                .elastic = 0.7,
                                                .thickness = 0.5};

/* Settings were chosen on the last 10,000 training images. */
static const struct recipe recipes[] = {
    {.name = "seed",
     .epochs = 5,
     .batch_size = 32,
     .learning_rate = 0.001,
     .optimizer = DIGITNET_OPTIMIZER_ADAM,
     .add_layers = add_seed_layers},
    {.name = "small",
     .epochs = 40,
     .batch_size = 64,
     .learning_rate = 0.01,
     .one_cycle = 1,
     .weight_decay = 0.005,
     .optimizer = DIGITNET_OPTIMIZER_ADAMW,
     .add_layers = add_small_layers,
     .augmentation = &mild},
    {.name = "best",
     .epochs = 15,
     .batch_size = 64,
     .learning_rate = 0.004,
     .one_cycle = 1,
     .weight_decay = 0.02,
     .optimizer = DIGITNET_OPTIMIZER_ADAMW,
     .add_layers = add_best_layers,
     .augmentation = &strong},
};

const struct recipe *find_recipe(const char *name) {
    for (size_t i = 0; i < sizeof recipes / sizeof *recipes; i++)
        if (strcmp(name, recipes[i].name) == 0)
            return &recipes[i];
    return NULL;
}

digitnet_status create_recipe_model(digitnet_model **out, const struct recipe *recipe, size_t samples, uint64_t seed) {
    digitnet_status status = digitnet_model_create(out, 28, 28, 1);
    if (status)
        return status;
    recipe->add_layers(*out); /* compile returns the first error */
    return compile_recipe_model(*out, recipe, samples, seed);
}

digitnet_status compile_recipe_model(digitnet_model *model, const struct recipe *recipe, size_t samples,
                                     uint64_t seed) {
    size_t batches = (samples + recipe->batch_size - 1) / recipe->batch_size;
    digitnet_schedule cycle = DIGITNET_INIT(digitnet_schedule);
    digitnet_compile_options options = DIGITNET_INIT(digitnet_compile_options);
    options.seed = seed;
    options.weight_decay = recipe->weight_decay;
    if (recipe->one_cycle) {
        cycle.kind = DIGITNET_SCHEDULE_ONE_CYCLE;
        cycle.learning_rate = recipe->learning_rate;
        cycle.decay_steps = recipe->epochs * batches;
        options.schedule = &cycle;
    } else {
        options.learning_rate = recipe->learning_rate;
    }
    return digitnet_model_compile_ex(model, recipe->optimizer, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY, &options);
}

digitnet_status augment_for_recipe(digitnet_dataset **out, const struct recipe *recipe, const digitnet_dataset *train) {
    return recipe->augmentation ? digitnet_dataset_augment(out, train, recipe->augmentation)
                                : digitnet_dataset_slice(out, train, 0, digitnet_dataset_count(train));
}

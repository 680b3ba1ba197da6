/* Ways to learn MNIST's digits: a network, how it is trained, and what becomes of its images meanwhile. */
#ifndef RECIPES_H
#define RECIPES_H

#include <digitnet/digitnet.h>

struct recipe {
    const char *name;
    size_t epochs, batch_size;
    /* Constant, or, with one cycle, the highest: it rises and falls over the whole training, in a cosine's form. */
    double learning_rate;
    int one_cycle;
    double weight_decay;
    digitnet_optimizer optimizer;
    void (*add_layers)(digitnet_model *model);
    const digitnet_augment_options *augmentation; /* NULL: images stay as they are */
};

/* The recipe of a name, or NULL. */
const struct recipe *find_recipe(const char *name);

/* A new model, compiled for as many epochs of `samples` images as the recipe says. */
digitnet_status create_recipe_model(digitnet_model **out, const struct recipe *recipe, size_t samples, uint64_t seed);
/* The optimizer and the loss, for a model that has its layers, and may have weights. */
digitnet_status compile_recipe_model(digitnet_model *model, const struct recipe *recipe, size_t samples, uint64_t seed);
/* A training set as the recipe wants it. */
digitnet_status augment_for_recipe(digitnet_dataset **out, const struct recipe *recipe, const digitnet_dataset *train);

#endif

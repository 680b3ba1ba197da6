/* One layer or more of every kind, for the tests that are about all kinds. */
#ifndef DIGITNET_TESTS_SAMPLE_LAYERS_H
#define DIGITNET_TESTS_SAMPLE_LAYERS_H

#include "digitnet/digitnet.h"

typedef struct sample_layer {
    const char *kind;               /* its name */
    size_t height, width, channels; /* of an input that suits it */
    /* Adds it, perhaps behind layers that shape its inputs and have no weights. */
    digitnet_status (*add)(digitnet_model *model);
} sample_layer;

extern const sample_layer sample_layers[];
extern const size_t sample_layer_count;

/* A model of the sample alone. */
digitnet_model *make_sample_layer(const sample_layer *sample);

#endif

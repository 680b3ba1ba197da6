#include "expect.h"
#include "sample_layers.h"

digitnet_model *make_sample_inputs(const sample_layer *sample) {
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, sample->height, sample->width, sample->channels));
    if (sample->before)
        expect_ok(sample->before(model));
    return model;
}

digitnet_model *make_sample_layer(const sample_layer *sample) {
    digitnet_model *model = make_sample_inputs(sample);
    expect_ok(add_sample_layer(model, sample));
    return model;
}

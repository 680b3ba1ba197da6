#include "layers/noise.h"

#include "core/number.h"
#include "core/status.h"

void digitnet__noise_apply(const digitnet__op *op, const digitnet__op_range *range, float *to, const float *from,
                           digitnet__noise_fn apply) {
    for (size_t i = 0; i < range->samples; i++) {
        digitnet__random random;
        digitnet__random_seed(&random, digitnet__seed_mix(range->seeds[i], op->layer_index));
        apply(op, to + i * op->output_values, from + i * op->output_values, &random);
    }
}

digitnet_status digitnet__dropout_infer_shape(digitnet__layer *layer) {
    double rate = layer->attributes.rate;
    if (!(rate >= 0 && rate < 1)) {
        return digitnet__fail(DIGITNET_EINVAL, "layer '%s': rate is %s; it must be at least 0 and below 1", layer->name,
                              digitnet__number_text(rate).text);
    }
    return digitnet__layer_keep_shape(layer);
}

void digitnet__noise_write(digitnet__onnx_nodes *nodes, const digitnet__layer *layer) {
    (void)layer;
    digitnet__wire_end(nodes->writer, digitnet__onnx_begin_node(nodes, "Identity", NULL, NULL, 0, true));
}

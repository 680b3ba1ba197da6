#include "training/samples.h"

#include "core/status.h"
#include "dataset/dataset.h"

/* One output, a probability, stands for two classes. */
static size_t classes_of(const digitnet__graph *graph) {
    size_t outputs = digitnet__graph_output(graph).channels;
    return outputs == 1 ? 2 : outputs;
}

digitnet_status digitnet__samples_check(const digitnet__graph *graph, const digitnet__loss_kind *loss,
                                        const digitnet_dataset *dataset, const char *role) {
    (void)loss;
    digitnet__shape images = digitnet__dataset_shape(dataset), input = graph->input;
    if (images.height != input.height || images.width != input.width || images.channels != input.channels) {
        return digitnet__fail(DIGITNET_ESHAPE, "the %s images are %s, the model takes %s", role,
                              digitnet__shape_text(images).text, digitnet__shape_text(input).text);
    }
    return digitnet__dataset_check_labels(dataset, classes_of(graph));
}

digitnet_status digitnet__samples_check_labels(const digitnet__graph *graph, const int32_t *labels,
                                               const size_t *indices, size_t count) {
    size_t classes = classes_of(graph);
    for (size_t i = 0; i < count; i++) {
        if ((size_t)labels[i] >= classes) { /* a negative one is larger than any number of classes */
            return digitnet__fail(DIGITNET_EINVAL, "sample %zu has label %d; the model has %zu classes", indices[i],
                                  (int)labels[i], classes);
        }
    }
    return DIGITNET_OK;
}

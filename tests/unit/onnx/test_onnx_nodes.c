/* Files of ours as another tool leaves them: without the list of layers each node is read by itself, to the same
 * network, or it is refused. */
#include "models.h"
#include "onnx_bytes.h"
#include "sample_layers.h"

#include <stdlib.h>

/* The padding of a window is not read where it is neither VALID nor SAME. */
static bool is_padded(const digitnet_model *model) {
    for (size_t i = 0; i < info_of(model).layers; i++)
        if (layer_at(model, i).padding == DIGITNET_PADDING_EXPLICIT)
            return true;
    return false;
}

/* Layers whose nodes are not read without the list of layers; slopes of a PReLU for each place are turned by a node. */
static bool needs_list(const sample_layer *sample, const digitnet_model *model) {
    static const char *const names[] = {"zero_padding2d",      "cropping2d", "up_sampling2d", "reshape",
                                        "layer_normalization", "rescaling",  "normalization", "channel_slice",
                                        "group_normalization", "permute"};
    const char *name = sample->builder->name + strlen("digitnet_model_add_");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return is_padded(model) || (strcmp(name, "prelu") == 0 && !sample->options);
}

static digitnet_status load_nodes(digitnet_model **out, const saved_bytes *file) {
    return digitnet_model_load_memory_ex(out, file->data, file->size,
                                         DIGITNET_WITH(digitnet_model_load_options, .ignore_metadata = 1));
}

static void nodes_are_the_same_network(void **state) {
    (void)state;
    for (size_t i = 0; i < sample_layer_count; i++) {
        const sample_layer *sample = &sample_layers[i];
        digitnet_model *model = make_sample_network(sample), *loaded = NULL;
        saved_bytes file = save_model(model);
        digitnet_status status = recorded(load_nodes(&loaded, &file));
        if (status != (needs_list(sample, model) ? DIGITNET_EUNSUPPORTED : DIGITNET_OK))
            fail_msg("row %zu, %s: %s", i, sample->builder->name, digitnet_last_error());
        if (status == DIGITNET_OK)
            assert_same_sample_predictions(model, loaded, sample);
        else
            assert_null(loaded);
        digitnet_model_free(loaded);
        digitnet_model_free(model);
        free(file.data);
    }
}

/* Each allocation fails once. */
static void without_memory_there_is_no_model(void **state) {
    (void)state;
    saved_bytes file = save_sample("kinds");
    allocation_counts counts;
    begin_counting(&counts);
    digitnet_model *model = NULL;
    size_t fail_at = 0;
    for (digitnet_status status = DIGITNET_ENOMEM; status != DIGITNET_OK;) {
        atomic_store(&counts.allocations, 0);
        atomic_store(&counts.fail_at, ++fail_at);
        status = recorded(load_nodes(&model, &file));
        assert_true(status == DIGITNET_OK || status == DIGITNET_ENOMEM);
        assert_int_equal(status == DIGITNET_OK, model != NULL);
    }
    assert_true(fail_at > 10);
    atomic_store(&counts.fail_at, 0);
    expect_failure(digitnet_model_add_flatten(model), DIGITNET_ESTATE, "from the file that it was loaded from");
    digitnet_model_free(model);
    end_counting(&counts);
    free(file.data);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nodes_are_the_same_network),
        cmocka_unit_test(without_memory_there_is_no_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

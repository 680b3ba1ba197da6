/* Files of ours as another tool leaves them: without the list of layers their nodes are read, to the same network. */
#include "models.h"
#include "onnx_bytes.h"
#include "sample_layers.h"

#include <stdlib.h>

static digitnet_status load_nodes(digitnet_model **out, const saved_bytes *file) {
    return digitnet_model_load_memory_ex(out, file->data, file->size,
                                         DIGITNET_WITH(digitnet_model_load_options, .ignore_metadata = 1));
}

/* Several nodes may have become a layer of another kind, which sums up in another order. */
static void nodes_are_the_same_network(void **state) {
    (void)state;
    for (size_t i = 0; i < sample_layer_count; i++) {
        const sample_layer *sample = &sample_layers[i];
        digitnet_model *model = make_sample_network(sample), *loaded = NULL;
        saved_bytes file = save_model(model);
        if (load_nodes(&loaded, &file) != DIGITNET_OK)
            fail_msg("row %zu, %s: %s", i, sample->builder->name, digitnet_last_error());
        assert_close_sample_predictions(model, loaded, sample, 1e-6);
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
    expect_ok(digitnet_model_add_flatten(model)); /* the model is whole */
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

#include "import/import.h"

#include "core/memory.h"
#include "core/status.h"
#include "import/build.h"
#include "import/input.h"
#include "import/patterns.h"
#include "import/read.h"
#include "onnx/schema.h"

#include <string.h>

/* Marks the nodes that an output depends on, and counts what takes each value. */
static void mark_needed(digitnet__import_graph *graph, size_t output) {
    for (size_t i = 0; i < graph->value_count; i++) {
        graph->values[i].uses = i == output;
        graph->values[i].taker = DNN_NO_VALUE;
    }
    for (size_t i = graph->node_count; i-- > 0;) {
        digitnet__import_node *node = &graph->nodes[i];
        node->needed = false;
        for (size_t k = 0; k < node->output_count; k++)
            node->needed |= node->outputs[k] != DNN_NO_VALUE && graph->values[node->outputs[k]].uses > 0;
        for (size_t k = 0; node->needed && k < node->input_count; k++) {
            if (node->inputs[k] == DNN_NO_VALUE)
                continue;
            graph->values[node->inputs[k]].uses++;
            graph->values[node->inputs[k]].taker = i;
        }
    }
}

/* Forgets what was read for another output. */
static void forget(digitnet__importer *importer) {
    digitnet__import_graph *graph = importer->graph;
    for (size_t i = 0; i < graph->value_count; i++) {
        graph->values[i].activation = NULL;
        graph->values[i].refused = false;
        if (!graph->values[i].initializer.bytes)
            graph->values[i].constant = NULL;
    }
    importer->draft_count = 0;
}

/* Whether an output of three axes has the channels first. What gives it tells: the layer's own rows, columns and
 * channels; else the file's input does. */
static bool has_channels_first(const digitnet__importer *importer, const digitnet__import_activation *output) {
    digitnet__shape shape = digitnet__draft_shape(importer, output->value);
    const size_t last[] = {shape.height, shape.width, shape.channels};
    const size_t first[] = {shape.channels, shape.height, shape.width};
    bool plain = digitnet__view_is_plain(&output->view);
    if (plain && memcmp(output->view.sizes, last, sizeof last) == 0)
        return false;
    if (memcmp(output->view.sizes, first, sizeof first) == 0)
        return true;
    return !output->unbatched && (importer->channels_first || (!importer->channels_last && !plain));
}

/* The channels of one place are a row, as the scores of a classifier are. */
static bool has_one_place(const digitnet__importer *importer, const digitnet__import_activation *output) {
    const digitnet__view *view = &output->view;
    size_t count = digitnet__view_count(view);
    bool last = view->rank > 1 && view->sizes[view->rank - 1] == count &&
                digitnet__draft_shape(importer, output->value).channels == count;
    return last || (view->rank > 1 && view->sizes[0] == count);
}

/* The output's value, in the order of the file, but for images, whose channels are last here. */
static digitnet_status arrange_output(size_t *value, digitnet__importer *importer, const digitnet__import_node *node) {
    digitnet__import_activation *activation;
    const size_t *places;
    DNN_TRY(digitnet__import_take(&activation, importer, node, 0));
    const digitnet__view *view = &activation->view;
    bool is_one_place = !importer->graph->is_ours && has_one_place(importer, activation);
    bool is_image = view->rank == 3 && !is_one_place && has_channels_first(importer, activation);
    digitnet__view wanted = is_image ? digitnet__view_channels_first(view->sizes[0], view->sizes[1], view->sizes[2])
                                     : digitnet__view_plain(view->sizes, view->rank);
    DNN_TRY(digitnet__import_arrange(importer, node, 0, &wanted));
    *value = activation->value;
    if (is_image)
        return digitnet__import_take_image(value, &places, importer, node, 0);
    if (view->rank == 1 || is_one_place)
        return digitnet__import_take_row(value, &places, importer, node, 0);
    if (view->rank != 3 || !importer->channels_last)
        return DIGITNET_OK;
    const digitnet__shape image = {.height = view->sizes[0], .width = view->sizes[1], .channels = view->sizes[2]};
    return digitnet__import_reshape(value, importer, image, node);
}

static digitnet_status settle_output(size_t *value, digitnet__importer *importer, size_t output) {
    const digitnet__import_node node = {.type = {.bytes = (const unsigned char *)"output", .size = 6},
                                        .name = importer->graph->values[output].name,
                                        .inputs = &output,
                                        .input_count = 1};
    const digitnet__attributes linear = {.activation = DIGITNET_ACTIVATION_LINEAR};
    digitnet__import_activation *activation = importer->graph->values[output].activation;
    if (!activation)
        return digitnet__fail(DIGITNET_EUNSUPPORTED, "the graph's output '%s' does not depend on its input",
                              digitnet__wire_printable(node.name).text);
    if (activation->merged || activation->leading)
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, &node, "has another number of samples");
    activation->is_class = false;
    DNN_TRY(arrange_output(value, importer, &node));
    /* A model has a layer. */
    return *value ? DIGITNET_OK
                  : digitnet__draft_add(value, importer, &digitnet__layer_activation, &linear, value, 1, &node);
}

static digitnet_status read_output(digitnet_model **out, digitnet__importer *importer, size_t output) {
    size_t value;
    DNN_TRY(digitnet__import_read_nodes(importer));
    DNN_TRY(settle_output(&value, importer, output));
    return digitnet__import_build(out, importer, value);
}

static digitnet_status import_samples(digitnet_model **out, digitnet__importer *importer, size_t output,
                                      bool unbatched) {
    importer->unbatched = unbatched;
    forget(importer);
    mark_needed(importer->graph, output);
    DNN_TRY(digitnet__import_input(importer));
    digitnet_status status = read_output(out, importer, output);
    if (status != DIGITNET_EFORMAT || !importer->open_sizes)
        return status;
    /* It may be right for images of another size. */
    return digitnet__fail(DIGITNET_EUNSUPPORTED, "the graph's input leaves its size open, and for %zux%zu: %s",
                          importer->input.height, importer->input.width, digitnet_last_error());
}

/* The model that gives one of the graph's outputs. Where the input's first axis cannot be the samples', there is none.
 */
static digitnet_status import_output(digitnet_model **out, digitnet__importer *importer, size_t output) {
    digitnet_status status = import_samples(out, importer, output, false);
    if (status != DIGITNET_EUNSUPPORTED || importer->graph->values[output].constant)
        return status;
    digitnet__message first = digitnet__message_keep();
    digitnet_status second = import_samples(out, importer, output, true);
    if (second == DIGITNET_OK || second == DIGITNET_ENOMEM)
        return second;
    digitnet__message_restore(&first);
    return status;
}

/* What an output is, the wanted ones first. */
typedef enum output_kind { SCORES, CLASS, IMAGE, OUTPUT_KINDS } output_kind;

/* An output of numbers is taken for scores, unless it gives classes themselves in their place, or the image as it is.
 */
static digitnet_status find_kind(output_kind *kind, const digitnet__import_graph *graph, size_t index) {
    uint64_t type;
    size_t value = graph->output_values[index];
    DNN_TRY(digitnet__import_element(&type, graph->outputs[index]));
    *kind = digitnet__import_is_float(type) || type == 0 ? SCORES : CLASS;
    for (size_t step = 0; step < 8; step++) {
        const digitnet__import_node *node =
            graph->values[value].producer == DNN_NO_VALUE ? NULL : &graph->nodes[graph->values[value].producer];
        if (!node)
            *kind = IMAGE;
        else if (digitnet__wire_is(node->type, "ArgMax"))
            *kind = CLASS;
        if (!node || node->input_count == 0 || node->inputs[0] == DNN_NO_VALUE ||
            !(digitnet__wire_is(node->type, "Cast") || digitnet__wire_is(node->type, "Identity") ||
              digitnet__wire_is(node->type, "Squeeze")))
            break;
        value = node->inputs[0];
    }
    return DIGITNET_OK;
}

/* The first output that depends on the image; scores are preferred to a class. Others are not tried in the place of one
 * that cannot be read: they mean something else. */
static digitnet_status import_any(digitnet_model **out, digitnet__importer *importer) {
    enum { TRIES = 8 };
    const digitnet__import_graph *graph = importer->graph;
    size_t tries = 0;
    for (int wanted = 0; wanted < OUTPUT_KINDS; wanted++) {
        for (size_t i = 0; i < graph->output_count && tries < TRIES; i++) {
            output_kind kind;
            DNN_TRY(find_kind(&kind, graph, i));
            if (kind != (output_kind)wanted)
                continue;
            tries++;
            digitnet_status status = import_output(out, importer, graph->output_values[i]);
            if (status != DIGITNET_EUNSUPPORTED || !graph->values[graph->output_values[i]].constant)
                return status;
        }
    }
    return graph->output_count ? digitnet__fail(DIGITNET_EUNSUPPORTED, "no output of the graph depends on its input")
                               : digitnet__fail(DIGITNET_EFORMAT, "the graph has no output");
}

/* The output that the options name. */
static digitnet_status import_named(digitnet_model **out, digitnet__importer *importer) {
    const char *wanted = importer->options->output;
    const digitnet__import_graph *graph = importer->graph;
    digitnet__wire_view first = {0};
    for (size_t i = graph->output_count; i-- > 0;) {
        first = graph->values[graph->output_values[i]].name;
        if (digitnet__wire_is(first, wanted))
            return import_output(out, importer, graph->output_values[i]);
    }
    return digitnet__fail(DIGITNET_ENOTFOUND, "the graph has no output '%.80s'; it has %zu, the first being '%s'",
                          wanted, graph->output_count, digitnet__wire_printable(first).text);
}

static digitnet_status import_graph(digitnet_model **out, digitnet__importer *importer, digitnet__wire_view file) {
    DNN_TRY(digitnet__import_graph_read(importer->graph, file));
    DNN_TRY(digitnet__import_match_patterns(importer));
    return (importer->options->output ? import_named : import_any)(out, importer);
}

/* The memory for reading a file: some times what it has, and enough for weights that are not in it, as those of layers
 * that repeat and pick values; of these there are fewer where few weights are allowed. */
static size_t limit_memory(size_t file_size, const digitnet_model_load_options *options) {
    enum { MOST_BYTES = 1 << 26, LEAST_BYTES = 1 << 22, TIMES_PARAMETERS = 64 };
    bool few = options->max_parameters > 0 && options->max_parameters < (MOST_BYTES - LEAST_BYTES) / TIMES_PARAMETERS;
    size_t bytes = few ? LEAST_BYTES + TIMES_PARAMETERS * options->max_parameters : MOST_BYTES;
    return file_size < (SIZE_MAX - bytes) / DNN_IMPORT_TIMES_FILE ? bytes + DNN_IMPORT_TIMES_FILE * file_size
                                                                  : SIZE_MAX;
}

digitnet_status digitnet__import_foreign(digitnet_model **out, digitnet__wire_view file, const char *path,
                                         const digitnet_model_load_options *options) {
    digitnet__pool pool = {.left = limit_memory(file.size, options)};
    digitnet__import_graph graph = {.pool = &pool};
    digitnet__import_place place = {.path = path, .bytes_left = options->max_bytes};
    digitnet__importer importer = {.pool = &pool, .graph = &graph, .place = &place, .options = options};
    *out = NULL;
    digitnet_status status = import_graph(out, &importer, file);
    digitnet__pool_release(&pool);
    return status;
}

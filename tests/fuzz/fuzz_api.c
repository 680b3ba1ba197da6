/* Reads any bytes as a sequence of calls: one byte chooses the call, those behind it its arguments. Objects are few and
 * small, and every status is right that the headers know; what a call must never do stands in the REQUIREs. */
#include "fuzz.h"
#include "sample_layers.h"
#include "struct_fields.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { VALUES = 1 << 14, LABELS = 64, MOST_LABELS = 3, MOST_TARGETS = 16 };

const size_t memory_limit = (size_t)64 << 20;
const time_t time_limit = 1;

typedef struct input {
    const uint8_t *next, *end;
} input;

/* The objects at hand; NULL where there is none. */
typedef struct world {
    digitnet_model *model;
    digitnet_dataset *dataset;
    digitnet_session *session;
    digitnet_history *history;
    unsigned calls;
} world;

static float values[VALUES], scores[VALUES];
static int32_t labels[LABELS * MOST_LABELS];

static unsigned take_byte(input *in) {
    return in->next < in->end ? *in->next++ : 0;
}

/* Mostly a small size; sometimes one that overflows, or exceeds a limit. */
static size_t take_size(input *in) {
    static const size_t extremes[] = {0,
                                      1000,
                                      65535,
                                      65536,
                                      INT32_MAX,
                                      (size_t)1 << 31,
                                      1 << 24,
                                      SIZE_MAX,
                                      SIZE_MAX - 1,
                                      SIZE_MAX / 2 + 1,
                                      SIZE_MAX / 4,
                                      SIZE_MAX / 4 + 1};
    unsigned byte = take_byte(in), extreme = byte - 0xe0;
    return byte < 0xe0 ? byte % 12 : extreme < sizeof extremes / sizeof *extremes ? extremes[extreme] : byte;
}

static double take_number(input *in) {
    static const double numbers[] = {0, 0.001, 0.01, 0.5, 0.9, 1, 1.5, 1e30, -1, NAN, INFINITY};
    return numbers[take_byte(in) % (sizeof numbers / sizeof *numbers)];
}

static const char *take_name(input *in) {
    static const char *const names[] = {NULL,         NULL,   NULL, "a", "dense", "a/b", "", "conv2d/kernel",
                                        "dense/bias", "input"};
    return names[take_byte(in) % (sizeof names / sizeof *names)];
}

static void check(digitnet_status status) {
    REQUIRE(strcmp(digitnet_status_string(status), "unknown status") != 0);
    REQUIRE(status == DIGITNET_OK || digitnet_last_error()[0] != '\0');
}

/* A call that makes an object, or leaves it NULL. */
#define CHECK_MADE(object, call)                                 \
    do {                                                         \
        digitnet_status status_ = (call);                        \
        check(status_);                                          \
        REQUIRE((status_ == DIGITNET_OK) == ((object) != NULL)); \
    } while (0)

/* ---- Models ---- */

static void create(world *w, input *in) {
    const digitnet_model_options limits = {.struct_size = sizeof limits,
                                           .max_parameters = 4000,
                                           .max_activation_bytes = 1 << 15,
                                           .max_multiply_adds = 50000};
    size_t height = take_size(in), width = take_size(in), channels = take_size(in);
    digitnet_model_free(w->model);
    CHECK_MADE(w->model, digitnet_model_create_ex(&w->model, height, width, channels, &limits));
}

/* As many inputs as the sample has are in the list, which may be its own. */
static argument take_argument(input *in, const layer_argument *sample) {
    static const char *names[3];
    switch (sample->kind) {
    case LAYER_RATE:
        return (argument){.rate = take_number(in)};
    case LAYER_ENUMERATOR:
        return (argument){.number = (int)take_byte(in) % 8 - 1};
    case LAYER_INPUTS:
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
            names[i] = take_name(in);
        return (argument){.pointer = names};
    case LAYER_INPUT_COUNT:
        REQUIRE(sample->value.size <= sizeof names / sizeof *names);
        return (argument){.size = take_byte(in) % (1 + sample->value.size)};
    default:
        return (argument){.size = take_size(in)};
    }
}

static void take_field(layer_options *options, const struct_field *field, input *in) {
    unsigned char *place = options->bytes + field->offset;
    if (field->kind == FIELD_SIZE)
        memcpy(place, &(size_t){take_size(in)}, field->size);
    else if (field->kind == FIELD_NUMBER)
        memcpy(place, &(double){take_number(in)}, field->size);
    else if (field->kind == FIELD_TEXT)
        memcpy(place, &(const char *){take_name(in)}, field->size);
    else if (field->kind == FIELD_ENUMERATOR)
        memcpy(place, &(int){(int)take_byte(in) % 8 - 1}, field->size);
}

/* The sample's, and where bits say so others; the last bit is that of all further fields. */
static void take_layer_options(layer_options *options, const sample_layer *sample, input *in) {
    unsigned which = take_byte(in), bit = 1;
    copy_layer_options(options, sample);
    for (size_t i = 0; i < struct_field_count; i++) {
        const struct_field *field = &struct_fields[i];
        if (strcmp(field->type, sample->builder->options) != 0 || field->offset == 0)
            continue;
        if (which & bit)
            take_field(options, field, in);
        bit = bit < 128 ? bit << 1 : bit;
    }
}

/* A layer of the table, where bits say so with arguments of its own. */
static void add_layer(world *w, input *in) {
    const sample_layer *sample = &sample_layers[take_byte(in) % sample_layer_count];
    argument arguments[MOST_LAYER_ARGUMENTS];
    layer_options options;
    unsigned which = take_byte(in);
    copy_layer_arguments(arguments, sample);
    for (size_t i = 0; i < count_layer_arguments(sample); i++)
        if (which >> i & 1)
            arguments[i] = take_argument(in, &sample->arguments[i]);
    take_layer_options(&options, sample, in);
    check(sample->builder->add_ex(w->model, arguments, &options));
}

static void clear_error(world *w, input *in) {
    (void)in;
    digitnet_model_clear_error(w->model);
}

static void describe(world *w, input *in) {
    char summary[1 << 14];
    digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
    digitnet_layer_info layer = DIGITNET_INIT(digitnet_layer_info);
    digitnet_tensor_info tensor = DIGITNET_INIT(digitnet_tensor_info);
    check(digitnet_model_describe(&info, w->model));
    const char *name = NULL;
    check(digitnet_model_describe_layer(&layer, w->model, take_size(in)));
    check(digitnet_model_describe_input(&name, w->model, take_size(in), take_size(in)));
    check(digitnet_model_describe_tensor(&tensor, w->model, take_size(in)));
    check(digitnet_model_summary(summary, sizeof summary - take_byte(in), NULL, w->model));
}

static void weights(world *w, input *in) {
    const char *tensor = take_name(in);
    size_t count = take_size(in);
    digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
    if (digitnet_model_describe(&info, w->model) == DIGITNET_OK && count < 8)
        count = info.parameters;
    count = count < VALUES ? count : VALUES;
    check(digitnet_model_get_weights(scores, count, w->model, tensor));
    check(digitnet_model_set_weights(w->model, tensor, take_byte(in) % 2 ? values : scores, count));
}

static void edit(world *w, input *in) {
    if (take_byte(in) % 2)
        check(digitnet_model_set_input_scaling(w->model, take_number(in), take_number(in)));
    else
        check(digitnet_model_remove_layers_after(w->model, take_name(in)));
}

static void clone(world *w, input *in) {
    digitnet_model *copy;
    (void)in;
    CHECK_MADE(copy, digitnet_model_clone(&copy, w->model));
    if (copy) {
        digitnet_model_free(w->model);
        w->model = copy;
    }
}

/* What is saved loads again. */
static void save_and_load(world *w, input *in) {
    size_t size = 0;
    (void)in;
    digitnet_status status = digitnet_model_save_memory(NULL, 0, &size, w->model);
    check(status);
    if (status != DIGITNET_EBUFFER)
        return;
    void *file = malloc(size);
    digitnet_model *copy;
    REQUIRE(file != NULL);
    REQUIRE(digitnet_model_save_memory(file, size, NULL, w->model) == DIGITNET_OK);
    REQUIRE(digitnet_model_load_memory(&copy, file, size) == DIGITNET_OK);
    free(file);
    digitnet_model_free(w->model);
    w->model = copy;
}

/* ---- Data sets ---- */

/* Sequences of up to three labels, targets and weights, as bits say. The arrays hold those of LABELS samples. */
static digitnet_dataset_options take_options(input *in) {
    static int32_t label_counts[LABELS];
    unsigned which = take_byte(in);
    digitnet_dataset_options options = DIGITNET_INIT(digitnet_dataset_options);
    for (size_t i = 0; i < LABELS; i++)
        label_counts[i] = (int32_t)(i % 4);
    options.target_values = which & 1 ? take_byte(in) % MOST_TARGETS : 0;
    options.targets = which & 2 ? values : NULL;
    options.sample_weights = which & 4 ? values : NULL;
    options.max_labels = which & 8 ? take_byte(in) % 4 : 0;
    options.label_counts = which & 16 ? label_counts : NULL;
    return options;
}

/* A shape that the static arrays hold, or that is refused before they are read. */
static void make_dataset(world *w, input *in) {
    size_t count = take_size(in), height = take_size(in), width = take_size(in), channels = take_size(in);
    bool small = count <= LABELS && height < 12 && width < 12 && channels < 12;
    if (small && count * height * width * channels > VALUES)
        return;
    if (!small && count <= SIZE_MAX / 4 && height <= SIZE_MAX / 4 && width <= SIZE_MAX / 4 && channels <= SIZE_MAX / 4)
        return;
    digitnet_dataset_free(w->dataset);
    size_t classes = 1 + take_byte(in) % 12;
    for (size_t i = 0; i < LABELS * MOST_LABELS; i++)
        labels[i] = (int32_t)(i % classes);
    digitnet_dataset_options options = take_options(in);
    CHECK_MADE(w->dataset,
               digitnet_dataset_create_f32_ex(&w->dataset, values, options.targets && take_byte(in) % 2 ? NULL : labels,
                                              count, height, width, channels, &options));
}

static int gather(digitnet_batch *batch, void *user_data) {
    const digitnet_source_options *source = user_data;
    size_t each = source->height * source->width * source->channels;
    size_t max_labels = source->max_labels ? source->max_labels : 1;
    REQUIRE(!batch->labels || !source->no_labels);
    REQUIRE(!batch->targets || source->target_values > 0);
    REQUIRE(!batch->label_counts == (!batch->labels || max_labels == 1));
    REQUIRE(!batch->sample_weights || source->weighted);
    for (size_t i = 0; i < batch->count; i++) {
        size_t index = batch->indices[i];
        REQUIRE(index < source->count);
        for (size_t j = 0; batch->images && j < each; j++)
            batch->images[i * each + j] = values[(index + j) % VALUES];
        for (size_t k = 0; batch->labels && k < max_labels; k++)
            batch->labels[i * max_labels + k] = (int32_t)(index % 3);
        if (batch->label_counts)
            batch->label_counts[i] = (int32_t)(index % (max_labels + 1));
        for (size_t k = 0; batch->targets && k < source->target_values; k++)
            batch->targets[i * source->target_values + k] = values[(index * 7 + k) % VALUES];
    }
    digitnet_set_error("the gather function's own words");
    return source->struct_size % 2 ? DIGITNET_ECALLBACK : 0;
}

static void make_source(world *w, input *in) {
    static digitnet_source_options source;
    digitnet_dataset_free(w->dataset);
    source = (digitnet_source_options){.struct_size = sizeof source,
                                       .count = take_byte(in) % 20,
                                       .height = take_byte(in) % 12,
                                       .width = take_byte(in) % 12,
                                       .channels = take_byte(in) % 4,
                                       .max_labels = take_byte(in) % (MOST_LABELS + 1),
                                       .target_values = take_byte(in) % MOST_TARGETS,
                                       .no_labels = take_byte(in) % 8 == 0,
                                       .weighted = take_byte(in) % 2,
                                       .gather = gather,
                                       .user_data = &source};
    CHECK_MADE(w->dataset, digitnet_dataset_create_source(&w->dataset, &source));
    source.struct_size += take_byte(in) % 8 == 0; /* then it fails */
}

/* What a batch brings is what a data set may hold. */
static void read_batch(world *w, input *in) {
    enum { MOST = 8 };
    static float targets[MOST * MOST_TARGETS], weights[MOST];
    static int32_t label_counts[MOST];
    static const uint64_t seeds[MOST] = {0, 1, 2, 3, 1000, 1001, UINT64_MAX, 5};
    size_t indices[MOST];
    unsigned which = take_byte(in);
    digitnet_dataset_info info = DIGITNET_INIT(digitnet_dataset_info);
    digitnet_batch batch = DIGITNET_INIT(digitnet_batch);
    check(digitnet_dataset_describe(&info, w->dataset));
    batch.count = take_byte(in) % (MOST + 1);
    batch.indices = which & 1 ? NULL : indices;
    batch.images = which & 2 && info.height * info.width * info.channels * MOST <= VALUES ? scores : NULL;
    batch.labels = which & 4 ? labels : NULL;
    batch.label_counts = which & 8 ? label_counts : NULL;
    batch.targets = which & 16 ? targets : NULL;
    batch.sample_weights = which & 32 ? weights : NULL;
    batch.seeds = which & 128 ? seeds : NULL; /* then an augmented data set changes samples */
    for (size_t i = 0; i < batch.count; i++)
        indices[i] = which & 64 ? take_size(in) : take_byte(in) % (info.count ? info.count : 1);
    digitnet_status status = digitnet_dataset_read_batch(&batch, w->dataset);
    check(status);
    if (status != DIGITNET_OK)
        return;
    for (size_t i = 0; i < batch.count; i++) {
        REQUIRE(!batch.sample_weights || (isfinite(weights[i]) && weights[i] >= 0));
        REQUIRE(!batch.label_counts || (label_counts[i] >= 0 && (size_t)label_counts[i] <= info.max_labels));
        for (size_t k = 0; batch.targets && k < info.target_values; k++)
            REQUIRE(isfinite(targets[i * info.target_values + k]));
        for (size_t k = 0; batch.label_counts && k < info.max_labels; k++)
            REQUIRE((labels[i * info.max_labels + k] >= 0) == (k < (size_t)label_counts[i]));
    }
}

static void slice(world *w, input *in) {
    digitnet_dataset *part;
    size_t first = take_size(in), count = take_size(in);
    CHECK_MADE(part, digitnet_dataset_slice(&part, w->dataset, first, count));
    if (part) {
        digitnet_dataset_free(w->dataset);
        w->dataset = part;
    }
    check(digitnet_dataset_read(scores, VALUES, labels, LABELS, w->dataset, take_size(in), take_size(in)));
    read_batch(w, in);
}

/* The data set with changes, which numbers that are right now and then ask for. */
static void augment(world *w, input *in) {
    digitnet_augment_options options = DIGITNET_INIT(digitnet_augment_options);
    double *const fields[] = {&options.shift,
                              &options.rotate,
                              &options.zoom,
                              &options.shear,
                              &options.perspective,
                              &options.elastic,
                              &options.blur,
                              &options.thickness,
                              &options.contrast,
                              &options.brightness,
                              &options.noise,
                              &options.erase,
                              &options.mixup,
                              &options.cutmix,
                              &options.background,
                              &options.max_value,
                              &options.horizontal_flip,
                              &options.mixup_probability,
                              &options.cutmix_probability,
                              &options.erase_probability};
    digitnet_dataset *augmented;
    for (size_t left = take_byte(in) % 6; left > 0; left--)
        *fields[take_byte(in) % (sizeof fields / sizeof *fields)] = take_number(in);
    options.classes = take_byte(in) % MOST_TARGETS;
    CHECK_MADE(augmented, digitnet_dataset_augment(&augmented, w->dataset, &options));
    if (augmented) {
        digitnet_dataset_free(w->dataset);
        w->dataset = augmented;
    }
    read_batch(w, in);
}

/* One of the two parts becomes the data set. */
static void split(world *w, input *in) {
    digitnet_split_options options = DIGITNET_INIT(digitnet_split_options);
    digitnet_dataset *first, *second;
    size_t counts[MOST_TARGETS];
    unsigned which = take_byte(in);
    double fraction = take_number(in);
    options.stratified = which & 1;
    options.shuffle = which >> 1 & 1;
    options.seed = which;
    CHECK_MADE(first, digitnet_dataset_split(&first, &second, w->dataset, fraction, &options));
    REQUIRE(!first == !second);
    if (first) {
        REQUIRE(digitnet_dataset_count(first) + digitnet_dataset_count(second) == digitnet_dataset_count(w->dataset));
        digitnet_dataset_free(w->dataset);
        w->dataset = which & 4 ? first : second;
        digitnet_dataset_free(which & 4 ? second : first);
    }
    check(digitnet_dataset_count_classes(counts, which % (MOST_TARGETS + 1), w->dataset));
    read_batch(w, in);
}

/* ---- Training ---- */

static void compile(world *w, input *in) {
    digitnet_compile_options options = DIGITNET_INIT(digitnet_compile_options);
    digitnet_sgd_options sgd = DIGITNET_SGD_INIT;
    digitnet_adam_options adam = DIGITNET_ADAM_INIT;
    digitnet_schedule schedule = DIGITNET_INIT(digitnet_schedule);
    digitnet_optimizer optimizer = (digitnet_optimizer)(take_byte(in) % 8);
    unsigned which = take_byte(in);
    options.learning_rate = take_number(in);
    sgd.momentum = which & 1 ? take_number(in) : 0;
    adam.beta_1 = which & 2 ? take_number(in) : 0;
    sgd.nesterov = which >> 2 & 1;
    if (which & 1)
        options.sgd = &sgd;
    if (which & 2)
        options.adam = &adam;
    if (which & 8) {
        schedule.kind = (digitnet_schedule_kind)(take_byte(in) % 7);
        schedule.learning_rate = options.learning_rate;
        schedule.decay_steps = take_size(in);
        schedule.decay_rate = take_number(in);
        options.learning_rate = 0;
        options.schedule = &schedule;
    }
    options.weight_decay = which & 16 ? take_number(in) : 0;
    options.global_clipnorm = which & 32 ? take_number(in) : 0;
    options.gradient_accumulation_steps = which & 64 ? 2 : 0;
    options.ema_momentum = which & 128 ? take_number(in) : 0;
    check(digitnet_model_compile_ex(w->model, optimizer, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY, &options));
}

static void check_weights(const digitnet_model *model) {
    digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
    REQUIRE(digitnet_model_describe(&info, model) == DIGITNET_OK);
    if (digitnet_model_get_weights(scores, VALUES, model, NULL) != DIGITNET_OK)
        return;
    for (size_t i = 0; i < info.parameters; i++)
        REQUIRE(isfinite(scores[i]));
}

static int stop_sometimes(const digitnet_event *event, void *user_data) {
    unsigned which = *(const unsigned *)user_data;
    return event->kind == DIGITNET_EVENT_BATCH_END && which % 5 < 2 ? (which % 5 == 0 ? 1 : DIGITNET_ECALLBACK) : 0;
}

/* However it ends, the weights are finite. */
static void fit(world *w, input *in) {
    unsigned which = take_byte(in);
    digitnet_fit_options options = {.struct_size = sizeof options,
                                    .history = &w->history,
                                    .batch_size = take_size(in),
                                    .threads = which % 16 == 15 ? 2 : 1,
                                    .validation_fraction = which & 16 ? take_number(in) : 0,
                                    .no_shuffle = which >> 5 & 1,
                                    DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = stop_sometimes, .user_data = &which))};
    digitnet_history_free(w->history);
    check(digitnet_model_fit(w->model, w->dataset, &options));
    if (w->model)
        check_weights(w->model);
}

static void evaluate(world *w, input *in) {
    digitnet_metrics metrics = DIGITNET_INIT(digitnet_metrics);
    digitnet_evaluate_options options = {.struct_size = sizeof options, .threads = 1, .batch_size = take_size(in)};
    digitnet_status status = digitnet_model_evaluate(&metrics, w->model, w->dataset, &options);
    check(status);
    REQUIRE(status != DIGITNET_OK || (metrics.accuracy >= 0 && metrics.accuracy <= 1 && isfinite(metrics.loss)));
}

static void control(world *w, input *in) {
    double rate;
    size_t count;
    unsigned which = take_byte(in);
    if (which % 4 == 0)
        digitnet_model_request_stop(w->model);
    if (which % 4 == 1)
        digitnet_model_clear_stop(w->model);
    if (which % 4 == 2)
        check(digitnet_model_set_learning_rate(w->model, take_number(in)));
    if (which % 4 == 3)
        check(digitnet_model_finalize_weights(w->model));
    check(digitnet_model_get_learning_rate(&rate, w->model));
    digitnet_history_series(&count, w->history, (digitnet_metric)(which % 7));
    (void)digitnet_history_stop_reason(w->history);
}

/* ---- Prediction ---- */

static size_t input_values(const world *w, input *in) {
    digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
    size_t images = take_size(in);
    if (digitnet_model_describe(&info, w->model) == DIGITNET_OK && images < 12)
        images *= info.height * info.width * info.channels;
    return images < VALUES ? images : VALUES;
}

static void predict(world *w, input *in) {
    size_t count = input_values(w, in), room = take_byte(in) % 4 ? VALUES : take_size(in);
    check(digitnet_model_predict(scores, room < VALUES ? room : VALUES, w->model, values, count));
}

static void make_session(world *w, input *in) {
    uint8_t how = take_byte(in);
    digitnet_session_options options = {
        .struct_size = sizeof options, .batch_size = 1 + how % 8, .max_width = how < 128 ? 0 : how / 8 - 15};
    digitnet_session *old = w->session;
    if (take_byte(in) % 2 && old)
        CHECK_MADE(w->session, digitnet_session_clone(&w->session, old));
    else
        CHECK_MADE(w->session, digitnet_session_create(&w->session, w->model, &options));
    digitnet_session_free(old);
}

static void run_session(world *w, input *in) {
    size_t count = input_values(w, in);
    check(digitnet_session_run(scores, VALUES, w->session, values, count));
    check(digitnet_session_run_width(scores, VALUES, w->session, values, count, count % 17));
}

/* Several times where a sequence needs it often. */
static void (*const calls[])(world *w, input *in) = {
    create,      add_layer,    add_layer, add_layer,     add_layer, clear_error, describe,     weights,     clone,
    slice,       compile,      fit,       save_and_load, control,   evaluate,    make_dataset, make_source, predict,
    run_session, make_session, fit,       predict,       compile,   edit,        augment,      split,
};

void try_input(const uint8_t *data, size_t size) {
    enum { MOST_CALLS = 40 };
    world w = {.calls = 0};
    input in = {data, size ? data + size : data};
    for (size_t i = 0; i < VALUES; i++)
        values[i] = (float)(i * 37 % 101) / 101;
    for (; w.calls < MOST_CALLS && in.next < in.end; w.calls++)
        calls[take_byte(&in) % (sizeof calls / sizeof *calls)](&w, &in);
    digitnet_model_free(w.model);
    digitnet_dataset_free(w.dataset);
    digitnet_session_free(w.session);
    digitnet_history_free(w.history);
}

/* Files of ours that were damaged, or whose marks tell what cannot be. */
#include "model_file/metadata.h"
#include "onnx/schema.h"
#include "onnx_bytes.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void bytes_behind_the_end_are_noticed(void **state) {
    (void)state;
    saved_bytes file = save_sample("tiny");
    unsigned char *longer = must_allocate(file.size + 2);
    memcpy(longer, file.data, file.size);
    memcpy(longer + file.size, "\x08\x08", 2); /* a whole field: ir_version again */
    expect_failure(try_load(longer, file.size + 2, 0), DIGITNET_EFORMAT, "checksum");
    expect_failure(try_load(longer, file.size + 1, 0), DIGITNET_EFORMAT, "byte");
    free(longer);
    free(file.data);
}

/* ---- marks ---- */

static void put_mark(digitnet__wire_writer *writer, const char *key, const char *value) {
    size_t begin = digitnet__wire_begin(writer, DNN_MODEL_METADATA_PROPS);
    digitnet__wire_put_string(writer, DNN_ENTRY_KEY, key);
    digitnet__wire_put_string(writer, DNN_ENTRY_VALUE, value);
    digitnet__wire_end(writer, begin);
}

/* A copy in which a mark has another value, or one that it had not, or is not there at all (NULL), with the right
 * checksum. */
static saved_bytes with_mark(const saved_bytes *file, const char *key, const char *value) {
    saved_bytes copy = {must_allocate(file->size + 64 + (value ? strlen(value) : 0)), 0};
    digitnet__wire_writer writer = {.bytes = copy.data};
    digitnet__wire_view whole = {.bytes = file->data, .size = file->size};
    digitnet__wire_reader reader = digitnet__wire_read(whole);
    digitnet__wire_field field;
    bool found = false;
    while (digitnet__wire_next(&reader, &field)) {
        bool entry = field.number == DNN_MODEL_METADATA_PROPS && field.bytes.size > strlen(key) + 2 &&
                     memcmp(field.bytes.bytes + 2, key, strlen(key)) == 0 && field.bytes.bytes[1] == strlen(key);
        found = found || entry;
        if (!entry) {
            memcpy(copy.data + writer.position, file->data + field.offset, reader.position - field.offset);
            writer.position += reader.position - field.offset;
        } else if (value) {
            put_mark(&writer, key, value);
        }
    }
    assert_true(found || value);
    if (!found)
        put_mark(&writer, key, value);
    copy.size = writer.position;
    if (strcmp(key, "digitnet.checksum") != 0)
        mend(&copy);
    return copy;
}

static const char *const keys[] = {
    "format",       "optimizer",   "learning_rate", "beta_1",   "beta_2",      "epsilon",
    "momentum",     "nesterov",    "loss",          "seed",     "epochs_done", "steps_done",
    "batches_done", "image_count", "batch_size",    "loss_sum", "correct",     "checksum",
};

static void a_missing_mark_is_noticed(void **state) {
    (void)state;
    saved_bytes file = save_sample("tiny");
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        char key[64], message[80];
        snprintf(key, sizeof key, "digitnet.%s", keys[i]);
        snprintf(message, sizeof message, "without its %s:", key);
        saved_bytes without = with_mark(&file, key, NULL);
        expect_failure(try_load(without.data, without.size, 0), DIGITNET_EFORMAT, message);
        expect_ok(try_load(without.data, without.size, 1));
        free(without.data);
    }
    memcpy(find(&file, "libdigitnet"), "lobdigitnet", 11);
    mend(&file);
    expect_failure(try_load(file.data, file.size, 0), DIGITNET_EFORMAT, "producer_name");
    expect_ok(try_load(file.data, file.size, 1));
    free(file.data);
}

static void a_mark_that_stands_twice_is_noticed(void **state) {
    (void)state;
    saved_bytes file = save_sample("tiny");
    memcpy(find(&file, "digitnet.beta_2"), "digitnet.beta_1", 15);
    mend(&file);
    expect_failure(try_load(file.data, file.size, 0), DIGITNET_EFORMAT, "'digitnet.beta_1' occurs twice");
    free(file.data);
}

static void a_later_format_is_called_so(void **state) {
    (void)state;
    saved_bytes file = save_sample("tiny"), later = with_mark(&file, "digitnet.format", "2");
    expect_failure(try_load(later.data, later.size, 0), DIGITNET_EVERSION, "format is '2'");
    free(later.data);
    free(file.data);
}

static void a_wrong_mark_is_noticed(void **state) {
    (void)state;
    static const struct {
        const char *key, *value;
    } cases[] = {
        {"optimizer", "ftrl"},
        {"optimizer", ""},
        {"loss", "mean_cubic_error"},
        {"learning_rate", "0"},
        {"learning_rate", "-0.1"},
        {"learning_rate", "nan"},
        {"learning_rate", "inf"},
        {"learning_rate", "1e999"},
        {"learning_rate", "0.1x"},
        {"learning_rate", ""},
        {"learning_rate", "0.1000000000000000000000000000000000"},
        {"beta_1", "1"},
        {"beta_2", "-0.5"},
        {"epsilon", "0"},
        {"momentum", "1.5"},
        {"momentum_product", "-0.5"},
        {"momentum_product", "1.5"},
        {"nesterov", "1"}, /* without momentum */
        {"nesterov", "2"},
        {"nesterov", "yes"},
        {"from_logits", "1"}, /* behind a softmax */
        {"label_smoothing", "2"},
        {"gamma", "1"}, /* which the loss does not have */
        {"delta", "0"},
        {"alpha", "nan"},
        {"class_balancing", "1"},
        {"seed", "-1"},
        {"seed", "18446744073709551616"},
        {"seed", "1.0"},
        {"seed", "01"},
        {"seed", " 1"},
        {"epochs_done", "1"}, /* without a step */
        {"epochs_done", "18446744073709551615"},
        {"steps_done", "9007199254740993"},
        {"batches_done", "1"}, /* without a step */
        {"loss_sum", "1"},     /* without a batch */
        {"loss_sum", "nan"},
        {"correct", "1"},
        {"image_count", "18446744073709551615"},
        {"checksum", "0000000"},
        {"checksum", "000000000"},
        {"checksum", "xxxxxxxx"},
        {"checksum", ""},
    };
    saved_bytes file = save_sample("tiny");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char key[64];
        snprintf(key, sizeof key, "digitnet.%s", cases[i].key);
        saved_bytes wrong = with_mark(&file, key, cases[i].value);
        digitnet_status status = try_load(wrong.data, wrong.size, 0);
        if (status != DIGITNET_EFORMAT)
            fail_msg("%s '%s': %s", key, cases[i].value, digitnet_status_string(status));
        expect_ok(try_load(wrong.data, wrong.size, 1));
        free(wrong.data);
    }
    saved_bytes unknown = with_mark(&file, "digitnet.optimizer", "ftrl");
    expect_failure(try_load(unknown.data, unknown.size, 0), DIGITNET_EFORMAT, "'digitnet.optimizer' is 'ftrl'");
    free(unknown.data);
    saved_bytes zero = with_mark(&file, "digitnet.seed", "1x3");
    memcpy(find(&zero, "1x3"), "1\0003", 3); /* no end of the text */
    mend(&zero);
    expect_failure(try_load(zero.data, zero.size, 0), DIGITNET_EFORMAT, "'digitnet.seed' is '1?3'");
    free(zero.data);
    static const char *const right[][2] = {{"digitnet.seed", "18446744073709551615"},
                                           {"digitnet.learning_rate", "0.10000000000000000555111512312"}};
    for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
        saved_bytes good = with_mark(&file, right[i][0], right[i][1]);
        expect_ok(try_load(good.data, good.size, 0));
        free(good.data);
    }
    free(file.data);
}

static saved_bytes save_with(size_t gradient_ranges, bool frozen) {
    digitnet_model *model = build_small_network();
    expect_ok(digitnet_model_compile_ex(model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY,
                                        DIGITNET_WITH(digitnet_compile_options, .gradient_ranges = gradient_ranges)));
    if (frozen) {
        expect_ok(digitnet_model_set_trainable(model, "conv2d", 0));
        expect_ok(digitnet_model_set_trainable(model, "dense", 0));
    }
    saved_bytes file = save_model(model);
    digitnet_model_free(model);
    return file;
}

/* Keys that older files lack have what was fixed before there were any. */
static void a_file_without_ranges_has_8(void **state) {
    (void)state;
    saved_bytes file = save_with(3, false), older = with_mark(&file, "digitnet.gradient_ranges", NULL);
    digitnet_model *model = load_model(&file, 0);
    assert_int_equal(model->training->gradient_ranges, 3);
    digitnet_model_free(model);
    model = load_model(&older, 0);
    assert_int_equal(model->training->gradient_ranges, 8);
    digitnet_model_free(model);
    free(older.data);
    saved_bytes by_size = save_with(0, false);
    model = load_model(&by_size, 0);
    assert_int_equal(model->training->gradient_ranges, 0);
    digitnet_model_free(model);
    free(by_size.data);
    free(file.data);
}

static void wrong_ranges_are_noticed(void **state) {
    (void)state;
    static const char *const wrong[] = {"257", "-1", "", "8.0", "18446744073709551615"};
    static const char *const right[] = {"0", "1", "8", "256"};
    saved_bytes file = save_with(3, false);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        saved_bytes bad = with_mark(&file, "digitnet.gradient_ranges", wrong[i]);
        expect_failure(try_load(bad.data, bad.size, 0), DIGITNET_EFORMAT, "'digitnet.gradient_ranges' is ");
        free(bad.data);
    }
    for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
        saved_bytes good = with_mark(&file, "digitnet.gradient_ranges", right[i]);
        expect_ok(try_load(good.data, good.size, 0));
        free(good.data);
    }
    free(file.data);
}

#define CONV2D "conv2d/conv2d/outputs=2/window_height=2/window_width=2/stride_height=1/stride_width=1/activation=1\n"
#define FLATTEN "flatten/flatten\n"
#define DENSE "dense/dense/outputs=2/activation=2\n"

/* The list of a small network, changed in one place. */
static void a_wrong_list_of_layers_is_noticed(void **state) {
    (void)state;
    static const struct {
        const char *list;
        digitnet_status status;
        const char *message;
    } cases[] = {
        {"", DIGITNET_EFORMAT, "it has no layers"},
        {"conv3d/conv3d\n", DIGITNET_EUNSUPPORTED, "'conv3d' in the list of layers is no kind of layer"},
        {"conv2d\n", DIGITNET_EFORMAT, "a name has 1 to 63 bytes"},
        {"\n", DIGITNET_EUNSUPPORTED, "'' in the list of layers is no kind"},
        {"flatten/input\n", DIGITNET_EFORMAT, "already the name of the model's input"},
        {"flatten/flatten/grey=2\n", DIGITNET_EUNSUPPORTED, "'grey=2' in the list of layers is no attribute"},
        {"flatten/flatten/rate\n", DIGITNET_EFORMAT, "'rate' in the list of layers has a wrong value"},
        {"flatten/flatten/rate=half\n", DIGITNET_EFORMAT, "'rate=half' in the list of layers has a wrong value"},
        {"flatten/flatten/rate=nan\n", DIGITNET_EFORMAT, "'rate=nan' in the list of layers has a wrong value"},
        {"flatten/flatten/outputs=0\n", DIGITNET_EFORMAT, "'outputs=0' in the list of layers has a wrong value"},
        {"flatten/flatten/outputs=-1\n", DIGITNET_EFORMAT, "has a wrong value"},
        {"flatten/flatten/no_bias=2\n", DIGITNET_EFORMAT, "has a wrong value"},
        {"flatten/flatten/padding=2147483648\n", DIGITNET_EFORMAT, "has a wrong value"},
        {"flatten/flatten/padding=7\n", DIGITNET_EFORMAT, "padding is 7"},
        {"flatten/flatten/input=nobody\n", DIGITNET_EFORMAT, "'input=nobody' in the list of layers is not the name"},
        {"flatten/flatten/input=flatten\n", DIGITNET_EFORMAT, "is not the name of a layer before it"},
        {"flatten/flatten/input=input/input=input\n", DIGITNET_EFORMAT, "has more than one input"},
        {"add/add\n", DIGITNET_EFORMAT, "has less than two inputs"},
        {CONV2D CONV2D FLATTEN DENSE, DIGITNET_EFORMAT, "layer name 'conv2d': it is already the name"},
        {CONV2D "flatten/unused\n"
                "flatten/flatten/input=conv2d\n" DENSE,
         DIGITNET_EFORMAT, "no layer takes the output of layer 'unused'"},
        {FLATTEN DENSE, DIGITNET_EFORMAT, "the layer requires"},
        {CONV2D FLATTEN "dense/other/outputs=2/activation=2\n", DIGITNET_EFORMAT, "'other/kernel' are missing"},
        {CONV2D FLATTEN "dense/dense/outputs=2/activation=3\n", DIGITNET_EFORMAT, "requires probabilities"},
        {"conv2d_transpose/dilated/outputs=1/window_height=2/window_width=2/stride_height=1/stride_width=1/"
         "dilation_height=3\n" FLATTEN DENSE,
         DIGITNET_EFORMAT, "its dilation is 3x1; a conv2d_transpose layer has none"},
        {"max_pooling2d/dilated/window_height=2/window_width=2/stride_height=1/stride_width=1/"
         "dilation_width=2\n" CONV2D FLATTEN DENSE,
         DIGITNET_EFORMAT, "its dilation is 1x2; a max_pooling2d layer has none"},
        {"max_pooling2d/padded/window_height=2/window_width=2/stride_height=1/stride_width=1/"
         "top=1\n" CONV2D FLATTEN DENSE,
         DIGITNET_EFORMAT, "top is 1, bottom 0, left 0 and right 0, but its padding is not explicit"},
        {"max_pooling2d/padded/window_height=2/window_width=2/stride_height=1/stride_width=1/padding=2/"
         "right=2\n" CONV2D FLATTEN DENSE,
         DIGITNET_EFORMAT, "its padding is 0, 0, 0 and 2; each must be less than the pooling window of 2x2"},
        {"conv2d_transpose/padded/outputs=1/window_height=2/window_width=2/stride_height=1/stride_width=1/padding=2/"
         "output_padding_width=1\n" FLATTEN DENSE,
         DIGITNET_EFORMAT, "its output padding is 0x1; it must be less than the stride of 1x1"},
        {"dropout/dropout/rate=2\n" CONV2D FLATTEN DENSE, DIGITNET_EFORMAT, "rate is 2"},
        {"dense/a-name-of-sixty-four-bytes-which-is-one-more-than-a-layer-can-have\n", DIGITNET_EFORMAT, "1 to 63"},
    };
    saved_bytes file = save_sample("tiny"), same = with_mark(&file, "digitnet.layers", CONV2D FLATTEN DENSE);
    expect_ok(try_load(same.data, same.size, 0));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        saved_bytes wrong = with_mark(&file, "digitnet.layers", cases[i].list);
        expect_failure(try_load(wrong.data, wrong.size, 0), cases[i].status, cases[i].message);
        expect_ok(try_load(wrong.data, wrong.size, 1));
        free(wrong.data);
    }
    free(same.data);
    free(file.data);
}

/* A part of 128 bytes, and one with the end of a string in it. */
static void what_is_no_string_in_a_list_is_noticed(void **state) {
    (void)state;
    char list[256];
    snprintf(list, sizeof list, "flatten/%0128d\n", 0);
    saved_bytes file = save_sample("tiny"), longer = with_mark(&file, "digitnet.layers", list);
    saved_bytes zero = with_mark(&file, "digitnet.layers", "flatten/fla@ten\n");
    expect_failure(try_load(longer.data, longer.size, 0), DIGITNET_EFORMAT, "is no name or setting");
    *find(&zero, "@ten") = '\0';
    mend(&zero);
    expect_failure(try_load(zero.data, zero.size, 0), DIGITNET_EFORMAT,
                   "'fla?ten' in the list of layers is no name or setting");
    free(zero.data);
    free(longer.data);
    free(file.data);
}

static void a_layer_of_many_inputs_is_noticed(void **state) {
    (void)state;
    static const char begin[] = "add/add", input[] = "/input=input";
    char *list = must_allocate(sizeof begin + (DNN_INPUTS_MAX + 1) * (sizeof input - 1));
    size_t length = (size_t)sprintf(list, "%s", begin);
    for (size_t i = 0; i <= DNN_INPUTS_MAX; i++)
        length += (size_t)sprintf(list + length, "%s", input);
    saved_bytes file = save_sample("tiny"), many = with_mark(&file, "digitnet.layers", list);
    expect_failure(try_load(many.data, many.size, 0), DIGITNET_ELIMIT, "more than 16384 inputs, which is the limit");
    free(many.data);
    free(file.data);
    free(list);
}

/* Files of before there was a list are read by their nodes. */
static void a_file_without_a_list_is_read_by_its_nodes(void **state) {
    (void)state;
    saved_bytes file = save_with(8, false), older = with_mark(&file, "digitnet.layers", NULL);
    digitnet_model *model = load_model(&older, 0);
    saved_bytes again = save_model(model);
    assert_int_equal(again.size, file.size);
    assert_memory_equal(again.data, file.data, file.size);
    digitnet_model_free(model);
    free(again.data);
    free(older.data);
    free(file.data);
}

/* A model whose file has every optional key. */
static saved_bytes save_all_settings(const digitnet_schedule *schedule) {
    static const digitnet_reduce_on_plateau plateau = {.struct_size = sizeof plateau,
                                                       .patience = 3,
                                                       .cooldown = 2,
                                                       .factor = 0.5,
                                                       .min_delta = 0,
                                                       .min_lr = 1e-6,
                                                       .monitor = DIGITNET_METRIC_ACCURACY};
    static const digitnet_rmsprop_options rmsprop = {
        .struct_size = sizeof rmsprop, .rho = 0.8, .epsilon = 1, .centered = 1, .pytorch_epsilon = 1};
    digitnet_dataset *data = make_small_dataset(20, 1);
    digitnet_model *model = build_small_network();
    expect_ok(digitnet_model_compile_ex(
        model, DIGITNET_OPTIMIZER_RMSPROP, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY,
        DIGITNET_WITH(digitnet_compile_options, .weight_decay = 0.1, .clipnorm = 1, .gradient_accumulation_steps = 4,
                      .ema_momentum = 0.5, .ema_overwrite_frequency = 2, .rmsprop = &rmsprop, .schedule = schedule,
                      .reduce_on_plateau = schedule ? NULL : &plateau)));
    fit(model, data, DIGITNET_WITH(digitnet_fit_options, .epochs = 2, .batch_size = 7)); /* 6 batches: 1 step, 2 left */
    saved_bytes file = save_model(model);
    digitnet_model_free(model);
    digitnet_dataset_free(data);
    return file;
}

typedef struct wrong_value {
    const char *key, *value;
} wrong_value;

static void expect_wrong(const saved_bytes *file, const wrong_value *cases, size_t count) {
    expect_ok(try_load(file->data, file->size, 0));
    for (size_t i = 0; i < count; i++) {
        char key[64];
        snprintf(key, sizeof key, "digitnet.%s", cases[i].key);
        saved_bytes wrong = with_mark(file, key, cases[i].value);
        digitnet_status status = try_load(wrong.data, wrong.size, 0);
        if (status != DIGITNET_EFORMAT)
            fail_msg("%s '%s': %s", key, cases[i].value, digitnet_status_string(status));
        free(wrong.data);
    }
}

static void a_wrong_setting_of_updates_is_noticed(void **state) {
    (void)state;
    static const wrong_value cases[] = {
        {"pytorch_epsilon", "2"},
        {"rho", "1"},
        {"centered", "no"},
        {"weight_decay", "-1"},
        {"clipnorm", "inf"},
        {"gradient_accumulation_steps", "0"},
        {"gradient_accumulation_steps", "2147483648"},
        {"gradient_accumulation_steps", "2"}, /* of which 2 are done */
        {"gradient_accumulation_steps", "1,1"},
        {"ema_momentum", "1"},
        {"ema_overwrite_frequency", ""},
        {"reduce_on_plateau", "true"},
        {"plateau_monitor", "train_seconds"},
        {"plateau_monitor", ""},
        {"plateau_patience", "-1"},
        {"plateau_cooldown", "1.5"},
        {"plateau_factor", "1"},
        {"plateau_min_delta", "-1"},
        {"plateau_min_lr", "nan"},
        {"plateau_best", "nan"},
        {"accumulated", "4"},
        {"accumulated", "18446744073709551615"},
    };
    saved_bytes file = save_all_settings(NULL);
    expect_wrong(&file, cases, sizeof cases / sizeof *cases);
    free(file.data);
}

static void a_wrong_schedule_is_noticed(void **state) {
    (void)state;
    static const digitnet_schedule piecewise = {.struct_size = sizeof piecewise,
                                                .learning_rate = 0.1,
                                                .warmup_steps = 3,
                                                .warmup_from = 0.01,
                                                .boundaries = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16},
                                                .values = {1e-300, 0, 0.1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
                                                .kind = DIGITNET_SCHEDULE_PIECEWISE_CONSTANT};
    static const wrong_value cases[] = {
        {"schedule", "cosine_decay"},                                       /* which has no boundaries */
        {"schedule", "piecewise"},          {"schedule_warmup_steps", "0"}, /* but where it begins is set */
        {"schedule_warmup_from", "-1"},     {"schedule_boundaries", ""},
        {"schedule_boundaries", "2"}, /* fewer than values */
        {"schedule_boundaries", "2,"},      {"schedule_boundaries", "2,,3"},
        {"schedule_boundaries", ",2"},      {"schedule_boundaries", "3,2,4"},
        {"schedule_boundaries", "1,2,3,x"}, {"schedule_boundaries", "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17"},
        {"schedule_values", "1,nan"},       {"schedule_values", "-1"},
        {"schedule_values", "1 "},
    };
    saved_bytes file = save_all_settings(&piecewise);
    expect_wrong(&file, cases, sizeof cases / sizeof *cases);
    free(file.data);
}

/* What a key means where it is missing, is not written. */
static void defaults_are_left_out(void **state) {
    (void)state;
    static const char *const left_out[] = {"schedule", "weight_decay", "clip", "ema",
                                           "plateau",  "accum",        "rho",  "momentum_"};
    digitnet_model *model = make_small_network(1);
    saved_bytes file = save_model(model);
    for (size_t i = 0; i < sizeof left_out / sizeof *left_out; i++) {
        char key[64];
        size_t length = (size_t)snprintf(key, sizeof key, "digitnet.%s", left_out[i]);
        for (size_t at = 0; at + length <= file.size; at++)
            assert_int_not_equal(memcmp(file.data + at, key, length), 0);
    }
    free(file.data);
    digitnet_model_free(model);
}

/* A file that is read as another tool's has no frozen layers. */
static void frozen_layers_are_kept(void **state) {
    (void)state;
    saved_bytes file = save_with(8, true);
    for (int32_t ignore_metadata = 0; ignore_metadata < 2; ignore_metadata++) {
        digitnet_model *model = load_model(&file, ignore_metadata);
        const digitnet__graph *graph = &model->network.graph;
        for (size_t i = 0; i < graph->layer_count; i++) {
            bool frozen = strcmp(graph->layers[i].name, "conv2d") == 0 || strcmp(graph->layers[i].name, "dense") == 0;
            assert_int_equal(graph->layers[i].frozen, frozen && !ignore_metadata);
        }
        digitnet_model_free(model);
    }
    free(file.data);
}

/* Places in an epoch: {steps, epochs, batches, images, batch size, loss, correct}. */
static void an_impossible_place_is_noticed(void **state) {
    (void)state;
    static const char *const place_keys[] = {"steps_done", "epochs_done", "batches_done", "image_count",
                                             "batch_size", "loss_sum",    "correct"};
    static const struct {
        const char *values[7];
        digitnet_status status;
    } cases[] = {
        {{"10", "3", "2", "50", "8", "1.5", "16"}, DIGITNET_OK},
        {{"10", "3", "7", "50", "8", "1.5", "50"}, DIGITNET_OK}, /* behind the last batch */
        {{"10", "3", "0", "50", "8", "0", "0"}, DIGITNET_OK},    /* before the first */
        {{"10", "3", "6", "48", "8", "1.5", "48"}, DIGITNET_OK},
        {{"10", "3", "7", "48", "8", "1.5", "48"}, DIGITNET_EFORMAT},
        {{"10", "3", "7", "49", "8", "1.5", "49"}, DIGITNET_OK},
        {{"9007199254740992", "3", "2", "50", "8", "1.5", "16"}, DIGITNET_OK},
        {{"10", "3", "2", "9007199254740992", "8", "1.5", "16"}, DIGITNET_OK},
        {{"10", "3", "2", "9007199254740993", "8", "1.5", "16"}, DIGITNET_EFORMAT},
        {{"10", "3", "8", "50", "8", "1.5", "50"}, DIGITNET_EFORMAT},
        {{"10", "3", "2", "50", "8", "1.5", "17"}, DIGITNET_EFORMAT},
        {{"10", "3", "7", "50", "8", "1.5", "51"}, DIGITNET_EFORMAT},
        {{"10", "9", "2", "50", "8", "1.5", "16"}, DIGITNET_EFORMAT},
        {{"10", "3", "2", "0", "8", "1.5", "0"}, DIGITNET_EFORMAT},
        {{"10", "3", "2", "50", "0", "1.5", "0"}, DIGITNET_EFORMAT},
        {{"10", "3", "1", "0", "8", "1.5", "0"}, DIGITNET_EFORMAT},
        {{"10", "3", "1", "50", "0", "1.5", "0"}, DIGITNET_EFORMAT},
        {{"10", "3", "2", "50", "18446744073709551615", "1.5", "0"}, DIGITNET_EFORMAT},
        {{"10", "3", "2", "50", "8", "inf", "16"}, DIGITNET_EFORMAT},
        {{"9007199254740993", "3", "2", "50", "8", "1.5", "16"}, DIGITNET_EFORMAT},
    };
    saved_bytes file = save_sample("tiny");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        saved_bytes placed = with_mark(&file, "digitnet.seed", "5");
        for (size_t j = 0; j < 7; j++) {
            char key[64];
            snprintf(key, sizeof key, "digitnet.%s", place_keys[j]);
            saved_bytes next = with_mark(&placed, key, cases[i].values[j]);
            free(placed.data);
            placed = next;
        }
        digitnet_status status = try_load(placed.data, placed.size, 0);
        if (status != cases[i].status)
            fail_msg("case %zu: %s", i, digitnet_status_string(status));
        free(placed.data);
    }
    free(file.data);
}

/* A training whose optimizer's state is not all there, or not finite, with the right checksum. */
static void a_broken_state_is_noticed(void **state) {
    (void)state;
    saved_bytes file = save_sample("tiny");
    unsigned char *name = find(&file, "v/dense/kernel");
    memcpy(name, "v/dense/colone", 14);
    mend(&file);
    expect_failure(try_load(file.data, file.size, 0), DIGITNET_EFORMAT, "v/dense/kernel");
    memcpy(name, "v/dense/kernel", 14);
    /* name, tag and length of raw_data, then its values */
    unsigned char *value = name + 14 + 2;
    digitnet__wire_store_float(value, INFINITY);
    mend(&file);
    expect_failure(try_load(file.data, file.size, 0), DIGITNET_EFORMAT, "not finite");
    digitnet__wire_store_float(value, 0);
    mend(&file);
    expect_ok(try_load(file.data, file.size, 0));

    /* No training_info at all: its tag becomes that of a field that nobody knows. */
    digitnet__wire_reader reader = digitnet__wire_read((digitnet__wire_view){.bytes = file.data, .size = file.size});
    digitnet__wire_field field;
    while (digitnet__wire_next(&reader, &field) && field.number != DNN_MODEL_TRAINING_INFO)
        continue;
    file.data[field.offset] += 8;
    mend(&file);
    expect_failure(try_load(file.data, file.size, 0), DIGITNET_EFORMAT, "no training_info");
    free(file.data);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_behind_the_end_are_noticed),
        cmocka_unit_test(a_missing_mark_is_noticed),
        cmocka_unit_test(a_mark_that_stands_twice_is_noticed),
        cmocka_unit_test(a_later_format_is_called_so),
        cmocka_unit_test(a_wrong_mark_is_noticed),
        cmocka_unit_test(a_file_without_ranges_has_8),
        cmocka_unit_test(wrong_ranges_are_noticed),
        cmocka_unit_test(a_wrong_list_of_layers_is_noticed),
        cmocka_unit_test(what_is_no_string_in_a_list_is_noticed),
        cmocka_unit_test(a_layer_of_many_inputs_is_noticed),
        cmocka_unit_test(a_file_without_a_list_is_read_by_its_nodes),
        cmocka_unit_test(a_wrong_setting_of_updates_is_noticed),
        cmocka_unit_test(a_wrong_schedule_is_noticed),
        cmocka_unit_test(defaults_are_left_out),
        cmocka_unit_test(frozen_layers_are_kept),
        cmocka_unit_test(an_impossible_place_is_noticed),
        cmocka_unit_test(a_broken_state_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

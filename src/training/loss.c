#include "training/loss.h"

#include "core/number.h"
#include "core/options.h"
#include "core/status.h"
#include "layers/activations.h"
#include "model/model.h"
#include "training/losses.h"

#include <float.h>

static digitnet_status fail_end(const digitnet__graph *graph, const char *wanted) {
    const digitnet__layer *last = &graph->layers[graph->layer_count - 1];
    return digitnet__fail(DIGITNET_ESHAPE, "the loss requires %s; layer '%s' gives %s with activation %s", wanted,
                          last->name, digitnet__shape_text(last->output).text,
                          digitnet__activation_name(last->attributes.activation));
}

static digitnet_status check_flat(const digitnet__graph *graph, const digitnet__loss_settings *settings) {
    (void)settings;
    return digitnet__graph_output(graph).flat ? DIGITNET_OK : fail_end(graph, "a flat output");
}

static digitnet_status check_anything(const digitnet__graph *graph, const digitnet__loss_settings *settings) {
    (void)graph, (void)settings;
    return DIGITNET_OK;
}

/* An end of this activation, or of logits where the user says so. */
static digitnet_status check_end(const digitnet__graph *graph, const digitnet__loss_settings *settings,
                                 digitnet_activation activation, const char *wanted) {
    digitnet_activation last = digitnet__graph_last_activation(graph);
    if (!settings->from_logits)
        return last == activation ? DIGITNET_OK : fail_end(graph, wanted);
    if (!digitnet__graph_output(graph).flat || last == DIGITNET_ACTIVATION_SOFTMAX ||
        last == DIGITNET_ACTIVATION_SIGMOID)
        return fail_end(graph, "logits, a flat output without softmax or sigmoid, since from_logits is 1");
    return DIGITNET_OK;
}

static digitnet_status check_classifier(const digitnet__graph *graph, const digitnet__loss_settings *settings) {
    DNN_TRY(check_end(graph, settings, DIGITNET_ACTIVATION_SOFTMAX,
                      "probabilities, a flat softmax at the end, or logits and from_logits"));
    if (digitnet__graph_output(graph).channels == 1) {
        return fail_end(graph, "two classes or more, since one cannot be learnt (for yes or no: a sigmoid over one "
                               "unit and binary cross-entropy)");
    }
    return DIGITNET_OK;
}

static digitnet_status check_binary(const digitnet__graph *graph, const digitnet__loss_settings *settings) {
    return check_end(graph, settings, DIGITNET_ACTIVATION_SIGMOID,
                     "probabilities, a flat sigmoid at the end, or logits and from_logits");
}

static digitnet_status check_sequence(const digitnet__graph *graph, const digitnet__loss_settings *settings) {
    digitnet__shape output = digitnet__graph_output(graph);
    digitnet_activation last = graph->layers[graph->layer_count - 1].attributes.activation;
    if (!digitnet__graph_gives_sequence(graph) || output.channels == 1)
        return fail_end(graph, "one row of columns with two classes or more, of which the last is the blank");
    if (!settings->from_logits && last != DIGITNET_ACTIVATION_SOFTMAX)
        return fail_end(graph, "probabilities, a softmax over the classes of each column, or logits and from_logits");
    if (settings->from_logits && (last == DIGITNET_ACTIVATION_SOFTMAX || last == DIGITNET_ACTIVATION_SIGMOID))
        return fail_end(graph, "logits, columns without softmax or sigmoid, since from_logits is 1");
    return DIGITNET_OK;
}

static const digitnet__loss_kind kinds[] = {
    {DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY, "sparse_categorical_crossentropy", DNN_LABELS_CLASSES, false,
     DIGITNET_ACTIVATION_SOFTMAX, DNN_LOSS_LOGITS | DNN_LOSS_SMOOTHING, check_classifier,
     digitnet__categorical_crossentropy},
    {DIGITNET_LOSS_CATEGORICAL_CROSSENTROPY, "categorical_crossentropy", DNN_LABELS_NONE, true,
     DIGITNET_ACTIVATION_SOFTMAX, DNN_LOSS_LOGITS | DNN_LOSS_SMOOTHING, check_classifier,
     digitnet__categorical_crossentropy},
    {DIGITNET_LOSS_BINARY_CROSSENTROPY, "binary_crossentropy", DNN_LABELS_BINARY, true, DIGITNET_ACTIVATION_SIGMOID,
     DNN_LOSS_LOGITS | DNN_LOSS_SMOOTHING, check_binary, digitnet__binary_crossentropy},
    {DIGITNET_LOSS_MEAN_SQUARED_ERROR, "mean_squared_error", DNN_LABELS_NONE, true, DIGITNET_ACTIVATION_LINEAR, 0,
     check_flat, digitnet__mean_squared_error},
    {DIGITNET_LOSS_MEAN_ABSOLUTE_ERROR, "mean_absolute_error", DNN_LABELS_NONE, true, DIGITNET_ACTIVATION_LINEAR, 0,
     check_flat, digitnet__mean_absolute_error},
    {DIGITNET_LOSS_HUBER, "huber", DNN_LABELS_NONE, true, DIGITNET_ACTIVATION_LINEAR, DNN_LOSS_DELTA, check_flat,
     digitnet__huber},
    {DIGITNET_LOSS_CATEGORICAL_FOCAL_CROSSENTROPY, "categorical_focal_crossentropy", DNN_LABELS_CLASSES, true,
     DIGITNET_ACTIVATION_SOFTMAX, DNN_LOSS_LOGITS | DNN_LOSS_SMOOTHING | DNN_LOSS_FOCAL, check_classifier,
     digitnet__categorical_focal_crossentropy},
    {DIGITNET_LOSS_BINARY_FOCAL_CROSSENTROPY, "binary_focal_crossentropy", DNN_LABELS_BINARY, true,
     DIGITNET_ACTIVATION_SIGMOID, DNN_LOSS_LOGITS | DNN_LOSS_SMOOTHING | DNN_LOSS_FOCAL | DNN_LOSS_BALANCING,
     check_binary, digitnet__binary_focal_crossentropy},
    {DIGITNET_LOSS_CTC, "ctc", DNN_LABELS_SEQUENCE, false, DIGITNET_ACTIVATION_SOFTMAX, DNN_LOSS_LOGITS, check_sequence,
     digitnet__ctc},
    {DIGITNET_LOSS_CUSTOM, "custom", DNN_LABELS_OWN, true, DIGITNET_ACTIVATION_LINEAR, 0, check_anything, NULL},
};

const digitnet__loss_kind *digitnet__loss_at(size_t index) {
    return index < sizeof kinds / sizeof *kinds ? &kinds[index] : NULL;
}

const digitnet__loss_kind *digitnet__loss_find(digitnet_loss id) {
    for (size_t i = 0; digitnet__loss_at(i); i++)
        if (kinds[i].id == id)
            return &kinds[i];
    return NULL;
}

const digitnet__loss_kind *digitnet__loss_of_graph(const digitnet__graph *graph) {
    digitnet_activation last = digitnet__graph_end_activation(graph);
    bool sequence = digitnet__graph_gives_sequence(graph);
    for (size_t i = 0; last != DIGITNET_ACTIVATION_LINEAR && digitnet__loss_at(i); i++)
        if (kinds[i].takes_over == last && (kinds[i].labels == DNN_LABELS_SEQUENCE) == sequence)
            return &kinds[i];
    return NULL;
}

digitnet_activation digitnet__loss_fused_activation(const digitnet__loss_kind *loss, const digitnet__graph *graph) {
    digitnet_activation last = digitnet__graph_end_activation(graph);
    return loss->takes_over == last ? last : DIGITNET_ACTIVATION_LINEAR;
}

digitnet_status digitnet__loss_of_model(digitnet__loss *loss, const digitnet_model *model) {
    const digitnet__loss_settings *settings = &model->training->loss;
    *loss = (digitnet__loss){.kind = digitnet__loss_find(settings->kind), .settings = *settings};
    if (settings->kind != DIGITNET_LOSS_CUSTOM)
        return DIGITNET_OK;
    loss->custom = model->custom_loss;
    return loss->custom ? DIGITNET_OK
                        : digitnet__fail(DIGITNET_ESTATE,
                                         "the model's loss is the program's own; set it by digitnet_model_set_loss()");
}

/* ---- Settings ---- */

/* The settings that are numbers: whose they are, their default and range. */
static const struct setting {
    const char *name;
    size_t offset;
    unsigned flag; /* DNN_LOSS_... */
    double initial, least, most;
    const char *range;
} numbers[] = {
    {"label_smoothing", offsetof(digitnet__loss_settings, label_smoothing), DNN_LOSS_SMOOTHING, 0, 0, 1,
     "at least 0 and at most 1"},
    {"alpha", offsetof(digitnet__loss_settings, alpha), DNN_LOSS_FOCAL, 0.25, 0, 1, "at least 0 and at most 1"},
    {"gamma", offsetof(digitnet__loss_settings, gamma), DNN_LOSS_FOCAL, 2, 0, DBL_MAX, "finite and at least 0"},
    {"delta", offsetof(digitnet__loss_settings, delta), DNN_LOSS_DELTA, 1, DBL_TRUE_MIN, DBL_MAX, "finite and above 0"},
};
enum { NUMBERS = sizeof numbers / sizeof *numbers };

static double *number_at(digitnet__loss_settings *settings, const struct setting *setting) {
    return (double *)(void *)((char *)settings + setting->offset);
}

digitnet__loss_settings digitnet__loss_defaults(digitnet_loss kind) {
    digitnet__loss_settings settings = {.kind = kind};
    for (size_t i = 0; i < NUMBERS; i++)
        *number_at(&settings, &numbers[i]) = numbers[i].initial;
    return settings;
}

/* What would be lost without a word. */
static digitnet_status fail_foreign(const char *setting, const digitnet__loss_kind *loss) {
    return digitnet__fail(DIGITNET_EINVAL, "loss: %s is set, which %s does not have", setting, loss->name);
}

static digitnet_status check_number(const struct setting *setting, double value, const digitnet__loss_kind *loss) {
    if (!(value >= setting->least && value <= setting->most)) {
        return digitnet__fail(DIGITNET_EINVAL, "loss: %s is %s; it must be %s", setting->name,
                              digitnet__number_text(value).text, setting->range);
    }
    if (value != setting->initial && !(loss->settings & setting->flag))
        return fail_foreign(setting->name, loss);
    return DIGITNET_OK;
}

digitnet_status digitnet__loss_settings_check(const digitnet__loss_settings *settings) {
    const digitnet__loss_kind *loss = digitnet__loss_find(settings->kind);
    digitnet__loss_settings own = *settings, defaults = digitnet__loss_defaults(settings->kind);
    if (!loss)
        return digitnet__fail(DIGITNET_EINVAL, "loss is %d, which is not a loss", (int)settings->kind);
    for (size_t i = 0; i < NUMBERS; i++)
        DNN_TRY(check_number(&numbers[i], *number_at(&own, &numbers[i]), loss));
    if (settings->from_logits && !(loss->settings & DNN_LOSS_LOGITS))
        return fail_foreign("from_logits", loss);
    if (settings->class_balancing && !(loss->settings & DNN_LOSS_BALANCING))
        return fail_foreign("class_balancing", loss);
    if (loss->settings & DNN_LOSS_BALANCING && !settings->class_balancing && settings->alpha != defaults.alpha)
        return digitnet__fail(DIGITNET_EINVAL, "loss: alpha is set, which %s has with class_balancing alone",
                              loss->name);
    return DIGITNET_OK;
}

digitnet_status digitnet__loss_settings_read(digitnet__loss_settings *settings, digitnet_loss kind,
                                             const digitnet_loss_options *options) {
    digitnet_loss_options own = DIGITNET_LOSS_INIT;
    DNN_TRY(DNN_OPTIONS_READ(&own, options, digitnet_loss_options, class_balancing));
    DNN_TRY(DNN_RESERVED_CHECK(own.reserved, digitnet_loss_options));
    DNN_TRY(DNN_FLAG_CHECK(&own, digitnet_loss_options, from_logits));
    DNN_TRY(DNN_FLAG_CHECK(&own, digitnet_loss_options, class_balancing));
    *settings = (digitnet__loss_settings){.kind = kind,
                                          .from_logits = own.from_logits,
                                          .class_balancing = own.class_balancing,
                                          .label_smoothing = own.label_smoothing,
                                          .alpha = own.alpha,
                                          .gamma = own.gamma,
                                          .delta = own.delta};
    return digitnet__loss_settings_check(settings);
}

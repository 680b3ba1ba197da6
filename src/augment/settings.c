/* From options to what is needed to change images of one shape. */
#include "augment/augment.h"
#include "augment/geometry.h"
#include "augment/intensity.h"
#include "core/number.h"
#include "core/status.h"

#include <float.h>
#include <math.h>
#include <stddef.h>

enum { MOST_PIXELS_A_SIDE = 16384 };

/* A range with its probability. */
typedef struct setting {
    const char *name;
    size_t range, probability; /* their places in the options; 0: the range is the probability itself */
    double most;
} setting;

#define SETTING(name, most) \
    { #name, offsetof(digitnet_augment_options, name), offsetof(digitnet_augment_options, name##_probability), most }
#define PROBABILITY(name) \
    { #name, offsetof(digitnet_augment_options, name), 0, 1.0 }

static const setting settings[] = {
    SETTING(shift, 1),
    SETTING(rotate, 180),
    SETTING(zoom, 0.9),
    SETTING(shear, 60),
    SETTING(perspective, 0.45),
    SETTING(elastic, 100),
    PROBABILITY(horizontal_flip),
    PROBABILITY(vertical_flip),
    SETTING(thickness, 8),
    SETTING(blur, DNN_MOST_BLUR),
    SETTING(contrast, 1),
    SETTING(brightness, FLT_MAX),
    SETTING(noise, FLT_MAX),
    SETTING(erase, 1),
    SETTING(mixup, 100),
    SETTING(cutmix, 100),
};

static double *field(digitnet_augment_options *options, size_t offset) {
    void *place = (unsigned char *)options + offset;
    return place;
}

static digitnet_status fail_range(const char *name, const char *suffix, double value, double least, double most) {
    return digitnet__fail(DIGITNET_EINVAL, "digitnet_dataset_augment: %s%s is %s; it must be in [%s, %s]", name, suffix,
                          digitnet__number_text(value).text, digitnet__number_text(least).text,
                          digitnet__number_text(most).text);
}

/* Fills in a probability that was left at zero. */
static digitnet_status read_setting(digitnet_augment_options *options, const setting *s) {
    double range = *field(options, s->range);
    if (!(range >= 0 && range <= s->most))
        return fail_range(s->name, "", range, 0, s->most);
    if (s->probability == 0)
        return DIGITNET_OK;
    double *probability = field(options, s->probability);
    if (!(*probability >= 0 && *probability <= 1))
        return fail_range(s->name, "_probability", *probability, 0, 1);
    if (*probability > 0 && range == 0)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_dataset_augment: %s_probability is %s, but %s is 0", s->name,
                              digitnet__number_text(*probability).text, s->name);
    if (*probability == 0)
        *probability = 1;
    return DIGITNET_OK;
}

static digitnet_status read_elastic_sigma(digitnet_augment_options *options) {
    enum { DEFAULT_SIGMA = 4, MOST_SIGMA = 1000 };
    if (options->elastic_sigma == 0)
        options->elastic_sigma = DEFAULT_SIGMA;
    if (!(options->elastic_sigma >= 1 && options->elastic_sigma <= MOST_SIGMA))
        return fail_range("elastic_sigma", "", options->elastic_sigma, 1, MOST_SIGMA);
    return DIGITNET_OK;
}

static digitnet_status read_values(digitnet_augment_options *options, bool of_bytes) {
    if (!(fabs(options->background) <= (double)FLT_MAX))
        return fail_range("background", "", options->background, -(double)FLT_MAX, (double)FLT_MAX);
    if (options->min_value == 0 && options->max_value == 0) {
        options->min_value = of_bytes ? 0 : -(double)FLT_MAX;
        options->max_value = of_bytes ? 1 : (double)FLT_MAX;
    }
    if (!(options->min_value < options->max_value && options->min_value >= -(double)FLT_MAX &&
          options->max_value <= (double)FLT_MAX))
        return digitnet__fail(DIGITNET_EINVAL,
                              "digitnet_dataset_augment: min_value is %s, max_value %s; they must be finite, the first "
                              "below the second",
                              digitnet__number_text(options->min_value).text,
                              digitnet__number_text(options->max_value).text);
    return DIGITNET_OK;
}

/* Before probabilities are filled in. */
static digitnet_status check_mixtures(const digitnet_augment_options *options) {
    double mixup = options->mixup_probability, cutmix = options->cutmix_probability;
    if (options->mixup > 0 && options->cutmix > 0 && !(mixup > 0 && cutmix > 0 && mixup + cutmix <= 1))
        return digitnet__fail(DIGITNET_EINVAL,
                              "digitnet_dataset_augment: mixup and cutmix are both given, with probabilities %s and "
                              "%s; these must be above 0, and at most 1 together",
                              digitnet__number_text(mixup).text, digitnet__number_text(cutmix).text);
    return DIGITNET_OK;
}

static digitnet_status read_options(digitnet_augment_options *options, bool of_bytes) {
    DNN_TRY(check_mixtures(options));
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        DNN_TRY(read_setting(options, &settings[i]));
    DNN_TRY(read_elastic_sigma(options));
    return read_values(options, of_bytes);
}

/* One worker's memory. The planes also hold a copy of the image, with or without a border. */
static digitnet_status measure_scratch(digitnet__augment *augment) {
    const digitnet__shape shape = augment->shape;
    const size_t plane[] = {shape.height + DNN_WARP_BORDER, shape.width + DNN_WARP_BORDER, shape.channels};
    size_t values = 0, stride = augment->stride;
    digitnet__arena arena = {0};
    arena.overflow = !digitnet__size_product(&values, plane, 3);
    augment->plane = digitnet__arena_reserve(&arena, values, sizeof(float));
    if (augment->warps) {
        augment->nodes = digitnet__arena_reserve(&arena, augment->node_room, sizeof(float));
        augment->across = digitnet__arena_reserve(&arena, augment->node_rows * stride, sizeof(float));
        augment->along = digitnet__arena_reserve(&arena, augment->node_rows * stride, sizeof(float));
        augment->places = digitnet__arena_reserve(&arena, stride, sizeof(int32_t));
        augment->right = digitnet__arena_reserve(&arena, stride, sizeof(float));
        augment->down = digitnet__arena_reserve(&arena, stride, sizeof(float));
        augment->row = digitnet__arena_reserve(&arena, stride, sizeof(float));
    }
    if (arena.overflow)
        return digitnet__fail(DIGITNET_ELIMIT, "digitnet_dataset_augment: images of %s are too large",
                              digitnet__shape_text(shape).text);
    augment->scratch_size = arena.size;
    return DIGITNET_OK;
}

static digitnet_status prepare(digitnet__augment *augment) {
    const digitnet_augment_options *o = &augment->options;
    augment->stride = ((augment->shape.width - 1) / DNN_WARP_BLOCK + 1) * DNN_WARP_BLOCK;
    augment->mixes = o->mixup > 0 || o->cutmix > 0;
    augment->warps = o->shift > 0 || o->rotate > 0 || o->zoom > 0 || o->shear > 0 || o->perspective > 0 ||
                     o->elastic > 0 || o->horizontal_flip > 0 || o->vertical_flip > 0;
    /* Places in a plane are counted in 32 bits, and coordinates are floats. */
    if (augment->warps && (augment->shape.height > MOST_PIXELS_A_SIDE || augment->shape.width > MOST_PIXELS_A_SIDE))
        return digitnet__fail(DIGITNET_ELIMIT,
                              "digitnet_dataset_augment: images of %s; only %d rows and columns can be "
                              "warped",
                              digitnet__shape_text(augment->shape).text, MOST_PIXELS_A_SIDE);
    if (o->elastic > 0)
        DNN_TRY(digitnet__elastic_prepare(augment));
    return measure_scratch(augment);
}

digitnet_status digitnet__augment_create(digitnet__augment **out, const digitnet_augment_options *options,
                                         digitnet__shape shape, bool of_bytes) {
    digitnet__augment *augment = digitnet__allocate_zeroed(sizeof *augment);
    if (!augment)
        return DIGITNET_ENOMEM;
    atomic_init(&augment->references, 1);
    augment->options = *options;
    augment->shape = shape;
    digitnet_status status = read_options(&augment->options, of_bytes);
    if (status == DIGITNET_OK)
        status = prepare(augment);
    if (status != DIGITNET_OK) {
        digitnet__augment_release(augment);
        return status;
    }
    *out = augment;
    return DIGITNET_OK;
}

void digitnet__augment_release(digitnet__augment *augment) {
    if (!augment || atomic_fetch_sub(&augment->references, 1) != 1)
        return;
    digitnet__arena_release(&augment->tables);
    digitnet__release(augment);
}

/* Images of another size: repeated, or interpolated along each axis. */
#include "core/status.h"
#include "import/linear.h"

#include <math.h>

/* One axis: how many values there are, how many there will be, and the ratio that the file has of them. */
typedef struct resized_axis {
    size_t from, to;
    float ratio;
} resized_axis;

/* How values between others are found: the attributes of Resize. */
typedef struct interpolation {
    digitnet__wire_view mode, transformation, rounding;
    float cubic_coefficient;
    int64_t exclude_outside;
    bool is_old; /* before operator set 11: places are asymmetric, and cut to integers */
} interpolation;

/* ---- Sizes ---- */

/* One number for each of the `rank` axes that the node names, the samples' among them. */
static digitnet_status read_ratios(double *ratios, double *sizes, digitnet__importer *importer,
                                   const digitnet__import_node *node, size_t rank) {
    enum { WITH_SIZES = 11 };
    bool has_sizes = digitnet__wire_is(node->type, "Resize") && node->operator_set >= WITH_SIZES;
    const digitnet__import_constant *scales = NULL, *wanted = NULL;
    const digitnet__import_attribute *attribute = digitnet__import_attribute_find(node, "scales");
    int64_t axes[DNN_VIEW_AXES + 1];
    float rows = 1, columns = 1;
    size_t count;
    DNN_TRY(digitnet__import_integers(axes, &count, DNN_VIEW_AXES + 1, node, "axes"));
    bool names_axes = count > 0;
    count = count ? count : rank;
    DNN_TRY(digitnet__import_constant_at(&scales, importer, node, has_sizes ? 2 : 1));
    DNN_TRY(digitnet__import_constant_at(&wanted, importer, node, 3));
    DNN_TRY(digitnet__import_number(&rows, node, "height_scale"));
    DNN_TRY(digitnet__import_number(&columns, node, "width_scale"));
    for (size_t i = 0; i < count; i++) {
        size_t axis;
        DNN_TRY(digitnet__import_axis(&axis, node, names_axes ? axes[i] : (int64_t)i, rank));
        if (attribute && attribute->count == count && attribute->numbers)
            ratios[axis] = (double)attribute->numbers[i];
        else if (scales && scales->count == count)
            ratios[axis] = digitnet__constant_number(scales, i);
        else if (wanted && wanted->count == count)
            sizes[axis] = digitnet__constant_number(wanted, i);
        else if (digitnet__import_attribute_find(node, "height_scale") && rank == 4)
            ratios[axis] = (double)(axis == 2 ? rows : axis == 3 ? columns : 1);
        else
            return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "has no sizes that are known");
    }
    return DIGITNET_OK;
}

/* Of the axes of the view; that of the samples must stay. */
static digitnet_status read_axes(resized_axis *axes, digitnet__importer *importer, const digitnet__import_node *node,
                                 const digitnet__view *view) {
    enum { MOST = 1 << 16 };
    double ratios[DNN_VIEW_AXES + 1] = {0}, sizes[DNN_VIEW_AXES + 1] = {0};
    DNN_TRY(read_ratios(ratios, sizes, importer, node, view->rank + 1));
    if ((ratios[0] != 0 && ratios[0] != 1) || (sizes[0] != 0 && sizes[0] != (double)importer->batch))
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "makes another number of samples");
    for (size_t i = 0; i < view->rank; i++) {
        double from = (double)view->sizes[i], ratio = ratios[i + 1];
        double to = ratio != 0 ? (double)floorf((float)from * (float)ratio) : sizes[i + 1]; /* in floats, as others */
        to = ratio == 0 && to == 0 ? from : to; /* of `axes` that are not named */
        if (!(to >= 1 && to <= MOST))
            return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "has a size that is out of range");
        axes[i] = (resized_axis){.from = view->sizes[i],
                                 .to = (size_t)to,
                                 .ratio = ratio != 0 ? (float)ratio : (float)to / (float)view->sizes[i]};
    }
    return DIGITNET_OK;
}

/* ---- Interpolation along an axis, in the single precision that others compute places in ---- */

/* The place in the image of value `index` of the result; NAN where the file's way is not known. */
static float place_of(size_t index, const resized_axis *axis, const interpolation *how) {
    float x = (float)index, from = (float)axis->from, to = (float)axis->to;
    digitnet__wire_view way = how->transformation;
    if (how->is_old || digitnet__wire_is(way, "asymmetric"))
        return x / axis->ratio;
    if (way.size == 0 || digitnet__wire_is(way, "half_pixel"))
        return (x + 0.5f) / axis->ratio - 0.5f;
    if (digitnet__wire_is(way, "pytorch_half_pixel"))
        return axis->to > 1 ? (x + 0.5f) / axis->ratio - 0.5f : 0;
    if (digitnet__wire_is(way, "align_corners"))
        return axis->to > 1 ? x * (from - 1) / (to - 1) : 0;
    if (digitnet__wire_is(way, "tf_half_pixel_for_nn"))
        return (x + 0.5f) / axis->ratio;
    if (digitnet__wire_is(way, "half_pixel_symmetric"))
        return from / 2 * (1 - to / (axis->ratio * from)) + (x + 0.5f) / axis->ratio - 0.5f;
    return NAN;
}

static size_t clamped(float place, size_t size) {
    return place <= 0 ? 0 : place >= (float)(size - 1) ? size - 1 : (size_t)place;
}

/* What is half but for rounding is half, as in ONNX Runtime. */
static void weigh_nearest(float *weights, float place, const resized_axis *axis, const interpolation *how) {
    const float tie = 1e-5f;
    float below = floorf(place), above = ceilf(place);
    float nearest = place - below > 0.5f + tie ? above : below;
    if (how->is_old)
        nearest = axis->ratio < 1 ? above : below;
    else if (digitnet__wire_is(how->rounding, "floor"))
        nearest = below;
    else if (digitnet__wire_is(how->rounding, "ceil"))
        nearest = above;
    else if (digitnet__wire_is(how->rounding, "round_prefer_ceil"))
        nearest = place - below >= 0.5f - tie ? above : below;
    weights[clamped(nearest, axis->from)] = 1;
}

static void weigh_linear(float *weights, float place, const resized_axis *axis) {
    float inside = fminf(fmaxf(place, 0), (float)(axis->from - 1));
    size_t below = clamped(floorf(inside), axis->from), above = clamped(floorf(inside) + 1, axis->from);
    weights[below] += 1 - (inside - (float)below);
    weights[above] += inside - (float)below;
}

/* Keys (1981) with the coefficient a, for a distance from 0 to 2. */
static float cubic_weight(float distance, float a) {
    float x = distance;
    return x <= 1 ? ((a + 2) * x - (a + 3)) * x * x + 1 : ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
}

static void weigh_cubic(float *weights, float place, const resized_axis *axis, const interpolation *how) {
    enum { TAPS = 4 };
    float first = floorf(place) - 1, taps[TAPS], sum = 0;
    for (size_t i = 0; i < TAPS; i++) {
        float tap = first + (float)i;
        bool outside = tap < 0 || tap >= (float)axis->from;
        taps[i] = outside && how->exclude_outside ? 0 : cubic_weight(fabsf(place - tap), how->cubic_coefficient);
        sum += taps[i];
    }
    for (size_t i = 0; i < TAPS; i++)
        weights[clamped(first + (float)i, axis->from)] += how->exclude_outside ? taps[i] / sum : taps[i];
}

static bool is_linear(const interpolation *how) {
    return digitnet__wire_is(how->mode, "linear") || digitnet__wire_is(how->mode, "bilinear");
}

static digitnet_status interpolate(digitnet__import_activation *result, digitnet__importer *importer,
                                   const digitnet__import_node *node, const resized_axis *axes,
                                   const interpolation *how) {
    digitnet__import_matrix matrices[DNN_VIEW_AXES] = {{0}};
    size_t rank = digitnet__import_activation_at(importer, node, 0)->view.rank;
    for (size_t i = 0; i < rank; i++) {
        const resized_axis *axis = &axes[i];
        if (axis->from == axis->to && axis->ratio == 1)
            continue;
        DNN_TRY(digitnet__import_matrix_create(&matrices[i], importer, axis->to, axis->from));
        for (size_t k = 0; k < axis->to; k++) {
            float place = place_of(k, axis, how), *weights = &matrices[i].weights[k * axis->from];
            if (is_linear(how))
                weigh_linear(weights, place, axis);
            else if (digitnet__wire_is(how->mode, "cubic"))
                weigh_cubic(weights, place, axis, how);
            else
                weigh_nearest(weights, place, axis, how);
        }
    }
    return digitnet__import_map(result, importer, node, 0, matrices);
}

/* ---- Whole factors ---- */

/* Whether the nearest neighbour is what repeating each value gives. */
static bool repeats(const interpolation *how, const size_t *factors) {
    digitnet__wire_view way = how->transformation, rounding = how->rounding;
    if (how->is_old)
        return true;
    bool by_centres = way.size == 0 || digitnet__wire_is(way, "half_pixel") ||
                      digitnet__wire_is(way, "half_pixel_symmetric") || digitnet__wire_is(way, "pytorch_half_pixel");
    bool floors = digitnet__wire_is(rounding, "floor"),
         down = rounding.size == 0 || digitnet__wire_is(rounding, "round_prefer_floor");
    if (by_centres)
        return down || digitnet__wire_is(rounding, "round_prefer_ceil");
    if (digitnet__wire_is(way, "tf_half_pixel_for_nn"))
        return floors;
    return digitnet__wire_is(way, "asymmetric") && (floors || (down && factors[0] <= 2 && factors[1] <= 2));
}

/* Whether the layer for whole factors does it. */
static bool is_up_sampling(size_t factors[2], const resized_axis *axes, const digitnet__view *view,
                           const interpolation *how) {
    digitnet__wire_view way = how->transformation;
    if (view->rank != 3 || axes[0].to != axes[0].from)
        return false;
    for (size_t i = 0; i < 2; i++) {
        factors[i] = axes[i + 1].to / axes[i + 1].from;
        if (factors[i] == 0 || axes[i + 1].ratio != (float)factors[i])
            return false;
    }
    bool by_centres =
        way.size == 0 || digitnet__wire_is(way, "half_pixel") || digitnet__wire_is(way, "pytorch_half_pixel");
    return is_linear(how) ? by_centres && !how->is_old
                          : !digitnet__wire_is(how->mode, "cubic") && repeats(how, factors);
}

static digitnet_status up_sample(digitnet__import_activation *result, digitnet__importer *importer,
                                 const digitnet__import_node *node, const size_t *factors, bool linear) {
    const digitnet__attributes attributes = {.size_height = factors[0],
                                             .size_width = factors[1],
                                             .interpolation = linear ? DIGITNET_INTERPOLATION_BILINEAR
                                                                     : DIGITNET_INTERPOLATION_NEAREST};
    const size_t *channels;
    size_t value;
    DNN_TRY(digitnet__import_take_image(&value, &channels, importer, node, 0));
    *result = *digitnet__import_activation_at(importer, node, 0);
    DNN_TRY(
        digitnet__draft_add(&result->value, importer, &digitnet__layer_up_sampling2d, &attributes, &value, 1, node));
    digitnet__shape shape = digitnet__draft_shape(importer, result->value);
    digitnet__view_set_image(&result->view, shape.height, shape.width);
    return DIGITNET_OK;
}

static digitnet_status read_interpolation(interpolation *how, const digitnet__import_node *node) {
    enum { WITH_MODES = 11 };
    int64_t antialias = 0;
    digitnet__wire_view policy = {0};
    *how = (interpolation){.cubic_coefficient = -0.75f,
                           .is_old = node->operator_set < WITH_MODES || digitnet__wire_is(node->type, "Upsample")};
    DNN_TRY(digitnet__import_text(&how->mode, node, "mode"));
    DNN_TRY(digitnet__import_text(&how->transformation, node, "coordinate_transformation_mode"));
    DNN_TRY(digitnet__import_text(&how->rounding, node, "nearest_mode"));
    DNN_TRY(digitnet__import_number(&how->cubic_coefficient, node, "cubic_coeff_a"));
    DNN_TRY(digitnet__import_integer(&how->exclude_outside, node, "exclude_outside"));
    DNN_TRY(digitnet__import_integer(&antialias, node, "antialias"));
    DNN_TRY(digitnet__import_text(&policy, node, "keep_aspect_ratio_policy"));
    const resized_axis any = {.from = 2, .to = 4, .ratio = 2};
    bool known = is_linear(how) || how->mode.size == 0 || digitnet__wire_is(how->mode, "nearest") ||
                 digitnet__wire_is(how->mode, "cubic");
    bool stretches = policy.size == 0 || digitnet__wire_is(policy, "stretch");
    if (!known || antialias || !stretches || isnan(place_of(0, &any, how)))
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "interpolates in a way that is not supported");
    return DIGITNET_OK;
}

static digitnet_status resize(digitnet__importer *importer, const digitnet__import_node *node) {
    digitnet__import_activation *input, result;
    resized_axis axes[DNN_VIEW_AXES];
    interpolation how;
    size_t factors[2];
    DNN_TRY(digitnet__import_take(&input, importer, node, 0));
    DNN_TRY(read_interpolation(&how, node));
    DNN_TRY(read_axes(axes, importer, node, &input->view));
    if (is_up_sampling(factors, axes, &input->view, &how))
        DNN_TRY(up_sample(&result, importer, node, factors, is_linear(&how)));
    else
        DNN_TRY(interpolate(&result, importer, node, axes, &how));
    return digitnet__import_give(importer, node, 0, &result);
}

const digitnet__import_operator digitnet__import_resizes[] = {
    {"Upsample", 2, "height_scale mode scales width_scale", resize},
    {"Resize", 4,
     "antialias axes coordinate_transformation_mode cubic_coeff_a exclude_outside extrapolation_value "
     "keep_aspect_ratio_policy mode nearest_mode",
     resize},
    {0},
};

/* Images made larger by whole numbers. */
#include "core/status.h"
#include "import/importer.h"

#include <math.h>

/* One number for each axis that the node names, or for all four. */
static digitnet_status read_ratios(double *ratios, digitnet__importer *importer, const digitnet__import_node *node,
                                   const digitnet__view *view) {
    enum { WITH_SIZES = 11 };
    bool has_sizes = digitnet__wire_is(node->type, "Resize") && node->operator_set >= WITH_SIZES;
    const digitnet__import_constant *scales = NULL, *sizes = NULL;
    const digitnet__import_attribute *attribute = digitnet__import_attribute_find(node, "scales");
    int64_t axes[4] = {0, 1, 2, 3};
    size_t count;
    DNN_TRY(digitnet__import_integers(axes, &count, 4, node, "axes"));
    count = count ? count : 4;
    DNN_TRY(digitnet__import_constant_at(&scales, importer, node, has_sizes ? 2 : 1));
    DNN_TRY(digitnet__import_constant_at(&sizes, importer, node, 3));
    for (size_t i = 0; i < count; i++) {
        size_t axis;
        DNN_TRY(digitnet__import_axis(&axis, node, axes[i], 4));
        size_t present = axis ? view->sizes[axis - 1] : importer->batch;
        if (attribute && attribute->count == count)
            ratios[axis] = (double)attribute->numbers[i];
        else if (scales && scales->count == count)
            ratios[axis] = digitnet__constant_number(scales, i);
        else if (sizes && sizes->count == count)
            ratios[axis] = digitnet__constant_number(sizes, i) / (double)present;
        else
            ratios[axis] = 0;
    }
    return DIGITNET_OK;
}

/* How many times as many rows and columns. */
static digitnet_status read_factors(size_t *factors, digitnet__importer *importer, const digitnet__import_node *node,
                                    const digitnet__view *view) {
    enum { MOST = 1024 };
    double ratios[4] = {1, 1, 1, 1};
    DNN_TRY(read_ratios(ratios, importer, node, view));
    for (size_t i = 0; i < 4; i++)
        if (!(ratios[i] >= 1 && ratios[i] <= MOST && ratios[i] == floor(ratios[i])) || (i < 2 && ratios[i] != 1))
            return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node,
                                         "does not repeat rows and columns by whole numbers");
    factors[0] = (size_t)ratios[2];
    factors[1] = (size_t)ratios[3];
    return DIGITNET_OK;
}

/* Whether what a nearest neighbour is agrees with repeating each value. */
static bool repeats(const digitnet__import_node *node, digitnet__wire_view transformation, digitnet__wire_view rounding,
                    const size_t *factors) {
    enum { WITH_MODES = 11 };
    if (node->operator_set < WITH_MODES || digitnet__wire_is(node->type, "Upsample"))
        return true;
    bool by_centres = transformation.size == 0 || digitnet__wire_is(transformation, "half_pixel") ||
                      digitnet__wire_is(transformation, "half_pixel_symmetric") ||
                      digitnet__wire_is(transformation, "pytorch_half_pixel");
    bool floors = digitnet__wire_is(rounding, "floor"),
         down = rounding.size == 0 || digitnet__wire_is(rounding, "round_prefer_floor");
    if (by_centres)
        return down || digitnet__wire_is(rounding, "round_prefer_ceil");
    if (digitnet__wire_is(transformation, "tf_half_pixel_for_nn"))
        return floors;
    return digitnet__wire_is(transformation, "asymmetric") && (floors || (down && factors[0] <= 2 && factors[1] <= 2));
}

static digitnet_status resize(digitnet__importer *importer, const digitnet__import_node *node) {
    digitnet__import_activation *input;
    digitnet__wire_view mode = {0}, transformation = {0}, rounding = {0};
    const size_t *channels;
    size_t value, factors[2] = {0};
    DNN_TRY(digitnet__import_take(&input, importer, node, 0));
    DNN_TRY(digitnet__import_text(&mode, node, "mode"));
    DNN_TRY(digitnet__import_text(&transformation, node, "coordinate_transformation_mode"));
    DNN_TRY(digitnet__import_text(&rounding, node, "nearest_mode"));
    DNN_TRY(digitnet__import_take_image(&value, &channels, importer, node, 0));
    DNN_TRY(read_factors(factors, importer, node, &input->view));
    bool linear = digitnet__wire_is(mode, "linear") || digitnet__wire_is(mode, "bilinear");
    bool by_centres = transformation.size == 0 || digitnet__wire_is(transformation, "half_pixel") ||
                      digitnet__wire_is(transformation, "pytorch_half_pixel");
    bool is_so = linear ? by_centres && node->operator_set > 10 && digitnet__wire_is(node->type, "Resize")
                        : (mode.size == 0 || digitnet__wire_is(mode, "nearest")) &&
                              repeats(node, transformation, rounding, factors);
    if (!is_so)
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "interpolates in a way that is not supported");
    const digitnet__attributes attributes = {.size_height = factors[0],
                                             .size_width = factors[1],
                                             .interpolation = linear ? DIGITNET_INTERPOLATION_BILINEAR
                                                                     : DIGITNET_INTERPOLATION_NEAREST};
    digitnet__import_activation result = {.view = input->view};
    DNN_TRY(digitnet__draft_add(&result.value, importer, &digitnet__layer_up_sampling2d, &attributes, &value, 1, node));
    digitnet__shape shape = digitnet__draft_shape(importer, result.value);
    if (!digitnet__view_set_image(&result.view, shape.channels, shape.height, shape.width))
        return digitnet__import_fail(DIGITNET_EUNSUPPORTED, node, "takes channels in another order");
    return digitnet__import_give(importer, node, 0, &result);
}

const digitnet__import_operator digitnet__import_resizes[] = {
    {"Upsample", "mode scales", resize},
    {"Resize",
     "antialias axes coordinate_transformation_mode cubic_coeff_a exclude_outside extrapolation_value "
     "keep_aspect_ratio_policy mode nearest_mode",
     resize},
    {0},
};

#include "image/picture.h"

#include "core/options.h"
#include "core/status.h"

#define DEFAULT_MAX_PIXELS ((size_t)1 << 28)

digitnet_status digitnet__picture_read(digitnet_image *own, const digitnet_image *image, const char *where) {
    *own = (digitnet_image){.struct_size = 0};
    if (!image)
        return digitnet__fail(DIGITNET_EINVAL, "%s: image is NULL", where);
    DNN_TRY(DNN_OPTIONS_READ(own, image, digitnet_image, max_pixels));
    DNN_TRY(DNN_RESERVED_CHECK((size_t)own->reserved, digitnet_image));
    if (!own->pixels)
        return digitnet__fail(DIGITNET_EINVAL, "%s: image->pixels is NULL", where);
    if (own->width == 0 || own->height == 0)
        return digitnet__fail(DIGITNET_EINVAL, "%s: the picture has %zu x %zu pixels; neither may be 0", where,
                              own->width, own->height);
    if (own->stride != 0 && own->stride < own->width)
        return digitnet__fail(DIGITNET_EINVAL, "%s: the stride %zu is less than the width %zu", where, own->stride,
                              own->width);
    size_t max_pixels = own->max_pixels ? own->max_pixels : DEFAULT_MAX_PIXELS;
    if (own->width > max_pixels / own->height)
        return digitnet__fail(DIGITNET_ELIMIT, "%s: the picture has %zu x %zu pixels, more than %zu in all", where,
                              own->width, own->height, max_pixels);
    if (own->polarity > DIGITNET_POLARITY_LIGHT_INK)
        return digitnet__fail(DIGITNET_EINVAL, "%s: %d is no polarity", where, (int)own->polarity);
    own->stride = own->stride ? own->stride : own->width;
    return DIGITNET_OK;
}

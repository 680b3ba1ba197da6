#include "own_pictures.h"

#include "read_image.h"
#include "readers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FRAME_VALUES = DIGITNET_FRAME_SIZE * DIGITNET_FRAME_SIZE, MAX_PIXELS = 1 << 28 };

static int32_t label_of(const char *class, int32_t no_digit) {
    return class[0] >= '0' && class[0] <= '9' && class[1] == '\0' ? class[0] - '0' : no_digit;
}

/* Frames one picture, and adds it where it has ink. */
static digitnet_status add_picture(struct framed_digits *own, const char *path, int32_t label) {
    char message[IMAGE_MESSAGE_SIZE];
    float frame[FRAME_VALUES];
    struct picture picture;
    if (read_image(&picture, path, 1, MAX_PIXELS, message)) {
        fprintf(stderr, "%s: %s\n", path, message);
        digitnet_set_error("a picture cannot be read");
        return DIGITNET_EFORMAT;
    }
    digitnet_status status = digitnet_image_frame_digit(
        frame, FRAME_VALUES,
        DIGITNET_WITH(digitnet_image, .pixels = picture.pixels, .width = picture.width, .height = picture.height));
    free(picture.pixels);
    if (status == DIGITNET_ENOTFOUND) {
        fprintf(stderr, "%s: left out: %s\n", path, digitnet_last_error());
        return DIGITNET_OK;
    }
    return status ? status : add_framed_digit(own, frame, label);
}

digitnet_status read_own_pictures(struct framed_digits *own, const char *folder, int32_t no_digit) {
    struct picture_folder list = {.height = DIGITNET_FRAME_SIZE, .width = DIGITNET_FRAME_SIZE, .channels = 1};
    digitnet_status status = list_pictures(&list, folder);
    if (status)
        return status;
    for (size_t i = 0; i < list.count && !status; i++)
        status = add_picture(own, list.paths[i], label_of(list.classes[list.labels[i]], no_digit));
    free_pictures(&list);
    return status;
}

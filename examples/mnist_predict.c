/* Reads handwritten digits from pictures: mnist_predict MODEL IMAGE... */
#include "arguments.h"
#include "console.h"
#include "read_image.h"

#include <digitnet/digitnet.h>
#include <stdio.h>
#include <stdlib.h>

enum { SIDE = DIGITNET_FRAME_SIZE, RANKS = 3, DEFAULT_MAX_PIXELS = 1 << 28 };

/* Prints the most probable digits, the first RANKS of them. */
static void print_ranks(const char *path, const float *scores, size_t outputs) {
    size_t ranks[RANKS] = {0}, shown = outputs < RANKS ? outputs : RANKS;
    for (size_t rank = 0; rank < shown; rank++) {
        size_t best = SIZE_MAX;
        for (size_t i = 0; i < outputs; i++) {
            int taken = 0;
            for (size_t higher = 0; higher < rank; higher++)
                taken |= ranks[higher] == i;
            if (!taken && (best == SIZE_MAX || scores[i] > scores[best]))
                best = i;
        }
        ranks[rank] = best;
        if (rank == 0)
            printf("%s: ", path);
        printf("%s%zu (%.1f%%)", rank == 0 ? "" : rank == 1 ? ", then " : ", ", best, 100.0 * (double)scores[best]);
    }
    putchar('\n');
}

/* Draws what the network saw, two characters to a pixel, since those are about twice as high as wide. */
static void draw(const float *frame) {
    static const char *const shades[] = {" ", "░", "▒", "▓", "█"};
    for (size_t row = 0; row < SIDE; row++) {
        for (size_t column = 0; column < SIDE; column++) {
            const char *shade = shades[(size_t)(frame[row * SIDE + column] * 4.0f + 0.5f)];
            printf("%s%s", shade, shade);
        }
        putchar('\n');
    }
}

/* One picture; 0, or -1 with a message. */
static int read_digit(digitnet_session *session, size_t outputs, float *scores, const char *path, size_t max_pixels) {
    char message[IMAGE_MESSAGE_SIZE];
    float frame[SIDE * SIDE];
    struct picture image;
    if (read_image(&image, path, 1, max_pixels, message)) {
        fprintf(stderr, "%s: %s\n", path, message);
        return -1;
    }
    digitnet_image picture = DIGITNET_INIT(digitnet_image);
    picture.pixels = image.pixels;
    picture.width = image.width;
    picture.height = image.height;
    digitnet_status status = digitnet_image_frame_digit(frame, SIDE * SIDE, &picture);
    free(image.pixels);
    if (!status)
        status = digitnet_session_run(scores, outputs, session, frame, SIDE * SIDE);
    if (status) {
        fprintf(stderr, "%s: %s\n", path, digitnet_last_error());
        return -1;
    }
    print_ranks(path, scores, outputs);
    draw(frame);
    fflush(stdout); /* in order with the messages on stderr */
    return 0;
}

/* Each picture, whatever becomes of those before it; the code to exit with. */
static int read_digits(digitnet_session *session, size_t outputs, float *scores, char **images, size_t count,
                       size_t max_pixels) {
    int code = EXIT_DONE;
    for (size_t i = 0; i < count; i++)
        if (read_digit(session, outputs, scores, images[i], max_pixels))
            code = EXIT_FAILED;
    return end_output("mnist_predict", code);
}

static int read_all(const char *model_path, char **images, size_t count, size_t max_pixels) {
    digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
    digitnet_model *model = NULL;
    digitnet_session *session = NULL;
    float *scores = NULL;
    int code = EXIT_FAILED;
    if (digitnet_model_load(&model, model_path) || digitnet_model_describe(&info, model)) {
        fprintf(stderr, "mnist_predict: %s\n", digitnet_last_error());
    } else if (info.height != SIDE || info.width != SIDE || info.channels != 1) {
        fprintf(stderr, "mnist_predict: %s takes images of %zu x %zu x %zu, not %d x %d x 1 as MNIST's are\n",
                model_path, info.height, info.width, info.channels, SIDE, SIDE);
    } else if (digitnet_session_create(&session, model, NULL)) {
        fprintf(stderr, "mnist_predict: %s: %s\n", model_path, digitnet_last_error());
    } else if ((scores = malloc(info.outputs * sizeof *scores)) == NULL) {
        fprintf(stderr, "mnist_predict: out of memory\n");
    } else {
        code = read_digits(session, info.outputs, scores, images, count, max_pixels);
    }
    free(scores);
    digitnet_session_free(session);
    digitnet_model_free(model);
    return code;
}

int main(int argc, char **argv) {
    size_t count, max_pixels = DEFAULT_MAX_PIXELS;
    struct option options[] = {
        {"--max-pixels", OPTION_COUNT, &max_pixels, "N", "refuse larger pictures (268435456)", 0},
    };
    const struct program program = {"mnist_predict [options] MODEL IMAGE...",
                                    "Reads one handwritten digit from each picture (PNG, JPEG or PGM, of any size, "
                                    "dark on light or light on dark) with a\n"
                                    "model that mnist_train has saved, and draws what the network saw.",
                                    options,
                                    sizeof options / sizeof *options,
                                    2,
                                    SIZE_MAX};
    int code = read_arguments(argv, &count, argc, argv, &program);
    return code >= 0 ? code : read_all(argv[0], argv + 1, count - 1, max_pixels);
}

#include "reader_models.h"

#include "models.h"
#include "support.h"

#include <math.h>
#include <stdlib.h>

enum { LINE_CLASSES = 11, BLANK = 10, LINE_WIDTH = 64 };
enum { FRAME_PIXELS = DIGITNET_FRAME_SIZE * DIGITNET_FRAME_SIZE, DIGIT_OUTPUTS = 11, NO_DIGIT = 10 };

static void set_weights(digitnet_model *model, const char *tensor, const float *values, size_t count) {
    expect_ok(digitnet_model_set_weights(model, tensor, values, count));
}

/* Reads a frame by these weights of its pixels, inputs x outputs. */
static digitnet_model *make_digit_model(const float *kernel, const float *bias, size_t outputs) {
    digitnet_model *model = begin_model(DIGITNET_FRAME_SIZE, DIGITNET_FRAME_SIZE, 1);
    expect_ok(digitnet_model_add_flatten(model));
    expect_ok(digitnet_model_add_dense_ex(model, outputs, DIGITNET_ACTIVATION_SOFTMAX,
                                          DIGITNET_WITH(digitnet_dense_options, .name = "scores")));
    expect_ok(digitnet_model_compile(model, DIGITNET_OPTIMIZER_SGD, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY));
    set_weights(model, "scores/kernel", kernel, FRAME_PIXELS * outputs);
    set_weights(model, "scores/bias", bias, outputs);
    return model;
}

digitnet_model *make_constant_digit_model(const float *logits, size_t outputs) {
    float *zeros = must_allocate(FRAME_PIXELS * outputs * sizeof *zeros);
    memset(zeros, 0, FRAME_PIXELS * outputs * sizeof *zeros);
    digitnet_model *model = make_digit_model(zeros, logits, outputs);
    free(zeros);
    return model;
}

digitnet_model *make_stroke_digit_model(void) {
    float kernel[FRAME_PIXELS][DIGIT_OUTPUTS] = {{0}}, bias[DIGIT_OUTPUTS] = {[1] = 50.0f};
    for (size_t i = 0; i < FRAME_PIXELS; i++)
        kernel[i][NO_DIGIT] = 0.5f;
    return make_digit_model(&kernel[0][0], bias, DIGIT_OUTPUTS);
}

/* A model that reads each column by itself. */
static digitnet_model *make_line_model(const float *kernel, const float *bias) {
    digitnet_model *model = begin_model(DIGITNET_LINE_HEIGHT, LINE_WIDTH, 1);
    expect_ok(
        digitnet_model_add_conv2d_ex(model, LINE_CLASSES, DIGITNET_LINE_HEIGHT, DIGITNET_ACTIVATION_SOFTMAX,
                                     DIGITNET_WITH(digitnet_conv2d_options, .name = "scores", .kernel_width = 1)));
    expect_ok(digitnet_model_compile(model, DIGITNET_OPTIMIZER_SGD, DIGITNET_LOSS_CTC));
    set_weights(model, "scores/kernel", kernel, DIGITNET_LINE_HEIGHT * LINE_CLASSES);
    set_weights(model, "scores/bias", bias, LINE_CLASSES);
    return model;
}

digitnet_model *make_stroke_line_model(float doubt) {
    float kernel[DIGITNET_LINE_HEIGHT][LINE_CLASSES] = {{0}}, bias[LINE_CLASSES] = {0};
    for (size_t row = 0; row < DIGITNET_LINE_HEIGHT; row++) {
        kernel[row][1] = 2.0f;
        kernel[row][7] = doubt > 0.0f ? 2.0f : 0.0f;
    }
    bias[BLANK] = 12.0f;
    bias[7] = doubt > 0.0f ? logf(doubt / 2.0f) : 0.0f;
    return make_line_model(&kernel[0][0], bias);
}

digitnet_model *make_flag_line_model(void) {
    float kernel[DIGITNET_LINE_HEIGHT][LINE_CLASSES] = {{0}}, bias[LINE_CLASSES] = {0};
    for (size_t row = 0; row < DIGITNET_LINE_HEIGHT; row++) {
        if (row < DIGITNET_LINE_HEIGHT / 2)
            kernel[row][7] = 50.0f;
        else
            kernel[row][BLANK] = 80.0f;
    }
    bias[BLANK] = 80.0f;
    return make_line_model(&kernel[0][0], bias);
}

digitnet_model *make_height_line_model(void) {
    enum { ABOVE_DIGITS = 4, DIGITS_TOP = 8 };
    float kernel[DIGITNET_LINE_HEIGHT][LINE_CLASSES] = {{0}}, bias[LINE_CLASSES] = {0};
    for (size_t row = 0; row < DIGITNET_LINE_HEIGHT; row++) {
        if (row < ABOVE_DIGITS)
            kernel[row][1] = 50.0f;
        else if (row >= DIGITS_TOP)
            kernel[row][0] = 2.0f;
    }
    bias[BLANK] = 12.0f;
    return make_line_model(&kernel[0][0], bias);
}

digitnet_image draw_strokes(uint8_t pixels[STROKES_WIDTH * STROKES_HEIGHT]) {
    digitnet_image strokes = DIGITNET_INIT(digitnet_image);
    strokes.pixels = pixels;
    strokes.width = STROKES_WIDTH;
    strokes.height = STROKES_HEIGHT;
    memset(pixels, 255, STROKES_WIDTH * STROKES_HEIGHT);
    for (size_t row = 8; row < STROKES_HEIGHT - 8; row++)
        for (size_t stroke = 0; stroke < 3; stroke++)
            memset(pixels + row * STROKES_WIDTH + 20 + 36 * stroke, 0, 5);
    return strokes;
}

digitnet_image draw_small_table(uint8_t pixels[TABLE_WIDTH * TABLE_HEIGHT]) {
    enum { MARGIN = 9, CELL = 40, COLUMNS = 4, ROWS = 3 };
    digitnet_image table = DIGITNET_INIT(digitnet_image);
    table.pixels = pixels;
    table.width = TABLE_WIDTH;
    table.height = TABLE_HEIGHT;
    memset(pixels, 255, TABLE_WIDTH * TABLE_HEIGHT);
    for (size_t y = 0; y < ROWS * CELL + 2; y++) {
        for (size_t x = 0; x < COLUMNS * CELL + 2; x++) {
            bool rule = y % CELL < 2 || x % CELL < 2, first = y < CELL && x < CELL;
            bool stroke = x % CELL > 18 && x % CELL < 23 && y % CELL > 8 && y % CELL < 34;
            if (rule || (stroke && !first))
                pixels[(MARGIN + y) * TABLE_WIDTH + MARGIN + x] = 0;
        }
    }
    return table;
}

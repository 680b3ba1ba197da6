/* Models of which a test knows what a reader must make of them. */
#ifndef DIGITNET_TESTS_READER_MODELS_H
#define DIGITNET_TESTS_READER_MODELS_H

#include "digitnet/digitnet.h"

/* Reads every frame alike: softmax of `outputs` numbers, 10 or 11. */
digitnet_model *make_constant_digit_model(const float *logits, size_t outputs);
/* Reads a frame with as little ink as an upright stroke as a 1, and one with more as no digit. */
digitnet_model *make_stroke_digit_model(void);
/* Reads a column of a line with at least a few pixels of ink as a 1, or, where `doubt` is above 0, as a 7 with about
 * half that probability, and other columns as blank. */
digitnet_model *make_stroke_line_model(float doubt);
/* Reads a column that has ink in the line's upper half alone as a 7, and others as blank. */
digitnet_model *make_flag_line_model(void);
/* Reads a column with ink as a 1 where that is far higher than the line's digits are, else as a 0; others as blank. */
digitnet_model *make_height_line_model(void);

/* Three upright strokes in a row, which that model without doubt reads as 111. The pixels are filled in. */
enum { STROKES_WIDTH = 120, STROKES_HEIGHT = 40 };
digitnet_image draw_strokes(uint8_t pixels[STROKES_WIDTH * STROKES_HEIGHT]);

/* A table of 3 x 4 cells with a stroke in each but the first. The pixels are filled in. */
enum { TABLE_WIDTH = 180, TABLE_HEIGHT = 140 };
digitnet_image draw_small_table(uint8_t pixels[TABLE_WIDTH * TABLE_HEIGHT]);

#endif

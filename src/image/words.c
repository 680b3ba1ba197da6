#include "image/words.h"

#include "core/memory.h"
#include "image/ink_level.h"

#include <stdbool.h>

static size_t part_words(digitnet__word *words, const uint8_t *darkest, size_t width, uint8_t threshold, double gap) {
    size_t count = 0;
    for (size_t column = 0; column < width; column++) {
        if (darkest[column] < threshold)
            continue;
        if (count == 0 || (double)(column - words[count - 1].end) >= gap)
            words[count++].first = column;
        words[count - 1].end = column + 1;
    }
    return count;
}

static bool has_ink(const digitnet__plane *ink, const digitnet__word *word, size_t row, uint8_t threshold) {
    for (size_t column = word->first; column < word->end; column++)
        if (ink->pixels[row * ink->width + column] >= threshold)
            return true;
    return false;
}

static size_t height_of(const digitnet__plane *ink, const digitnet__word *word, uint8_t threshold) {
    size_t top = 0, bottom = ink->height;
    while (top < bottom && !has_ink(ink, word, top, threshold))
        top++;
    while (bottom > top && !has_ink(ink, word, bottom - 1, threshold))
        bottom--;
    return bottom - top;
}

digitnet_status digitnet__words_find(digitnet__word **words, size_t *count, const digitnet__plane *ink, double gap) {
    uint8_t threshold = digitnet__stroke_threshold(ink), *darkest = digitnet__allocate_array(ink->width, 1);
    *words = digitnet__allocate_array(ink->width, sizeof **words);
    *count = 0;
    if (!darkest || !*words) {
        digitnet__release(darkest);
        digitnet__release(*words);
        return DIGITNET_ENOMEM;
    }
    digitnet__plane_column_maxima(darkest, ink);
    if (threshold > 0)
        *count = part_words(*words, darkest, ink->width, threshold, gap);
    for (size_t i = 0; i < *count; i++)
        (*words)[i].height = height_of(ink, &(*words)[i], threshold);
    digitnet__release(darkest);
    return DIGITNET_OK;
}

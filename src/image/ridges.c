#include "image/ridges.h"

#include "core/memory.h"
#include "core/status.h"

#include <string.h>

/* What stands out less is noise; and so many times what stands out is as much as what it stands out from, else it is
 * the round top of something broad. */
enum { LEAST_LEVEL = 8, LEAST_CONTRAST = 4 };

/* A strip becomes a row of means. */
static digitnet_status average_columns(digitnet__plane *out, const digitnet__plane *ink, size_t strip) {
    size_t height = ink->height;
    digitnet_status status = digitnet__plane_create(out, height, ink->width / strip);
    for (size_t row = 0; !status && row < height; row++) {
        const uint8_t *pixels = ink->pixels + row * ink->width;
        for (size_t i = 0; i < out->height; i++, pixels += strip) {
            uint32_t sum = 0;
            for (size_t column = 0; column < strip; column++)
                sum += pixels[column];
            out->pixels[i * height + row] = (uint8_t)(sum / (uint32_t)strip);
        }
    }
    return status;
}

static digitnet_status average_rows(digitnet__plane *out, const digitnet__plane *ink, size_t strip) {
    size_t width = ink->width;
    uint16_t *sums = digitnet__allocate_array(width, sizeof *sums);
    if (!sums)
        return DIGITNET_ENOMEM;
    digitnet_status status = digitnet__plane_create(out, width, ink->height / strip);
    for (size_t i = 0; !status && i < out->height; i++) {
        memset(sums, 0, width * sizeof *sums);
        for (size_t row = i * strip; row < (i + 1) * strip; row++)
            for (size_t column = 0; column < width; column++)
                sums[column] = (uint16_t)(sums[column] + ink->pixels[row * width + column]);
        for (size_t column = 0; column < width; column++)
            out->pixels[i * width + column] = (uint8_t)(sums[column] / strip);
    }
    digitnet__release(sums);
    return status;
}

/* The smallest or largest of the `window` values from each place on, by doubling the window; the last places, where the
 * window would leave the row, are left as they come. `copy` has room for the values. */
static void least_of_next(uint8_t *restrict values, uint8_t *restrict copy, size_t count, size_t window) {
    for (size_t done = 1, shift; done < window; done += shift) {
        shift = done < window - done ? done : window - done;
        memcpy(copy, values, count);
        for (size_t i = 0; i < count - shift; i++)
            values[i] = values[i] < copy[i + shift] ? values[i] : copy[i + shift];
    }
}

static void most_of_next(uint8_t *restrict values, uint8_t *restrict copy, size_t count, size_t window) {
    for (size_t done = 1, shift; done < window; done += shift) {
        shift = done < window - done ? done : window - done;
        memcpy(copy, values, count);
        for (size_t i = 0; i < count - shift; i++)
            values[i] = values[i] > copy[i + shift] ? values[i] : copy[i + shift];
    }
}

/* Subtracts from a row what is broader than `thickness`: its morphological opening. `scratch` has
 * room for twice the row with 2 x (thickness + 1) values more. */
static void keep_narrow(uint8_t *row, uint8_t *scratch, size_t count, size_t thickness) {
    size_t window = thickness + 1, padded = count + 2 * window;
    uint8_t *opened = scratch, *copy = scratch + padded;
    memset(opened, 0, padded);
    memcpy(opened + window, row, count);
    least_of_next(opened, copy, padded, window);
    most_of_next(opened, copy, padded, window);
    for (size_t i = 0; i < count; i++) {
        int level = row[i] - opened[i + 1];
        row[i] = (uint8_t)(LEAST_CONTRAST * level >= opened[i + 1] ? level : 0);
    }
}

/* The ridges of a row, or how many there are where `ridges` is NULL: one ends where it has fallen to half, and the next
 * begins where it rises again. */
static size_t find_peaks(digitnet__ridge *ridges, const digitnet__plane *strips, size_t strip) {
    const uint8_t *row = strips->pixels + strip * strips->width;
    size_t count = strips->width, found = 0, i = 0;
    while (i < count) {
        uint8_t level = 0;
        uint32_t sum = 0;
        double moment = 0.0;
        while (i < count && row[i] < LEAST_LEVEL)
            i++;
        for (; i < count && row[i] >= LEAST_LEVEL; i++) {
            if (row[i] < level / 2 && row[i] > row[i - 1])
                break;
            level = row[i] > level ? row[i] : level;
            sum += row[i];
            moment += row[i] * ((double)i + 0.5);
        }
        if (level > 0 && ridges)
            ridges[found] = (digitnet__ridge){.place = (float)(moment / sum),
                                              .thickness = (float)sum / (float)level,
                                              .strip = (uint32_t)strip,
                                              .level = level};
        found += level > 0;
    }
    return found;
}

static digitnet_status collect(digitnet__ridges *out, digitnet__plane *strips, size_t thickness) {
    size_t count = 0, across = strips->width;
    uint8_t *scratch = digitnet__allocate_array(across + 2 * (thickness + 1), 2);
    out->first = digitnet__allocate_array(strips->height + 1, sizeof *out->first);
    if (!scratch || !out->first) {
        digitnet__release(scratch);
        return DIGITNET_ENOMEM;
    }
    for (size_t i = 0; i < strips->height; i++) {
        keep_narrow(strips->pixels + i * across, scratch, across, thickness);
        out->first[i] = count;
        count += find_peaks(NULL, strips, i);
    }
    out->first[strips->height] = out->count = count;
    digitnet__release(scratch);
    if (count > UINT32_MAX)
        return digitnet__fail(DIGITNET_ELIMIT, "a picture has too much texture: %zu ridges", count);
    out->items = digitnet__allocate_array(count, sizeof *out->items);
    if (!out->items)
        return DIGITNET_ENOMEM;
    for (size_t i = 0; i < strips->height; i++)
        find_peaks(out->items + out->first[i], strips, i);
    return DIGITNET_OK;
}

digitnet_status digitnet__ridges_find(digitnet__ridges *out, const digitnet__plane *ink, size_t strip, size_t thickness,
                                      bool upright) {
    digitnet__plane strips = {.pixels = NULL};
    *out =
        (digitnet__ridges){.strips = (upright ? ink->height : ink->width) / strip, .strip = strip, .upright = upright};
    digitnet_status status = (upright ? average_rows : average_columns)(&strips, ink, strip);
    if (status)
        return status;
    status = collect(out, &strips, thickness);
    digitnet__plane_release(&strips);
    if (status)
        digitnet__ridges_release(out);
    return status;
}

void digitnet__ridges_release(digitnet__ridges *ridges) {
    digitnet__release(ridges->items);
    digitnet__release(ridges->first);
    *ridges = (digitnet__ridges){.items = NULL};
}

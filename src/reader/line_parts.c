#include "reader/line_parts.h"

#include "core/status.h"

#include <stdbool.h>
#include <string.h>

static digitnet_status look(digitnet__line_part *part, const digitnet__plane *ink, const digitnet__line_place *place,
                            const digitnet__line_search *search) {
    part->width = ink->width;
    part->height = ink->height;
    return digitnet__line_views_create(&part->views, ink, place, search);
}

static digitnet_status read_part(digitnet__line_part *part, digitnet__plane *ink, const digitnet__line_search *search) {
    digitnet__line_place place;
    DNN_TRY(digitnet__line_find_place(&place, ink));
    return look(part, ink, &place, search);
}

/* Whether the part is most likely 100; what else it might be is left out then. */
static bool keep_hundred(digitnet__line_views *views) {
    static const int32_t hundred[] = {1, 0, 0};
    const digitnet_ctc_sequence *sequence = &views->candidates[0].sequence;
    views->candidate_count = 1;
    return sequence->count == 3 && memcmp(sequence->labels, hundred, sizeof hundred) == 0;
}

/* The last part first: most of what looks like a fraction and is none has no 100 below. */
static digitnet_status read_fraction(digitnet__line_parts *parts, const digitnet__line_search *search) {
    parts->count = DNN_FRACTION_PARTS;
    for (size_t i = parts->count; i-- > 0;) {
        DNN_TRY(read_part(&parts->items[i], &parts->fraction.parts[i], search));
        if (i == DNN_FRACTION_DENOMINATOR && !keep_hundred(&parts->items[i].views))
            return digitnet__fail(DIGITNET_ENOTFOUND, "the line has no hundredths");
    }
    return DIGITNET_OK;
}

digitnet_status digitnet__line_parts_read(digitnet__line_parts *parts, digitnet__plane *ink,
                                          const digitnet__line_search *search) {
    digitnet__line_place place;
    *parts = (digitnet__line_parts){.count = 0};
    DNN_TRY(digitnet__line_find_place(&place, ink));
    digitnet_status status = digitnet__fraction_find(&parts->fraction, ink, place.threshold);
    if (!status)
        status = read_fraction(parts, search);
    if (status == DIGITNET_ENOTFOUND || status == DIGITNET_ELIMIT) { /* or too long for a part of a fraction */
        digitnet__line_parts_release(parts);
        parts->count = 1;
        status = look(&parts->items[0], ink, &place, search);
    }
    if (status)
        digitnet__line_parts_release(parts);
    return status;
}

void digitnet__line_parts_release(digitnet__line_parts *parts) {
    for (size_t i = 0; i < parts->count; i++)
        digitnet__line_views_release(&parts->items[i].views);
    digitnet__fraction_release(&parts->fraction);
    *parts = (digitnet__line_parts){.count = 0};
}

size_t digitnet__line_parts_digits(const digitnet__line_parts *parts) {
    size_t count = 0;
    for (size_t i = 0; i < parts->count; i++)
        count += parts->items[i].chosen->sequence.count;
    return count;
}

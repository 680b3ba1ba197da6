#include "reader/line_scores.h"

#include "core/memory.h"
#include "core/status.h"

digitnet_status digitnet__line_scores_find(digitnet__line_scores *scores, digitnet_session *session,
                                           const digitnet__plane *strip) {
    size_t values;
    *scores = (digitnet__line_scores){.columns = 0};
    DNN_TRY(digitnet_session_outputs(&values, session, strip->width));
    scores->columns = values / DNN_LINE_CLASSES;
    scores->values = digitnet__allocate_array(values, sizeof *scores->values);
    if (!scores->values)
        return DIGITNET_ENOMEM;
    digitnet_status status = digitnet_session_run_width_u8(scores->values, values, session, strip->pixels,
                                                           strip->width * strip->height, strip->width);
    if (status)
        digitnet__line_scores_release(scores);
    return status;
}

void digitnet__line_scores_release(digitnet__line_scores *scores) {
    digitnet__release(scores->values);
    *scores = (digitnet__line_scores){.columns = 0};
}

double digitnet__line_scores_x(const digitnet__line_scores *scores, const digitnet__line_place *place, double column) {
    return place->left + (place->right - place->left) / (double)scores->columns * column;
}

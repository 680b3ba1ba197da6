/* Strokes of digits may lie on a straight line, as bars of sevens do, and are no rule. Along a rule ink is one run, or
 * many: dots, dashes, and what is left of a broken print. Runs that are strokes are short, and ink goes on from them
 * above or below. */
#ifndef DNN_IMAGE_RULES_RUNS_H
#define DNN_IMAGE_RULES_RUNS_H

#include "image/rules.h"

/* Shortens a rule to where its own runs are, from the first to the last, and sets its level; it has more ink than
 * `faintest`, and all strokes are shorter than `longest`. False if strokes have most of its ink between them. */
bool digitnet__rules_keep_runs(digitnet__rule *rule, const digitnet__plane *ink, double faintest, double longest);

#endif

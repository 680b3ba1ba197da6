/* Strokes of digits may lie on a straight line, as bars of sevens do, and are no rule. Along a rule ink is one run, or
 * many: dots, dashes, and what is left of a broken print. Runs that are strokes are short, and ink goes on from them
 * above or below. */
#ifndef DNN_IMAGE_RULES_RUNS_H
#define DNN_IMAGE_RULES_RUNS_H

#include "image/rules.h"

typedef struct digitnet__rule_runs {
    double longest;        /* no stroke is so long */
    double first, end;     /* of the rule's own runs */
    double own, strokes;   /* pixels along them, and along strokes between them */
    double strokes_behind; /* the last of its own */
} digitnet__rule_runs;

/* Adds the next run along the rule to those before, which were none where all is 0 but `longest`; `joined`: to ink
 * above or below. */
void digitnet__rule_runs_add(digitnet__rule_runs *runs, double first, double end, bool joined);
/* False where strokes have most of the ink. */
bool digitnet__rule_runs_are_rule(const digitnet__rule_runs *runs);

/* Shortens a rule to where its own runs are, from the first to the last, and sets its level; it has more ink than
 * `faintest`, and all strokes are shorter than `longest`. False if its runs are no rule. */
bool digitnet__rules_keep_runs(digitnet__rule *rule, const digitnet__plane *ink, double faintest, double longest);

#endif

/* Ctrl-C while a model is trained. */
#ifndef INTERRUPT_H
#define INTERRUPT_H

#include <digitnet/digitnet.h>

/* From now on Ctrl-C ends the model's training after the current batch; a second one ends the program. */
void stop_by_interrupt(digitnet_model *model);
/* Whether Ctrl-C came. */
int was_interrupted(void);
/* Called before the model is freed: a late Ctrl-C must not reach it. */
void forget_interrupts(void);

#endif

/* Ctrl-C, or SIGTERM, as mpirun makes of it, while a model is trained. */
#ifndef INTERRUPT_H
#define INTERRUPT_H

#include <digitnet/digitnet.h>

/* From now on Ctrl-C ends the model's training after the current batch; a second one ends the program. */
void stop_by_interrupt(digitnet_model *model);
/* Whether Ctrl-C came. */
int was_interrupted(void);
/* From now on Ctrl-C ends the program, as it does by itself: a late one must not reach a model that is gone. */
void end_interrupts(void);

#endif

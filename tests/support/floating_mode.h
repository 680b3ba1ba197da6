/* The floating-point mode of a thread, as a host may have it. */
#ifndef FLOATING_MODE_H
#define FLOATING_MODE_H

#include <fenv.h>
#include <stdbool.h>
#include <stdint.h>

/* Zero is the mode that a program starts with, but for the rounding: FE_TONEAREST. */
typedef struct floating_mode {
    const char *name;
    int rounding, traps, flags; /* of fenv.h */
    bool flushes;               /* results to zero, and takes denormals as zeros, where the processor can */
} floating_mode;

/* False, with the usual mode, where the processor or the C library does not have it. */
bool set_floating_mode(const floating_mode *mode);
void set_usual_floating_mode(void);

/* All that a thread has, every byte defined. */
typedef struct floating_state {
    int rounding, traps, flags;
    uint32_t vector, x87; /* the registers themselves; 0 where there are none */
} floating_state;

floating_state look_at_floating_point(void);

#endif

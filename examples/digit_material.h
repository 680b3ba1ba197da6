/* What a network learns single digits from: framed pictures of digits, and of what is none. */
#ifndef DIGIT_MATERIAL_H
#define DIGIT_MATERIAL_H

#include "fonts.h"

#include <digitnet/digitnet.h>

/* The classes are the ten digits, and this one. */
enum { NO_DIGIT = 10, DIGIT_CLASSES };

struct material_options {
    const char *mnist; /* the folder of MNIST */
    const char *data;  /* a folder with digits/ and grids/, or NULL */
    const char *own;   /* a folder of pictures with a sub-folder for each digit, or NULL */
    const char *fonts; /* the folder of the system's fonts */
    uint64_t seed;
    size_t threads;
    double size; /* 1: as many drawn pictures as the recipe says */
    /* 1: every sixth of MNIST's training digits and every fourth of the others is held out, to be measured on. */
    int hold_out;
};

struct material {
    digitnet_dataset *train;
    /* What was held out, with names; no more than `held_out_count`. */
    struct held_out {
        const char *name;
        digitnet_dataset *images;
    } held_out[8];
    size_t held_out_count;
};

/* Reads and draws all. Returns 0, or -1 with a message on stderr. */
int make_material(struct material *material, const struct material_options *options);
void free_material(struct material *material);

#endif

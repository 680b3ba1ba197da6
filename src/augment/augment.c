#include "augment/augment.h"

#include "augment/draw.h"
#include "augment/geometry.h"
#include "augment/intensity.h"

/* Apart from what dropout and other uses draw from the same seed. */
enum { PLACE = 0x617567 };

void digitnet__augment_image(float *image, const digitnet__augment *augment, uint64_t seed,
                             const digitnet__kernels *kernels, void *scratch) {
    digitnet__random random;
    digitnet__random_seed(&random, digitnet__seed_mix(seed, PLACE));
    if (augment->warps)
        digitnet__augment_warp(image, augment, &random, kernels, scratch);
    digitnet__augment_strokes(image, augment, &random, kernels, scratch);
    digitnet__augment_intensity(image, augment, &random, scratch);
    digitnet__augment_erase(image, augment, &random);
}

/* Mixup (Zhang, Cisse, Dauphin, Lopez-Paz, "mixup: Beyond Empirical Risk Minimization", 2018) and cutmix (Yun et al.,
 * "CutMix: Regularization Strategy to Train Strong Classifiers with Localizable Features", 2019). */
#include "augment/augment.h"
#include "augment/draw.h"

#include <math.h>
#include <string.h>

/* Apart from each other and from what else is drawn from a sample's seed. */
enum { MIX_PLACE = 0x6d6978, PARTNER_PLACE = 0x706172 };

/* Above 0, for logarithms. */
static double draw_positive(digitnet__random *random) {
    return 1 - (double)digitnet__random_float(random);
}

/* Box and Muller: the exact distribution, which the next function needs. */
static double draw_exact_normal(digitnet__random *random) {
    double radius = sqrt(-2 * log(draw_positive(random)));
    return radius * cos(2 * 3.14159265358979323846 * (double)digitnet__random_float(random));
}

/* The logarithm of a number of the distribution Gamma(alpha, 1): Marsaglia and Tsang, "A Simple Method for Generating
 * Gamma Variables" (2000), for alpha + 1, times U^(1 / alpha). The logarithm, since that is often too small for a
 * number. */
static double draw_log_gamma(digitnet__random *random, double alpha) {
    double d = alpha + 1 - 1.0 / 3, c = 1 / sqrt(9 * d);
    for (;;) {
        double x = draw_exact_normal(random), v = 1 + c * x;
        v = v * v * v;
        if (v > 0 && log(draw_positive(random)) < 0.5 * x * x + d - d * v + d * log(v))
            return log(d * v) + log(draw_positive(random)) / alpha;
    }
}

/* Beta(alpha, alpha): X / (X + Y) for X and Y of Gamma(alpha, 1). */
static double draw_beta(digitnet__random *random, double alpha) {
    double x = draw_log_gamma(random, alpha), y = draw_log_gamma(random, alpha);
    return 1 / (1 + exp(y - x));
}

/* A rectangle of the share's part of the image's area around a place in the image, cut off at the edges. */
static void draw_rectangle(digitnet__mix *mix, digitnet__random *random, digitnet__shape shape, double share) {
    size_t rows = (size_t)lround(sqrt(share) * (double)shape.height);
    size_t columns = (size_t)lround(sqrt(share) * (double)shape.width);
    size_t y = (size_t)digitnet__random_below(random, shape.height);
    size_t x = (size_t)digitnet__random_below(random, shape.width);
    mix->is_rectangle = true;
    mix->top = y > rows / 2 ? y - rows / 2 : 0;
    mix->left = x > columns / 2 ? x - columns / 2 : 0;
    size_t bottom = y + rows - rows / 2, right = x + columns - columns / 2;
    mix->rows = (bottom < shape.height ? bottom : shape.height) - mix->top;
    mix->columns = (right < shape.width ? right : shape.width) - mix->left;
    mix->share = (float)((double)(mix->rows * mix->columns) / (double)(shape.height * shape.width));
}

bool digitnet__mix_draw(digitnet__mix *mix, const digitnet__augment *augment, uint64_t seed, size_t count) {
    const digitnet_augment_options *options = &augment->options;
    digitnet__random random;
    digitnet__random_seed(&random, digitnet__seed_mix(seed, MIX_PLACE));
    *mix = (digitnet__mix){0};
    double mixup = options->mixup > 0 ? options->mixup_probability : 0;
    double cutmix = options->cutmix > 0 ? options->cutmix_probability : 0;
    double chance = (double)digitnet__random_float(&random);
    if (chance >= mixup + cutmix)
        return false;
    mix->partner = (size_t)digitnet__random_below(&random, count);
    if (chance < mixup)
        mix->share = (float)draw_beta(&random, options->mixup);
    else
        draw_rectangle(mix, &random, augment->shape, draw_beta(&random, options->cutmix));
    return mix->share > 0;
}

uint64_t digitnet__mix_partner_seed(uint64_t seed) {
    return digitnet__seed_mix(seed, PARTNER_PLACE);
}

void digitnet__mix_images(float *image, const float *partner, const digitnet__mix *mix, digitnet__shape shape) {
    if (!mix->is_rectangle) {
        digitnet__mix_values(image, partner, mix, digitnet__shape_values(shape));
        return;
    }
    for (size_t y = mix->top; y < mix->top + mix->rows; y++) {
        size_t place = (y * shape.width + mix->left) * shape.channels;
        memcpy(image + place, partner + place, mix->columns * shape.channels * sizeof *image);
    }
}

void digitnet__mix_values(float *values, const float *partner, const digitnet__mix *mix, size_t count) {
    for (size_t i = 0; i < count; i++)
        values[i] = values[i] * (1 - mix->share) + partner[i] * mix->share;
}

/* im2col, softmax, and what is done value by value, against plain loops:
 * test_kernels_other [SHAPES] */
#include "kernels/im2col.h"
#include "kernels/softmax.h"
#include "test_kernels.h"

#include <float.h>

static size_t random_shapes = 300;

static digitnet__conv2d_shape random_conv2d(digitnet__random *random) {
    size_t groups = random_between(random, 0, 1) ? 1 : random_between(random, 2, 3);
    digitnet__conv2d_shape s = {.channels = groups * random_between(random, 1, 5),
                                .groups = groups,
                                .kernel_height = random_between(random, 1, 4),
                                .kernel_width = random_between(random, 1, 4),
                                .stride_height = random_between(random, 1, 3),
                                .stride_width = random_between(random, 1, 3),
                                .dilation_height = random_between(random, 1, 3),
                                .dilation_width = random_between(random, 0, 1) ? 1 : random_between(random, 2, 3),
                                .padding_top = random_between(random, 0, 5), /* kernels wholly in the padding, too */
                                .padding_left = random_between(random, 0, 5),
                                .padding_bottom = random_between(random, 0, 5),
                                .padding_right = random_between(random, 0, 5)};
    size_t span_height = (s.kernel_height - 1) * s.dilation_height + 1;
    size_t span_width = (s.kernel_width - 1) * s.dilation_width + 1;
    s.height = span_height + random_between(random, 0, 6);
    s.width = span_width + random_between(random, 0, 6);
    s.output_height = window_outputs(s.height, s.padding_top, s.padding_bottom, span_height, s.stride_height);
    s.output_width = window_outputs(s.width, s.padding_left, s.padding_right, span_width, s.stride_width);
    snprintf(context, sizeof context,
             "%zux%zux%zu in %zu groups, kernel %zux%zu, stride %zux%zu, dilation %zux%zu, padding %zu %zu %zu %zu",
             s.height, s.width, s.channels, s.groups, s.kernel_height, s.kernel_width, s.stride_height, s.stride_width,
             s.dilation_height, s.dilation_width, s.padding_top, s.padding_left, s.padding_bottom, s.padding_right);
    return s;
}

/* The place in the image of a group's tap of a position, or image size where it is in the padding. */
static size_t tap_place(const digitnet__conv2d_shape *s, size_t group, size_t position, size_t tap) {
    size_t channels = s->channels / s->groups, channel = group * channels + tap % channels;
    size_t kx = tap / channels % s->kernel_width, ky = tap / channels / s->kernel_width;
    size_t y = position / s->output_width * s->stride_height + ky * s->dilation_height,
           x = position % s->output_width * s->stride_width + kx * s->dilation_width;
    if (y < s->padding_top || y >= s->padding_top + s->height || x < s->padding_left || x >= s->padding_left + s->width)
        return s->height * s->width * s->channels;
    return ((y - s->padding_top) * s->width + x - s->padding_left) * s->channels + channel;
}

static void im2col_and_its_adjoint(void **state) {
    (void)state;
    digitnet__random random;
    digitnet__random_seed(&random, 31);
    for (size_t i = 0; i < random_shapes; i++) {
        digitnet__conv2d_shape s = random_conv2d(&random);
        size_t positions = s.output_height * s.output_width,
               depth = s.kernel_height * s.kernel_width * s.channels / s.groups;
        size_t group = random_between(&random, 0, s.groups - 1);
        size_t first = random_between(&random, 0, positions - 1), count = random_between(&random, 0, positions - first);
        size_t values = s.height * s.width * s.channels;
        watched image = watched_floats(values), columns = watched_floats(count * depth), sums = watched_floats(values);
        double *expected = calloc(count * depth + values, sizeof *expected), *back = expected + count * depth;
        float *pixels = image.memory, *rows = columns.memory;
        assert_non_null(expected);
        fill_random(pixels, values, &random, true);
        fill_random(sums.memory, values, &random, true);
        for (size_t place = 0; place < values; place++)
            back[place] = ((float *)sums.memory)[place];
        for (size_t k = 0; k < count * depth; k++) {
            size_t place = tap_place(&s, group, first + k / depth, k % depth);
            expected[k] = place < values ? pixels[place] : 0;
        }
        digitnet__im2col(rows, pixels, &s, group, first, count);
        compare_floats(rows, expected, count * depth, "im2col");
        fill_random(rows, count * depth, &random, true);
        for (size_t k = 0; k < count * depth; k++) {
            size_t place = tap_place(&s, group, first + k / depth, k % depth);
            if (place < values)
                back[place] += rows[k];
        }
        digitnet__col2im_add(sums.memory, rows, &s, group, first, count);
        compare_floats(sums.memory, back, values, "col2im");
        free(expected);
        watched_free(&image);
        watched_free(&columns);
        watched_free(&sums);
    }
}

static void images_get_their_padding_and_lose_it(void **state) {
    (void)state;
    digitnet__random random;
    digitnet__random_seed(&random, 32);
    for (size_t i = 0; i < random_shapes; i++) {
        digitnet__conv2d_shape s = random_conv2d(&random);
        size_t row = (s.padding_left + s.width + s.padding_right) * s.channels,
               values = s.height * s.width * s.channels;
        size_t padded_values = (s.padding_top + s.height + s.padding_bottom) * row;
        watched image = watched_floats(values), padded = watched_floats(padded_values), back = watched_floats(values);
        fill_random(image.memory, values, &random, true);
        digitnet__pad_image(padded.memory, image.memory, &s);
        for (size_t place = 0; place < padded_values; place++) {
            size_t y = place / row, x = place % row / s.channels;
            bool inside = y >= s.padding_top && y < s.padding_top + s.height && x >= s.padding_left &&
                          x < s.padding_left + s.width;
            size_t from =
                inside ? ((y - s.padding_top) * s.width + x - s.padding_left) * s.channels + place % s.channels : 0;
            assert_true(((float *)padded.memory)[place] == (inside ? ((float *)image.memory)[from] : 0));
        }
        digitnet__unpad_image(back.memory, padded.memory, &s);
        assert_memory_equal(back.memory, image.memory, values * sizeof(float));
        watched_free(&image);
        watched_free(&padded);
        watched_free(&back);
    }
}

static void softmax_and_its_gradient(void **state) {
    (void)state;
    enum { ROWS = 6, COLUMNS = 11 };
    float values[ROWS * COLUMNS], gradient[ROWS * COLUMNS], upstream[ROWS * COLUMNS];
    digitnet__random random;
    digitnet__random_seed(&random, 34);
    fill_random(values, ROWS * COLUMNS, &random, false);
    fill_random(gradient, ROWS * COLUMNS, &random, false);
    for (size_t i = 0; i < COLUMNS; i++)
        values[i] = (float)i * 40 - 200; /* exp() of it alone would overflow */
    memcpy(upstream, gradient, sizeof gradient);
    exact_sum expected[ROWS * COLUMNS], slopes[ROWS * COLUMNS] = {{0}};
    for (size_t row = 0; row < ROWS; row++) {
        double sum = 0;
        for (size_t i = 0; i < COLUMNS; i++)
            sum += exp(values[row * COLUMNS + i]);
        for (size_t i = 0; i < COLUMNS; i++) {
            double share = exp(values[row * COLUMNS + i]) / sum;
            expected[row * COLUMNS + i] = (exact_sum){share, share};
        }
    }
    digitnet__softmax(values, ROWS, COLUMNS);
    /* expf() errs by as much as two roundings, above and below the line; then sums, and one division. */
    compare_sums(values, expected, ROWS * COLUMNS, false, COLUMNS + 4, "softmax");
    digitnet__softmax_backward(gradient, values, ROWS, COLUMNS);
    for (size_t i = 0; i < ROWS * COLUMNS; i++)
        for (size_t j = 0; j < COLUMNS; j++) { /* by the whole Jacobian: p_i (delta_ij - p_j) */
            size_t other = i / COLUMNS * COLUMNS + j;
            double product = upstream[other] * expected[i].value;
            add_product(&slopes[i], product, other == i);
            add_product(&slopes[i], product, -expected[other].value);
        }
    compare_sums(gradient, slopes, ROWS * COLUMNS, false, 2 * (COLUMNS + 4) + COLUMNS + 2, "gradient of softmax");
}

static void softmax_of_what_is_no_number(void **state) {
    (void)state;
    for (size_t place = 0; place < 4; place++) {
        float values[4] = {1, 2, 3, 4};
        values[place] = place % 2 ? NAN : INFINITY;
        digitnet__softmax(values, 1, 4);
        assert_true(isnan(values[place]));
    }
}

static void bytes_become_correctly_rounded_floats(void **state) {
    (void)state;
    const digitnet__kernels *k;
    FOR_EACH_SET(k) {
        for (size_t count = 0; count < 600; count += 37) {
            watched bytes = watched_allocate(count), floats = watched_floats(count);
            for (size_t i = 0; i < count; i++)
                ((uint8_t *)bytes.memory)[i] = (uint8_t)i;
            k->bytes_to_floats(floats.memory, bytes.memory, count);
            for (size_t i = 0; i < count; i++)
                assert_true(((float *)floats.memory)[i] == (float)((uint8_t)i / 255.0));
            watched_free(&bytes);
            watched_free(&floats);
        }
    }
}

static float relu(float x) {
    return x <= 0 ? 0 : x;
}

static void rows_are_added(void **state) {
    (void)state;
    const digitnet__kernels *k;
    digitnet__random random;
    digitnet__random_seed(&random, 36);
    FOR_EACH_SET(k) {
        for (size_t columns = 1; columns < 150; columns += 7)
            for (size_t rows = 0; rows < 4; rows++) {
                watched sum = watched_floats(columns), values = watched_floats(rows * columns);
                double expected[150] = {0};
                float *s = sum.memory, *v = values.memory;
                fill_random(s, columns, &random, true);
                fill_random(v, rows * columns, &random, true);
                for (size_t i = 0; i < columns; i++)
                    expected[i] = s[i];
                for (size_t i = 0; i < rows * columns; i++)
                    expected[i % columns] += v[i];
                k->add_rows(s, v, rows, columns);
                compare_floats(s, expected, columns, "sum of rows");
                watched_free(&sum);
                watched_free(&values);
            }
    }
}

static void sums_biases_and_relu(void **state) {
    (void)state;
    const digitnet__kernels *k;
    digitnet__random random;
    digitnet__random_seed(&random, 35);
    FOR_EACH_SET(k) {
        for (size_t columns = 1; columns < 70; columns += 3) {
            size_t rows = 3, count = rows * columns;
            watched values = watched_floats(count), other = watched_floats(count), bias = watched_floats(columns);
            float *v = values.memory, *o = other.memory, *b = bias.memory, before[210];
            for (int variant = 0; variant < 5; variant++) {
                fill_random(v, count, &random, true);
                fill_random(o, count, &random, true);
                fill_random(b, columns, &random, true);
                v[count / 2] = NAN;
                memcpy(before, v, count * sizeof *v);
                if (variant == 0)
                    k->add(v, o, count);
                else
                    k->add_bias_relu(v, variant & 1 ? b : NULL, rows, columns, variant > 2);
                for (size_t i = 0; i < count; i++) {
                    float expected = before[i] + (variant == 0 ? o[i] : variant & 1 ? b[i % columns] : 0);
                    expected = variant > 2 ? relu(expected) : expected;
                    assert_true(i == count / 2 ? isnan(v[i]) : v[i] == expected);
                }
            }
            fill_random(v, count, &random, false);
            for (size_t i = 0; i < count; i++)
                o[i] = i % 3 ? (float)i : 0;
            o[count - 1] = NAN;
            memcpy(before, v, count * sizeof *v);
            k->relu_backward(v, o, count);
            for (size_t i = 0; i < count; i++)
                assert_true(v[i] == (o[i] == 0 ? 0 : before[i]));
            watched_free(&values);
            watched_free(&other);
            watched_free(&bias);
        }
    }
}

typedef struct rule_values {
    watched weights, first, second, gradient;
    float *w, *m, *v, *g;
} rule_values;

static rule_values rule_begin(size_t count, digitnet__random *random) {
    rule_values r = {
        watched_floats(count), watched_floats(count), watched_floats(count), watched_floats(count), 0, 0, 0, 0};
    r.w = r.weights.memory;
    r.m = r.first.memory;
    r.v = r.second.memory;
    r.g = r.gradient.memory;
    fill_random(r.w, count, random, false);
    fill_random(r.m, count, random, false);
    fill_random(r.v, count, random, false);
    fill_random(r.g, count, random, false);
    for (size_t i = 0; i < count; i++)
        r.v[i] = fabsf(r.v[i]);
    return r;
}

static void rule_end(rule_values *r) {
    watched_free(&r->weights);
    watched_free(&r->first);
    watched_free(&r->second);
    watched_free(&r->gradient);
}

static void add_moment(exact_sum *sum, double moment, double value, digitnet__decay decay) {
    add_product(sum, moment, 1);
    add_product(sum, value, (double)decay.taken);
    add_product(sum, -moment, (double)decay.taken);
}

/* Keras's formula, in double precision. */
static void adam_is_adam(void **state) {
    (void)state;
    const digitnet__kernels *k;
    const digitnet__adam settings = {
        .step_size = 0.01f, .beta_1 = {0.9f, 0.1f}, .beta_2 = {0.999f, 0.001f}, .epsilon = 1e-7f};
    for (size_t count = 1; count < 100; count += 7) {
        float first_set[100];
        size_t set = 0;
        FOR_EACH_SET(k) {
            digitnet__random random;
            digitnet__random_seed(&random, count);
            rule_values r = rule_begin(count, &random);
            exact_sum w[100] = {{0}}, m[100] = {{0}}, v[100] = {{0}};
            for (size_t i = 0; i < count; i++) {
                add_moment(&m[i], r.m[i], r.g[i], settings.beta_1);
                add_moment(&v[i], r.v[i], (double)r.g[i] * r.g[i], settings.beta_2);
                double factor = settings.step_size / (sqrt(v[i].value) + settings.epsilon);
                w[i] = (exact_sum){r.w[i] - factor * m[i].value, fabs(r.w[i]) + factor * m[i].magnitude};
            }
            k->adam(r.w, r.m, r.v, r.g, count, &settings);
            /* Difference, product, sum, and the square; all of them, root, sum, product, quotient and difference. */
            compare_sums(r.m, m, count, false, 3, "first moment");
            compare_sums(r.v, v, count, false, 4, "second moment");
            compare_sums(r.w, w, count, false, 3 + 4 + 5, "weights");
            if (set++ == 0)
                memcpy(first_set, r.w, count * sizeof(float));
            assert_memory_equal(first_set, r.w, count * sizeof(float)); /* every set has the same bits */
            rule_end(&r);
        }
    }
}

static void adam_keeps_out_of_the_denormals(void **state) {
    (void)state;
    const digitnet__kernels *k;
    const digitnet__adam settings = {
        .step_size = 0.001f, .beta_1 = {0.9f, 0.1f}, .beta_2 = {0.999f, 0.001f}, .epsilon = 1e-7f};
    FOR_EACH_SET(k) {
        float w[40] = {0}, m[40], v[40], g[40] = {0};
        for (size_t i = 0; i < 40; i++) {
            m[i] = i % 2 ? FLT_MIN : -FLT_MIN;
            v[i] = FLT_MIN;
        }
        m[39] = v[38] = NAN;
        k->adam(w, m, v, g, 40, &settings);
        for (size_t i = 0; i < 39; i++)
            assert_true(m[i] == 0 && (i == 38 ? isnan(v[i]) : v[i] == 0));
        assert_true(isnan(m[39]) && isnan(w[39]) && isnan(w[38]));
    }
}

static void sgd_is_sgd(void **state) {
    (void)state;
    const digitnet__kernels *k;
    for (int variant = 0; variant < 3; variant++) {
        const digitnet__sgd settings = {0.1f, variant == 0 ? 0 : 0.9f, variant == 2};
        for (size_t count = 1; count < 100; count += 7)
            FOR_EACH_SET(k) {
                digitnet__random random;
                digitnet__random_seed(&random, count);
                rule_values r = rule_begin(count, &random);
                exact_sum w[100] = {{0}}, velocity[100] = {{0}};
                for (size_t i = 0; i < count; i++) {
                    add_product(&velocity[i], variant == 0 ? 1 : settings.momentum, r.m[i]);
                    if (variant != 0)
                        add_product(&velocity[i], -settings.learning_rate, r.g[i]);
                    add_product(&w[i], r.w[i], 1);
                    if (variant != 1)
                        add_product(&w[i], -settings.learning_rate, r.g[i]);
                    double share = variant == 0 ? 0 : variant == 1 ? 1 : settings.momentum;
                    w[i].value += share * velocity[i].value;
                    w[i].magnitude += share * velocity[i].magnitude;
                }
                k->sgd(r.w, variant == 0 ? NULL : r.m, r.g, count, &settings);
                /* Two products and a difference; these, another product, a difference and a sum. */
                compare_sums(r.m, velocity, count, false, 2, "velocity");
                compare_sums(r.w, w, count, false, 5, "weights");
                rule_end(&r);
            }
    }
}

static void sets_come_widest_first(void **state) {
    (void)state;
    assert_non_null(digitnet__kernels_best());
    assert_ptr_equal(digitnet__kernels_best(), digitnet__kernels_at(0));
    size_t index = 0;
    for (; digitnet__kernels_at(index + 1); index++)
        assert_true(digitnet__kernels_at(index)->width > digitnet__kernels_at(index + 1)->width);
    assert_string_equal(digitnet__kernels_at(index)->name, "baseline");
}

int main(int argc, char **argv) {
    random_shapes = count_from(argc, argv, random_shapes);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sets_come_widest_first),
        cmocka_unit_test(im2col_and_its_adjoint),
        cmocka_unit_test(images_get_their_padding_and_lose_it),
        cmocka_unit_test(softmax_and_its_gradient),
        cmocka_unit_test(softmax_of_what_is_no_number),
        cmocka_unit_test(bytes_become_correctly_rounded_floats),
        cmocka_unit_test(rows_are_added),
        cmocka_unit_test(sums_biases_and_relu),
        cmocka_unit_test(adam_is_adam),
        cmocka_unit_test(adam_keeps_out_of_the_denormals),
        cmocka_unit_test(sgd_is_sgd),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Framing of digits: against MNIST's own, which were framed by its makers, and under everything that a camera does to a
 * picture. */
#include "image/digit_ink.h"
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { SIDE = DIGITNET_FRAME_SIZE, VALUES = SIDE * SIDE, SAMPLES = 300, AROUND_SAMPLES = 100, EPOCHS = 5 };

static digitnet_status frame(float *out, const uint8_t *pixels, size_t width, size_t height, size_t stride) {
    return digitnet_image_frame_digit(
        out, VALUES,
        DIGITNET_WITH(digitnet_image, .pixels = pixels, .width = width, .height = height, .stride = stride));
}

/* ---- Pictures made from a digit of MNIST
 * ----------------------------------------------------------------------------- */

struct picture {
    size_t width, height;
    uint8_t *pixels;
};

static struct picture new_picture(size_t width, size_t height, uint8_t grey) {
    struct picture made = {width, height, must_allocate(width * height)};
    memset(made.pixels, grey, width * height);
    return made;
}

typedef struct picture (*change_fn)(const uint8_t *digit);

static struct picture unchanged(const uint8_t *digit) {
    struct picture made = new_picture(SIDE, SIDE, 0);
    memcpy(made.pixels, digit, VALUES);
    return made;
}

static struct picture inverted(const uint8_t *digit) {
    struct picture made = unchanged(digit);
    for (size_t i = 0; i < VALUES; i++)
        made.pixels[i] = 255 - made.pixels[i];
    return made;
}

/* `zoom` times as large, by bilinear interpolation, with these margins. */
static struct picture enlarged(const uint8_t *digit, size_t zoom, size_t left, size_t top, size_t right,
                               size_t bottom) {
    struct picture made = new_picture(left + zoom * SIDE + right, top + zoom * SIDE + bottom, 0);
    for (size_t row = 0; row < zoom * SIDE; row++) {
        double y = fmin(fmax(((double)row + 0.5) / (double)zoom - 0.5, 0.0), SIDE - 1.001);
        for (size_t column = 0; column < zoom * SIDE; column++) {
            double x = fmin(fmax(((double)column + 0.5) / (double)zoom - 0.5, 0.0), SIDE - 1.001);
            const uint8_t *corner = digit + (size_t)y * SIDE + (size_t)x;
            double right_part = x - floor(x), lower_part = y - floor(y);
            double upper = corner[0] * (1.0 - right_part) + corner[1] * right_part;
            double lower = corner[SIDE] * (1.0 - right_part) + corner[SIDE + 1] * right_part;
            made.pixels[(top + row) * made.width + left + column] =
                (uint8_t)(upper * (1.0 - lower_part) + lower * lower_part + 0.5);
        }
    }
    return made;
}

static struct picture five_times(const uint8_t *digit) {
    return enlarged(digit, 5, 0, 0, 0, 0);
}

static struct picture with_margins(const uint8_t *digit) {
    return enlarged(digit, 2, 61, 5, 20, 90);
}

/* So large that it is reduced at first, and looked at again from closer by. */
static struct picture far_away(const uint8_t *digit) {
    struct picture made = enlarged(digit, 2, 1500, 700, 600, 900);
    for (size_t i = 0; i < made.width * made.height; i++)
        made.pixels[i] = 255 - made.pixels[i];
    return made;
}

static struct picture with_specks(const uint8_t *digit) {
    struct picture made = enlarged(digit, 5, 30, 30, 30, 30);
    const size_t places[][2] = {{4, 5}, {190, 7}, {8, 180}, {195, 190}};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        for (size_t row = 0; row < 3; row++)
            memset(made.pixels + (places[i][0] + row) * made.width + places[i][1], 255, 3);
    return made;
}

/* Pencil on paper that is lit from one side, darker towards the corners, and grainy. */
static struct picture photographed(const uint8_t *digit) {
    struct picture made = enlarged(digit, 6, 40, 25, 10, 60);
    for (size_t row = 0, i = 0; row < made.height; row++) {
        for (size_t column = 0; column < made.width; column++, i++) {
            double x = 2.0 * (double)column / (double)made.width - 1.0,
                   y = 2.0 * (double)row / (double)made.height - 1.0;
            double light = (150.0 + 60.0 * x - 30.0 * y) * (1.0 - 0.1 * (x * x + y * y));
            double grain = 4.0 * (double)noise(7, i);
            made.pixels[i] = (uint8_t)(light * (1.0 - 0.6 * made.pixels[i] / 255.0) + grain + 0.5);
        }
    }
    return made;
}

/* The sheet ends at the right: the table is dark. */
static struct picture with_table(const uint8_t *digit) {
    struct picture made = enlarged(digit, 5, 20, 20, 40, 20);
    for (size_t i = 0; i < made.width * made.height; i++)
        made.pixels[i] = i % made.width < made.width - 12 ? 230 - made.pixels[i] / 2 : 50;
    return made;
}

/* ---- What stands around a digit on forms, in tables and in scans
 * ------------------------------------------------------------------------------------------------------------------ */

enum { ZOOM = 4, AROUND = 24, PAPER = 240 };

/* Ink of this grey on paper, four times as large as in MNIST. */
static struct picture on_paper(const uint8_t *digit, uint8_t ink) {
    struct picture made = enlarged(digit, ZOOM, AROUND, AROUND, AROUND, AROUND);
    for (size_t i = 0; i < made.width * made.height; i++)
        made.pixels[i] = (uint8_t)(PAPER - made.pixels[i] * (PAPER - ink) / 255);
    return made;
}

static void darken_rectangle(struct picture *picture, size_t left, size_t top, size_t width, size_t height,
                             uint8_t grey) {
    for (size_t row = top; row < top + height && row < picture->height; row++)
        for (size_t column = left; column < left + width && column < picture->width; column++)
            if (picture->pixels[row * picture->width + column] > grey)
                picture->pixels[row * picture->width + column] = grey;
}

/* Black lines of a cell's frame, this far from the picture's edges. */
static void draw_frame(struct picture *picture, size_t inset, size_t pen) {
    darken_rectangle(picture, inset, inset, picture->width - 2 * inset, pen, 15);
    darken_rectangle(picture, inset, picture->height - inset - pen, picture->width - 2 * inset, pen, 15);
    darken_rectangle(picture, inset, inset, pen, picture->height - 2 * inset, 15);
    darken_rectangle(picture, picture->width - inset - pen, inset, pen, picture->height - 2 * inset, 15);
}

static struct picture in_a_frame(const uint8_t *digit) {
    struct picture made = on_paper(digit, 30);
    draw_frame(&made, 4, 4);
    return made;
}

static struct picture pencil_in_a_frame(const uint8_t *digit) {
    struct picture made = on_paper(digit, 110);
    draw_frame(&made, 4, 4);
    return made;
}

static struct picture light_in_a_light_frame(const uint8_t *digit) {
    struct picture made = in_a_frame(digit);
    for (size_t i = 0; i < made.width * made.height; i++)
        made.pixels[i] = (uint8_t)(255 - made.pixels[i]);
    return made;
}

/* A cell cut out a little askew, so that two of its lines are in the picture, and end at its edges. */
static struct picture cut_with_lines(const uint8_t *digit) {
    struct picture made = on_paper(digit, 60);
    for (size_t i = 0; i < made.width; i++)
        darken_rectangle(&made, i, 5 + i / 30, 1, 3, 70);
    for (size_t i = 0; i < made.height; i++)
        darken_rectangle(&made, 12 - i / 25, i, 4, 1, 50);
    return made;
}

static struct picture above_a_rule(const uint8_t *digit) {
    struct picture made = on_paper(digit, 30);
    darken_rectangle(&made, 0, made.height - AROUND - 4, made.width, 3, 30);
    return made;
}

/* It runs through the lower part of most digits. */
static struct picture crossed_by_a_rule(const uint8_t *digit) {
    struct picture made = on_paper(digit, 30);
    darken_rectangle(&made, 0, AROUND + 22 * ZOOM, made.width, 2, 90);
    return made;
}

static struct picture beside_a_line(const uint8_t *digit) {
    struct picture made = on_paper(digit, 30);
    darken_rectangle(&made, 1, 0, 4, made.height, 30);
    return made;
}

static struct picture in_a_comb(const uint8_t *digit) {
    struct picture made = on_paper(digit, 30);
    darken_rectangle(&made, 14, 0, 4, made.height, 0);
    darken_rectangle(&made, made.width - 18, 0, 4, made.height, 0);
    return made;
}

static struct picture on_ruled_paper(const uint8_t *digit) {
    struct picture made = on_paper(digit, 30);
    for (size_t row = 10; row < made.height; row += 28)
        darken_rectangle(&made, 0, row, made.width, 1, 210);
    return made;
}

static struct picture with_a_black_border(const uint8_t *digit) {
    struct picture made = on_paper(digit, 30);
    darken_rectangle(&made, 0, 0, made.width, 6, 10);
    darken_rectangle(&made, 0, made.height - 6, made.width, 6, 10);
    darken_rectangle(&made, 0, 0, 12, made.height, 10);
    darken_rectangle(&made, made.width - 6, 0, 6, made.height, 10);
    return made;
}

/* Its edge crosses the digit from corner to corner. */
static struct picture in_a_hard_shadow(const uint8_t *digit) {
    struct picture made = on_paper(digit, 80);
    for (size_t row = 0, i = 0; row < made.height; row++)
        for (size_t column = 0; column < made.width; column++, i++)
            made.pixels[i] = (uint8_t)(made.pixels[i] * (row + column < made.width ? 1.0 : 0.55));
    return made;
}

/* Without any margin, and with more ink than paper for some. */
static struct picture that_fills_its_picture(const uint8_t *digit) {
    struct picture whole = on_paper(digit, 30), made;
    size_t left = whole.width, right = 0, top = whole.height, bottom = 0;
    for (size_t row = 0, i = 0; row < whole.height; row++) {
        for (size_t column = 0; column < whole.width; column++, i++) {
            if (whole.pixels[i] > PAPER / 2)
                continue;
            left = column < left ? column : left;
            right = column >= right ? column + 1 : right;
            top = row < top ? row : top;
            bottom = row + 1;
        }
    }
    made = new_picture(right - left, bottom - top, 0);
    for (size_t row = 0; row < made.height; row++)
        memcpy(made.pixels + row * made.width, whole.pixels + (top + row) * whole.width + left, made.width);
    free(whole.pixels);
    return made;
}

/* ---- Against MNIST
 * ---------------------------------------------------------------------------------------------------- */

struct subset {
    digitnet_model *model;
    uint8_t bytes[SAMPLES * VALUES];
    float images[SAMPLES * VALUES];
    int32_t labels[SAMPLES];
};

static int load(void **state) {
    digitnet_dataset *train = NULL, *test = NULL;
    struct subset *subset = must_allocate(sizeof *subset);
    load_subset(&train, &test);
    expect_ok(digitnet_dataset_read(subset->images, SAMPLES * VALUES, subset->labels, SAMPLES, test, 0, SAMPLES));
    for (size_t i = 0; i < SAMPLES * VALUES; i++)
        subset->bytes[i] = (uint8_t)(255.0f * subset->images[i] + 0.5f);
    subset->model = make_digit_network(1);
    fit(subset->model, train, DIGITNET_WITH(digitnet_fit_options, .epochs = EPOCHS));
    digitnet_dataset_free(test);
    digitnet_dataset_free(train);
    *state = subset;
    return 0;
}

static int unload(void **state) {
    struct subset *subset = *state;
    digitnet_model_free(subset->model);
    free(subset);
    return 0;
}

static double accuracy(const struct subset *subset, const float *images, size_t count) {
    float *scores = must_allocate(SAMPLES * 10 * sizeof *scores);
    size_t right = 0;
    expect_ok(digitnet_model_predict(scores, SAMPLES * 10, subset->model, images, count * VALUES));
    for (size_t i = 0; i < count; i++) {
        int32_t best = 0;
        for (int32_t digit = 1; digit < 10; digit++)
            best = scores[i * 10 + (size_t)digit] > scores[i * 10 + (size_t)best] ? digit : best;
        right += best == subset->labels[i];
    }
    free(scores);
    return (double)right / (double)count;
}

/* Frames every digit as `change` shows it; the mean absolute difference from MNIST's own frame is at most `difference`,
 * and the network reads it as well as that one, but for `loss`. */
static void check_change(const struct subset *subset, change_fn change, double difference, double loss) {
    float *framed = must_allocate(sizeof subset->images);
    double sum = 0.0;
    for (size_t i = 0; i < SAMPLES; i++) {
        struct picture picture = change(subset->bytes + i * VALUES);
        expect_ok(frame(framed + i * VALUES, picture.pixels, picture.width, picture.height, 0));
        free(picture.pixels);
    }
    for (size_t i = 0; i < SAMPLES * VALUES; i++) {
        assert_true(framed[i] >= 0.0f && framed[i] <= 1.0f);
        sum += fabs((double)framed[i] - (double)subset->images[i]);
    }
    double own = accuracy(subset, subset->images, SAMPLES), ours = accuracy(subset, framed, SAMPLES);
    print_message("difference %.4f, accuracy %.4f, of MNIST's own frames %.4f\n", sum / (SAMPLES * VALUES), ours, own);
    assert_true(sum / (SAMPLES * VALUES) <= difference);
    assert_true(own > 0.93);
    assert_true(ours >= own - loss);
    free(framed);
}

static void mnist_stays_as_it_is(void **state) {
    check_change(*state, unchanged, 0.006, 0.01);
}

static void polarity_does_not_matter(void **state) {
    check_change(*state, inverted, 0.006, 0.01);
}

static void size_does_not_matter(void **state) {
    check_change(*state, five_times, 0.04, 0.03);
}

static void margins_do_not_matter(void **state) {
    check_change(*state, with_margins, 0.04, 0.03);
}

static void specks_do_not_matter(void **state) {
    check_change(*state, with_specks, 0.04, 0.03);
}

static void light_and_grain_do_not_matter(void **state) {
    check_change(*state, photographed, 0.05, 0.03);
}

static void a_tables_edge_does_not_matter(void **state) {
    check_change(*state, with_table, 0.05, 0.03);
}

/* The digit is read as well as in MNIST's own frame, but for three in a hundred. */
static void surroundings_do_not_matter(void **state) {
    static const struct {
        const char *name;
        change_fn draw;
    } situations[] = {
        {"in a frame", in_a_frame},
        {"pencil in a frame", pencil_in_a_frame},
        {"light in a light frame", light_in_a_light_frame},
        {"cut with lines", cut_with_lines},
        {"above a rule", above_a_rule},
        {"crossed by a rule", crossed_by_a_rule},
        {"beside a line", beside_a_line},
        {"in a comb", in_a_comb},
        {"on ruled paper", on_ruled_paper},
        {"with a black border", with_a_black_border},
        {"in a hard shadow", in_a_hard_shadow},
        {"that fills its picture", that_fills_its_picture},
    };
    const struct subset *subset = *state;
    double own = accuracy(subset, subset->images, AROUND_SAMPLES);
    for (size_t i = 0; i < sizeof situations / sizeof *situations; i++) {
        float *framed = must_allocate(AROUND_SAMPLES * VALUES * sizeof *framed);
        for (size_t j = 0; j < AROUND_SAMPLES; j++) {
            struct picture picture = situations[i].draw(subset->bytes + j * VALUES);
            expect_ok(frame(framed + j * VALUES, picture.pixels, picture.width, picture.height, 0));
            free(picture.pixels);
        }
        double ours = accuracy(subset, framed, AROUND_SAMPLES);
        print_message("%s: accuracy %.4f, of MNIST's own frames %.4f\n", situations[i].name, ours, own);
        assert_true(ours >= own - 0.03);
        free(framed);
    }
}

/* How many digits stand side by side in the picture, which is freed. */
static size_t count_digits(struct picture picture) {
    digitnet__digit_ink ink;
    expect_ok(
        digitnet__digit_ink_find(&ink, DIGITNET_WITH(digitnet_image, .pixels = picture.pixels, .width = picture.width,
                                                     .height = picture.height, .stride = picture.width)));
    size_t digits = ink.digits;
    digitnet__digit_ink_release(&ink);
    free(picture.pixels);
    return digits;
}

static void digits_side_by_side_are_counted(void **state) {
    const struct subset *subset = *state;
    for (size_t i = 0; i + 3 < 40; i++) {
        struct picture row = new_picture(3 * SIDE * ZOOM, SIDE * ZOOM, PAPER);
        for (size_t j = 0; j < 3; j++) {
            struct picture digit = enlarged(subset->bytes + (i + j) * VALUES, ZOOM, 0, 0, 0, 0);
            for (size_t y = 0; y < digit.height; y++)
                for (size_t x = 0; x < digit.width; x++)
                    row.pixels[y * row.width + j * digit.width + x] -= digit.pixels[y * digit.width + x] / 2;
            free(digit.pixels);
        }
        assert_true(count_digits(row) >= 2); /* slanted ones may overlap */
        assert_true(count_digits(in_a_comb(subset->bytes + i * VALUES)) == 1);
        assert_true(count_digits(in_a_frame(subset->bytes + i * VALUES)) == 1);
    }
}

/* One digit is enough for a picture of eight million pixels. */
static void distance_does_not_matter(void **state) {
    const struct subset *subset = *state;
    for (size_t i = 0; i < 3; i++) {
        float framed[VALUES];
        double sum = 0.0;
        struct picture picture = far_away(subset->bytes + i * VALUES);
        expect_ok(frame(framed, picture.pixels, picture.width, picture.height, 0));
        free(picture.pixels);
        for (size_t j = 0; j < VALUES; j++)
            sum += fabs((double)framed[j] - (double)subset->images[i * VALUES + j]);
        assert_true(sum / VALUES < 0.06);
    }
}

/* ---- Pictures drawn here
 * ---------------------------------------------------------------------------------------------- */

static void fill_rectangle(struct picture *picture, size_t left, size_t top, size_t width, size_t height,
                           uint8_t grey) {
    for (size_t row = top; row < top + height; row++)
        memset(picture->pixels + row * picture->width + left, grey, width);
}

/* The first and last rows and columns that are not 0. */
static void find_box(const float *framed, size_t box[4]) {
    box[0] = box[2] = SIZE_MAX;
    box[1] = box[3] = 0;
    for (size_t row = 0; row < SIDE; row++) {
        for (size_t column = 0; column < SIDE; column++) {
            if (framed[row * SIDE + column] == 0.0f)
                continue;
            box[0] = row < box[0] ? row : box[0];
            box[1] = row;
            box[2] = column < box[2] ? column : box[2];
            box[3] = column > box[3] ? column : box[3];
        }
    }
}

static void the_aspect_is_kept(void **state) {
    (void)state;
    float framed[VALUES];
    size_t box[4];
    struct picture picture = new_picture(300, 200, 240);
    fill_rectangle(&picture, 30, 40, 100, 50, 10); /* 2 : 1 */
    expect_ok(frame(framed, picture.pixels, 300, 200, 0));
    find_box(framed, box);
    assert_int_equal(box[3] - box[2] + 1, 20);
    assert_int_equal(box[1] - box[0] + 1, 10);
    assert_true(framed[14 * SIDE + 14] == 1.0f);
    free(picture.pixels);
}

/* A heavy end pulls the box to the other side: the centre of mass is what stands in the middle. */
static void the_centre_of_mass_is_in_the_middle(void **state) {
    (void)state;
    float framed[VALUES];
    double mass = 0.0, x = 0.0, y = 0.0;
    struct picture picture = new_picture(200, 200, 255);
    fill_rectangle(&picture, 50, 50, 10, 100, 0);
    fill_rectangle(&picture, 50, 110, 60, 40, 0);
    expect_ok(frame(framed, picture.pixels, 200, 200, 0));
    for (size_t i = 0; i < VALUES; i++) {
        mass += (double)framed[i];
        x += (double)framed[i] * (double)(i % SIDE);
        y += (double)framed[i] * (double)(i / SIDE);
    }
    assert_true(fabs(x / mass - 14.0) <= 0.5);
    assert_true(fabs(y / mass - 14.0) <= 0.5);
    free(picture.pixels);
}

static void the_stride_is_honoured(void **state) {
    (void)state;
    float tight[VALUES], loose[VALUES];
    struct picture narrow = new_picture(40, 50, 200), wide = new_picture(64, 50, 200);
    fill_rectangle(&narrow, 10, 10, 6, 30, 20);
    fill_rectangle(&wide, 10, 10, 6, 30, 20);
    fill_rectangle(&wide, 40, 0, 24, 50, 20); /* beyond the picture */
    expect_ok(frame(tight, narrow.pixels, 40, 50, 0));
    expect_ok(frame(loose, wide.pixels, 40, 50, 64));
    assert_memory_equal(tight, loose, sizeof tight);
    free(wide.pixels);
    free(narrow.pixels);
}

/* A fine pen in a large picture is drawn as broad as MNIST's. */
static void thin_strokes_become_visible(void **state) {
    (void)state;
    float framed[VALUES];
    double mass = 0.0;
    struct picture picture = new_picture(600, 600, 230);
    fill_rectangle(&picture, 200, 100, 4, 400, 40);
    fill_rectangle(&picture, 200, 100, 150, 4, 40);
    expect_ok(frame(framed, picture.pixels, 600, 600, 0));
    for (size_t i = 0; i < VALUES; i++)
        mass += (double)framed[i];
    assert_true(mass > 25.0); /* about 27 pixels of stroke */
    free(picture.pixels);
}

/* A 4 that reaches all edges but those at its sides, `side` pixels high and with a margin around it. */
static struct picture draw_four(size_t side, size_t pen, size_t margin) {
    struct picture made = new_picture(side + 2 * margin, side + 2 * margin, 240);
    size_t left = margin + side / 5, stem = margin + side * 11 / 20, bar = margin + side * 12 / 20;
    fill_rectangle(&made, stem, margin, pen, side, 20);
    fill_rectangle(&made, left, bar, side * 12 / 20, pen, 20);
    fill_rectangle(&made, left, margin + side / 4, pen, bar - margin - side / 4, 20);
    return made;
}

/* They go from edge to edge as rules do. */
static void strokes_from_edge_to_edge_stay(void **state) {
    (void)state;
    const size_t sizes[][2] = {{16, 2}, {24, 2}, {32, 2}, {40, 3}, {64, 4}, {120, 8}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        float tight[VALUES], loose[VALUES];
        struct picture close = draw_four(sizes[i][0], sizes[i][1], 0);
        struct picture far = draw_four(sizes[i][0], sizes[i][1], sizes[i][0] / 2);
        expect_ok(frame(tight, close.pixels, close.width, close.height, 0));
        expect_ok(frame(loose, far.pixels, far.width, far.height, 0));
        assert_memory_equal(tight, loose, sizeof tight);
        free(far.pixels);
        free(close.pixels);
    }
}

static void odd_shapes_work(void **state) {
    (void)state;
    float framed[VALUES];
    struct picture row = new_picture(100000, 1, 250), column = new_picture(1, 100000, 5),
                   small = new_picture(3, 3, 255);
    fill_rectangle(&row, 40000, 0, 20000, 1, 0);
    expect_ok(frame(framed, row.pixels, row.width, row.height, 0));
    fill_rectangle(&column, 0, 40000, 1, 20000, 255);
    expect_ok(frame(framed, column.pixels, column.width, column.height, 0));
    small.pixels[4] = 0;
    expect_ok(frame(framed, small.pixels, 3, 3, 0));
    free(small.pixels);
    free(column.pixels);
    free(row.pixels);
}

/* ---- What is no digit, and misuse
 * ------------------------------------------------------------------------------------- */

static void expect_untouched(const float *framed) {
    for (size_t i = 0; i < VALUES; i++)
        assert_true(framed[i] == -1.0f);
}

static void pictures_without_ink_are_refused(void **state) {
    (void)state;
    float framed[VALUES];
    for (size_t i = 0; i < VALUES; i++)
        framed[i] = -1.0f;
    struct picture picture = new_picture(120, 90, 77);
    expect_failure(frame(framed, picture.pixels, 120, 90, 0), DIGITNET_ENOTFOUND, "120 x 90");
    expect_failure(frame(framed, picture.pixels, 1, 1, 0), DIGITNET_ENOTFOUND, "1 x 1");
    for (size_t i = 0; i < 120 * 90; i++) /* light from one side */
        picture.pixels[i] = (uint8_t)(60 + i % 120);
    expect_failure(frame(framed, picture.pixels, 120, 90, 0), DIGITNET_ENOTFOUND, "no ink");
    for (size_t i = 0; i < 120 * 90; i++) /* grain */
        picture.pixels[i] = (uint8_t)(128.0f + 8.0f * noise(3, i));
    expect_failure(frame(framed, picture.pixels, 120, 90, 0), DIGITNET_ENOTFOUND, "no ink");
    expect_untouched(framed);
    free(picture.pixels);
}

static void misuse_is_refused(void **state) {
    (void)state;
    float framed[VALUES];
    uint8_t pixel = 0;
    for (size_t i = 0; i < VALUES; i++)
        framed[i] = -1.0f;
    expect_failure(digitnet_image_frame_digit(framed, VALUES, NULL), DIGITNET_EINVAL, "image is NULL");
    expect_failure(frame(NULL, &pixel, 1, 1, 0), DIGITNET_EINVAL, "out is NULL");
    expect_failure(frame(framed, NULL, 1, 1, 0), DIGITNET_EINVAL, "pixels is NULL");
    expect_failure(frame(framed, &pixel, 0, 1, 0), DIGITNET_EINVAL, "0 x 1");
    expect_failure(frame(framed, &pixel, 1, 0, 0), DIGITNET_EINVAL, "1 x 0");
    expect_failure(frame(framed, &pixel, 5, 1, 4), DIGITNET_EINVAL, "stride 4");
    expect_failure(frame(framed, &pixel, (size_t)1 << 15, ((size_t)1 << 13) + 1, 0), DIGITNET_ELIMIT, "32768 x 8193");
    expect_failure(frame(framed, &pixel, SIZE_MAX, SIZE_MAX, 0), DIGITNET_ELIMIT, "more than");
    expect_failure(
        digitnet_image_frame_digit(
            framed, VALUES, DIGITNET_WITH(digitnet_image, .pixels = &pixel, .width = 4, .height = 3, .max_pixels = 11)),
        DIGITNET_ELIMIT, "more than 11");
    expect_failure(digitnet_image_frame_digit(framed, VALUES - 1,
                                              DIGITNET_WITH(digitnet_image, .pixels = &pixel, .width = 1, .height = 1)),
                   DIGITNET_EBUFFER, "783");
    expect_failure(digitnet_image_frame_digit(framed, VALUES, &(digitnet_image){.struct_size = 3}), DIGITNET_EINVAL,
                   "digitnet_image");
    expect_untouched(framed);
}

int main(void) {
    const struct CMUnitTest against_mnist[] = {
        cmocka_unit_test(mnist_stays_as_it_is),       cmocka_unit_test(polarity_does_not_matter),
        cmocka_unit_test(size_does_not_matter),       cmocka_unit_test(margins_do_not_matter),
        cmocka_unit_test(specks_do_not_matter),       cmocka_unit_test(light_and_grain_do_not_matter),
        cmocka_unit_test(distance_does_not_matter),   cmocka_unit_test(a_tables_edge_does_not_matter),
        cmocka_unit_test(surroundings_do_not_matter), cmocka_unit_test(digits_side_by_side_are_counted),
    };
    const struct CMUnitTest drawn[] = {
        cmocka_unit_test(the_aspect_is_kept),
        cmocka_unit_test(the_centre_of_mass_is_in_the_middle),
        cmocka_unit_test(the_stride_is_honoured),
        cmocka_unit_test(thin_strokes_become_visible),
        cmocka_unit_test(strokes_from_edge_to_edge_stay),
        cmocka_unit_test(odd_shapes_work),
        cmocka_unit_test(pictures_without_ink_are_refused),
        cmocka_unit_test(misuse_is_refused),
    };
    return cmocka_run_group_tests(against_mnist, load, unload) | cmocka_run_group_tests(drawn, NULL, NULL);
}

#include "draw_line.h"

#include "draw_form.h"
#include "draw_mark.h"
#include "draw_scan.h"
#include "hand.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    BINS_PER_HEIGHT = 12,
    BINS = 4 * BINS_PER_HEIGHT /* two heights above the line's middle, two below */
};

/* Of raised digits, in heights of the others. */
#define RAISED_SIZE 0.6f

/* What keeps digits apart. */
enum spacing { BY_STROKES, BY_BOXES, BY_CELLS };

struct layout {
    enum spacing spacing;
    float gap, spread, touching; /* in heights; the probability that two digits touch, whatever the gap */
    float slope;                 /* rows a column */
    float separators, signs;     /* the probability of a mark behind a digit, and of one before or behind the line */
    float left, middle, height;  /* in pixels: where the line begins, its middle at the left, its digits' height */
    float end;                   /* no digit goes beyond */
};

/* How far a digit reaches to both sides at each height of the line; left > right where it has nothing. */
struct outline {
    float left[BINS], right[BINS], box_left, box_right;
};

int make_line_canvas(struct line_canvas *canvas) {
    size_t pixels = (size_t)MOST_LINE_WIDTH * MOST_LINE_HEIGHT;
    *canvas = (struct line_canvas){malloc(pixels * sizeof(float)), malloc(pixels * sizeof(float)), malloc(pixels)};
    return canvas->written && canvas->printed && canvas->pixels ? 0 : -1;
}

void free_line_canvas(struct line_canvas *canvas) {
    free(canvas->written);
    free(canvas->printed);
    free(canvas->pixels);
}

static const struct glyphs *choose_source(const struct line_material *material, struct draw_random *random) {
    float sum = 0;
    size_t i = 0;
    for (size_t k = 0; k < material->count; k++)
        sum += material->weights[k];
    for (float left = random_in(random, 0, sum); i + 1 < material->count && left >= material->weights[i]; i++)
        left -= material->weights[i];
    return &material->sources[i];
}

static struct layout choose_layout(size_t digits, float widest, struct draw_random *random) {
    struct layout layout = {.gap = random_in(random, 0.05f, 0.5f),
                            .spread = random_in(random, 0, 0.12f),
                            .slope = 0.012f * random_normal(random)};
    float kind = random_in(random, 0, 1);
    if (kind < 0.5f) {
        layout.touching = random_in(random, 0.3f, 1);
    } else if (kind < 0.62f) {
        layout.spacing = BY_BOXES;
        layout.gap = random_in(random, -0.25f, 0.4f);
    } else if (kind < 0.7f) {
        layout.spacing = BY_CELLS;
        layout.gap = random_in(random, 0.95f, 1.6f);
    } else if (kind < 0.82f) {
        layout.gap = random_in(random, 0.4f, 1.4f);
    }
    if (layout.spacing != BY_CELLS && random_chance(random, 0.2f))
        layout.separators = random_in(random, 0.1f, 0.5f);
    if (layout.spacing != BY_CELLS && random_chance(random, 0.25f))
        layout.signs = 0.6f;
    float highest = fminf((float)MOST_LINE_HEIGHT / 3.2f, 700 / ((float)digits + 2));
    layout.height = random_log(random, 13, fmaxf(highest, 14));
    layout.left = layout.height * random_in(random, 0.1f, 1.2f);
    layout.middle = layout.height * random_in(random, 0.75f, 1.5f);
    layout.end = fminf(layout.left + layout.height * widest, MOST_LINE_WIDTH - 2);
    return layout;
}

/* Of a digit whose middle is at (0, 0). */
static void trace_outline(struct outline *outline, const struct placed_digit *digit, float line_height) {
    const struct glyph *glyph = digit->glyph;
    for (int i = 0; i < BINS; i++) {
        outline->left[i] = INFINITY;
        outline->right[i] = -INFINITY;
    }
    outline->box_left = INFINITY;
    outline->box_right = -INFINITY;
    for (int row = glyph->top; row < glyph->bottom; row++) {
        if (glyph->first[row] > glyph->last[row])
            continue;
        struct point left = map_point(&digit->map, glyph->first[row], (float)row + 0.5f);
        struct point right = map_point(&digit->map, (float)glyph->last[row] + 1, (float)row + 0.5f);
        int bin = (int)(left.y / line_height * BINS_PER_HEIGHT + BINS / 2.0f);
        bin = bin < 1 ? 1 : bin > BINS - 2 ? BINS - 2 : bin;
        for (int near = bin - 1; near <= bin + 1; near++) {
            outline->left[near] = fminf(outline->left[near], left.x);
            outline->right[near] = fmaxf(outline->right[near], right.x);
        }
        outline->box_left = fminf(outline->box_left, left.x);
        outline->box_right = fmaxf(outline->box_right, right.x);
    }
}

static void shift_outline(struct outline *outline, float x) {
    for (int i = 0; i < BINS; i++) {
        outline->left[i] += x;
        outline->right[i] += x;
    }
    outline->box_left += x;
    outline->box_right += x;
}

/* How far to the right a digit must go to stand `gap` behind the one before. */
static float distance(const struct outline *before, const struct outline *digit, const struct layout *layout, float gap,
                      int touching) {
    float nearest = before->box_right - digit->box_left;
    if (layout->spacing == BY_BOXES && !touching)
        return nearest + gap * layout->height;
    float needed = -INFINITY;
    for (int i = 0; i < BINS; i++)
        needed = fmaxf(needed, before->right[i] - digit->left[i]);
    /* A digit beside nothing, as a small one above a comma, does not slip under. */
    needed = fmaxf(needed, nearest - 0.6f * layout->height);
    return needed + gap * layout->height;
}

/* A stroke from one zero to the next, at their tops. */
static void draw_ligature(struct canvas *canvas, const struct placed_digit *from, const struct placed_digit *to,
                          const struct hand *hand, struct draw_random *random) {
    const struct glyph *a = from->glyph, *b = to->glyph;
    float row = random_in(random, 0, 3);
    struct point start = map_point(&from->map, a->right - 5, a->top + row);
    struct point end = map_point(&to->map, b->left + 5, b->top + row);
    struct point middle = {(start.x + end.x) / 2,
                           (start.y + end.y) / 2 + from->height * random_in(random, -0.1f, 0.15f)};
    draw_segment(canvas, start, middle, hand->pen * from->height);
    draw_segment(canvas, middle, end, hand->pen * from->height);
}

/* The row of the digit's middle. */
static float row_of(const struct placed_digit *digit, const struct layout *layout, const struct hand *hand, float x,
                    struct draw_random *random) {
    float base = layout->middle + layout->slope * x + layout->height / 2;
    float row = base - digit->height / 2 + hand->drift * layout->height * random_normal(random);
    if (digit->label == 7 || digit->label == 9)
        row += layout->height * hand->descent;
    return row;
}

/* One whose middle lines are known, where the hand has a pen of its own. */
static const struct glyph *choose_glyph(const struct glyph *items, const size_t *order, size_t count,
                                        const struct hand *hand, struct draw_random *random) {
    const struct glyph *glyph = &items[order[random_below(random, count)]];
    for (int tries = 0; hand->pen_strokes && glyph->strokes.joints == 0 && tries < 8; tries++)
        glyph = &items[order[random_below(random, count)]];
    return glyph;
}

/* A line while it is written. */
struct writer {
    struct canvas *canvas, *printed;
    const struct layout *layout;
    const struct hand *hand;
    const struct glyphs *source, *words;
    struct draw_random *random;
    struct placed_digit last; /* its glyph is NULL at the beginning, and behind a mark */
    struct outline before;    /* of what was written last */
};

/* Forms a digit on its row, with its outline as if the line were not yet at its place; 0 where the source has none. */
static int next_digit(struct placed_digit *digit, struct outline *outline, struct writer *writer, int raised) {
    const struct glyphs *source = writer->source;
    const struct layout *layout = writer->layout;
    digit->label = (int32_t)random_below(writer->random, 10);
    size_t first = source->starts[digit->label], choices = source->starts[digit->label + 1] - first;
    if (choices == 0)
        return 0;
    digit->glyph = choose_glyph(source->items, source->order + first, choices, writer->hand, writer->random);
    form_digit(digit, writer->hand, raised ? RAISED_SIZE * layout->height : layout->height, writer->random);
    float row = row_of(digit, layout, writer->hand, writer->before.box_right, writer->random) - layout->middle;
    digit->map.y0 += raised ? row - (1 - RAISED_SIZE) * layout->height : row;
    trace_outline(outline, digit, layout->height);
    digit->map.y0 += layout->middle;
    return 1;
}

/* Where the digit goes, from its place at column 0. */
static float column_of(const struct outline *outline, const struct writer *writer, size_t index) {
    const struct layout *layout = writer->layout;
    struct draw_random *random = writer->random;
    if (layout->spacing == BY_CELLS)
        return layout->left + layout->height * (layout->gap * ((float)index + 0.5f) + 0.06f * random_normal(random));
    if (index == 0)
        return writer->before.box_right - outline->box_left;
    int touching = random_chance(random, layout->touching);
    float gap = touching ? random_in(random, -0.1f, 0.03f) : layout->gap + layout->spread * random_normal(random);
    return distance(&writer->before, outline, layout, gap, touching);
}

static void join_zeros(struct writer *writer, const struct placed_digit *digit, const struct outline *outline) {
    if (writer->last.glyph && writer->last.label == 0 && digit->label == 0 &&
        outline->box_left - writer->before.box_right < 0.3f * digit->height &&
        random_chance(writer->random, writer->hand->ligatures))
        draw_ligature(writer->canvas, &writer->last, digit, writer->hand, writer->random);
}

static void add_mark(struct writer *writer, int around) {
    const struct layout *layout = writer->layout;
    float x = writer->before.box_right, base = layout->middle + layout->slope * x + layout->height / 2;
    float end =
        draw_mark(writer->canvas, x, base, layout->height, writer->hand->pen * layout->height, around, writer->random);
    for (int bin = 0; bin < BINS; bin++)
        writer->before.right[bin] = end;
    writer->before.box_right = end;
    writer->last.glyph = NULL;
}

/* A printed word, as the name of a currency before an amount. */
static void add_word(struct writer *writer) {
    const struct layout *layout = writer->layout;
    struct draw_random *random = writer->random;
    const struct glyphs *words = writer->words;
    struct hand printer = choose_printer(random);
    struct canvas *canvas = random_chance(random, 0.5f) ? writer->printed : writer->canvas;
    size_t next = random_below(random, words->count);
    while (next > 0 && words->items[next - 1].label == WORD_GOES_ON)
        next--;
    float height = layout->height * random_in(random, 0.6f, 1.15f), apart = height * random_in(random, 0.03f, 0.12f);
    float gap = layout->height * random_log(random, 0.08f, 0.8f);
    for (int goes_on = 1; goes_on; next++) {
        struct placed_digit sign = {.glyph = &words->items[next], .label = NO_DIGIT};
        struct outline outline;
        goes_on = sign.glyph->label == WORD_GOES_ON;
        form_digit(&sign, &printer, height, random);
        sign.map.y0 += (height - sign.height) / 2; /* all stand on one row */
        trace_outline(&outline, &sign, layout->height);
        float x = distance(&writer->before, &outline, layout, gap / layout->height, 0);
        shift_outline(&outline, x);
        if (outline.box_right > layout->end)
            return;
        sign.map.x0 += x;
        sign.map.y0 += layout->middle + layout->slope * x;
        write_digit(canvas, &sign, &printer, random);
        writer->before = outline;
        writer->last.glyph = NULL;
        gap = apart;
    }
    writer->before.box_right += layout->height * random_log(random, 0.08f, 0.8f);
}

static void add_around(struct writer *writer) {
    if (writer->words && writer->words->count > 0 && random_chance(writer->random, 0.5f))
        add_word(writer);
    else
        add_mark(writer, 1);
}

/* Writes up to `count` digits, fewer where there is no room, perhaps with the last two raised, as cents are. */
static void write_digits(struct drawn_line *line, struct writer *writer, size_t count) {
    const struct layout *layout = writer->layout;
    int cents = layout->spacing != BY_CELLS && count > 3 && random_chance(writer->random, 0.05f);
    if (random_chance(writer->random, layout->signs))
        add_around(writer);
    for (size_t i = 0; i < count; i++) {
        struct placed_digit digit;
        struct outline outline;
        if (!next_digit(&digit, &outline, writer, cents && i + 2 >= count))
            continue;
        float x = column_of(&outline, writer, i);
        shift_outline(&outline, x);
        digit.map.x0 += x;
        if (outline.box_right > layout->end)
            break;
        write_digit(writer->canvas, &digit, writer->hand, writer->random);
        join_zeros(writer, &digit, &outline);
        line->digits[line->count++] = digit.label;
        writer->last = digit;
        writer->before = outline;
        if (random_chance(writer->random, layout->separators))
            add_mark(writer, 0);
    }
    if (random_chance(writer->random, layout->signs))
        add_around(writer);
    line->width = (size_t)fminf(writer->before.box_right, MOST_LINE_WIDTH);
}

void draw_digit_line(struct drawn_line *line, struct line_canvas *memory, const struct line_material *material,
                     float widest, struct draw_random *random) {
    size_t count = random_chance(random, 0.03f) ? 0 : 1 + random_below(random, MOST_LINE_DIGITS);
    struct layout layout = choose_layout(count, widest, random);
    const struct glyphs *source = choose_source(material, random);
    struct hand hand = source->printed ? choose_printer(random) : choose_hand(random);
    if (source->printed)
        layout.touching = layout.spread = 0;
    /* The widest that it can be; what is left over on the right is cut off before the paper is drawn. */
    struct canvas written = {memory->written, MOST_LINE_WIDTH, 0}, printed = {memory->printed, MOST_LINE_WIDTH, 0};
    float below = layout.height * random_in(random, 0.6f, 1.3f) + fmaxf(layout.slope, 0) * layout.height * 6;
    written.height = printed.height = (int)fminf(layout.middle + below, MOST_LINE_HEIGHT);
    *line = (struct drawn_line){.pixels = memory->pixels,
                                .height = (size_t)written.height,
                                .digit_height = layout.height,
                                .middle = layout.middle};
    memset(written.ink, 0, (size_t)written.height * MOST_LINE_WIDTH * sizeof(float));
    memset(printed.ink, 0, (size_t)written.height * MOST_LINE_WIDTH * sizeof(float));
    struct writer writer = {.canvas = &written,
                            .printed = &printed,
                            .layout = &layout,
                            .hand = &hand,
                            .source = source,
                            .words = material->words,
                            .random = random,
                            .before = {.box_right = layout.left}};
    write_digits(line, &writer, count);
    if (line->count == 0)
        line->width = (size_t)(layout.left + layout.height * random_in(random, 1, 6));
    line->width = (size_t)fminf((float)line->width + layout.height * random_in(random, 0.1f, 1.2f), MOST_LINE_WIDTH);
    /* Closer together: rows of the final width. */
    for (size_t y = 1; y < line->height; y++) {
        memmove(written.ink + y * line->width, written.ink + y * MOST_LINE_WIDTH, line->width * sizeof(float));
        memmove(printed.ink + y * line->width, printed.ink + y * MOST_LINE_WIDTH, line->width * sizeof(float));
    }
    written.width = printed.width = (int)line->width;
    struct form form = {.left = layout.left, .middle = layout.middle, .height = layout.height, .slope = layout.slope};
    if (layout.spacing == BY_CELLS)
        form.pitch = layout.gap * layout.height;
    form.cells = line->count;
    draw_form(&printed, &form, random);
    draw_neighbours(&written, &form, &hand, source, random);
    if (line->count == 0)
        draw_stray_marks(&written, &form, &hand, random);
    draw_scan(line->pixels, &written, &printed, random);
}

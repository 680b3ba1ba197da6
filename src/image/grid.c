#include "image/grid.h"

#include "core/memory.h"
#include "core/status.h"
#include "image/crossings.h"
#include "image/grid_lines.h"
#include "image/median.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

/* A larger picture is reduced until no side is longer. */
enum { LONGEST_SIDE = 1600 };
/* By how much rules stand out, and faint ones, which are looked for where the others make no table. */
enum { RULE_INK = 10, FAINT_RULE_INK = 5 };
/* The part of a table's crossings that are seen, and that of a table whose other rules need not be tried. */
#define LEAST_SEEN 0.55
#define MOSTLY_SEEN 0.9
/* Tables are tried until so many pairs of their rules were. A page or photo takes less than a thirtieth. */
enum { MOST_PAIRS = 1 << 18 };
/* A crossing farther than this from where its neighbours want it, in cells, is put there. */
#define FARTHEST 0.15

/* A crossing of two lines, in the table seen from the front, less where it is expected. */
typedef struct node {
    double x, y;
    size_t crosses; /* how many rules both rules cross */
    bool known, seen;
} node;

/* Where several rules are one line, those that cross more others come first. */
static void note_crossings(node *nodes, const digitnet__grid_lines *l) {
    size_t columns = l->down.lattice.lines;
    memset(nodes, 0, l->across.lattice.lines * columns * sizeof *nodes);
    for (size_t i = 0; i < l->across.count; i++) {
        for (size_t j = 0; j < l->down.count; j++) {
            size_t across = l->across.chosen[i], down = l->down.chosen[j];
            size_t line = l->across.lines[across], column = l->down.lines[down];
            node *n = &nodes[line * columns + column];
            size_t crosses = l->across.crosses[i] + l->down.crosses[j];
            bool is_seen = digitnet__grid_lines_seen(l, across, down);
            if (n->known && (n->seen > is_seen || (n->seen == is_seen && n->crosses >= crosses)))
                continue;
            digitnet__point at = digitnet__project(&l->to_table, digitnet__grid_lines_cross(l, across, down));
            *n = (node){at.x - l->down.lattice.positions[column], at.y - l->across.lattice.positions[line], crosses,
                        true, is_seen};
        }
    }
}

typedef struct node_field {
    const node *nodes;
    size_t lines, columns;
} node_field;

/* The crossing so many lines and columns from another, or NULL where it was not seen. */
static const node *node_at(const node_field *f, size_t line, size_t column, int down, int right) {
    ptrdiff_t i = (ptrdiff_t)line + down, j = (ptrdiff_t)column + right;
    if (i < 0 || j < 0 || i >= (ptrdiff_t)f->lines || j >= (ptrdiff_t)f->columns)
        return NULL;
    const node *n = &f->nodes[(size_t)i * f->columns + (size_t)j];
    return n->seen ? n : NULL;
}

/* Values that neighbours want a crossing to have. */
typedef struct wishes {
    double x[8], y[8];
    size_t count;
} wishes;

static void add_wish(wishes *w, const node *a, double part_of_a, const node *b) {
    if (!a || !b)
        return;
    w->x[w->count] = part_of_a * a->x + (1.0 - part_of_a) * b->x;
    w->y[w->count++] = part_of_a * a->y + (1.0 - part_of_a) * b->y;
}

/* The middle of both neighbours along a line, and what goes on straight from two on either side. */
static void add_wishes(wishes *w, const node_field *f, size_t line, size_t column, int down, int right) {
    const node *before = node_at(f, line, column, -down, -right), *after = node_at(f, line, column, down, right);
    add_wish(w, before, 0.5, after);
    add_wish(w, before, 2.0, node_at(f, line, column, -2 * down, -2 * right));
    add_wish(w, after, 2.0, node_at(f, line, column, 2 * down, 2 * right));
}

static double spacing_at(const digitnet__lattice *lattice, size_t line) {
    size_t before = line > 0 ? line - 1 : 0, after = line + 1 < lattice->lines ? line + 1 : line;
    return (lattice->positions[after] - lattice->positions[before]) / (double)(after - before);
}

/* How far two places are from each other, in cells around a crossing. */
static double cells_between(const digitnet__grid_lines *l, size_t line, size_t column, double x, double y) {
    return hypot(x / spacing_at(&l->down.lattice, column), y / spacing_at(&l->across.lattice, line));
}

/* Where the neighbours of a crossing want it, and whether most of them agree on that. False where none is known. */
static bool neighbours_want(node *out, bool *agree, const node_field *f, const digitnet__grid_lines *l, size_t line,
                            size_t column) {
    wishes w = {.count = 0}, sorted;
    size_t near = 0;
    add_wishes(&w, f, line, column, 0, 1);
    add_wishes(&w, f, line, column, 1, 0);
    for (int step = -1; w.count == 0 && step <= 1; step += 2) {
        const node *beside = node_at(f, line, column, 0, step), *above = node_at(f, line, column, step, 0);
        add_wish(&w, beside, 1.0, beside);
        add_wish(&w, above, 1.0, above);
    }
    if (w.count == 0)
        return false;
    sorted = w;
    *out = (node){digitnet__median(sorted.x, w.count), digitnet__median(sorted.y, w.count), 0, true, false};
    for (size_t i = 0; i < w.count; i++)
        near += cells_between(l, line, column, w.x[i] - out->x, w.y[i] - out->y) <= FARTHEST;
    *agree = near >= 3 && 2 * near > w.count;
    return true;
}

/* Moves crossings that were not seen, or are far from it, to where their neighbours want them. */
static void settle(node *settled, const node *nodes, const digitnet__grid_lines *l) {
    size_t lines = l->across.lattice.lines, columns = l->down.lattice.lines;
    node_field field = {nodes, lines, columns};
    for (size_t i = 0, k = 0; i < lines; i++) {
        for (size_t j = 0; j < columns; j++, k++) {
            node wanted;
            bool agree;
            settled[k] = nodes[k];
            if (!neighbours_want(&wanted, &agree, &field, l, i, j))
                continue;
            double off = cells_between(l, i, j, nodes[k].x - wanted.x, nodes[k].y - wanted.y);
            if (!nodes[k].known || (agree && (!nodes[k].seen || off > FARTHEST)))
                settled[k] = wanted;
        }
    }
}

static double area(const digitnet__grid *g) {
    digitnet__point a = g->points[0], b = g->points[g->columns];
    digitnet__point c = g->points[(g->rows + 1) * (g->columns + 1) - 1], d = g->points[g->rows * (g->columns + 1)];
    return ((c.x - a.x) * (d.y - b.y) - (c.y - a.y) * (d.x - b.x)) / 2.0;
}

/* Larger tables are better, and those of which all is seen. */
static double value_of(const digitnet__grid *g) {
    return g->seen * g->seen * sqrt(area(g));
}

static void make_grid(digitnet__grid *out, const digitnet__grid_lines *l, node *nodes, node *settled) {
    size_t lines = l->across.lattice.lines, columns = l->down.lattice.lines, count = 0;
    note_crossings(nodes, l);
    settle(settled, nodes, l);
    out->rows = lines - 1;
    out->columns = columns - 1;
    for (size_t i = 0, k = 0; i < lines; i++) {
        for (size_t j = 0; j < columns; j++, k++) {
            digitnet__point at = {l->down.lattice.positions[j] + settled[k].x,
                                  l->across.lattice.positions[i] + settled[k].y};
            out->points[k] = digitnet__project(&l->from_table, at);
            count += nodes[k].seen;
        }
    }
    out->seen = (double)count / (double)(lines * columns);
}

/* A table has at least two cells. */
static bool is_table(const digitnet__grid_lines *l) {
    size_t across = l->across.lattice.lines, down = l->down.lattice.lines;
    return across <= DNN_GRID_MOST + 1 && down <= DNN_GRID_MOST + 1 && (across - 1) * (down - 1) >= 2;
}

/* What the search works with, and the best table so far. */
typedef struct search {
    digitnet__grid_lines lines;
    digitnet__grid best, tried;
    node *nodes, *settled;
    unsigned char *done; /* across rules that need not be tried */
} search;

static void search_all(search *s) {
    const digitnet__grid_family *across = &s->lines.across;
    double highest = 0.0;
    for (size_t rule = 0; rule < across->rules->count && s->lines.pairs < MOST_PAIRS; rule++) {
        if (s->done[rule] || across->rules->items[rule].border || !digitnet__grid_lines_find(&s->lines, rule) ||
            !is_table(&s->lines))
            continue;
        make_grid(&s->tried, &s->lines, s->nodes, s->settled);
        for (size_t i = 0; s->tried.seen >= MOSTLY_SEEN && i < across->count; i++)
            s->done[across->chosen[i]] = 1;
        double value = value_of(&s->tried);
        if (s->tried.seen >= LEAST_SEEN && value > highest) {
            digitnet__grid last = s->best;
            s->best = s->tried;
            s->tried = last;
            highest = value;
        }
    }
}

/* The best table, of no rows where there is none. */
static digitnet_status find_in(digitnet__grid *out, const digitnet__crossings *crossings, size_t rows, size_t columns) {
    size_t lines = rows ? rows + 1 : DNN_GRID_MOST + 1, uprights = columns ? columns + 1 : DNN_GRID_MOST + 1;
    digitnet__arena memory = {.size = 0};
    size_t nodes = digitnet__arena_reserve(&memory, lines * uprights, sizeof(node));
    size_t settled = digitnet__arena_reserve(&memory, lines * uprights, sizeof(node));
    size_t done = digitnet__arena_reserve(&memory, crossings->across.count, 1);
    search s = {.best = {.points = digitnet__allocate_array(lines * uprights, sizeof(digitnet__point))},
                .tried = {.points = digitnet__allocate_array(lines * uprights, sizeof(digitnet__point))}};
    digitnet_status status =
        s.best.points && s.tried.points && digitnet__arena_allocate(&memory)
            ? digitnet__grid_lines_create(&s.lines, crossings, rows ? lines : 0, columns ? uprights : 0)
            : DIGITNET_ENOMEM;
    if (!status) {
        s.nodes = digitnet__arena_at(&memory, nodes);
        s.settled = digitnet__arena_at(&memory, settled);
        s.done = digitnet__arena_at(&memory, done);
        search_all(&s);
        digitnet__grid_lines_release(&s.lines);
        *out = s.best;
        s.best.points = NULL;
    }
    digitnet__grid_release(&s.best);
    digitnet__grid_release(&s.tried);
    digitnet__arena_release(&memory);
    return status;
}

/* Looks for rules that stand out by `least_ink`, and keeps the better one of the table so far and the one found. */
static digitnet_status find_better(digitnet__grid *best, const digitnet__plane *ink, size_t rows, size_t columns,
                                   uint8_t least_ink) {
    digitnet__crossings crossings;
    digitnet__grid found = {.points = NULL};
    DNN_TRY(digitnet__crossings_find(&crossings, ink, least_ink));
    digitnet_status status = find_in(&found, &crossings, rows, columns);
    digitnet__crossings_release(&crossings);
    if (!status && (best->rows == 0 || (found.rows > 0 && value_of(&found) > value_of(best)))) {
        digitnet__grid last = *best;
        *best = found;
        found = last;
    }
    digitnet__grid_release(&found);
    return status;
}

static digitnet_status find_grid(digitnet__grid *out, const digitnet__plane *ink, size_t rows, size_t columns) {
    digitnet_status status = find_better(out, ink, rows, columns, RULE_INK);
    if (!status && (out->rows == 0 || out->seen < MOSTLY_SEEN))
        status = find_better(out, ink, rows, columns, FAINT_RULE_INK);
    if (!status && out->rows == 0)
        status =
            digitnet__fail(DIGITNET_ENOTFOUND, "no table in the picture of %zu x %zu pixels", ink->width, ink->height);
    if (status)
        digitnet__grid_release(out);
    return status;
}

digitnet_status digitnet__grid_find(digitnet__grid *out, const digitnet__plane *ink, size_t rows, size_t columns) {
    size_t longest = ink->width > ink->height ? ink->width : ink->height, factor = (longest - 1) / LONGEST_SIDE + 1;
    digitnet__plane reduced;
    *out = (digitnet__grid){.points = NULL};
    if (rows > DNN_GRID_MOST || columns > DNN_GRID_MOST)
        return digitnet__fail(DIGITNET_EINVAL, "a table of %zu x %zu cells; at most %d x %d are found", rows, columns,
                              DNN_GRID_MOST, DNN_GRID_MOST);
    if (factor == 1)
        return find_grid(out, ink, rows, columns);
    DNN_TRY(digitnet__plane_reduce(&reduced, ink, factor));
    digitnet_status status = find_grid(out, &reduced, rows, columns);
    digitnet__plane_release(&reduced);
    for (size_t i = 0; !status && i < (out->rows + 1) * (out->columns + 1); i++) {
        out->points[i].x *= (double)factor;
        out->points[i].y *= (double)factor;
    }
    return status;
}

void digitnet__grid_release(digitnet__grid *grid) {
    digitnet__release(grid->points);
    *grid = (digitnet__grid){.points = NULL};
}

digitnet_status digitnet__grid_turn(digitnet__grid *grid) {
    size_t lines = grid->rows + 1, uprights = grid->columns + 1;
    digitnet__point *points = digitnet__allocate_array(lines * uprights, sizeof *points);
    if (!points)
        return DIGITNET_ENOMEM;
    for (size_t i = 0; i < uprights; i++)
        for (size_t j = 0; j < lines; j++)
            points[i * lines + j] = grid->points[(lines - 1 - j) * uprights + i];
    digitnet__release(grid->points);
    *grid = (digitnet__grid){.rows = grid->columns, .columns = grid->rows, .points = points, .seen = grid->seen};
    return DIGITNET_OK;
}

void digitnet__grid_cell(digitnet__point corners[4], const digitnet__grid *grid, size_t row, size_t column) {
    size_t step = grid->apart ? 2 : 1, uprights = grid->apart ? 2 * grid->columns : grid->columns + 1;
    const digitnet__point *upper = grid->points + row * uprights + step * column, *lower = upper + uprights;
    corners[0] = upper[0];
    corners[1] = upper[1];
    corners[2] = lower[1];
    corners[3] = lower[0];
}

#include "class_table.h"

#include "class_names.h"

#include <string.h>

enum { SHOWN_MISTAKES = 10 };

/* Padded by characters, which printf() does not count. */
static void print_text(FILE *file, const char *text, size_t characters, size_t width) {
    fprintf(file, "%s%*s", text, (int)(width - characters), "");
}

static void print_row(FILE *file, const double figures[3], size_t count) {
    fprintf(file, " %9.4f %6.4f %6.4f %6zu\n", figures[0], figures[1], figures[2], count);
}

static int print_classes(FILE *file, const digitnet_report *report, char *const *names,
                         const digitnet_report_info *all) {
    char name[NAME_SIZE];
    size_t width = widest_class_name(names, all->classes), characters;
    if (width < strlen("weighted"))
        width = strlen("weighted");
    fprintf(file, "\n%*s precision recall     F1 images\n", (int)width, "");
    for (size_t i = 0; i < all->classes; i++) {
        digitnet_class_info info = DIGITNET_INIT(digitnet_class_info);
        if (digitnet_report_describe_class(&info, report, i))
            return -1;
        characters = show_class_name(name, names, i);
        print_text(file, name, characters, width);
        print_row(file, (const double[]){info.precision, info.recall, info.f1}, info.count);
    }
    print_text(file, "macro", strlen("macro"), width);
    print_row(file, (const double[]){all->macro_precision, all->macro_recall, all->macro_f1}, all->count);
    print_text(file, "weighted", strlen("weighted"), width);
    print_row(file, (const double[]){all->weighted_precision, all->weighted_recall, all->weighted_f1}, all->count);
    return 0;
}

/* Of all pairs of different classes, the one with the greatest count below that of the pair `last`, or, of equal ones,
 * the next one behind it; `pairs` where there is none. */
static size_t next_mistake(const size_t *counts, size_t classes, size_t last) {
    size_t pairs = classes * classes, best = pairs;
    for (size_t i = 0; i < pairs; i++) {
        int is_mistake = i / classes != i % classes && counts[i] > 0;
        int is_behind = last == pairs || counts[i] < counts[last] || (i > last && counts[i] == counts[last]);
        if (is_mistake && is_behind && (best == pairs || counts[i] > counts[best]))
            best = i;
    }
    return best;
}

static void print_mistakes(FILE *file, const digitnet_report *report, char *const *names) {
    char actual[NAME_SIZE], predicted[NAME_SIZE];
    size_t classes;
    const size_t *counts = digitnet_report_confusion(&classes, report);
    size_t pairs = classes * classes, pair = next_mistake(counts, classes, pairs);
    if (pair < pairs)
        fputs("\nThe most frequent mistakes:\n", file);
    for (size_t i = 0; i < SHOWN_MISTAKES && pair < pairs; i++, pair = next_mistake(counts, classes, pair)) {
        show_class_name(actual, names, pair / classes);
        show_class_name(predicted, names, pair % classes);
        fprintf(file, "  %s taken for %s: %zu\n", actual, predicted, counts[pair]);
    }
}

int print_class_table(FILE *file, const digitnet_report *report, char *const *names) {
    digitnet_report_info info = DIGITNET_INIT(digitnet_report_info);
    if (digitnet_report_describe(&info, report) || print_classes(file, report, names, &info))
        return -1;
    print_mistakes(file, report, names);
    return 0;
}

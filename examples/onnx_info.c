/* Says what an ONNX file is, and whether this library reads it: onnx_info FILE; --help explains the options. */
#include "arguments.h"
#include "console.h"
#include "onnx_compare.h"
#include "onnx_header.h"
#include "whole_file.h"

#include <digitnet/digitnet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct settings {
    const char *file, *input, *output; /* the last two are NULL where nothing is to be compared */
};

static int read_settings(struct settings *settings, int argc, char **argv) {
    int compare = 0;
    struct option options[] = {
        {"--compare", OPTION_FLAG, &compare, "", "predict the images of INPUT.npy, compare with OUTPUT.npy", 0},
    };
    const struct program program = {
        "onnx_info FILE | onnx_info FILE --compare INPUT.npy OUTPUT.npy",
        "Says what an ONNX file is: which tool made it, its operator sets, inputs and outputs, and, where this "
        "library\n"
        "reads it, its layers and the images that it takes; where it does not, which nodes stand in the way.\n\n"
        "Compared are outputs that another tool computed. Both arrays are of float32, float64 or uint8, in C order;\n"
        "images of uint8 are given to digitnet_model_predict_u8(). Outputs of int32 or int64 are classes, one for "
        "each\n"
        "image, as ArgMax gives them: they are compared with the places of the largest scores. Four sizes tell the\n"
        "order: N x channels x rows x columns or N x rows x columns x channels, and the former where they could be\n"
        "both. Other arrays have the values of one image after those of another, rows x columns x channels, as N x\n"
        "values or in other sizes.",
        options,
        sizeof options / sizeof *options,
        1,
        3};
    size_t count;
    int code = read_arguments(argv, &count, argc, argv, &program);
    if (code >= 0)
        return code;
    if (count != (compare ? 3 : 1))
        return usage_error(&program, compare ? "--compare takes two files beside the model" : "one argument too many: ",
                           compare ? "" : argv[1]);
    *settings = (struct settings){argv[0], compare ? argv[1] : NULL, compare ? argv[2] : NULL};
    return -1;
}

/* The library's message has the path, unless that is very long, and then what it does not know, with "; " between. */
static void print_refusal(const char *path) {
    const char *reason = digitnet_last_error(), *end;
    size_t length = strlen(path);
    if (strncmp(reason, path, length) == 0 && strncmp(reason + length, ": ", 2) == 0)
        reason += length + 2;
    puts("This library does not read it:");
    while ((end = strstr(reason, "; ")) != NULL) {
        printf("  %.*s\n", (int)(end - reason), reason);
        reason = end + 2;
    }
    printf("  %s\n", reason);
}

static int report_failure(digitnet_status status, const char *path) {
    if (status != DIGITNET_EUNSUPPORTED)
        return failed(PROGRAM, "reading the model");
    print_refusal(path);
    return EXIT_FAILED;
}

static int print_model(const digitnet_model *model, int takes_bytes) {
    digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
    if (digitnet_model_describe(&info, model))
        return failed(PROGRAM, "describing the model");
    printf("%-11s %zu x %zu x %zu\n%-11s (rows x columns x channels)\n", "images", info.height, info.width,
           info.channels, "");
    printf("%-11s %s\n%-11s (%s)\n\n", "values", takes_bytes ? "bytes" : "floats, as the file takes them", "",
           takes_bytes ? "digitnet_model_predict_u8" : "digitnet_model_predict");
    print_summary(model);
    return EXIT_DONE;
}

/* What the file says of itself, and what the library makes of it; the code to exit with. */
static int report(const char *path) {
    digitnet_model *model = NULL;
    size_t size = 0;
    digitnet_status status = digitnet_model_load(&model, path);
    uint8_t *bytes = read_whole_file(&size, path);
    if (bytes)
        print_onnx_header(bytes, size);
    fflush(stdout); /* in order with the messages on stderr */
    int code = status ? report_failure(status, path) : print_model(model, bytes && onnx_takes_bytes(bytes, size));
    free(bytes);
    digitnet_model_free(model);
    return code;
}

static int compare(const struct settings *settings) {
    digitnet_model *model = NULL;
    digitnet_status status = digitnet_model_load(&model, settings->file);
    int code =
        status ? report_failure(status, settings->file) : compare_outputs(model, settings->input, settings->output);
    digitnet_model_free(model);
    return code;
}

int main(int argc, char **argv) {
    struct settings settings = {.file = NULL};
    int code = read_settings(&settings, argc, argv);
    if (code >= 0)
        return code;
    return end_output(PROGRAM, settings.input ? compare(&settings) : report(settings.file));
}

#include "gnuplot.h"

#include "files.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EXIT_NOT_FOUND = 127, EXIT_NOT_STARTED = 126 };

typedef enum drawing {
    DRAWING_DONE,
    DRAWING_NO_GNUPLOT, /* it is not installed */
    DRAWING_FAILED /* gnuplot failed, or the picture could not be written whole; there may be a message of its own */
} drawing;

/* The child's side: becomes gnuplot. */
static _Noreturn void become_gnuplot(const char *folder, const char *script, int output) {
    if (dup2(output, STDOUT_FILENO) >= 0 && chdir(folder) == 0)
        execlp("gnuplot", "gnuplot", script, (char *)NULL);
    _exit(errno == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_STARTED);
}

static drawing run_gnuplot(const char *folder, const char *script, int output) {
    int state = 0;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        become_gnuplot(folder, script, output);
    while (child > 0 && waitpid(child, &state, 0) < 0 && errno == EINTR)
        ;
    if (child < 0 || !WIFEXITED(state))
        return DRAWING_FAILED;
    return WEXITSTATUS(state) == 0                ? DRAWING_DONE
           : WEXITSTATUS(state) == EXIT_NOT_FOUND ? DRAWING_NO_GNUPLOT
                                                  : DRAWING_FAILED;
}

/* Whether a PNG file has its last chunk: on a full disk gnuplot leaves a part of the picture, and reports success. */
static int is_whole(FILE *picture) {
    static const char end[] = {'I', 'E', 'N', 'D', '\xae', '\x42', '\x60', '\x82'};
    char found[sizeof end];
    return fseek(picture, -(long)sizeof end, SEEK_END) == 0 && fread(found, sizeof found, 1, picture) == 1 &&
           memcmp(found, end, sizeof end) == 0;
}

/* Puts the PNG picture that the script writes to its standard output into FOLDER/PICTURE, once it is whole. */
static drawing draw_picture(const char *folder, const char *script, const char *picture) {
    FILE *file = open_output(folder, picture);
    if (!file)
        return DRAWING_FAILED;
    drawing result = run_gnuplot(folder, script, fileno(file));
    if (result == DRAWING_DONE && !is_whole(file))
        result = DRAWING_FAILED;
    if (result != DRAWING_DONE)
        discard_output(file, folder, picture);
    else if (close_output(file, folder, picture))
        result = DRAWING_FAILED;
    return result;
}

void draw_plot(const char *folder, const char *name) {
    char script[32], picture[32];
    snprintf(script, sizeof script, "%s.gp", name);
    snprintf(picture, sizeof picture, "%s.png", name);
    drawing result = draw_picture(folder, script, picture);
    if (result != DRAWING_DONE)
        fprintf(stderr, "%s is missing: %s. To draw it: cd '%s' && gnuplot %s >%s\n", picture,
                result == DRAWING_NO_GNUPLOT ? "gnuplot is not installed (package gnuplot-nox)" : "gnuplot failed",
                folder, script, picture);
}

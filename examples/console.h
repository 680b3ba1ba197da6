/* What the programs print. */
#ifndef CONSOLE_H
#define CONSOLE_H

#include <digitnet/digitnet.h>

/* Says on stderr at what the program failed, with the library's message. Returns EXIT_FAILED. */
int failed(const char *program, const char *what);
/* The table of a model's layers. */
void print_summary(const digitnet_model *model);
/* Which files of these names are in the folder. */
void print_outputs(const char *folder, const char *const *names, size_t count);
/* The code to exit with: `code`, or EXIT_FAILED, explained on stderr, where stdout took not all that was printed. */
int end_output(const char *program, int code);

#endif

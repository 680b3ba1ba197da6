/* Where the models are that come with the package. */
#ifndef MODEL_FOLDER_H
#define MODEL_FOLDER_H

#include <stddef.h>

/* The folder of the models that belong to the running program: share/digitnet/models in a folder
 * above it, where it is installed, else where it was built from. 0, or -1 where there is none. */
int find_model_folder(char *folder, size_t capacity);

#endif

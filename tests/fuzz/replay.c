/* Runs a fuzz target without libFuzzer over the files of folders: fuzz_NAME FOLDER... */
#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* In memory of exactly its size, so that a sanitizer sees any byte read outside of it. */
static void replay_file(const char *path, size_t size) {
    uint8_t *bytes = malloc(size);
    FILE *file = fopen(path, "rb");
    REQUIRE(file != NULL && (bytes != NULL || size == 0));
    REQUIRE(fread(bytes, 1, size, file) == size);
    fclose(file);
    REQUIRE(LLVMFuzzerTestOneInput(bytes, size) == 0);
    free(bytes);
}

static size_t replay_folder(const char *folder) {
    size_t files = 0;
    DIR *entries = opendir(folder);
    REQUIRE(entries != NULL);
    for (const struct dirent *entry; (entry = readdir(entries)) != NULL;) {
        char path[4096];
        struct stat info;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (stat(path, &info) != 0 || !S_ISREG(info.st_mode))
            continue;
        replay_file(path, (size_t)info.st_size);
        files++;
    }
    closedir(entries);
    return files;
}

int main(int argc, char **argv) {
    size_t files = 0;
    for (int i = 1; i < argc; i++)
        files += replay_folder(argv[i]);
    printf("%zu files\n", files);
    return files > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

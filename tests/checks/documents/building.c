/* Around statements of a document that add layers to a model for images of 28 x 28. */
#include <digitnet/digitnet.h>
#include <stdio.h>

int main(void) {
    digitnet_model *model = NULL;
    if (digitnet_model_create(&model, 28, 28, 1))
        return 1;
    { INSIDE; }
    digitnet_status status = digitnet_model_add_flatten(model); /* returns the first builder's error */
    if (status)
        fprintf(stderr, "%s\n", digitnet_last_error());
    digitnet_model_free(model);
    return status != DIGITNET_OK;
}

#include "model/custom_loss.h"

#include "core/memory.h"
#include "core/status.h"
#include "model/model.h"

/* With one reference. */
static digitnet__custom_loss *create(digitnet_loss_fn call, void *user_data, digitnet_release_fn release) {
    digitnet__custom_loss *loss = digitnet__allocate(sizeof *loss);
    if (!loss)
        return NULL;
    *loss = (digitnet__custom_loss){.call = call, .user_data = user_data, .release = release};
    atomic_init(&loss->references, 1);
    return loss;
}

digitnet__custom_loss *digitnet__custom_loss_share(digitnet__custom_loss *loss) {
    if (loss)
        atomic_fetch_add(&loss->references, 1);
    return loss;
}

void digitnet__custom_loss_release(digitnet__custom_loss *loss) {
    if (!loss || atomic_fetch_sub(&loss->references, 1) != 1)
        return;
    if (loss->release)
        loss->release(loss->user_data);
    digitnet__release(loss);
}

digitnet_status digitnet_model_set_loss(digitnet_model *model, digitnet_loss_fn loss, void *user_data,
                                        digitnet_release_fn release) {
    if (!model || !loss)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_model_set_loss: %s is NULL", model ? "loss" : "model");
    DNN_TRY(digitnet__model_begin_write(model));
    digitnet__custom_loss *next = create(loss, user_data, release);
    digitnet__custom_loss *previous = next ? model->custom_loss : NULL;
    if (next)
        model->custom_loss = next;
    digitnet__model_end_write(model);
    digitnet__custom_loss_release(previous);
    return next ? DIGITNET_OK : DIGITNET_ENOMEM;
}

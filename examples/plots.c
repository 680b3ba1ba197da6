#include "plots.h"

#include "files.h"
#include "gnuplot.h"

int write_plots(const struct plots *plots) {
    /* Those of an earlier training shall not be taken for this one's, whatever fails below. */
    remove_output(plots->folder, "training.png");
    remove_output(plots->folder, "confusion.png");
    remove_output(plots->folder, "predictions.png");
    if ((plots->with_history && write_training_plot(plots)) || write_confusion_plot(plots) ||
        write_predictions_plot(plots))
        return -1;
    if (plots->with_history)
        draw_plot(plots->folder, "training");
    draw_plot(plots->folder, "confusion");
    draw_plot(plots->folder, "predictions");
    return 0;
}

/* What one layer does becomes one layer, however the file has it: other layers with the same result are slower, and
 * train otherwise. */
#include "graph_text.h"
#include "layers/activations.h"
#include "models.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Layers by their kinds, each with its activation but for the linear one, and with "same" where its window is padded so
 * that all of the input is seen, or "explicit" where it is padded as the file says. */
typedef struct lowering {
    const char *text, *layers;
} lowering;

static const lowering activations[] = {
    {"x N,2,3; y = Selu x", "activation:selu"},
    {"x N,2,3; y = Selu x alpha=2.0", "activation:elu rescaling"},
    {"x N,2,3; y = HardSigmoid x alpha=0.16666667", "activation:hard_sigmoid"},
    {"x N,2,3; y = HardSigmoid x", "rescaling activation:hard_sigmoid"},
    {"x N,2,3; y = Clip x f:0@ f:6@", "activation:relu6"},
    {"x N,2,3; y = Clip x f:0@", "activation:relu"},
    {"x N,2,3; y = Clip x f:0@ f:5@", "rescaling activation:relu6 rescaling"},
    {"x N,2,3; y = Max x f:0", "activation:relu"},
    {"x N,2,3; y = LeakyRelu x alpha=0.0", "activation:relu"},
    {"x N,2,3; y = Clip x", "activation"},
    {"x N,2,3,4; y = Softmax x axis=1", "activation:softmax"},
    {"x N,5; y = Softmax x", "flatten activation:softmax"},
    {"x N,2,3,4; y = Softmax x axis=2", "permute activation:softmax permute"},
};

static const lowering resizes[] = {
    {"x N,1,2,2; y = Resize x _ f:1,1,2,2", "up_sampling2d"},
    {"x N,1,2,2; y = Resize x _ f:1,1,2,2 coordinate_transformation_mode='half_pixel'", "up_sampling2d"},
    {"x N,1,2,2; y = Resize x _ f:1,1,2,2 coordinate_transformation_mode='half_pixel_symmetric'", "up_sampling2d"},
    {"x N,1,2,2; y = Resize x _ f:1,1,2,2 coordinate_transformation_mode='pytorch_half_pixel'", "up_sampling2d"},
    {"x N,1,2,2; y = Resize x _ f:1,1,3,3 coordinate_transformation_mode='asymmetric' nearest_mode='floor'",
     "up_sampling2d"},
    {"x N,1,2,2; y = Resize x _ f:1,1,2,2 coordinate_transformation_mode='asymmetric'", "up_sampling2d"},
    {"x N,1,2,2; y = Resize x _ f:1,1,3,2 coordinate_transformation_mode='asymmetric'",
     "reshape permute conv2d permute conv2d"},
    {"x N,1,2,2; y = Resize x _ f:1,1,2,3 coordinate_transformation_mode='asymmetric'",
     "reshape permute conv2d permute conv2d"},
    {"x N,1,2,2; y = Resize x _ f:1,1,2,2 mode='linear'", "up_sampling2d"},
    {"x N,1,2,2; y = Resize x _ f:1,1,2,2 mode='cubic'", "reshape permute conv2d permute conv2d"},
    {"opset 10; x N,1,2,2; y = Resize x f:1,1,2,2", "up_sampling2d"},
    {"x N,1,2,2; y = Resize x _ f:1,1,2,2 coordinate_transformation_mode='tf_half_pixel_for_nn' nearest_mode='floor'",
     "up_sampling2d"},
    {"x N,2,2,2; y = Resize x _ f:1,2,2,2", "conv2d permute conv2d permute conv2d reshape permute reshape"},
};

static const lowering windows[] = {
    {"x N,2,4,4; y = GlobalAveragePool x", "global_average_pooling2d flatten"},
    {"x N,2,4,4; y = ReduceMean x i:2,3", "global_average_pooling2d flatten"},
    {"x N,2,4,4; y = ReduceMax x axes=[2,3] keepdims=0", "global_max_pooling2d"},
    {"x N,2,4,4; y = AveragePool x kernel_shape=[2,2]", "average_pooling2d"},
    {"x N,2,4,4; y = MaxPool x kernel_shape=[2,2] strides=[2,2] pads=[1,1,1,1]", "max_pooling2d:explicit"},
    {"x N,2,4,4; p = Pad x i:0,0,1,1,0,0,1,1; y = Conv p n1@2x2x3x3", "conv2d:same"},
    {"x N,1,5,5; y = Conv x n1@1x1x2x2 pads=[0,0,1,1]", "conv2d:same"},
    {"x N,1,5,5; y = Conv x n1@1x1x2x2 pads=[1,1,0,0]", "conv2d:explicit"},
    {"x N,1,5,5; y = Conv x n1@1x1x2x2 pads=[0,0,1,0]", "conv2d:explicit"},
    {"x N,1,5,5; y = Conv x n1@1x1x3x3 strides=[2,2] pads=[1,1,1,1]", "conv2d:same"},
    {"x N,1,6,6; y = Conv x n1@1x1x3x3 strides=[2,2] pads=[1,1,1,1]", "conv2d:explicit"},
    {"x N,1,6,6; y = MaxPool x kernel_shape=[3,3] strides=[2,2] auto_pad='SAME_UPPER'", "max_pooling2d:same"},
    {"x N,1,6,6; y = MaxPool x kernel_shape=[3,3] strides=[2,2] auto_pad='SAME_LOWER'", "max_pooling2d:explicit"},
    {"x N,2,4,4; p = Pad x i:0,0,1,1,0,0,1,1; y = Relu p", "zero_padding2d activation:relu"},
    {"x N,2,4,4; p = Pad x i:0,0,1,1,0,0,1,1 mode='edge'; y = MaxPool p kernel_shape=[3,3]", "max_pooling2d:same"},
    {"x N,2,4,4; p = Pad x i:0,0,1,1,0,0,1,1 mode='edge'; y = MaxPool p kernel_shape=[3,3] ceil_mode=1",
     "permute conv2d permute conv2d reshape permute reshape max_pooling2d"},
    {"x N,2,4,4; p = Pad x i:0,0,1,1,0,0,1,1 mode='edge'; y = MaxPool p kernel_shape=[1,1]",
     "permute conv2d permute conv2d reshape permute reshape max_pooling2d"},
};

static const lowering products[] = {
    {"x N,1,4,4; c = Conv x n1@2x1x3x3; y = Relu c", "conv2d:relu"},
    {"x N,1,4,4; c = Conv x n1@2x1x3x3; r = Relu c; y = Add r c", "conv2d activation:relu add"},
    {"x N,3; m = MatMul x n1@3x2; y = Add m f:1,2", "flatten dense"},
    {"x N,3; m = MatMul x n1@3x2; a = Mul m f:2; y = Add a f:1", "flatten dense"},
    {"x N,2,4,4; c = Conv x n1@3x2x3x3; y = BatchNormalization c n1@3 n2@3 n3@3 f:1,2,3", "conv2d batch_normalization"},
    {"x N,2,4,4; c = Conv x n1@3x2x3x3; m = Mul c f:2,3,4@3x1x1; y = Add m f:1,2,3@3x1x1", "conv2d"},
    {"x N,2,4,4; m = Mul x f:2; y = Conv m n1@3x2x3x3", "rescaling conv2d"},
    {"x N,2,4,4; f = Flatten x; y = Gemm f n1@32x5", "flatten dense"},
    {"x N,2,4,4; f = Flatten x; g = Gemm f n1@32x5; y = Softmax g", "flatten dense:softmax"},
    {"x N,2,4,4; y = Conv x n1@3x2x2x2 auto_pad='SAME_UPPER'", "conv2d:same"},
    {"x N,2,4,4; y = Conv x n1@2x1x3x3 group=2", "depthwise_conv2d"},
    {"x N,2,4,4; y = ConvTranspose x n1@2x3x2x2 strides=[2,2]", "conv2d_transpose:explicit"},
};

static const lowering others[] = {
    {"x N,2,4,4; y = BatchNormalization x n1@2 n2@2 n3@2 f:1,2", "batch_normalization"},
    {"x N,4,2,2; y = InstanceNormalization x n1@4 n2@4", "group_normalization"},
    {"opset 21; x N,4,3,2; y = GroupNormalization x n1@4 n2@4 num_groups=2", "group_normalization"},
    {"opset 21; x N,4,3,2; y = GroupNormalization x n1@4 n2@4 num_groups=1", "group_normalization"},
    {"x N,2,3; y = LayerNormalization x n1@3 n2@3", "reshape layer_normalization"},
    {"x N,4,2,2; y = Slice x i:1 i:3 i:1", "channel_slice"},
    {"x N,4,2,2; y = PRelu x n1@4x1x1", "prelu"},
    {"x N,4,2,2; y = PRelu x f:0.1", "prelu"},
    {"x N,4,3,2; y = Concat x x axis=1", "concatenate"},
    {"x N,3; s = Sigmoid x; y = Mul x s", "activation:silu flatten"},
    {"x N,3; y = Sub x f:1", "rescaling flatten"},
    {"x N,3; y = Mul x f:2", "rescaling flatten"},
};

static const lowering patterns[] = {
    {"x N,2,3; m = ReduceMean x axes=[2]; d = Sub x m; q = Mul d d; v = ReduceMean q axes=[2]; e = Add v f:0.1; r = "
     "Sqrt e; i = Reciprocal r; g = Mul i n1@3; s = Mul x g; n = Neg m; t = Mul n g; b = Add t n2@3; y = Add s b",
     "reshape layer_normalization"},
    {"x N,2,3; m = ReduceMean x axes=[2]; d = Sub x m; q = Mul d d; v = ReduceMean q axes=[2]; e = Add f:0.1 v; r = "
     "Sqrt e; i = Reciprocal r; g = Mul n1@3 i; s = Mul g x; n = Neg m; t = Mul g n; b = Add n2@3 t; y = Add b s",
     "reshape layer_normalization"},
    {"x N,2,3; m = ReduceMean x axes=[-1]; d = Sub x m; q = Pow d f:2; v = ReduceMean q axes=[-1]; e = Add v f:0.1; r "
     "= Sqrt e; n = Div d r; s = Mul n n1@3; y = Add s n2@3",
     "reshape layer_normalization"},
    {"x N,2,3; m = ReduceMean x axes=[-1]; d = Sub x m; q = Mul d d; v = ReduceMean q axes=[-1]; e = Add f:0.1 v; r = "
     "Sqrt e; n = Div d r; s = Mul n1@3 n; y = Add n2@3 s",
     "reshape layer_normalization"},
    {"x N,2,3; d = Div x f:1.41421356; e = Erf d; a = Add e f:1; m = Mul x a; y = Mul m f:0.5", "activation:gelu"},
    {"x N,2,3; h = Mul x f:0.5; d = Div x f:1.41421356; e = Erf d; a = Add f:1 e; y = Mul h a", "activation:gelu"},
    {"x N,2,3; a = Add x f:3; c = Clip a f:0@ f:6@; m = Mul x c; y = Div m f:6", "activation:hard_swish"},
    {"x N,2,3; s = HardSigmoid x alpha=0.16666667; y = Mul x s", "activation:hard_swish"},
    {"x N,2,3; s = Softplus x; t = Tanh s; y = Mul x t", "activation:softplus activation:tanh multiply"},
    {"x N,2,3; s = Softplus x; g = Greater x f:20; y = Where g x s", "activation:softplus"},
    {"x N,5; l = ReduceLogSumExp x axes=[1]; y = Sub x l", "flatten activation:log_softmax"},
    {"x N,3; a = Relu x; u = Unsqueeze x i:0; v = Unsqueeze a i:0; c = Concat u v axis=0; y = ReduceSum c i:0 "
     "keepdims=0",
     "activation:relu add flatten"},
    {"x N,4,2,2; r = Reshape x i:0,2,2,2,2; t = Transpose r perm=[0,2,1,3,4]; y = Reshape t i:0,4,2,2",
     "reshape permute reshape"},
    {"x N,2,4,4; p = Pad x i:0,0,0,0,0,0,0,0; y = Relu p", "activation:relu"},
    {"x N,2,4,4; p = Pad x i:0,0,-1,0,0,0,0,-1; y = Relu p", "cropping2d activation:relu"},
    {"x N,2,4,4; r = Relu x; b = BatchNormalization r n1@2 n2@2 n3@2 f:1,2; y = Mul b f:2,3@2x1x1",
     "activation:relu batch_normalization"},
    {"x N,2,4,4; y = Dropout x", "dropout"},
    {"x N,2,4,4; a = Identity x; y = Cast a to=1", "activation"},
    {"x N,2,4,4; m = Mul x f:2; a = Add m f:1; y = Relu a", "rescaling activation:relu"},
    {"x N,2,4,4; m = Mul x f:2,3@2x1x1; a = Add m f:1,2@2x1x1; y = Relu a", "normalization activation:relu"},
    {"x N,4,4,2; t = Transpose x perm=[0,3,1,2]; c = Conv t n1@3x2x3x3; y = Transpose c perm=[0,2,3,1]", "conv2d"},
    {"x N,2,4,4; t = Transpose x perm=[0,2,3,1]; u = Transpose t perm=[0,3,1,2]; y = Relu u", "activation:relu"},
    {"x N,2,3,4; y = LayerNormalization x n1@2x3x4 n2@2x3x4 axis=1", "flatten layer_normalization reshape"},
    {"x N,3,4,5; y = LayerNormalization x n1@5 n2@5 axis=-1",
     "reshape permute reshape layer_normalization reshape permute reshape"},
    {"x N,3,4,5; t = Transpose x perm=[0,2,3,1]; y = LayerNormalization t n1@3 n2@3 axis=-1", "layer_normalization"},
    {"x N,6; y = Gemm x n1@6x3 f:1,2,3", "flatten dense"},
    {"x N,6; a = MatMul x n1@6x3; b = Relu a; c = MatMul b n2@3x2; y = Softmax c", "flatten dense:relu dense:softmax"},
    {"x N,6; a = MatMul x n1@6x3; y = BatchNormalization a n1@3 n2@3 n3@3 f:1,2,3",
     "flatten dense batch_normalization"},
    {"x N,2,4,4; a = Conv x n1@2x2x1x1; b = Conv x n2@2x2x1x1; y = Concat a b axis=1", "conv2d conv2d concatenate"},
    {"x N,2,4,4; a = Conv x n1@2x2x1x1; b = Relu a; c = Add a b; y = Relu c", "conv2d activation:relu add:relu"},
    {"x N,2,4,4; a = Conv x n1@2x2x1x1; b = Sub x a; y = Relu b", "conv2d rescaling add:relu"},
    {"x N,2,4,4; g = GlobalAveragePool x; y = Mul x g", "global_average_pooling2d multiply"},
    {"x N,2,4,4; y = DepthToSpace x blocksize=1", "activation"},
    {"x N,4,2,2; s,t = Split x axis=1; y = Add s t", "channel_slice channel_slice add"},
    {"x N,2,4,4; y = AveragePool x kernel_shape=[3,3] pads=[1,1,1,1] count_include_pad=1", "average_pooling2d:same"},
    {"x N,2,4,4; y = AveragePool x kernel_shape=[3,3] pads=[1,1,1,1]", "average_pooling2d:same"},
    {"x N,2,4,4; y = GlobalMaxPool x", "global_max_pooling2d flatten"},
    {"x N,2,4,4; y = ReduceMean x i:1", "conv2d"},
    {"x N,2,4,4; y = ReduceSum x i:2,3", "global_average_pooling2d rescaling flatten"},
};

static const char *padding_of(const digitnet_layer_info *layer) {
    if (layer->window_height == 0 || layer->padding == DIGITNET_PADDING_VALID)
        return "";
    return layer->padding == DIGITNET_PADDING_SAME ? ":same" : ":explicit";
}

static void list_layers(char *list, size_t size, const digitnet_model *model) {
    size_t used = 0;
    list[0] = '\0';
    for (size_t i = 0; i < info_of(model).layers && used < size; i++) {
        digitnet_layer_info layer = DIGITNET_INIT(digitnet_layer_info);
        expect_ok(digitnet_model_describe_layer(&layer, model, i));
        bool linear = layer.activation == DIGITNET_ACTIVATION_LINEAR;
        used += (size_t)snprintf(list + used, size - used, "%s%s%s%s%s", i ? " " : "", layer.kind, linear ? "" : ":",
                                 linear ? "" : digitnet__activation_name(layer.activation), padding_of(&layer));
    }
}

static void expect_layers(const lowering *cases, size_t count) {
    size_t wrong = 0;
    for (size_t i = 0; i < count; i++) {
        saved_bytes file = write_graph(cases[i].text);
        digitnet_model *model = NULL;
        char layers[512] = "";
        if (load_graph(&model, &file))
            snprintf(layers, sizeof layers, "%s", digitnet_last_error());
        else
            list_layers(layers, sizeof layers, model);
        if (strcmp(layers, cases[i].layers) != 0) {
            print_error("%s: %s, not %s\n", cases[i].text, layers, cases[i].layers);
            wrong++;
        }
        digitnet_model_free(model);
        free(file.data);
    }
    assert_int_equal(wrong, 0);
}
#define EXPECT_LAYERS(cases) expect_layers((cases), sizeof(cases) / sizeof *(cases))

static void activations_are_layers(void **state) {
    (void)state;
    EXPECT_LAYERS(activations);
}

static void whole_factors_are_up_sampling(void **state) {
    (void)state;
    EXPECT_LAYERS(resizes);
}

static void windows_take_their_padding(void **state) {
    (void)state;
    EXPECT_LAYERS(windows);
}

static void products_take_what_is_behind(void **state) {
    (void)state;
    EXPECT_LAYERS(products);
}

static void others_are_layers(void **state) {
    (void)state;
    EXPECT_LAYERS(others);
}

static void patterns_are_layers(void **state) {
    (void)state;
    EXPECT_LAYERS(patterns);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(activations_are_layers),     cmocka_unit_test(whole_factors_are_up_sampling),
        cmocka_unit_test(windows_take_their_padding), cmocka_unit_test(products_take_what_is_behind),
        cmocka_unit_test(others_are_layers),          cmocka_unit_test(patterns_are_layers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

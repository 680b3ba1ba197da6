// oneDNN 2 (Debian's libdnnl-dev) on the same work: a whole training step of MNIST's network, driven by hand.
// usage: onednn_mnist MNIST BATCH IMAGES [--profile]       (OMP_NUM_THREADS sets the threads)
// Prints whole steps over IMAGES digits, accuracy, and inference by 1 and by 256; before that, with --profile, what
// each primitive takes in a step.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <numeric>
#include <oneapi/dnnl/dnnl.hpp>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

namespace {

using dnnl::algorithm;
using dnnl::memory;
using dnnl::prop_kind;
using tag = memory::format_tag;

constexpr int pixels = 28 * 28, classes = 10;
constexpr double forward_mflop = 5.26, training_mflop = 15.4;

dnnl::engine cpu(dnnl::engine::kind::cpu, 0);
dnnl::stream stream(cpu);

double now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

struct Digits {
    std::vector<float> images; // in [0, 1]
    std::vector<uint8_t> labels;

    size_t count() const {
        return labels.size();
    }
};

std::vector<uint8_t> read_file(const std::string &path, size_t header) {
    std::ifstream file(path, std::ios::binary);
    std::vector<uint8_t> bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    if (bytes.size() <= header) {
        std::fprintf(stderr, "%s cannot be read\n", path.c_str());
        std::exit(1);
    }
    return {bytes.begin() + static_cast<std::ptrdiff_t>(header), bytes.end()};
}

Digits read_digits(const std::string &folder, const std::string &part, size_t most) {
    std::vector<uint8_t> bytes = read_file(folder + "/" + part + "-images-idx3-ubyte", 16);
    Digits digits;
    digits.labels = read_file(folder + "/" + part + "-labels-idx1-ubyte", 8);
    digits.labels.resize(std::min(most, digits.labels.size()));
    bytes.resize(digits.count() * pixels);
    for (uint8_t byte : bytes) {
        digits.images.push_back(byte / 255.0f);
    }
    return digits;
}

struct Operation {
    std::string name, kind;
    dnnl::primitive primitive;
    std::unordered_map<int, memory> arguments;
    double seconds;
};

class Program {
  public:
    void add(const std::string &name, const char *kind, const dnnl::primitive &primitive,
             const std::unordered_map<int, memory> &arguments) {
        operations.push_back({name, kind, primitive, arguments, 0});
    }

    // `data` in the given form, by a reorder where it is in another.
    memory in_form(const std::string &name, const memory &data, const memory::desc &form) {
        if (data.get_desc() == form) {
            return data;
        }
        memory out(form, cpu);
        copy(name + " reorder", data, out);
        return out;
    }

    void copy(const std::string &name, const memory &from, const memory &to) {
        add(name, "", dnnl::reorder(from, to), {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}});
    }

    void run() {
        for (Operation &operation : operations) {
            operation.primitive.execute(stream, operation.arguments);
        }
        stream.wait();
    }

    void run_timed() {
        for (Operation &operation : operations) {
            double start = now();
            operation.primitive.execute(stream, operation.arguments);
            stream.wait();
            operation.seconds += now() - start;
        }
    }

    void print_times(int runs) const {
        for (const Operation &operation : operations) {
            std::printf("   %-24s %8.1f us  %s\n", operation.name.c_str(), operation.seconds / runs * 1e6,
                        operation.kind.c_str());
        }
    }

  private:
    std::vector<Operation> operations;
};

// Weights or biases, in the form that the training's forward primitive prefers, with Adam's moments.
struct Parameter {
    memory values, gradient;
    std::vector<float> first_moment, second_moment;
};

memory::desc form(const memory::dims &dims, tag layout) {
    return memory::desc(dims, memory::data_type::f32, layout);
}

Parameter create_parameter(const memory::desc &preferred, const memory::dims &dims, tag layout, double fan_in) {
    static std::mt19937 random(1);
    std::normal_distribution<float> normal(0, fan_in > 0 ? static_cast<float>(std::sqrt(2 / fan_in)) : 0);
    memory plain(form(dims, layout), cpu);
    auto *values = static_cast<float *>(plain.get_data_handle());
    std::generate_n(values, plain.get_desc().get_size() / sizeof(float),
                    [&] { return fan_in > 0 ? normal(random) : 0; });
    Parameter parameter{memory(preferred, cpu), memory(preferred, cpu), {}, {}};
    dnnl::reorder(plain, parameter.values).execute(stream, plain, parameter.values);
    stream.wait();
    parameter.first_moment.assign(preferred.get_size() / sizeof(float), 0);
    parameter.second_moment = parameter.first_moment;
    return parameter;
}

// Adam in Keras's form.
void update(std::vector<Parameter> &parameters, int step) {
    const float beta_1 = 0.9f, beta_2 = 0.999f, epsilon = 1e-7f;
    const float rate = 1e-3f * std::sqrt(1 - std::pow(beta_2, step)) / (1 - std::pow(beta_1, step));
    for (Parameter &parameter : parameters) {
        auto *weights = static_cast<float *>(parameter.values.get_data_handle());
        auto *gradient = static_cast<const float *>(parameter.gradient.get_data_handle());
        float *first = parameter.first_moment.data(), *second = parameter.second_moment.data();
        long count = static_cast<long>(parameter.first_moment.size());
#pragma omp parallel for simd if (count > 8192)
        for (long i = 0; i < count; i++) {
            first[i] = beta_1 * first[i] + (1 - beta_1) * gradient[i];
            second[i] = beta_2 * second[i] + (1 - beta_2) * gradient[i] * gradient[i];
            weights[i] -= rate * first[i] / (std::sqrt(second[i]) + epsilon);
        }
    }
}

dnnl::primitive_attr with_relu() {
    dnnl::post_ops operations;
    operations.append_eltwise(1, algorithm::eltwise_relu, 0, 0);
    dnnl::primitive_attr attributes;
    attributes.set_post_ops(operations);
    return attributes;
}

class Network {
  public:
    // For training the parameters are made; otherwise they are there and are taken in order.
    Network(int batch, bool training, std::vector<Parameter> &parameters)
        : batch(batch), training(training), parameters(parameters),
          kind(training ? prop_kind::forward_training : prop_kind::forward_inference),
          images(form({batch, 1, 28, 28}, tag::nchw), cpu) {
        memory data = convolution("conv1", images, 1, 32, 28);
        data = pool("pool1", data, 32, 26);
        data = convolution("conv2", data, 32, 64, 13);
        data = pool("pool2", data, 64, 11);
        data = dense("dense1", data, {batch, 64, 5, 5}, tag::oihw, 128, true);
        logits = dense("dense2", data, {batch, 128}, tag::oi, classes, false);
        if (training) {
            logits_gradient = memory(form({batch, classes}, tag::nc), cpu);
            memory gradient = logits_gradient;
            for (auto add = backward_builders.rbegin(); add != backward_builders.rend(); ++add) {
                gradient = (*add)(gradient);
            }
        }
    }

    float *image_values() const {
        return static_cast<float *>(images.get_data_handle());
    }
    const float *logit_values() const {
        return static_cast<const float *>(logits.get_data_handle());
    }
    float *logit_gradients() const {
        return static_cast<float *>(logits_gradient.get_data_handle());
    }

    Program forward, backward;

  private:
    memory convolution(const std::string &name, const memory &input, int channels, int filters, int size) {
        const memory::dims input_dims{batch, channels, size, size}, kernel_dims{filters, channels, 3, 3},
            output_dims{batch, filters, size - 2, size - 2}, strides{1, 1}, padding{0, 0};
        const memory::desc any_input = form(input_dims, tag::any), any_kernel = form(kernel_dims, tag::any),
                           bias_form = form({filters}, tag::x), any_output = form(output_dims, tag::any);
        dnnl::convolution_forward::primitive_desc primitive({kind, algorithm::convolution_direct, any_input, any_kernel,
                                                             bias_form, any_output, strides, padding, padding},
                                                            with_relu(), cpu);
        memory image = forward.in_form(name, input, primitive.src_desc());
        size_t index = next_parameter;
        memory kernel = take_parameter(primitive.weights_desc(), kernel_dims, tag::oihw, 9.0 * channels);
        memory bias = take_parameter(bias_form, {filters}, tag::x, 0);
        memory output(primitive.dst_desc(), cpu);
        forward.add(name + " forward", primitive.impl_info_str(), dnnl::convolution_forward(primitive),
                    {{DNNL_ARG_SRC, image}, {DNNL_ARG_WEIGHTS, kernel}, {DNNL_ARG_BIAS, bias}, {DNNL_ARG_DST, output}});
        backward_builders.push_back([=](const memory &gradient) {
            memory inner = relu_backward(name, output, gradient);
            dnnl::convolution_backward_weights::primitive_desc weights({algorithm::convolution_direct, any_input,
                                                                        any_kernel, bias_form, any_output, strides,
                                                                        padding, padding},
                                                                       cpu, primitive);
            weights_backward<dnnl::convolution_backward_weights>(name, weights, image, inner, index);
            if (channels == 1) {
                return memory(); // nobody asks for the images' gradient
            }
            dnnl::convolution_backward_data::primitive_desc data(
                {algorithm::convolution_direct, any_input, any_kernel, any_output, strides, padding, padding}, cpu,
                primitive);
            return data_backward<dnnl::convolution_backward_data>(name, data, kernel, inner);
        });
        return output;
    }

    memory pool(const std::string &name, const memory &input, int channels, int size) {
        const memory::dims window{2, 2}, padding{0, 0};
        const memory::desc any_output = form({batch, channels, size / 2, size / 2}, tag::any);
        dnnl::pooling_forward::primitive_desc primitive(
            {kind, algorithm::pooling_max, input.get_desc(), any_output, window, window, padding, padding}, cpu);
        memory output(primitive.dst_desc(), cpu), places;
        std::unordered_map<int, memory> arguments{{DNNL_ARG_SRC, input}, {DNNL_ARG_DST, output}};
        if (training) {
            places = memory(primitive.workspace_desc(), cpu);
            arguments.insert({DNNL_ARG_WORKSPACE, places});
        }
        forward.add(name + " forward", primitive.impl_info_str(), dnnl::pooling_forward(primitive), arguments);
        backward_builders.push_back([=](const memory &gradient) {
            dnnl::pooling_backward::primitive_desc back(
                {algorithm::pooling_max, input.get_desc(), primitive.dst_desc(), window, window, padding, padding}, cpu,
                primitive);
            memory outer = backward.in_form(name, gradient, back.diff_dst_desc());
            memory inner(back.diff_src_desc(), cpu);
            backward.add(name + " backward", back.impl_info_str(), dnnl::pooling_backward(back),
                         {{DNNL_ARG_DIFF_DST, outer}, {DNNL_ARG_WORKSPACE, places}, {DNNL_ARG_DIFF_SRC, inner}});
            return inner;
        });
        return output;
    }

    memory dense(const std::string &name, const memory &input, const memory::dims &input_dims, tag layout, int units,
                 bool relu) {
        memory::dims kernel_dims = input_dims;
        kernel_dims[0] = units;
        double fan_in = std::accumulate(input_dims.begin() + 1, input_dims.end(), 1.0, std::multiplies<double>());
        const memory::desc any_input = form(input_dims, tag::any), any_kernel = form(kernel_dims, tag::any),
                           bias_form = form({units}, tag::x), any_output = form({batch, units}, tag::any);
        dnnl::inner_product_forward::primitive_desc primitive(
            {kind, any_input, any_kernel, bias_form, relu ? any_output : form({batch, units}, tag::nc)},
            relu ? with_relu() : dnnl::primitive_attr(), cpu);
        memory values = forward.in_form(name, input, primitive.src_desc());
        size_t index = next_parameter;
        memory kernel = take_parameter(primitive.weights_desc(), kernel_dims, layout, fan_in);
        memory bias = take_parameter(bias_form, {units}, tag::x, 0);
        memory output(primitive.dst_desc(), cpu);
        forward.add(
            name + " forward", primitive.impl_info_str(), dnnl::inner_product_forward(primitive),
            {{DNNL_ARG_SRC, values}, {DNNL_ARG_WEIGHTS, kernel}, {DNNL_ARG_BIAS, bias}, {DNNL_ARG_DST, output}});
        backward_builders.push_back([=](const memory &gradient) {
            memory inner = relu ? relu_backward(name, output, gradient) : gradient;
            dnnl::inner_product_backward_weights::primitive_desc weights({any_input, any_kernel, bias_form, any_output},
                                                                         cpu, primitive);
            weights_backward<dnnl::inner_product_backward_weights>(name, weights, values, inner, index);
            dnnl::inner_product_backward_data::primitive_desc data({any_input, any_kernel, any_output}, cpu, primitive);
            return data_backward<dnnl::inner_product_backward_data>(name, data, kernel, inner);
        });
        return output;
    }

    memory take_parameter(const memory::desc &preferred, const memory::dims &dims, tag layout, double fan_in) {
        size_t index = next_parameter++;
        if (training) {
            parameters.push_back(create_parameter(preferred, dims, layout, fan_in));
            return parameters[index].values;
        }
        memory values = parameters[index].values;
        if (values.get_desc() == preferred) {
            return values;
        }
        memory out(preferred, cpu);
        dnnl::reorder(values, out).execute(stream, values, out);
        stream.wait();
        return out;
    }

    memory relu_backward(const std::string &name, const memory &output, const memory &gradient) {
        const auto relu = algorithm::eltwise_relu_use_dst_for_bwd;
        dnnl::eltwise_forward::primitive_desc hint({prop_kind::forward_training, relu, output.get_desc(), 0, 0}, cpu);
        dnnl::eltwise_backward::primitive_desc primitive({relu, output.get_desc(), output.get_desc(), 0, 0}, cpu, hint);
        memory outer = backward.in_form(name, gradient, primitive.diff_dst_desc()),
               inner(primitive.diff_src_desc(), cpu);
        backward.add(name + " relu backward", primitive.impl_info_str(), dnnl::eltwise_backward(primitive),
                     {{DNNL_ARG_DST, output}, {DNNL_ARG_DIFF_DST, outer}, {DNNL_ARG_DIFF_SRC, inner}});
        return inner;
    }

    // Gradients of kernel and bias, the parameters at `index` and behind it.
    template <class Primitive>
    void weights_backward(const std::string &name, const typename Primitive::primitive_desc &primitive,
                          const memory &input, const memory &gradient, size_t index) {
        memory values = backward.in_form(name, input, primitive.src_desc());
        memory outer = backward.in_form(name, gradient, primitive.diff_dst_desc());
        const memory &wanted = parameters[index].gradient;
        bool same_form = primitive.diff_weights_desc() == wanted.get_desc();
        memory kernel = same_form ? wanted : memory(primitive.diff_weights_desc(), cpu);
        backward.add(name + " weights backward", primitive.impl_info_str(), Primitive(primitive),
                     {{DNNL_ARG_SRC, values},
                      {DNNL_ARG_DIFF_DST, outer},
                      {DNNL_ARG_DIFF_WEIGHTS, kernel},
                      {DNNL_ARG_DIFF_BIAS, parameters[index + 1].gradient}});
        if (!same_form) {
            backward.copy(name + " weights reorder", kernel, wanted);
        }
    }

    template <class Primitive>
    memory data_backward(const std::string &name, const typename Primitive::primitive_desc &primitive,
                         const memory &kernel, const memory &gradient) {
        memory weights = backward.in_form(name, kernel, primitive.weights_desc());
        memory outer = backward.in_form(name, gradient, primitive.diff_dst_desc()),
               inner(primitive.diff_src_desc(), cpu);
        backward.add(name + " data backward", primitive.impl_info_str(), Primitive(primitive),
                     {{DNNL_ARG_WEIGHTS, weights}, {DNNL_ARG_DIFF_DST, outer}, {DNNL_ARG_DIFF_SRC, inner}});
        return inner;
    }

    int batch;
    bool training;
    std::vector<Parameter> &parameters;
    size_t next_parameter = 0;
    prop_kind kind;
    memory images, logits, logits_gradient;
    std::vector<std::function<memory(const memory &)>> backward_builders; // from the output's gradient to the input's
};

// Cross entropy of a batch, and the logits' gradients of its mean.
double cross_entropy(float *gradients, const float *logits, const uint8_t *labels, int batch) {
    double loss = 0;
    for (int i = 0; i < batch; i++, logits += classes, gradients += classes) {
        float highest = *std::max_element(logits, logits + classes), powers[classes], sum = 0;
        for (int k = 0; k < classes; k++) {
            sum += powers[k] = std::exp(logits[k] - highest);
        }
        for (int k = 0; k < classes; k++) {
            gradients[k] = (powers[k] / sum - (k == labels[i])) / static_cast<float>(batch);
        }
        loss -= std::log(powers[labels[i]] / sum + 1e-30f);
    }
    return loss / batch;
}

void warm_up(Network &network, int batch) {
    std::memset(network.logit_gradients(), 0, sizeof(float) * classes * static_cast<size_t>(batch));
    for (int i = 0; i < 20; i++) {
        network.forward.run();
        network.backward.run();
    }
}

void profile_step(Network &network, int batch) {
    const int runs = batch <= 32 ? 300 : 100;
    double best = INFINITY;
    for (int repeat = 0; repeat < 5; repeat++) {
        double start = now();
        for (int i = 0; i < runs; i++) {
            network.forward.run();
            network.backward.run();
        }
        best = std::min(best, (now() - start) / runs);
    }
    std::printf("dnnl B %d primitives+reorders only us/step %.1f img/s %.0f GFLOP/s %.1f\n", batch, best * 1e6,
                batch / best, training_mflop * 1e-3 * batch / best);
    for (int i = 0; i < runs; i++) {
        network.forward.run_timed();
        network.backward.run_timed();
    }
    network.forward.print_times(runs);
    network.backward.print_times(runs);
}

void train(Network &network, std::vector<Parameter> &parameters, const Digits &digits, int batch) {
    std::vector<size_t> order(digits.count());
    std::iota(order.begin(), order.end(), 0);
    std::shuffle(order.begin(), order.end(), std::mt19937(2));
    std::vector<uint8_t> labels(static_cast<size_t>(batch));
    double start = now(), loss = 0;
    size_t done = 0;
    for (int step = 1; done + labels.size() <= digits.count(); done += labels.size(), step++) {
        for (size_t i = 0; i < labels.size(); i++) {
            std::copy_n(&digits.images[order[done + i] * pixels], pixels, network.image_values() + i * pixels);
            labels[i] = digits.labels[order[done + i]];
        }
        network.forward.run();
        loss = cross_entropy(network.logit_gradients(), network.logit_values(), labels.data(), batch);
        network.backward.run();
        update(parameters, step);
    }
    double seconds = now() - start, rate = static_cast<double>(done) / seconds;
    std::printf("dnnl B %d full step (copy, CE, Adam) train_s %.2f img/s %.0f GFLOP/s %.1f loss %.4f\n", batch, seconds,
                rate, training_mflop * 1e-3 * rate, loss);
}

void print_accuracy(Network &network, const Digits &digits, size_t batch) {
    size_t correct = 0;
    for (size_t first = 0; first < digits.count(); first += batch) {
        size_t count = std::min(batch, digits.count() - first);
        std::copy_n(&digits.images[first * pixels], count * pixels, network.image_values());
        network.forward.run();
        for (size_t i = 0; i < count; i++) {
            const float *scores = network.logit_values() + i * classes;
            correct += std::max_element(scores, scores + classes) - scores == digits.labels[first + i];
        }
    }
    std::printf("dnnl acc %.4f\n", static_cast<double>(correct) / static_cast<double>(digits.count()));
}

void measure_inference(Network &network, int batch, int runs) {
    for (int i = 0; i < runs / 20 + 2; i++) {
        network.forward.run();
    }
    double start = now();
    for (int i = 0; i < runs; i++) {
        network.forward.run();
    }
    double seconds = (now() - start) / runs;
    std::printf("dnnl inference N %d us %.1f img/s %.0f GFLOP/s %.1f\n", batch, seconds * 1e6, batch / seconds,
                forward_mflop * 1e-3 * batch / seconds);
}

} // namespace

int main(int argc, char **argv) {
    int batch = argc >= 4 ? std::atoi(argv[2]) : 0, images = argc >= 4 ? std::atoi(argv[3]) : 0;
    bool profile = argc == 5 && std::string(argv[4]) == "--profile";
    if (batch <= 0 || images <= 0 || (argc > 4 && !profile)) {
        std::fprintf(stderr, "usage: onednn_mnist MNIST BATCH IMAGES [--profile]\n");
        return 2;
    }
    const dnnl_version_t *version = dnnl_version();
    std::printf("oneDNN %d.%d.%d\n", version->major, version->minor, version->patch);
    Digits digits = read_digits(argv[1], "train", static_cast<size_t>(images));
    Digits test_digits = read_digits(argv[1], "t10k", 10000);
    std::vector<Parameter> parameters;
    Network network(batch, true, parameters);
    warm_up(network, batch);
    if (profile) {
        profile_step(network, batch);
    }
    train(network, parameters, digits, batch);
    Network one(1, false, parameters), many(256, false, parameters);
    print_accuracy(many, test_digits, 256);
    measure_inference(one, 1, 5000);
    measure_inference(many, 256, 200);
    return 0;
}

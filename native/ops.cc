// Two TensorFlow kernels, for what its own do in several passes over memory.
//
// SwathAdam updates a weight in one pass. TensorFlow's ResourceApplyAdam takes three over w, m, v and the gradient, which
// cost a fifth of a step of 784-1024-10 at batch 64. It also takes a bfloat16 gradient as it is, and writes the bfloat16
// copy of the weight that the next step multiplies with.
//
// It computes in the memory of its inputs and returns the same memory as its outputs; the graph assigns these to the
// variables. Usually an input is the variable's own memory, and the assignment moves nothing. An executor may hand over a
// copy instead (XLA's clusters do): the assignment then writes the copy back. An update that relied on the input being the
// variable's memory was lost there without an error.
//
// SwathRows gathers rows of bytes and scales them to floats in one pass; GatherV2, Cast, Mul and AddV2 take four.
//
// Both are registered through TensorFlow's C API as soon as this library is loaded.

#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "tensorflow/c/kernels.h"
#include "tensorflow/c/ops.h"
#include "tensorflow/c/tf_datatype.h"
#include "tensorflow/c/tf_status.h"
#include "tensorflow/c/tf_tensor.h"

// One body, compiled for each family of processors; the loader takes the best that this one has.
#if defined(__x86_64__) && defined(__linux__)
#define VECTORIZED __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define VECTORIZED
#endif

namespace {

inline float FromBfloat16(uint16_t half) {
  const uint32_t bits = static_cast<uint32_t>(half) << 16;
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

/// Rounds to nearest, ties to even. A NaN that would round to infinity stays one: its quiet bit is set.
inline uint16_t ToBfloat16(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  const uint32_t rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
  const uint32_t quiet = (bits >> 16) | 0x40u;
  return static_cast<uint16_t>((bits & 0x7fffffffu) > 0x7f800000u ? quiet : rounded);
}

/// The numbers of one step: learning rate and epsilon corrected for the step, and the share that weight decay takes.
struct AdamStep {
  float rate, epsilon, kept, beta1, beta2;
};

inline float AdamUpdate(float w, float* m, float* v, float g, const AdamStep& s) {
  *m += (g - *m) * (1.0f - s.beta1);
  *v += (g * g - *v) * (1.0f - s.beta2);
  return w * s.kept - *m * s.rate / (std::sqrt(*v) + s.epsilon);
}

inline float AsFloat(float value) { return value; }
inline float AsFloat(uint16_t half) { return FromBfloat16(half); }

template <typename Gradient, bool copies>
inline __attribute__((always_inline)) void AdamLoop(float* __restrict w, float* __restrict m, float* __restrict v,
                                                    const Gradient* __restrict g, uint16_t* __restrict copy, int64_t n,
                                                    const AdamStep s) {
  for (int64_t i = 0; i < n; i++) {
    w[i] = AdamUpdate(w[i], &m[i], &v[i], AsFloat(g[i]), s);
    if (copies) copy[i] = ToBfloat16(w[i]);
  }
}

VECTORIZED void Adam(float* w, float* m, float* v, const float* g, uint16_t*, int64_t n, AdamStep s) {
  AdamLoop<float, false>(w, m, v, g, nullptr, n, s);
}

VECTORIZED void AdamCopying(float* w, float* m, float* v, const float* g, uint16_t* copy, int64_t n, AdamStep s) {
  AdamLoop<float, true>(w, m, v, g, copy, n, s);
}

VECTORIZED void AdamHalf(float* w, float* m, float* v, const uint16_t* g, uint16_t* copy, int64_t n, AdamStep s) {
  AdamLoop<uint16_t, true>(w, m, v, g, copy, n, s);
}

VECTORIZED void Scale(const uint8_t* __restrict in, float* __restrict out, int64_t n, float multiply, float add) {
  for (int64_t i = 0; i < n; i++) out[i] = static_cast<float>(in[i]) * multiply + add;
}

VECTORIZED void ScaleHalf(const uint8_t* __restrict in, uint16_t* __restrict out, int64_t n, float multiply, float add) {
  for (int64_t i = 0; i < n; i++) out[i] = ToBfloat16(static_cast<float>(in[i]) * multiply + add);
}

/// An input of a running kernel.
class Input {
 public:
  Input(TF_OpKernelContext* context, int index, TF_Status* status) { TF_GetInput(context, index, &tensor_, status); }
  ~Input() {
    if (tensor_ != nullptr) TF_DeleteTensor(tensor_);
  }
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

  template <typename T>
  T* data() const {
    return static_cast<T*>(TF_TensorData(tensor_));
  }
  int64_t size() const { return TF_TensorElementCount(tensor_); }
  int64_t length(int axis) const { return TF_Dim(tensor_, axis); }
  TF_Tensor* tensor() const { return tensor_; }
  bool Overlaps(const Input& other) const {
    const auto begin = reinterpret_cast<uintptr_t>(TF_TensorData(tensor_));
    const auto theirs = reinterpret_cast<uintptr_t>(TF_TensorData(other.tensor_));
    return begin < theirs + TF_TensorByteSize(other.tensor_) && theirs < begin + TF_TensorByteSize(tensor_);
  }

 private:
  TF_Tensor* tensor_ = nullptr;
};

class Status {
 public:
  ~Status() { TF_DeleteStatus(status_); }
  operator TF_Status*() { return status_; }
  /// Hands a failure to TensorFlow, which then fails the call.
  bool Failed(TF_OpKernelContext* context) {
    if (TF_GetCode(status_) == TF_OK) return false;
    TF_OpKernelContext_Failure(context, status_);
    return true;
  }
  bool Refused(TF_OpKernelContext* context, bool refused, const char* message) {
    if (refused) TF_SetStatus(status_, TF_INVALID_ARGUMENT, message);
    return Failed(context);
  }

 private:
  TF_Status* status_ = TF_NewStatus();
};

struct Betas {
  float beta1 = 0, beta2 = 0;
};

void* CreateAdam(TF_OpKernelConstruction* construction) {
  auto* betas = new Betas();
  Status status;
  TF_OpKernelConstruction_GetAttrFloat(construction, "beta1", &betas->beta1, status);
  TF_OpKernelConstruction_GetAttrFloat(construction, "beta2", &betas->beta2, status);
  return betas;
}

void DeleteAdam(void* kernel) { delete static_cast<Betas*>(kernel); }

void ComputeAdam(void* kernel, TF_OpKernelContext* context) {
  Status status;
  const Input weight(context, 0, status), m(context, 1, status), v(context, 2, status), gradient(context, 3, status);
  const Input rate(context, 4, status), epsilon(context, 5, status), decay(context, 6, status);
  if (status.Failed(context)) return;
  const int64_t n = weight.size();
  const bool fits = m.size() == n && v.size() == n && gradient.size() == n && rate.size() == 1 && epsilon.size() == 1 &&
                    decay.size() == 1;
  if (status.Refused(context, !fits, "SwathAdam: the weight, its slots and its gradient differ in size")) return;
  // What is written must not be read as anything else: a simplified graph may hand over the weight as its own gradient.
  const bool shared = weight.Overlaps(m) || weight.Overlaps(v) || m.Overlaps(v);
  if (status.Refused(context, shared, "SwathAdam: the weight and its slots share memory")) return;
  std::vector<char> own;
  const void* g = TF_TensorData(gradient.tensor());
  if (gradient.Overlaps(weight) || gradient.Overlaps(m) || gradient.Overlaps(v)) {
    own.assign(static_cast<const char*>(g), static_cast<const char*>(g) + TF_TensorByteSize(gradient.tensor()));
    g = own.data();
  }
  const bool isHalf = TF_TensorType(gradient.tensor()) == TF_BFLOAT16;
  const auto* betas = static_cast<Betas*>(kernel);
  const AdamStep step = {*rate.data<float>(), *epsilon.data<float>(), 1.0f - *decay.data<float>(), betas->beta1,
                         betas->beta2};
  if (TF_NumInputs(context) == 7) {
    if (status.Refused(context, isHalf, "SwathAdam: a bfloat16 gradient belongs to a weight with a copy")) return;
    Adam(weight.data<float>(), m.data<float>(), v.data<float>(), static_cast<const float*>(g), nullptr, n, step);
  } else {
    const Input copy(context, 7, status);
    if (status.Failed(context)) return;
    if (status.Refused(context, copy.size() != n, "SwathAdam: the copy differs in size")) return;
    const bool overlaps = copy.Overlaps(weight) || copy.Overlaps(m) || copy.Overlaps(v) || copy.Overlaps(gradient);
    if (status.Refused(context, overlaps, "SwathAdam: the copy shares memory")) return;
    auto* half = copy.data<uint16_t>();
    if (isHalf) {
      AdamHalf(weight.data<float>(), m.data<float>(), v.data<float>(), static_cast<const uint16_t*>(g), half, n, step);
    } else {
      AdamCopying(weight.data<float>(), m.data<float>(), v.data<float>(), static_cast<const float*>(g), half, n, step);
    }
    TF_SetOutput(context, 3, copy.tensor(), status);
  }
  TF_SetOutput(context, 0, weight.tensor(), status);
  TF_SetOutput(context, 1, m.tensor(), status);
  TF_SetOutput(context, 2, v.tensor(), status);
  status.Failed(context);
}

void ComputeRows(void*, TF_OpKernelContext* context) {
  Status status;
  const Input table(context, 0, status), rows(context, 1, status), multiply(context, 2, status), add(context, 3, status);
  if (status.Failed(context)) return;
  const int64_t count = rows.size(), total = table.length(0), width = total == 0 ? 0 : table.size() / total;
  const int axes = TF_NumDims(table.tensor());
  int64_t shape[16];
  if (status.Refused(context, axes > 16, "SwathRows: a table of more than 16 axes")) return;
  shape[0] = count;
  for (int axis = 1; axis < axes; axis++) shape[axis] = table.length(axis);
  const bool isHalf = TF_ExpectedOutputDataType(context, 0) == TF_BFLOAT16;
  const int64_t size = isHalf ? sizeof(uint16_t) : sizeof(float);
  TF_Tensor* output = TF_AllocateOutput(context, 0, isHalf ? TF_BFLOAT16 : TF_FLOAT, shape, axes, count * width * size, status);
  if (status.Failed(context)) return;
  for (int64_t i = 0; i < count; i++) {
    const int32_t row = rows.data<int32_t>()[i];
    if (row < 0 || row >= total) {
      const std::string range = "[0, " + std::to_string(total) + ")";
      status.Refused(context, true, ("SwathRows: row " + std::to_string(row) + " is not in " + range).c_str());
      break;
    }
    const uint8_t* in = table.data<uint8_t>() + row * width;
    void* out = static_cast<char*>(TF_TensorData(output)) + i * width * size;
    if (isHalf) ScaleHalf(in, static_cast<uint16_t*>(out), width, *multiply.data<float>(), *add.data<float>());
    else Scale(in, static_cast<float*>(out), width, *multiply.data<float>(), *add.data<float>());
  }
  TF_DeleteTensor(output);
}

void RegisterOp(const char* name, std::initializer_list<const char*> inputs, std::initializer_list<const char*> outputs,
                std::initializer_list<const char*> attributes) {
  TF_OpDefinitionBuilder* op = TF_NewOpDefinitionBuilder(name);
  for (const char* input : inputs) TF_OpDefinitionBuilderAddInput(op, input);
  for (const char* attribute : attributes) TF_OpDefinitionBuilderAddAttr(op, attribute);
  for (const char* output : outputs) TF_OpDefinitionBuilderAddOutput(op, output);
  TF_OpDefinitionBuilderSetIsStateful(op, true);
  TF_OpDefinitionBuilderSetShapeInferenceFunction(op, [](TF_ShapeInferenceContext* context, TF_Status* status) {
    TF_ShapeInferenceContextSetUnknownShape(context, status);
  });
  Status status;
  TF_RegisterOpDefinition(op, status);
}

void RegisterKernel(const char* name, void* (*create)(TF_OpKernelConstruction*), void (*compute)(void*, TF_OpKernelContext*),
                    void (*remove)(void*), const char* attribute, TF_DataType type) {
  TF_KernelBuilder* kernel = TF_NewKernelBuilder(name, "CPU", create, compute, remove);
  Status status;
  TF_KernelBuilder_TypeConstraint(kernel, attribute, type, status);
  TF_RegisterKernelBuilder((std::string(name) + "_" + std::to_string(type)).c_str(), kernel, status);
}

const bool registered = [] {
  RegisterOp("SwathAdam", {"weight: float", "m: float", "v: float", "gradient: T", "rate: float", "epsilon: float",
                           "decay: float", "copy: copies * bfloat16"},
             {"weight_out: float", "m_out: float", "v_out: float", "copy_out: copies * bfloat16"},
             {"T: {float, bfloat16}", "copies: int >= 0", "beta1: float", "beta2: float"});
  RegisterKernel("SwathAdam", CreateAdam, ComputeAdam, DeleteAdam, "T", TF_FLOAT);
  RegisterKernel("SwathAdam", CreateAdam, ComputeAdam, DeleteAdam, "T", TF_BFLOAT16);

  RegisterOp("SwathRows", {"table: uint8", "rows: int32", "multiply: float", "add: float"}, {"values: T"},
             {"T: {float, bfloat16}"});
  RegisterKernel("SwathRows", nullptr, ComputeRows, nullptr, "T", TF_FLOAT);
  RegisterKernel("SwathRows", nullptr, ComputeRows, nullptr, "T", TF_BFLOAT16);
  return true;
}();

}  // namespace

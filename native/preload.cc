// Loaded before tfjs-node's binding, to do three things that only the dynamic loader can.
//
// TensorFlow announces its processor features on stderr while libtensorflow_framework is being loaded: before any of its
// own switches can be thrown, TF_CPP_MIN_LOG_LEVEL included. Here it is loaded with stderr turned away.
//
// When the last worker thread that uses an addon ends, Node unloads it. TensorFlow does not survive that: the process
// crashes when it exits (SIGSEGV, every time after a worker that only built a model). Here the binding is loaded for good.

// TensorFlow takes up kernels of swath's own (ops.cc) when their library is loaded.

#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include <string>

static void Preload() {
  Dl_info self;
  if (!dladdr(reinterpret_cast<void*>(&Preload), &self)) return;
  const std::string path(self.dli_fname);
  const std::string folder = path.substr(0, path.rfind('/') + 1);

  const int terminal = dup(STDERR_FILENO);
  const int nowhere = open("/dev/null", O_WRONLY);
  if (terminal >= 0 && nowhere >= 0) dup2(nowhere, STDERR_FILENO);
  // What fails here fails again, and is reported, when the binding is required.
  dlopen((folder + SWATH_FRAMEWORK_LIBRARY).c_str(), RTLD_NOW | RTLD_LOCAL);
  if (terminal >= 0) dup2(terminal, STDERR_FILENO);
  close(terminal);
  close(nowhere);

  dlopen((folder + SWATH_OPS).c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  dlopen((folder + SWATH_BINDING).c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
}

extern "C" void* napi_register_module_v1(void* /*env*/, void* exports) {
  // Workers start at the same time; two that turned stderr away at once could leave it so.
  static const bool preloaded = (Preload(), true);
  (void)preloaded;
  return exports;
}

// TensorFlow announces its processor features on stderr while libtensorflow_framework is being loaded: before any of its
// own switches can be thrown, TF_CPP_MIN_LOG_LEVEL included. This addon is loaded first and loads that library with
// stderr turned away; the binding then finds it loaded.

#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include <string>

static void LoadSilently() {
  Dl_info self;
  if (!dladdr(reinterpret_cast<void*>(&LoadSilently), &self)) return;
  const std::string path(self.dli_fname);
  const std::string library = path.substr(0, path.rfind('/') + 1) + SWATH_FRAMEWORK_LIBRARY;

  const int terminal = dup(STDERR_FILENO);
  const int nowhere = open("/dev/null", O_WRONLY);
  if (terminal >= 0 && nowhere >= 0) dup2(nowhere, STDERR_FILENO);
  // A library that is missing is reported by the binding, which needs it too.
  dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (terminal >= 0) dup2(terminal, STDERR_FILENO);
  close(terminal);
  close(nowhere);
}

extern "C" void* napi_register_module_v1(void* /*env*/, void* exports) {
  LoadSilently();
  return exports;
}

"""Empty stand-ins for the CUDA libraries that PyPI's PyTorch links to, so that its CPU half loads without them.

On x86-64 the index has no other build, and the libraries themselves are gigabytes that nothing here would use.
"""

import pathlib
import re
import subprocess
import sysconfig
import tempfile

lib = pathlib.Path(sysconfig.get_paths()["purelib"]) / "torch" / "lib"
cuda = re.compile(r"lib(cu|nv|nccl)\w*\.so")


def read(*command):
    return subprocess.run([*map(str, command)], capture_output=True, text=True, check=True).stdout


versions: dict[str, set[str]] = {}  # of each library
symbols: dict[str, set[str]] = {}  # of each version
for path in [*lib.glob("lib*torch*.so"), *lib.glob("libc10*.so")]:
    for name in re.findall(r"\(NEEDED\).*\[(.+)\]", read("readelf", "-dW", path)):
        if cuda.match(name):
            versions.setdefault(name, set())
    file = None
    for line in read("readelf", "-VW", path).splitlines():
        if match := re.search(r"File: (\S+)", line):
            file = match[1]
        elif (match := re.search(r"Name: (\S+)", line)) and file in versions:
            versions[file].add(match[1])
    for line in read("nm", "-D", "--undefined-only", path).splitlines():
        symbol, _, version = line.split()[-1].partition("@")
        if re.match(r"(__?)?(cu|nv|nccl)", symbol):
            symbols.setdefault(version, set()).add(symbol)

with tempfile.TemporaryDirectory() as folder:
    source, script = pathlib.Path(folder) / "stub.c", pathlib.Path(folder) / "stub.map"
    for name, its in sorted(versions.items()):
        unversioned = symbols.get("", set()) if name.startswith("libcudart") else set()
        own = {symbol for version in its for symbol in symbols.get(version, ())} | unversioned
        # 0 from what registers kernels, an error from all else: there is no device.
        bodies = (f"long {symbol}(void) {{ return {0 if symbol.startswith('__') else 100}; }}" for symbol in sorted(own))
        source.write_text("\n".join(bodies) + "\n")
        globals_of = lambda version: " ".join(f"{symbol};" for symbol in sorted(symbols.get(version, ()))) or "*;"
        script.write_text("".join(f"{version} {{ global: {globals_of(version)} }};\n" for version in sorted(its)))
        options = [f"-Wl,--version-script={script}"] if its else []
        common = ["-shared", "-fPIC", "-w", "-fno-builtin", f"-Wl,-soname,{name}"]
        read("gcc", *common, *options, source, "-o", lib / name)

/**
 * The TensorFlow that tfjs-node runs on: not the 2.9 of its own installer but a current one, taken from the wheels of the
 * Python index, whose two libraries hold all that the C API needs.
 */
export const tensorflowVersion = '2.21.0'

/** A file of the Python index; its bytes are known beforehand. */
export interface Wheel {
  readonly requirement: string
  readonly platform: string
  readonly sha256: string
  readonly bytes: number
}

const wheels: Readonly<Record<string, Wheel>> = {
  'linux-x64': {
    requirement: `tensorflow-cpu==${tensorflowVersion}`,
    platform: 'manylinux_2_27_x86_64',
    sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
    bytes: 273_829_956,
  },
  'linux-arm64': {
    requirement: `tensorflow==${tensorflowVersion}`,
    platform: 'manylinux_2_27_aarch64',
    sha256: '4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c',
    bytes: 281_828_020,
  },
  'darwin-arm64': {
    requirement: `tensorflow==${tensorflowVersion}`,
    platform: 'macosx_12_0_arm64',
    sha256: '51f46f4806139d01fc7920cc72a4c75876f80649bf40ff083ab6212ceb43ca88',
    bytes: 223_405_849,
  },
}

/** This machine's wheel; undefined where TensorFlow ships none. */
export const wheel: Wheel | undefined = wheels[`${process.platform}-${process.arch}`]

/** The two libraries, as the system names them. */
export const libraries =
  process.platform === 'darwin'
    ? { tensorflow: 'libtensorflow_cc.2.dylib', framework: 'libtensorflow_framework.2.dylib' }
    : { tensorflow: 'libtensorflow_cc.so.2', framework: 'libtensorflow_framework.so.2' }

/** Counts up when the binding is compiled in another way, so that older caches are not used. */
const recipe = 6

/** Where the runtime lies in the cache. */
export const runtimeFolder = `tensorflow-${tensorflowVersion}-tfjs-node-4.22.0-${process.platform}-${process.arch}-${recipe}`

export const bindingFile = 'tfjs_binding.node'
/** Loaded before the binding; see native/preload.cc. */
export const preloadFile = 'preload.node'
/** TensorFlow kernels of swath's own, which the preload brings in; see native/ops.cc. */
export const opsFile = process.platform === 'darwin' ? 'libswath_ops.dylib' : 'libswath_ops.so'

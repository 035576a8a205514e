// Where things lie in the kernel's part of the linear memory, in bytes. Read by TypeScript and by AssemblyScript, so only
// plain constants stand here.

/** Parameters of a call that are too many for arguments: sizes and strides of axes. */
export const DESCRIPTOR = 1024
export const DESCRIPTOR_BYTES = 4096
/** Room that a body may use during a call. What it holds between calls is nobody's. */
export const SCRATCH = 65536
export const SCRATCH_BYTES = 4128768
/** Packed weights, kept between calls. The tensors of the arena lie above them. */
export const PACKED = 4194304
/** Tensors and packed weights begin at multiples of this. */
export const GRANULE_BYTES = 64

/** The bytes of a WebAssembly page. */
export const pageBytes = 64 * 1024;

const memorySection = 5;
const hasMaximum = 1;

/**
 * A WebAssembly module whose memory can never grow beyond some bytes: more is refused while it runs, and a program that needs it
 * ends. A memory without such a maximum takes what the machine has. Throws where the module defines no memory of its own.
 */
export function withMemoryLimit(module: Uint8Array, bytes: number): Uint8Array {
  const maximum = Math.floor(bytes / pageBytes);
  // After the magic number and the version come sections: an id, a size, that many bytes.
  for (let offset = 8; offset < module.length;) {
    const { value: size, next: body } = readNumber(module, offset + 1);
    if (module[offset] === memorySection) {
      const { next: flags } = readNumber(module, body);
      const { value: minimum } = readNumber(module, flags + 1);
      const content = [1, hasMaximum, ...numberBytes(minimum), ...numberBytes(Math.max(minimum, maximum))];
      const section = Uint8Array.of(memorySection, ...numberBytes(content.length), ...content);
      return Buffer.concat([module.subarray(0, offset), section, module.subarray(body + size)]);
    }
    offset = body + size;
  }
  throw new Error('the module defines no memory');
}

/** A number as WebAssembly writes it (LEB128, unsigned): seven bits a byte, the lowest first. */
function readNumber(bytes: Uint8Array, offset: number): { readonly value: number; readonly next: number } {
  let value = 0;
  for (let next = offset, factor = 1; ; next += 1, factor *= 128) {
    const byte = bytes[next] ?? 0;
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return { value, next: next + 1 };
  }
}

function numberBytes(value: number): number[] {
  return value < 0x80 ? [value] : [(value % 0x80) + 0x80, ...numberBytes(Math.floor(value / 0x80))];
}

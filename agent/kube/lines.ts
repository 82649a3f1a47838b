import { SluiceError } from '../../shared/errors.ts';

/** Splits a stream of bytes into lines; a line longer than `maxBytes` is LIMIT_EXCEEDED as soon as it is, and never held. */
export async function* readLines(chunks: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<string> {
  let parts: Buffer[] = [];
  let size = 0;
  const hold = (part: Buffer): void => {
    size += part.length;
    if (size > maxBytes) {
      throw new SluiceError('LIMIT_EXCEEDED', `one line of the stream is larger than ${maxBytes} bytes`);
    }
    parts.push(part);
  };
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      hold(chunk.subarray(start, end));
      const [only] = parts;
      const line = (parts.length === 1 && only !== undefined ? only : Buffer.concat(parts, size)).toString('utf8');
      parts = [];
      size = 0;
      start = end + 1;
      if (line !== '') yield line;
    }
    if (start < chunk.length) hold(chunk.subarray(start));
  }
}

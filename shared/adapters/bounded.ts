/** The most that waits for a slow reader, about, in bytes. */
const mostBytes = 1024 * 1024;

/**
 * Writes lines to a stream whose reader may be slow, or may have stopped: the program goes on, and what waits stays within bounds.
 * Answers false for a line that has no room: it is left out.
 */
export function boundedLines(
  stream: { readonly writableLength: number },
  write: (text: string) => void,
  most: number = mostBytes,
): (text: string) => boolean {
  return (text) => {
    if (stream.writableLength >= most) return false;
    write(text);
    return true;
  };
}

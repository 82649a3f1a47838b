import { describe, expect, it } from 'vitest';
import { readLines } from '../../../../agent/kube/lines.ts';

async function* chunks(...texts: readonly string[]): AsyncGenerator<Buffer> {
  for (const text of texts) {
    await Promise.resolve();
    yield Buffer.from(text);
  }
}

async function all(source: AsyncIterable<Buffer>, max = 100): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of readLines(source, max)) lines.push(line);
  return lines;
}

describe('lines of a stream', () => {
  it.each([
    ['one chunk', ['a\nbc\n'], ['a', 'bc']],
    ['a line over several chunks', ['a', 'b', 'c\nd', '\n'], ['abc', 'd']],
    ['empty lines', ['\n\na\n\n'], ['a']],
    ['an end without a line break', ['a\nb'], ['a']],
    ['nothing', [], []],
  ])('%s', async (_title, texts, expected) => {
    expect(await all(chunks(...texts))).toEqual(expected);
  });

  it('keeps a character whole that two chunks share', async () => {
    const bytes = Buffer.from('é\n');
    async function* split(): AsyncGenerator<Buffer> {
      await Promise.resolve();
      yield bytes.subarray(0, 1);
      yield bytes.subarray(1);
    }
    expect(await all(split())).toEqual(['é']);
  });

  it('takes a line of exactly the limit and refuses one byte more', async () => {
    expect(await all(chunks('x'.repeat(100) + '\n'))).toHaveLength(1);
    await expect(all(chunks('x'.repeat(101) + '\n'))).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });

  it('gives up on an endless line without reading to its end', async () => {
    let sent = 0;
    async function* endless(): AsyncGenerator<Buffer> {
      for (;;) {
        await Promise.resolve();
        sent += 1;
        yield Buffer.alloc(1_000, 120);
      }
    }
    await expect(all(endless(), 10_000)).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
    expect(sent).toBe(11);
  });
});

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCrashedTemplates } from '../../../../hub/store/crashed-templates.ts';
import { manualClock, silentLog } from '../../../fakes/agent.ts';

let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'crashed-'));
  path = join(dir, 'crashed-templates.json');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const open = () => openCrashedTemplates(path, { clock: manualClock(0), log: silentLog });

describe('templates that crashed the evaluator', () => {
  it('are remembered by the next start', async () => {
    const first = await open();
    expect(first.has('a')).toBe(false);
    await first.add('a', 'ComponentDefinition/web');
    const second = await open();
    expect([second.has('a'), second.has('b')]).toEqual([true, false]);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual([
      { digest: 'a', subject: 'ComponentDefinition/web', since: '1970-01-01T00:00:00.000Z' },
    ]);
  });

  it.each(['', '{', '[]x', '[{"digest":1}]', 'null'])(
    'are none where the file says %j, which is written anew',
    async (text) => {
      writeFileSync(path, text);
      const crashed = await open();
      expect(crashed.has('a')).toBe(false);
      await crashed.add('a', 'x');
      expect((await open()).has('a')).toBe(true);
    },
  );

  it('are remembered in the process where the file cannot be written', async () => {
    rmSync(dir, { recursive: true });
    const crashed = await open();
    await crashed.add('a', 'x');
    expect(crashed.has('a')).toBe(true);
  });

  it('are a thousand at most', async () => {
    const crashed = await open();
    for (let number = 0; number < 1_002; number += 1) await crashed.add(String(number), 'x');
    expect([crashed.has('1'), crashed.has('2'), crashed.has('1001')]).toEqual([false, true, true]);
  });
});

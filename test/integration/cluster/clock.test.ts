import { describe, expect, it } from 'vitest';
import { runCommand } from '../../lab/demo/program.ts';

const clock = new URL('../../lab/cluster/clock.ts', import.meta.url).href;
const program = `
import { createServer } from 'node:http';
import { systemClock } from '${clock}';
createServer().listen(0, '127.0.0.1');
let isLate = false;
setTimeout(() => (isLate = true), 5_000);
systemClock.after(100, () => systemClock.after(0, () => process.exit(isLate ? 3 : 0)));
`;

describe('the clock of an embedded cluster', () => {
  it('runs what is due at once in a process that nobody asks anything', async () => {
    expect((await runCommand(['--input-type=module', '--eval', program])).status).toBe(0);
  });
});

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCueEngine, type CueEngine } from '../../../../hub/cue/engine.ts';
import type { CueProgram } from '../../../../hub/cue/program.ts';
import { workerLimits } from '../../../../hub/cue/limits.ts';
import { systemClock } from '../../../../shared/adapters/clock.ts';

const { signal } = new AbortController();
const mib = 1024 * 1024;

const program = (template: string): CueProgram => ({
  subject: 'ComponentDefinition/test',
  template: `${template}\nparameter: {}`,
  parameter: {},
  context: {},
});
const lines = (count: number, line: (index: number) => string) => Array.from({ length: count }, (_, i) => line(i));

/** Templates that need more memory than a machine has, each in another way. */
const bombs: Readonly<Record<string, string>> = {
  'doubles a text': ['a0: "0123456789abcdef"', ...lines(40, (i) => `a${i + 1}: a${i} + a${i}`), 'output: a40'].join(
    '\n',
  ),
  // Less than a machine has, and more than it may have.
  'repeats a text a little': 'import "strings"\noutput: len(strings.Repeat("x", 400000000))',
  'repeats a text': 'import "strings"\noutput: strings.Repeat("x", 1000000000)',
  'doubles a text inside of texts': [
    'a0: "0123456789abcdef"',
    ...lines(40, (i) => `a${i + 1}: "\\(a${i})\\(a${i})"`),
    'output: a40',
  ].join('\n'),
};

describe('a template that needs more memory than there is', () => {
  let cue: CueEngine;
  const crashed = new Map<string, string>();
  beforeAll(() => {
    // Time enough for every one of them: it is the memory that ends it.
    cue = startCueEngine({
      clock: systemClock,
      sourceMs: 60_000,
      applicationMs: 600_000,
      crashed: {
        has: (digest) => crashed.has(digest),
        add: (digest, subject) => Promise.resolve(void crashed.set(digest, subject)),
      },
    });
  });
  afterAll(() => cue.close());

  it.each(Object.entries(bombs))('is stopped when it %s, and the others are evaluated', async (_, bomb) => {
    const all = [program('output: 1'), program(bomb), program('output: 2')];
    const [first, second, third] = await cue.evaluate(all, signal);
    expect([first, third]).toEqual([
      { ok: true, value: { output: 1 } },
      { ok: true, value: { output: 2 } },
    ]);
    expect(second).toEqual({
      ok: false,
      faults: [{ code: 'RENDER_FAILED', message: expect.stringContaining('(it may use 256 MiB)') as string }],
    });
  });

  it('takes no more of its process than two workers may have', async () => {
    // A process of its own: in this one other tests take memory at the same time.
    const engine = new URL('../../../../hub/cue/engine.ts', import.meta.url).href;
    const clock = new URL('../../../../shared/adapters/clock.ts', import.meta.url).href;
    const script = `(async () => {
      const { startCueEngine } = await import(${JSON.stringify(engine)});
      const { systemClock } = await import(${JSON.stringify(clock)});
      const cue = startCueEngine({ clock: systemClock, sourceMs: 60_000, applicationMs: 600_000 });
      const rss = [process.memoryUsage.rss()];
      for (const bomb of ${JSON.stringify(Object.values(bombs).map(program))}) {
        const [{ faults }] = await cue.evaluate([bomb], new AbortController().signal);
        if (!faults[0].message.includes('256 MiB')) throw new Error(faults[0].message);
        rss.push(process.memoryUsage.rss());
      }
      await cue.close();
      process.stdout.write(JSON.stringify(rss));
    })()`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--eval', script]);
    const [before = 0, ...after] = JSON.parse(stdout) as readonly number[];
    expect(after).toHaveLength(Object.keys(bombs).length);
    // The old worker and the fresh one that replaces it, and the threads around them.
    expect(Math.max(...after) - before).toBeLessThan(2 * workerLimits.memoryBytes + 400 * mib);
  });

  it('is remembered, and not evaluated again, also by the next engine', async () => {
    expect(new Set(crashed.values())).toEqual(new Set(['ComponentDefinition/test']));
    expect(crashed.size).toBe(Object.keys(bombs).length);
    const next = startCueEngine({
      clock: systemClock,
      workerUrl: new URL('data:text/javascript,throw new Error("nothing is evaluated")'),
      crashed: { has: (digest) => crashed.has(digest), add: () => Promise.reject(new Error('again')) },
    });
    const outcomes = await next.evaluate(Object.values(bombs).map(program), signal);
    expect(outcomes.map(({ ok }) => ok)).toEqual(Object.keys(bombs).map(() => false));
    await next.close();
  });
});

describe('an ordinary template', () => {
  it('is not blamed for a worker that others filled', async () => {
    const cue = startCueEngine({ clock: systemClock, sourceMs: 60_000 });
    const large = program(`import "strings"\n_t: strings.Repeat("x", ${40 * mib})\noutput: len(_t)`);
    const outcomes = await cue.evaluate(
      lines(4, String).map((name) => ({ ...large, template: `${large.template}\n_name: ${name}` })),
      signal,
    );
    expect(outcomes).toEqual(lines(4, String).map(() => ({ ok: true, value: { output: 40 * mib } })));
    await cue.close();
  });
});

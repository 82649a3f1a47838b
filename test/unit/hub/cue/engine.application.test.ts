import { afterEach, describe, expect, it } from 'vitest';
import { startCueEngine, type CueEngine, type CueOutcome } from '../../../../hub/cue/engine.ts';
import type { CueProgram } from '../../../../hub/cue/program.ts';
import type { Clock } from '../../../../shared/ports/clock.ts';

/** A clock on which each evaluation takes `stepMs`, and whose timers of `fires` ms fire as soon as they are set. */
function clockOf({ stepMs, fires = Number.NaN }: { readonly stepMs: number; readonly fires?: number }) {
  let time = 0;
  const clock: Clock = {
    now: () => time,
    monotonic: () => (time += stepMs),
    after: (ms, run) => {
      if (ms === fires) setImmediate(run);
      return () => undefined;
    },
    sleep: () => Promise.resolve(),
  };
  return { clock, pass: (ms: number) => (time += ms) };
}

const program = (n: number | string): CueProgram => ({
  subject: 'ComponentDefinition/test',
  template: `output: ${n}\nparameter: {}`,
  parameter: {},
  context: {},
});
const good = (n: number): CueOutcome => ({ ok: true, value: { output: n } });
const over = (seconds: number): CueOutcome => ({
  ok: false,
  faults: [{ code: 'RENDER_TIMEOUT', message: `the templates of this application took more than ${seconds} s in all` }],
});
const runaway = (() => {
  const numbers = Array.from({ length: 30 }, (_, n) => n + 1).join();
  const loops = ['a', 'b', 'c', 'd', 'e'].map((name) => `for ${name} in [${numbers}]`).join(' ');
  return program(`[${loops} if a+b+c+d+e == 0 {a}]`);
})();
const { signal } = new AbortController();

describe('the time of an application', () => {
  let cue: CueEngine | null = null;
  afterEach(() => cue?.close());

  it('is enough for what takes exactly as long, and for nothing more; others go on', async () => {
    const { clock, pass } = clockOf({ stepMs: 1_000 });
    cue = startCueEngine({ clock, applicationMs: 3_000 });
    const app = cue.forApplication('default/slow');
    for (const n of [1, 2, 3]) expect(await app.evaluate([program(n)], signal)).toEqual([good(n)]);
    expect(await app.evaluate([program(1), program(4)], signal)).toEqual([good(1), over(3)]);
    expect(await cue.forApplication('default/other').evaluate([program(4)], signal)).toEqual([good(4)]);
    expect(await cue.evaluate([program(5)], signal)).toEqual([good(5)]);

    // In the next passes what is known costs nothing, and what took too long is not waited for again, for a while.
    const again = cue.forApplication('default/slow');
    expect(await again.evaluate([program(1), program(2), program(3)], signal)).toEqual([good(1), good(2), good(3)]);
    expect(await again.evaluate([program(6)], signal)).toEqual([good(6)]);
    const both = [program(7), program(8)];
    const late = cue.forApplication('default/late');
    for (const n of [10, 11, 12]) await late.evaluate([program(n)], signal);
    expect(await late.evaluate(both, signal)).toEqual([over(3), over(3)]);
    expect(await cue.forApplication('default/late').evaluate(both, signal)).toEqual([over(3), over(3)]);
    pass(600_000);
    expect(await cue.forApplication('default/late').evaluate(both, signal)).toEqual([good(7), good(8)]);
  });

  it('ends an evaluation that is under way', async () => {
    const { clock } = clockOf({ stepMs: 0, fires: 700 });
    cue = startCueEngine({ clock, applicationMs: 700 });
    expect(await cue.forApplication('default/slow').evaluate([runaway], signal)).toEqual([over(0.7)]);
    expect(await cue.evaluate([program(1)], signal)).toEqual([good(1)]);
  });

  it('says that it was aborted, not that it took too long, when the pass is', async () => {
    const { clock } = clockOf({ stepMs: 0 });
    cue = startCueEngine({ clock, applicationMs: 700 });
    const controller = new AbortController();
    const answer = cue.forApplication('default/slow').evaluate([runaway], controller.signal);
    controller.abort(new Error('stopped'));
    await expect(answer).rejects.toThrow('stopped');
  });
});

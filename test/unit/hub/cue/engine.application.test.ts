import { afterEach, describe, expect, it } from 'vitest';
import { startCueEngine, type CueEngine, type CueOutcome } from '../../../../hub/cue/engine.ts';
import type { CueProgram } from '../../../../hub/cue/program.ts';
import { systemClock } from '../../../../shared/adapters/clock.ts';

/** A clock that can be moved on; timers fire as they do, which is when CPU time is looked at. */
function movedClock() {
  let moved = 0;
  const monotonic = () => systemClock.monotonic() + moved;
  return { clock: { ...systemClock, monotonic }, pass: (ms: number) => (moved += ms) };
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
  faults: [
    {
      code: 'RENDER_TIMEOUT',
      message: `the templates of this application took more than ${seconds} s of CPU time in all`,
    },
  ],
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

  it('ends what runs away, leaves nothing for more, and others go on', async () => {
    const { clock, pass } = movedClock();
    cue = startCueEngine({ clock, applicationMs: 700 });
    // The start of a worker is no application's.
    expect(await cue.evaluate([program(0)], signal)).toEqual([good(0)]);
    const slow = cue.forApplication('default/slow');
    expect(await slow.evaluate([program(1)], signal)).toEqual([good(1)]);
    expect(await slow.evaluate([runaway], signal)).toEqual([over(0.7)]);
    expect(await slow.evaluate([program(1), program(2)], signal)).toEqual([good(1), over(0.7)]);
    expect(await cue.forApplication('default/other').evaluate([program(2)], signal)).toEqual([good(2)]);
    expect(await cue.evaluate([program(3)], signal)).toEqual([good(3)]);

    // In the next passes what is known costs nothing, and what had no time left is not evaluated again, for a while.
    const late = cue.forApplication('default/late');
    await late.evaluate([runaway], signal);
    const both = [program(7), program(8)];
    expect(await late.evaluate(both, signal)).toEqual([over(0.7), over(0.7)]);
    expect(await cue.forApplication('default/late').evaluate(both, signal)).toEqual([over(0.7), over(0.7)]);
    pass(600_001);
    expect(await cue.forApplication('default/late').evaluate(both, signal)).toEqual([good(7), good(8)]);
  });

  it('says that it was aborted, not that it took too long, when the pass is', async () => {
    cue = startCueEngine({ clock: systemClock, applicationMs: 700 });
    const controller = new AbortController();
    const answer = cue.forApplication('default/slow').evaluate([runaway], controller.signal);
    controller.abort(new Error('stopped'));
    await expect(answer).rejects.toThrow('stopped');
  });
});

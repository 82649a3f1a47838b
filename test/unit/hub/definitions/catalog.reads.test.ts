import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCueEngine, type CueEngine, type CueEvaluator, type CueOutcome } from '../../../../hub/cue/engine.ts';
import { sourceOf, type CueProgram } from '../../../../hub/cue/program.ts';
import { systemClock } from '../../../../shared/adapters/clock.ts';
import { yamlText } from '../../../../shared/lib/yaml/write.ts';
import { fleetOf } from '../../../fixtures/hub/fleet.ts';
import { documentedInputs } from '../../../fixtures/hub/library-cases.ts';
import { local } from '../../../fixtures/hub/manifests.ts';
import { renderFleet } from '../../../fixtures/hub/rendering.ts';

/** The same program, but for a member that has all of its context. */
const reading = (program: CueProgram): CueProgram => ({
  ...program,
  template: `${program.template}\n_allOfIt: context\n`,
});
const withoutPlaces = (outcome: CueOutcome): unknown =>
  outcome.ok ? outcome : outcome.faults.map(({ code, message, parameter }) => ({ code, message, parameter }));

describe('a built-in type that is given what it reads of its context', () => {
  let cue: CueEngine;
  beforeAll(() => {
    cue = startCueEngine({ clock: systemClock });
  });
  afterAll(() => cue.close());

  it('answers as one that is given all of it, for each documented input', async () => {
    let smaller = 0;
    const asked = new Set<string>();
    const evaluate: CueEvaluator['evaluate'] = async (programs, signal) => {
      const given = await cue.evaluate(programs, signal);
      const whole = await cue.evaluate(programs.map(reading), signal);
      for (const [index, program] of programs.entries()) {
        expect(withoutPlaces(given[index]!), program.subject).toEqual(withoutPlaces(whole[index]!));
        if (program.context['output'] === undefined) continue;
        asked.add(program.subject);
        if (!sourceOf(program).includes(JSON.stringify(program.context['output']))) smaller += 1;
      }
      return given;
    };
    const both: CueEngine = { ...cue, evaluate, forApplication: () => ({ evaluate }) };
    for (const { app } of documentedInputs) await renderFleet(both, fleetOf(`${yamlText(app)}${local}`));
    expect(smaller).toBeGreaterThan(30);
    expect(asked.size).toBeGreaterThan(15);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCueEngine, type CueEngine } from '../../../../hub/cue/engine.ts';
import { systemClock } from '../../../../shared/adapters/clock.ts';

/**
 * A parameter is closed, so that a property that it does not declare is an error; that must not decide before the properties do
 * which of several choices is meant.
 */
describe('the choice of a parameter', () => {
  let cue: CueEngine;
  beforeAll(() => {
    cue = startCueEngine({ clock: systemClock });
  });
  afterAll(() => cue.close());

  const two = '*{a: 2} | {a: *1 | int, b?: string}';
  const b = { b: 'x' };
  const chosen = { a: 1, b: 'x' };

  it.each<[parameter: string, given: object, wanted: object]>([
    [`parameter: ${two}`, {}, { a: 2 }],
    [`parameter: ${two}`, b, chosen],
    [`parameter: ${two}`, { a: 5 }, { a: 5 }],
    [`parameter: {x: ${two}}`, {}, { x: { a: 2 } }],
    [`parameter: {x: ${two}}`, { x: b }, { x: chosen }],
    [`parameter: {x?: ${two}}`, {}, {}],
    [`parameter: {x?: ${two}}`, { x: b }, { x: chosen }],
    [`parameter: {x: ${two}} | {y: int}`, { x: b }, { x: chosen }],
    [`parameter: {x: ${two}} | {y: int}`, { y: 1 }, { y: 1 }],
    [`parameter: {x: [...(${two})]}`, { x: [b, {}] }, { x: [chosen, { a: 2 }] }],
    [`parameter: {[string]: ${two}}`, { x: b }, { x: chosen }],
    ['parameter: {x: *{p: *{a: 2} | {q: 1}} | {p: {a: *1 | int, b?: string}}}', { x: { p: b } }, { x: { p: chosen } }],
    ['parameter: {x: *[{a: 2}] | [...{a: *1 | int, b?: string}]}', {}, { x: [{ a: 2 }] }],
    ['parameter: {x: *[{a: 2}] | [...{a: *1 | int, b?: string}]}', { x: [b] }, { x: [chosen] }],
    ['parameter: {x: *[] | [...{a: *1 | int}]}', { x: [{ a: 3 }, {}] }, { x: [{ a: 3 }, { a: 1 }] }],
    ['parameter: {x: *[1, 2] | [...int]}', { x: [3] }, { x: [3] }],
    ['parameter: {x: *{} | {b: string}}', { x: b }, { x: b }],
    ['parameter: {x: *null | {b: string}}', {}, { x: null }],
    ['parameter: {x: *null | {b: string}}', { x: b }, { x: b }],
    ['parameter: {x: *"a" | {b: string}}', { x: b }, { x: b }],
    ['parameter: {x: *close({a: 2}) | {a: *1 | int, b?: string}}', { x: b }, { x: chosen }],
    ['parameter: {x: *{a: 2} | close({a: *1 | int, b?: string})}', { x: b }, { x: chosen }],
    ['parameter: {x: *{a: 2} | {a: 1, ...}}', { x: b }, { x: chosen }],
    ['parameter: {x: *{a: 2, ...} | {a: *1 | int, b?: string}}', { x: b }, { x: { a: 2, b: 'x' } }],
    ['parameter: {x: *{[string]: int} | {b: string}}', { x: b }, { x: b }],
    ['parameter: {a: int, *{c: 1} | {b: string}}', { a: 1 }, { a: 1, c: 1 }],
    ['parameter: {a: int, *{c: 1} | {b: string}}', { a: 1, ...b }, { a: 1, b: 'x' }],
    ['parameter: {a: int, {} | {b: string}}', { a: 1, ...b }, { a: 1, b: 'x' }],
    ['parameter: *#One | #Two\n#One: {a: 2}\n#Two: {a: *1 | int, b?: string}', b, chosen],
    ['parameter: {#One | #Two}\n#One: {k: "x", a: 2}\n#Two: {k: "y"}', { k: 'x' }, { k: 'x', a: 2 }],
    ['parameter: {k: *"x" | "y", if k == "x" {c: *3 | int}, if k == "y" {b: string}}', {}, { k: 'x', c: 3 }],
    ['parameter: {k: *"x" | "y", if k == "y" {b: string}}', { k: 'y', ...b }, { k: 'y', b: 'x' }],
    ['parameter: {a: *1 | int}\nparameter: {b?: string}', b, chosen],
  ])('%s, given %j', async (parameter, given, wanted) => {
    expect(await outcomeOf(parameter, given)).toEqual({ ok: true, value: { output: wanted } });
  });

  it.each<[parameter: string, given: object]>([
    [`parameter: ${two}`, { c: 'x' }],
    [`parameter: {x: ${two}}`, { x: { c: 'x' } }],
    ['parameter: {x: *[{a: 2}] | [...{a: *1 | int}]}', { x: [b] }],
    ['parameter: {x: *close({a: 2}) | close({a: *1 | int})}', { x: b }],
    ['parameter: {a: int, *{c: 1} | {b: string}}', { a: 1, c: 1, ...b }],
    ['parameter: {k: *"x" | "y", if k == "y" {b: string}}', b],
  ])('%s takes no %j', async (parameter, given) => {
    expect(await outcomeOf(parameter, given)).toMatchObject({
      ok: false,
      faults: [{ message: expect.stringMatching(/propert(y|ies)\b/) as string }],
    });
  });

  async function outcomeOf(parameter: string, given: object) {
    const program = { subject: 'ComponentDefinition/test', context: {}, parameter: given };
    const template = `output: parameter\n${parameter}`;
    const [outcome] = await cue.evaluate([{ ...program, template }], new AbortController().signal);
    return outcome?.ok === true ? { ok: true, value: outcome.value } : outcome;
  }
});

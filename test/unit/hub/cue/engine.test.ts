import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCueEngine, type CueEngine } from '../../../../hub/cue/engine.ts';
import type { KeptAnswers } from '../../../../hub/model/kept-answers.ts';
import type { CueProgram } from '../../../../hub/cue/program.ts';
import { systemClock } from '../../../../shared/adapters/clock.ts';

const program = (template: string, parameter: unknown = {}): CueProgram => ({
  subject: 'ComponentDefinition/test',
  template,
  parameter,
  context: { name: 'web' },
});
const { signal } = new AbortController();

describe('the CUE engine', () => {
  let cue: CueEngine;
  /** How often the time of an evaluation was watched. */
  let watched = 0;
  beforeAll(() => {
    const idleMs = 300_000;
    const after: typeof systemClock.after = (ms, run) => {
      if (ms !== idleMs) watched += 1;
      return systemClock.after(ms, run);
    };
    cue = startCueEngine({ clock: { ...systemClock, after }, sourceMs: 2_000, idleMs });
  });
  afterAll(() => cue.close());

  const evaluate = async (template: string, parameter: unknown = {}) =>
    (await cue.evaluate([program(template, parameter)], signal))[0];

  it('gives the same after it was warmed up, whatever the program for that does', async () => {
    await cue.warm(program('output: {'), 2, signal);
    await cue.warm(program('output: n: 1'), 2, signal);
    expect(await evaluate('output: n: 2')).toEqual({ ok: true, value: { output: { n: 2 } } });
    await cue.warm(program('output: n: 1'), 2, AbortSignal.abort());
  });

  it('gives what a template puts out, with its parameter and its context', async () => {
    const template =
      'import "strings"\noutput: {name: strings.ToUpper(context.name), n: parameter.n}\nparameter: n: int';
    expect(await evaluate(template, { n: 3 })).toEqual({ ok: true, value: { output: { name: 'WEB', n: 3 } } });
  });

  it.each([
    ['unknown', { n: 1, m: 2 }, 'unknown property "m"', ['m']],
    ['mistyped', { n: 'x' }, 'property "n" has the wrong type: int is wanted, and it is string', ['n']],
    ['nested unknown', { n: 1, o: [{ p: 1 }, { q: 2 }] }, 'unknown property "o.1.q"', ['o', 1, 'q']],
  ])('names the property that is %s', async (_case, parameter, message, path) => {
    const template =
      'output: {n: parameter.n, if parameter.o != _|_ {o: parameter.o}}\nparameter: {n: int, o?: [...{p: int}]}';
    const outcome = await evaluate(template, parameter);
    const code = _case.includes('unknown') ? 'UNKNOWN_FIELD' : 'DOCUMENT_INVALID';
    expect(outcome).toEqual({ ok: false, faults: [{ code, message, parameter: path }] });
  });

  it('names the property that is missing, and its type', async () => {
    const fault = {
      code: 'DOCUMENT_INVALID',
      message: 'property "n" is missing (int)',
      parameter: ['n'],
      wanted: 'int',
    };
    expect(await evaluate('output: n: parameter.n\nparameter: n: int')).toEqual({ ok: false, faults: [fault] });
  });

  const typed =
    'parameter: {s?: string, n?: int & >10, e?: "Always" | "Never", f?: "fixed", l?: [...string], m?: [string]: string, r?: =~"^[a-z]+$"}\n' +
    'if parameter.s != _|_ {_x: parameter.s & "other"}\noutput: {a: "\\(parameter.s)-suffix" & "fixed"}';
  const canary = 'CANARY-VALUE-1';
  it.each([
    ['text for a number', { n: canary }, /^property "n" has the wrong type: int is wanted, and it is string$/],
    ['a number for text', { s: 123456789012 }, /^property "s" has the wrong type: string is wanted, and it is int$/],
    ['a number out of bounds', { n: 7 }, /^property "n" is invalid: .*>10/],
    ['none of some words', { e: canary }, /^property "e" /],
    ['another word', { f: canary }, /^property "f" has a value that is not allowed: "fixed" is$/],
    ['text for a list', { l: canary }, /^property "l" has the wrong type: list is wanted, and it is string$/],
    ['text in place of a mapping', { m: canary }, /^property "m" has the wrong type/],
    ['a number in a mapping', { m: { KEY: 123456789012 } }, /^property "m.KEY" has the wrong type/],
    ['text of another form', { r: canary }, /^property "r" is invalid/],
    ['what a template makes of text', { s: canary }, /^the template is wrong/],
  ])('tells no value: %s', async (_, parameter, wanted) => {
    const outcome = await evaluate(typed, parameter);
    const message = outcome?.ok === false ? (outcome.faults[0]?.message ?? '') : 'no fault';
    expect(message).toMatch(wanted);
    expect(message).not.toMatch(/CANARY|123456789012|\b7\b/);
  });

  it.each([
    'import "tool/exec"\noutput: exec.Run & {cmd: "id", stdout: string}',
    'import "tool/file"\noutput: file.Read & {filename: "/etc/passwd", contents: string}',
    'import "tool/http"\noutput: http.Get & {url: "http://127.0.0.1:1"}',
    'import "tool/os"\noutput: os.Environ',
    'output: x @embed(file="/etc/passwd")',
    'import "./other"\noutput: other.x',
    'output: {} }\n}\nr: {output: {a: 1}}\n_x: {{',
    'parameter: {}\n}\n_v: output: {a: 1}\n#U: {',
  ])('gives a template nothing but its parameter and its context: %s', async (template) => {
    const outcome = await evaluate(template);
    const found = outcome?.ok === true ? JSON.stringify(outcome.value) : '';
    expect(found).not.toMatch(/root:|uid=|PATH|"a":1/);
  });

  it('says when the template itself is wrong', async () => {
    expect(await evaluate('output: {n: }\nparameter: {}')).toMatchObject({
      ok: false,
      faults: [
        {
          code: 'RENDER_FAILED',
          message: expect.stringContaining('the template is wrong (line 1, column 13): ') as string,
        },
      ],
    });
  });

  it.each(['9007199254740993', '1e400', '{a: [1, 9223372036854775807]}'])(
    'says where a number is that would become another one: %s',
    async (number) => {
      const outcome = await evaluate(`output: {spec: n: ${number}}\nparameter: {}`);
      const words = outcome?.ok === false ? outcome.faults.map(({ message }) => message) : [];
      expect(words).toEqual([
        expect.stringMatching(/^the template is wrong at output\.spec\.n.*: a number that cannot be kept exactly$/),
      ]);
    },
  );

  it('keeps texts as they are, whatever they contain', async () => {
    const text = 'a \\(context.name) "b" \u2028 \n{}';
    expect(await evaluate('output: parameter.t\nparameter: t: string', { t: text })).toEqual({
      ok: true,
      value: { output: text },
    });
  });

  it('gives a value that the caller may change without changing the next answer', async () => {
    const template = 'output: list: [1]\nparameter: {}';
    const first = await evaluate(template);
    if (first?.ok === true) (first.value.output as { list: number[] }).list.push(2);
    expect(await evaluate(template)).toEqual({ ok: true, value: { output: { list: [1] } } });
  });

  it('stops a template that runs away, evaluates the others, and does not wait for it again', async () => {
    const l = '[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30]';
    const runaway = `_l: ${l}\noutput: [for a in _l for b in _l for c in _l for d in _l for e in _l if a+b+c+d+e == 0 {a}]\nparameter: {}`;
    const all = [program('output: 1\nparameter: {}'), program(runaway), program('output: 2\nparameter: {}')];
    const expected = [
      { ok: true, value: { output: 1 } },
      { ok: false, faults: [{ code: 'RENDER_TIMEOUT', message: 'stopped after 2 s of CPU time' }] },
      { ok: true, value: { output: 2 } },
    ];
    expect(await cue.evaluate(all, signal)).toEqual(expected);
    const before = watched;
    expect(before).toBeGreaterThan(0);
    expect(await cue.evaluate(all, signal)).toEqual(expected);
    // To be stopped again it would have been evaluated again.
    expect(watched).toBe(before);
  });

  it('gives up at once when its signal aborts', async () => {
    const controller = new AbortController();
    const answer = cue.evaluate([program('output: "never" + "asked"\nparameter: {}')], controller.signal);
    controller.abort(new Error('stopped'));
    await expect(answer).rejects.toThrow('stopped');
  });
});

describe('answers of the CUE engine that were kept', () => {
  it('are given by the next one, which evaluates nothing of them', async () => {
    const answers = new Map<string, string>();
    const kept: KeptAnswers = {
      get: (digest) => Promise.resolve(answers.get(digest) ?? null),
      keep: (digest, answer) => void answers.set(digest, answer),
    };
    const programs = [program('output: {n: 1}'), program('output: n: parameter.n\nparameter: n: int')];
    const first = startCueEngine({ clock: systemClock, kept });
    const before = await first.evaluate(programs, signal);
    await first.close();
    const next = startCueEngine({
      clock: systemClock,
      kept,
      workerUrl: new URL('data:text/javascript,throw new Error("nothing is evaluated")'),
    });
    expect(await next.evaluate(programs, signal)).toEqual(before);
    expect(before.map(({ ok }) => ok)).toEqual([true, false]);
    await next.close();
  });
});

describe('the thread of the CUE engine', () => {
  // Its answer is which thread it is.
  const worker = `
    import { parentPort } from 'node:worker_threads';
    const json = JSON.stringify({ value: { output: crypto.randomUUID() } });
    parentPort.on('message', (sources) => sources.forEach(() => parentPort.postMessage({ answer: { json }, heapBytes: 0 })));
    parentPort.postMessage('ready');`;

  /** A clock whose timers of 77 ms wait for the test. */
  const restingClock = (rests: (() => void)[]): typeof systemClock => ({
    ...systemClock,
    after: (ms, run) => {
      if (ms !== 77) return systemClock.after(ms, run);
      const mine = () => run();
      rests.push(mine);
      return () => void rests.splice(rests.indexOf(mine), rests.includes(mine) ? 1 : 0);
    },
  });

  it('ends when there was no work for a while, and another one takes what comes next', async () => {
    const rests: (() => void)[] = [];
    const cue = startCueEngine({
      clock: restingClock(rests),
      idleMs: 77,
      workerUrl: new URL(`data:text/javascript,${encodeURIComponent(worker)}`),
    });
    const threadOf = async (n: number) => {
      const [outcome] = await cue.evaluate([program(`output: ${n}`)], signal);
      return outcome?.ok === true ? outcome.value.output : outcome;
    };
    const first = await threadOf(1);
    expect(await threadOf(2)).toBe(first);
    expect(rests).toHaveLength(1);
    rests[0]?.();
    expect(await threadOf(3)).not.toBe(first);
    await cue.close();
    expect(rests).toEqual([]);
  });

  it('ends after work that lasted longer than it may be without', async () => {
    const rests: (() => void)[] = [];
    const silent =
      "import { parentPort } from 'node:worker_threads'; parentPort.on('message', () => {}).postMessage('ready');";
    const cue = startCueEngine({
      clock: restingClock(rests),
      idleMs: 77,
      workerUrl: new URL(`data:text/javascript,${encodeURIComponent(silent)}`),
    });
    const controller = new AbortController();
    const work = cue.evaluate([program('output: 1')], controller.signal);
    await expect.poll(() => rests.length).toBe(1);
    rests.shift()?.();
    controller.abort(new Error('enough'));
    await expect(work).rejects.toThrow('enough');
    expect(rests).toHaveLength(1);
    await cue.close();
    expect(rests).toEqual([]);
  });
});

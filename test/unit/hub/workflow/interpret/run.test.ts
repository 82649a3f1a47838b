import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCueEngine, type CueEngine } from '../../../../../hub/cue/engine.ts';
import { openQuestions } from '../../../../../hub/deliver/questions.ts';
import { wholeObject } from '../../../../../hub/model/cue-fields.ts';
import type { Effect, Verdict } from '../../../../../hub/model/effect.ts';
import { readingOf } from '../../../../../hub/model/reading.ts';
import { interpretedStep } from '../../../../../hub/workflow/interpret/run.ts';
import type { StepInput, StepOutcome } from '../../../../../hub/workflow/step.ts';
import { systemClock } from '../../../../../shared/adapters/clock.ts';
import { quietWorld } from '../../../../fixtures/hub/deliveries.ts';
import { revisionRecord } from '../../../../fixtures/hub/facts.ts';

const now = '2026-03-01T12:00:00.000Z';
const signal = new AbortController().signal;

describe('a step of a user', () => {
  let cue: CueEngine;
  beforeAll(() => {
    cue = startCueEngine({ clock: systemClock });
  });
  afterAll(() => cue.close());

  async function run(template: string, properties: object = {}, more: Partial<StepInput> = {}): Promise<StepOutcome> {
    const questions = openQuestions();
    const type = interpretedStep({ type: 'mine', template });
    const input: StepInput = {
      ...quietWorld,
      application: revisionRecord('default/web', 1).application,
      phase: 'running',
      startedAt: now,
      now,
      inputs: {},
      wants: [],
      decisions: [],
      effectId: 'web#1/s/1',
      ask: questions.ask,
      context: { name: 'web', namespace: 'default' },
      ...more,
    };
    for (;;) {
      const outcome = type.run({ name: 's', properties: type.schema.parse(properties) }, input);
      if (!(await questions.settle(cue, signal))) return outcome;
    }
  }
  const answering = (...bodies: string[]) => {
    const verdict = (effect: Effect): Verdict | undefined => {
      const body = bodies[Number(effect.id.at(-1)) - 1];
      return body === undefined ? undefined : { ok: true, value: { statusCode: 200, header: {}, body }, reason: '' };
    };
    return { effects: { verdict, waits: () => '' } };
  };

  it('says what its template says', async () => {
    const template =
      'import "vela/op"\nparameter: {message: string}\nmsg: op.#Message & {message: "\\(context.name): \\(parameter.message)"}';
    expect(await run(template, { message: 'hi' })).toMatchObject({ phase: 'succeeded', message: 'web: hi' });
  });

  it('says it in the newer spelling, too', async () => {
    const template =
      'import (\n\t"vela/builtin"\n)\nparameter: {message: *"hello" | string}\nmsg: builtin.#Message & {$params: message: parameter.message}';
    expect(await run(template)).toMatchObject({ phase: 'succeeded', message: 'hello' });
  });

  it.each([
    [{ x: 1 }, 'failed', 'too bad'],
    [{}, 'succeeded', ''],
  ])('does what a condition lets it do: %j', async (properties, phase, message) => {
    const template =
      'import "vela/op"\nparameter: {x?: int}\nif parameter.x != _|_ {\n\tno: op.#Fail & {message: "too bad"}\n}';
    expect(await run(template, properties)).toMatchObject({ phase, message });
  });

  it('fails where its properties are not what its parameter says', async () => {
    const template = 'import "vela/op"\nparameter: {message: string}\nmsg: op.#Message & {message: parameter.message}';
    expect((await run(template, { message: 5 })).phase).toBe('failed');
  });

  const asking = `import (
	"vela/op"
	"encoding/json"
)
parameter: {url: string}
r1: op.#HTTPPost & {
	url: parameter.url
	request: {body: json.Marshal({a: 1}), header: x: "y"}
}
wait: op.#ConditionalWait & {
	continue: r1.response.statusCode == 200
}
r2: op.#HTTPGet & {url: "\\(parameter.url)/\\(json.Unmarshal(r1.response.body).id)"}
`;
  it('asks servers one after the other, with what the first answered', async () => {
    const first = await run(asking, { url: 'https://a.example' }, answering());
    expect(first).toMatchObject({
      phase: 'running',
      effects: [
        {
          id: 'web#1/s/1/r1',
          method: 'POST',
          url: { value: 'https://a.example' },
          body: '{"a":1}',
          headers: { x: 'y' },
        },
      ],
    });
    const second = await run(asking, { url: 'https://a.example' }, answering('{"id":7}'));
    expect(second.effects.map((effect) => effect.url)).toEqual([
      { value: 'https://a.example' },
      { value: 'https://a.example/7' },
    ]);
    expect(second.phase).toBe('running');
    const third = await run(asking, { url: 'https://a.example' }, answering('{"id":7}', 'done'));
    expect(third).toMatchObject({ phase: 'succeeded', outputs: { r2: { response: { body: 'done' } } } });
  });

  const applying = `import "vela/kube"
import "vela/builtin"
parameter: {name: string}
apply: kube.#Apply & {$params: value: {apiVersion: "v1", kind: "ConfigMap", metadata: name: parameter.name, data: a: "1"}}
wait: builtin.#ConditionalWait & {$params: continue: apply.$returns.value.data.a == "1"}
`;
  it('brings an object, and goes on once it is there', async () => {
    const before = await run(applying, { name: 'x' });
    expect(before).toMatchObject({ phase: 'running', objects: [{ kind: 'ConfigMap', metadata: { name: 'x' } }] });
    const there = { isDelivered: true, brought: before.objects ?? [] };
    expect(await run(applying, { name: 'x' }, there)).toMatchObject({ phase: 'succeeded' });
  });

  it('brings the next object once the one before is there, and waits for that, too', async () => {
    const template = `import "vela/op"
parameter: {}
a: op.#Apply & {value: {apiVersion: "v1", kind: "ConfigMap", metadata: name: "a"}}
ask: op.#HTTPGet & {url: "https://a.example"}
b: op.#Apply & {value: {apiVersion: "v1", kind: "ConfigMap", metadata: name: "b", data: from: ask.response.body}}
`;
    const world = { effects: { waits: () => '', verdict: () => ({ ok: true, value: { body: 'x' }, reason: '' }) } };
    const names = ({ objects = [] }: StepOutcome) => objects.map((one) => (one['metadata'] as { name: string }).name);
    const first = await run(template, {}, world);
    expect([first.phase, names(first)]).toEqual(['running', ['a']]);
    const brought = first.objects ?? [];
    const second = await run(template, {}, { ...world, isDelivered: true, brought });
    expect([second.phase, names(second)]).toEqual(['running', ['a', 'b']]);
    // While the second is on its way, what was asked between the two is still wanted: it would be asked once more.
    const meanwhile = await run(template, {}, { ...world, brought: second.objects ?? [] });
    expect([meanwhile.phase, names(meanwhile), meanwhile.effects.length]).toEqual(['running', ['a', 'b'], 1]);
    const end = await run(template, {}, { ...world, isDelivered: true, brought: second.objects ?? [] });
    expect([end.phase, names(end)]).toEqual(['succeeded', ['a', 'b']]);
  });

  it('applies an object once', async () => {
    const map = (data: string) =>
      `{value: {apiVersion: "v1", kind: "ConfigMap", metadata: name: "a", data: x: "${data}"}}`;
    const template = `import "vela/op"\nparameter: {}\na: op.#Apply & ${map('1')}\nb: op.#Apply & ${map('2')}\n`;
    const { objects: brought = [] } = await run(template);
    const message = expect.stringContaining('it applies ConfigMap a twice') as string;
    expect(await run(template, {}, { isDelivered: true, brought })).toMatchObject({ phase: 'failed', message });
  });

  it('waits while what it waits for is not there', async () => {
    const template =
      'import "vela/op"\nparameter: {}\nwait: op.#ConditionalWait & {continue: context.other.phase == "ready", message: "not yet"}';
    expect((await run(template)).phase).toBe('running');
  });

  it('suspends until it is approved', async () => {
    const template =
      'import "vela/op"\nparameter: {}\nstop: op.#Suspend & {duration: "5s"}\nmsg: op.#Message & {message: "on"}';
    expect(await run(template)).toMatchObject({ phase: 'suspending', askAt: '2026-03-01T12:00:05.000Z' });
    expect(await run(template, {}, { now: '2026-03-01T12:00:05.000Z' })).toMatchObject({
      phase: 'succeeded',
      message: 'on',
    });
    const approved = [{ verdict: 'approve' as const, by: 'ann', at: now, reason: '' }];
    expect(await run(template, {}, { decisions: approved })).toMatchObject({ phase: 'succeeded' });
  });

  it('runs the steps in its steps', async () => {
    const template =
      'import "vela/op"\nparameter: {}\nall: op.#Steps & {\n\tr1: op.#HTTPGet & {url: "https://a.example"}\n\tsay: op.#Message & {message: r1.response.body}\n}';
    expect(
      await run(
        template,
        {},
        { effects: { verdict: () => ({ ok: true, value: { body: 'x' }, reason: '' }), waits: () => '' } },
      ),
    ).toMatchObject({
      phase: 'succeeded',
      message: 'x',
    });
  });

  it('fails with an action that there is not', async () => {
    expect(await run('import "vela/op"\na: op.#Delete & {}')).toMatchObject({
      phase: 'failed',
      message: 'the action op.#Delete is not supported',
    });
  });

  describe('that reads', () => {
    const map = 'value: {apiVersion: "v1", kind: "ConfigMap", metadata: name: parameter.name}';
    const template = `import "vela/op"
parameter: name: string
read: op.#Read & {${map}}
wait: op.#ConditionalWait & {continue: read.value.data.done == "yes", message: "it is not done"}
`;
    const brought = [readingOf({ apiVersion: 'v1', kind: 'ConfigMap', name: 'a' }, wholeObject)];
    const told = (data: object) => ({
      isDelivered: true,
      brought,
      told: (id: string) => (id === '/ConfigMap/default/a' ? { '/data': data } : undefined),
    });

    it('has its object followed until it says what is waited for', async () => {
      const run1 = await run(template, { name: 'a' });
      expect(run1).toMatchObject({
        phase: 'running',
        message: 'it waits for ConfigMap a to be reported',
        objects: brought,
      });
      const run2 = await run(template, { name: 'a' }, told({ done: 'no' }));
      expect(run2).toMatchObject({ phase: 'running', message: 'it is not done', objects: brought });
      const run3 = await run(template, { name: 'a' }, told({ done: 'yes' }));
      expect(run3).toMatchObject({ phase: 'succeeded', objects: brought });
      expect(run3.outputs).toMatchObject({ read: { value: { metadata: { name: 'a' }, data: { done: 'yes' } } } });
    });

    it('knows nothing of an object that an earlier delivery had followed', async () => {
      const outcome = await run(template, { name: 'a' }, { ...told({ done: 'yes' }), brought: [] });
      expect(outcome).toMatchObject({ phase: 'running', message: 'it waits for ConfigMap a to be reported' });
    });

    it.each([
      ['no name', 'value: {apiVersion: "v1", kind: "ConfigMap"}', 'it reads no object by its name'],
      ['a Secret', 'value: {apiVersion: "v1", kind: "Secret", metadata: name: "a"}', 'agents tell nothing of Secrets'],
      [
        'another namespace',
        'value: {apiVersion: "v1", kind: "ConfigMap", metadata: {name: "a", namespace: "far"}}',
        'agents tell of objects in the namespace of the application alone, default',
      ],
      [
        'another cluster',
        'cluster: "east", value: {apiVersion: "v1", kind: "ConfigMap", metadata: name: "a"}',
        "it reads in east: a step of one's own reaches the local cluster alone",
      ],
    ])('fails for %s', async (_, text, message) => {
      const outcome = await run(`import "vela/op"\nread: op.#Read & {${text}}\n`);
      expect(outcome).toMatchObject({ phase: 'failed', message, objects: [] });
    });

    it('has a place of its own', () => {
      expect(interpretedStep({ type: 'mine', template })).toMatchObject({ decides: true, takes: 'all' });
    });
  });
});

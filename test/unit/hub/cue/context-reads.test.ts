import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readOf } from '../../../../hub/cue/context-reads.ts';
import { startCueEngine, type CueEngine } from '../../../../hub/cue/engine.ts';
import { sourceOf, type CueProgram } from '../../../../hub/cue/program.ts';
import { systemClock } from '../../../../shared/adapters/clock.ts';

const output = {
  kind: 'Deployment',
  metadata: { name: 'web', labels: { 'a.b/c': 'd' } },
  spec: { größe: 1, template: { spec: { containers: [{ name: 'web', image: 'nginx' }] } } },
};

describe('what a template reads of its context', () => {
  it.each([
    ['a path', 'patch: x: context.output.metadata.name', { metadata: { name: 'web' } }],
    [
      'a path in a text, behind what looks like a comment',
      'x: "http://\\(context.output.kind)"',
      { kind: 'Deployment' },
    ],
    [
      'a path with names in quotes',
      'x: context["output"].metadata."labels"["a.b/c"]',
      { metadata: { labels: output.metadata.labels } },
    ],
    ['a name of other letters', 'x: context.output.spec.größe', { spec: { größe: 1 } }],
    [
      'a list, for one of its items',
      'x: context.output.spec.template.spec.containers[0].name',
      { spec: { template: output.spec.template } },
    ],
    [
      'a member that is named by something else',
      'x: context.output.metadata[parameter.x]',
      { metadata: output.metadata },
    ],
    ['whether something is there', 'if context.output.spec.template != _|_ {x: 1}', { spec: { template: true } }],
    [
      'the same of two',
      'x: [if parameter.a && context.output.spec.template == _|_ || (context.output.kind != _|_) {1}]',
      { kind: true, spec: { template: true } },
    ],
    [
      'whether it is there, and what it is',
      'if context.output.kind != _|_ {x: context.output.kind}',
      { kind: 'Deployment' },
    ],
    ['a sum that may not be there', 'if 1 + context.output.spec.größe != _|_ {x: 1}', { spec: { größe: 1 } }],
    ['what is not there', 'if context.output.spec.jobTemplate.spec != _|_ {x: 1}', { spec: {} }],
    ['what lies below a list or a text', 'x: context.output.kind.of', { kind: 'Deployment' }],
    ['all of it', 'for k, v in context.output {(k): v}', output],
    ['all of it under another name', 'let o = context.output\nx: o.kind', output],
    ['all of the context under another name', 'let c = context\nx: c.output.kind, y: context.output.kind', output],
    ['a member whose name is worked out', 'x: context["\\("out")put"].kind, y: context.output.kind', output],
    ['a path over two lines', 'x: context.output.\n  kind', output],
    [
      'what the template says itself of its context',
      'context: output: kind: "Job"\nx: context.output.metadata.name',
      output,
    ],
  ])('%s', (_, template, expected) => {
    expect(readOf(template, 'output', output)).toEqual(expected);
  });

  it('keeps the order of members, and what is not there', () => {
    expect(Object.keys(readOf('x: context.o.b, y: context.o.a', 'o', { a: 1, c: 2, b: 3 }) as object)).toEqual([
      'a',
      'b',
    ]);
    expect(readOf('if context.o != _|_ {}', 'o', undefined)).toBeUndefined();
  });
});

describe('the answer to a template', () => {
  let cue: CueEngine;
  beforeAll(() => {
    cue = startCueEngine({ clock: systemClock });
  });
  afterAll(() => cue.close());

  const template = `
    patch: {
      if context.output.spec.template != _|_ {spec: template: metadata: labels: parameter}
      if context.output.spec.jobTemplate == _|_ {kind: context.output.kind}
    }
    parameter: [string]: string`;
  const program = (name: string): CueProgram => ({
    subject: 'TraitDefinition/test',
    template,
    parameter: { a: 'b' },
    context: { output: { ...output, metadata: { name } } },
  });

  it('is the same for components that differ in what it does not read, and asked for once', async () => {
    expect(sourceOf(program('web'))).toBe(sourceOf(program('api')));
    const [given] = await cue.evaluate([program('web')], new AbortController().signal);
    expect(given).toMatchObject({
      value: { patch: { kind: 'Deployment', spec: { template: { metadata: { labels: { a: 'b' } } } } } },
    });
  });
});

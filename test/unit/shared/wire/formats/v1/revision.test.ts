import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSluiceError } from '../../../../../../shared/errors.ts';
import { encode } from '../../../../../../shared/wire/codec.ts';
import { formats } from '../../../../../../shared/wire/formats.ts';
import type { Revision } from '../../../../../../shared/wire/revision.ts';
import { appOf, deployment, goodBundle, revisionOf, route, service } from '../../../../../fixtures/agent/bundle.ts';

const good = goodBundle().revision;
const plain = { replicas: [], traffic: [], revisions: [] };
const first = appOf([deployment, service, route]);
const second = appOf([service], { ...plain, name: 'second' });
const before = revisionOf([first, second], new Map());

const readAfter = (bytes: Uint8Array) => formats.revision.decode(bytes, 'revision.json', before);

const outcome = (read: () => Revision) => {
  try {
    return read();
  } catch (error) {
    if (isSluiceError(error)) return error.message;
    throw error;
  }
};

describe('a revision that is read after another one', () => {
  it('has the very values of the applications that say the same, and new ones of the others', () => {
    const changed = appOf([service], { ...plain, name: 'second', notes: ['new'] });
    const next = readAfter(encode({ ...before, generation: 8, apps: [first, changed] }));
    expect(next).toEqual({ ...before, generation: 8, apps: [first, changed] });
    expect(next.apps[0]).toBe(first);
    expect(next.apps[1]).not.toBe(second);
  });

  it('is what it would be alone, whatever is changed in it and wherever', () => {
    const paths = pathsOf(JSON.parse(encode(before).toString('utf8')));
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 1 }),
      fc.constantFrom<unknown>(...(Object.values(before) as unknown[])),
    );
    const edit = fc.record({ path: fc.constantFrom(...paths), value, isExtra: fc.boolean() });
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 3 }), (edits) => {
        const document: unknown = JSON.parse(encode(before).toString('utf8'));
        for (const { path, value: put, isExtra } of edits)
          change(document, isExtra ? [...path, 'extra'] : path, structuredClone(put));
        const bytes = encode(document);
        const alone = outcome(() => formats.revision.decode(bytes));
        expect(outcome(() => readAfter(bytes))).toEqual(alone);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['not JSON', '{'],
    ['a list', '[]'],
    ['null', 'null'],
    ['applications that are no list', JSON.stringify({ ...good, apps: {} })],
    ['an application that is null', JSON.stringify({ ...good, apps: [null] })],
    [
      'a name that every object has',
      JSON.stringify({ ...good, apps: [] }).replace('"apps":[]', '"apps":[{"__proto__":1}]'),
    ],
  ])('is refused as it would be alone: %s', (_, text) => {
    const bytes = Buffer.from(text);
    const alone = outcome(() => formats.revision.decode(bytes));
    expect(typeof alone).toBe('string');
    expect(outcome(() => readAfter(bytes))).toEqual(alone);
  });
});

type Step = string | number;

function pathsOf(value: unknown, path: readonly Step[] = []): Step[][] {
  if (value === null || typeof value !== 'object') return [[...path]];
  const steps: Step[] = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  const below = steps.flatMap((step) => pathsOf((value as Record<Step, unknown>)[step], [...path, step]));
  return path.length === 0 ? below : [[...path], ...below];
}

function change(document: unknown, path: readonly Step[], value: unknown): void {
  let here = document;
  for (const step of path.slice(0, -1)) {
    if (here === null || typeof here !== 'object') return;
    here = (here as Record<Step, unknown>)[step];
  }
  const last = path.at(-1);
  if (
    here === null ||
    typeof here !== 'object' ||
    last === undefined ||
    Array.isArray(here) !== (typeof last === 'number')
  )
    return;
  (here as Record<Step, unknown>)[last] = value;
}

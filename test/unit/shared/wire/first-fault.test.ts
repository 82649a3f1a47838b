import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { firstFault } from '../../../../shared/wire/first-fault.ts';
import { formats } from '../../../../shared/wire/formats.ts';
import { bundleApp, published, reportOf, settledApp } from '../../../fixtures/hub/status.ts';

const item = z.strictObject({ name: z.string(), parts: z.array(z.number()).optional() });
const schema = z.strictObject({ items: z.array(item).nullable().default([]), title: z.string() });

/** A list of so many values that are not looked at: reading one of them fails the test. */
function unread(count: number, before: readonly unknown[]): unknown[] {
  const rest = Array.from({ length: count }, () => ({
    get name(): string {
      throw new Error('it is looked at');
    },
  }));
  return [...before, ...rest];
}

describe('the first fault', () => {
  it.each<[string, unknown, string | null]>([
    ['of no list', { title: 1 }, null],
    ['of good lists', { items: [{ name: 'a', parts: [1, 2] }], title: 'x' }, null],
    ['of null', { items: null, title: 'x' }, null],
    ['of a list', { items: [{ name: 'a' }, { name: 1 }], title: 'x' }, 'items.1.name'],
    ['of a list in a list', { items: [{ name: 'a', parts: [1, 'b'] }] }, 'items.0.parts.1'],
    ['of an unknown member', { items: [{ name: 'a', more: 1 }] }, 'items.0'],
    ['of what is no list', { items: 1 }, null],
  ])('%s', (_, value, path) => {
    expect(firstFault(schema, value)?.path.join('.') ?? null).toBe(path);
  });

  it('ends the search', () => {
    expect(firstFault(schema, { items: unread(3, [{ name: 1 }]) })?.path).toEqual(['items', 0, 'name']);
  });

  it('of a union is that of an option, where none has no fault', () => {
    const either = z.union([z.strictObject({ a: z.array(z.string()) }), z.strictObject({ a: z.array(z.number()) })]);
    expect(firstFault(either, { a: [1, 2] })).toBeNull();
    expect(firstFault(either, { a: [true] })?.path).toEqual(['a', 0]);
  });

  it('is none in a report', () => {
    const bundle = published('a', [bundleApp('web')]);
    expect(firstFault(formats.report.schema, reportOf(bundle, [settledApp(bundleApp('web'))]))).toBeNull();
  });
});

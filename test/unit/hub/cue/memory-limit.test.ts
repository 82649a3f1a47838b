import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pageBytes, withMemoryLimit } from '../../../../hub/cue/memory-limit.ts';

interface Wasm {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: { readonly grow: (pages: number) => number } };
}
const { Module, Instance } = (globalThis as unknown as { readonly WebAssembly: Wasm }).WebAssembly;

/** A module with a memory of some pages and a function that grows it; `maximum` where it has one of its own. */
function moduleOf(pages: number, maximum?: number): Uint8Array {
  const limits = maximum === undefined ? [0, pages] : [1, pages, maximum];
  const section = (id: number, ...content: readonly number[]) => [id, content.length, ...content];
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, 1, 0x60, 1, 0x7f, 1, 0x7f),
    ...section(3, 1, 0),
    ...section(5, 1, ...limits),
    ...section(7, 1, 4, ...Buffer.from('grow'), 0, 0),
    ...section(10, 1, 6, 0, 0x20, 0, 0x40, 0, 0x0b),
  ]);
}

describe('a memory limit', () => {
  it('lets a module grow to it, and not by a page more', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), fc.nat({ max: 400 }), fc.boolean(), (pages, more, hasOwn) => {
        const limited = withMemoryLimit(moduleOf(pages, hasOwn ? 120 : undefined), (pages + more) * pageBytes + 1);
        const { grow } = new Instance(new Module(limited)).exports;
        expect(grow(more + 1)).toBe(-1);
        expect(grow(more)).toBe(pages);
        expect(grow(1)).toBe(-1);
      }),
    );
  });

  it('is never below what the module begins with', () => {
    const { grow } = new Instance(new Module(withMemoryLimit(moduleOf(3), pageBytes))).exports;
    expect([grow(0), grow(1)]).toEqual([3, -1]);
  });

  it('needs a memory', () => {
    expect(() => withMemoryLimit(moduleOf(1).subarray(0, 8), pageBytes)).toThrow('the module defines no memory');
  });
});

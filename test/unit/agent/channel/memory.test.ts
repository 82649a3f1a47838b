import { describe, expect, it } from 'vitest';
import { newChannelMemory, restored, startedBundle } from '../../../../agent/channel/memory.ts';
import { configMap, plainApp, testBundle } from '../../../fixtures/agent/apps.ts';

const [first, second] = [1, 2].map((generation) =>
  testBundle({ generation, apps: [plainApp('one', [configMap('a', String(generation))])] }),
) as [ReturnType<typeof testBundle>, ReturnType<typeof testBundle>];

describe('the started bundle', () => {
  it.each([
    ['the accepted one', { bundle: first, started: null }, first],
    ['the one before it', { bundle: second, started: first }, first],
    ['not at hand', { bundle: second, started: null }, null],
    ['not there at first', { bundle: null, started: null }, null],
  ])('is %s', (_, channel, expected) => {
    expect(startedBundle(channel, { mark: first.mark })).toBe(expected);
  });
});

describe('what a restart left of earlier bundles', () => {
  it('is nothing in an agent that was not restarted', () => {
    expect(restored(newChannelMemory(), (bundle) => bundle)).toEqual({ started: null, served: new Map() });
  });

  it('has the ids that objects have here', () => {
    const located = { ...first };
    expect(restored({ started: first, served: new Map() }, () => located).started).toBe(located);
  });
});

import { describe, expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import { parseYaml } from '../../../../../shared/lib/yaml.ts';
import { kubectlPath } from '../../../../config/tools.ts';
import { askKubectl, type Reading } from './oracle.ts';
import { probeFile, probes } from './probes.ts';

/** What kubectl 1.35 said: `[probe, reading]`, written by `node test/unit/shared/lib/yaml/record.ts`. */
const recorded = JSON.parse(readFileSync(new URL('kubectl.json', import.meta.url), 'utf8')) as [string, Reading][];

/** Where ours differs on purpose, and how. */
const refused = new Set([
  // Tags without a meaning of their own, or on the wrong kind of value.
  ...['!', '!!map []', '!!seq {}'],
]);
const accepted = new Set([
  // A tab that cannot be mistaken for indentation.
  ...['|\n  \ta', '\n  -\ta'],
]);

function ours(probe: string, index: number): Reading {
  try {
    const [document] = parseYaml(probeFile(probe, index), 'probe.yaml');
    return { value: (document?.value as { x?: unknown }).x };
  } catch {
    return null;
  }
}

describe('reading YAML as kubectl does', () => {
  it('has an answer of kubectl for every probe', () => {
    expect(recorded.map(([probe]) => probe)).toEqual([...probes]);
    expect(probes.length).toBeGreaterThan(450);
  });

  it('reads every probe as kubectl does, but for the listed ones', () => {
    const differences = recorded.flatMap(([probe, reading], index) => {
      const own = ours(probe, index);
      if (refused.has(probe)) return own === null && reading !== null ? [] : [{ probe, reading, own }];
      if (accepted.has(probe)) return own !== null && reading === null ? [] : [{ probe, reading, own }];
      return sameJson(own, reading) ? [] : [{ probe, reading, own }];
    });
    expect(differences).toEqual([]);
  });

  it('has recorded what the real kubectl says', async ({ skip }) => {
    const kubectl = await kubectlPath();
    if (kubectl === null) return skip('no kubectl for this platform');
    expect(await askKubectl(kubectl, probes)).toEqual(recorded.map(([, reading]) => reading));
  });
});

function sameJson(a: unknown, b: unknown): boolean {
  // Through JSON, so that -0 and undefined cannot hide; the order of keys means nothing.
  const text = (value: unknown): string =>
    JSON.stringify(value, (_, member: unknown) =>
      member !== null && typeof member === 'object' && !Array.isArray(member)
        ? Object.fromEntries(Object.entries(member).sort(([x], [y]) => (x < y ? -1 : 1)))
        : member,
    );
  return text(a) === text(b);
}

import { describe } from 'vitest';
import { findBinaries } from './binaries.ts';
import type { Binaries } from './binaries.ts';

const answer = await findBinaries();

/** Registers tests that need a real control plane; on a machine that has none they are skipped, and their title says what is missing. */
export function describeControlPlane(title: string, register: (binaries: Binaries) => void): void {
  if ('reason' in answer) describe.skip(`${title} (${answer.reason})`, () => undefined);
  else describe(title, () => register(answer.binaries));
}

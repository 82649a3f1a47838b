import { describe, it } from 'vitest';
import { findBinaries } from './binaries.ts';
import type { Binaries } from './binaries.ts';

const answer = await findBinaries();

/** Registers tests that need a real control plane; on a machine that has none they are skipped, and their title says what is missing. */
export function describeControlPlane(title: string, register: (binaries: Binaries) => void): void {
  // A suite without a test would be counted nowhere.
  if ('reason' in answer) describe(title, () => it.skip(answer.reason, () => undefined));
  else describe(title, () => register(answer.binaries));
}

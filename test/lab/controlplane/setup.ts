import { ensureBinaries } from './binaries.ts';

/** Builds the control plane once, before any test; without it every suite skips itself, and this line says why. */
export default async function setup(): Promise<void> {
  const answer = await ensureBinaries((line) => console.error(`controlplane: ${line}`));
  if (!('reason' in answer)) return;
  if (process.env['SLUICE_CONTROLPLANE'] === 'required') throw new Error(answer.reason);
  console.error(`controlplane: skipped: ${answer.reason}`);
}

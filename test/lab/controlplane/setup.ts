import { ensureBinaries } from './binaries.ts';
import { ensurePrometheus } from './prometheus.ts';

/** Builds the control plane once, and gets a Prometheus, before any test; without them suites skip themselves, and a line says why. */
export default async function setup(): Promise<void> {
  const metrics = await ensurePrometheus();
  if ('reason' in metrics) console.error(`controlplane: analyses skipped: ${metrics.reason}`);
  const answer = await ensureBinaries((line) => console.error(`controlplane: ${line}`));
  if (!('reason' in answer)) return;
  if (process.env['SLUICE_CONTROLPLANE'] === 'required') throw new Error(answer.reason);
  console.error(`controlplane: skipped: ${answer.reason}`);
}

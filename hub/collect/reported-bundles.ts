import { digestOf } from '../../shared/lib/canonical.ts';
import { countSigners, parseSignatures, payloadTypes } from '../../shared/wire/envelope.ts';
import { formats } from '../../shared/wire/formats.ts';
import type { AgentReport } from '../../shared/wire/report.ts';
import type { BundleMark } from '../../shared/wire/revision.ts';
import type { Reports } from '../model/reports.ts';

/** By cluster: the bundle that its agent showed, if a hub key signed it. It was published, whether the ledger names it or not. */
export function reportedBundles(reports: Reports, hubKeys: readonly string[]): Map<string, BundleMark> {
  const marks = new Map<string, BundleMark>();
  for (const [cluster, { report }] of reports) {
    const mark = signedMark(report, hubKeys);
    if (mark !== null) marks.set(cluster, mark);
  }
  return marks;
}

function signedMark({ envelope, cluster, registration }: AgentReport, hubKeys: readonly string[]): BundleMark | null {
  if (envelope === undefined) return null;
  try {
    const payload = Buffer.from(envelope.payload);
    const signatures = parseSignatures(envelope.signatures);
    if (countSigners(payloadTypes.revision, payload, signatures, hubKeys) === 0) return null;
    const shown = formats.revision.open(payload, 'envelope').head;
    if (shown.cluster !== cluster || shown.registration !== registration) return null;
    return { epoch: shown.epoch, generation: shown.generation, revisionDigest: digestOf(payload) };
  } catch {
    // An envelope that cannot be read proves nothing.
    return null;
  }
}

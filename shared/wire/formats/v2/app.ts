import { z } from 'zod';
import { SluiceError } from '../../../errors.ts';
import { canonicalPretty } from '../../../lib/canonical.ts';
import { oncePerValue } from '../../../lib/memo.ts';
import { appKey } from '../../bundle.ts';
import { documentPath, fromPath } from '../../layout.ts';
import type { AppContent, BundleApp } from '../../revision.ts';
import { counter, digest, dnsName, labels, objectIdText, pointer } from '../../schema.ts';
import type { DocumentRef } from '../format.ts';
import { objectBytes } from './content.ts';
import { delivery } from './delivery.ts';

const content = { digest, bytes: counter, objects: z.strictObject({ count: counter, bytes: counter }) };

/** The shape of an application in revision.json of format 2. */
export const appSchema = z.strictObject({
  namespace: dnsName,
  name: dnsName,
  target: dnsName.optional(),
  ...content,
  source: z.string(),
  deadline: z.number().int().positive(),
  selector: labels.optional(),
  notes: z.array(z.string()).optional(),
  observe: z.array(z.strictObject({ id: objectIdText, fields: z.array(pointer) })).optional(),
  from: z.strictObject(content).optional(),
  delivery: delivery.optional(),
});
/** An application as revision.json of format 2 says it: what is about one cluster, and what its document counts for. */
export type Head = z.infer<typeof appSchema>;

/** An application as revision.json says it. */
export function headOf(one: BundleApp): Head {
  const { namespace, name, source, health, selector, notes, observe, from, delivery: steps } = one;
  return {
    namespace,
    name,
    target: one.target,
    ...sizeOf(one),
    source,
    deadline: health.progressDeadlineSeconds,
    selector: Object.keys(selector).length === 0 ? undefined : { ...selector },
    notes: notes.length === 0 ? undefined : [...notes],
    observe: observe as Head['observe'],
    from: from === undefined ? undefined : sizeOf(from),
    delivery: steps as Head['delivery'],
  };
}

type Size = Pick<Head, 'digest' | 'bytes' | 'objects'>;

function sizeOf(one: AppContent): Size {
  if (one.bytes === undefined) {
    throw new SluiceError('INTERNAL', 'an application of another format is not sealed', { subject: appKey(one) });
  }
  return { digest: one.digest, bytes: one.bytes, objects: { count: one.objects.length, bytes: objectBytes(one) } };
}

/** The documents of an application: its own, and that of the content that serves meanwhile. */
export function refsOf(one: BundleApp): DocumentRef[] {
  return refsOfHead(one, sizeOf(one), one.from && sizeOf(one.from));
}

/** The same, from what revision.json says of it. */
export function refsOfHead(
  unit: Pick<AppContent, 'namespace' | 'name' | 'target'>,
  own: Size,
  from: Size | undefined,
): DocumentRef[] {
  const path = documentPath(unit);
  const refs = [{ path, ...plainSize(own) }];
  return from === undefined ? refs : [...refs, { path: fromPath(path), ...plainSize(from) }];
}

function plainSize({ digest: name, bytes, objects }: Size): Omit<DocumentRef, 'path'> {
  return { digest: name, bytes, objects };
}

/** The text of an application inside revision.json: made once for all clusters that have it. */
export const headText = oncePerValue(
  (one: BundleApp) => `    ${canonicalPretty(headOf(one)).trimEnd().replaceAll('\n', '\n    ')}`,
);

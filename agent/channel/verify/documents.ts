import { SluiceError } from '../../../shared/errors.ts';
import { digestOf } from '../../../shared/lib/canonical.ts';
import { fileBytes } from '../../../shared/model/limits.ts';
import { formats } from '../../../shared/wire/formats.ts';
import type { DocumentRef, OpenedRevision } from '../../../shared/wire/formats/format.ts';
import { fromPath, revisionPath } from '../../../shared/wire/layout.ts';
import type { Revision } from '../../../shared/wire/revision.ts';
import type { ChannelSnapshot, VerifiedBundle } from '../../model/bundle.ts';
import type { Contents } from '../../model/contents.ts';

/** Refuses a bundle that is too large by what its envelope says, before anything that it names is fetched. */
export function checkLimits({ head, documents }: OpenedRevision, envelopeBytes: number): void {
  const { limits, hasDocuments } = formats.revision.at(head.format);
  const { objects, bytes } = head.bundle;
  if (objects > limits.objects || bytes > limits.bytes) throw tooLarge('the bundle is too large', { objects, bytes });
  if (!hasDocuments) return;
  if (envelopeBytes > fileBytes) throw tooLarge('the envelope is too large', { bytes: envelopeBytes });
  const sums = new Map<string, number>();
  for (const document of documents) {
    if (document.bytes > fileBytes) throw tooLarge('a document is too large', { bytes: document.bytes }, document.path);
    const unit = unitOf(document);
    const sum = (sums.get(unit) ?? 0) + document.bytes + document.objects.bytes;
    if (sum > limits.appBytes) throw tooLarge('an application is too large', { bytes: sum }, document.path);
    sums.set(unit, sum);
  }
  if (sums.size > limits.apps) throw tooLarge('the bundle has too many applications', { applications: sums.size });
}

const serving = fromPath('');

/** What serves meanwhile counts with the application that takes its place. */
function unitOf({ path }: DocumentRef): string {
  return path.startsWith(serving) ? path.slice(serving.length) : path;
}

/** The whole revision, with the documents fetched that are not known: their digests are those that the signed envelope names. */
export async function fetchDocuments(
  snapshot: ChannelSnapshot,
  opened: OpenedRevision,
  {
    previous,
    contents,
  }: { readonly previous: Pick<VerifiedBundle, 'objectBytes'> | null; readonly contents: Contents },
): Promise<Revision> {
  snapshot.expect?.(opened.unknown.map(({ digest }) => digest));
  for (const document of opened.unknown) {
    const { path, digest } = document;
    const bytes = await snapshot.object(path, digest);
    if (bytes === null)
      throw new SluiceError('DIGEST_MISMATCH', 'a document of the bundle is missing', { subject: path });
    if (bytes.byteLength !== document.bytes || digestOf(bytes) !== digest)
      throw new SluiceError('DIGEST_MISMATCH', 'a document has another digest or size than its envelope states', {
        subject: path,
      });
    contents.put(digest, bytes);
  }
  for (const { digest } of opened.documents) {
    const bytes = contents.sizeOf(digest) === null ? (previous?.objectBytes(digest) ?? null) : null;
    if (bytes !== null) contents.put(digest, bytes);
  }
  return opened.complete(({ digest }) => contents.read(digest));
}

function tooLarge(
  message: string,
  facts: Readonly<Record<string, number>>,
  subject: string = revisionPath,
): SluiceError {
  return new SluiceError('LIMIT_EXCEEDED', message, { subject, facts });
}

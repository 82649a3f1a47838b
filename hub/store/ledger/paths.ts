import { digestOf } from '../../../shared/lib/canonical.ts';

/**
 * Where things stand in the ledger's tree:
 *
 * | path | content |
 * | --- | --- |
 * | `ledger.json` | format, channel, epoch |
 * | `source.json` | the commit of the config repository that was processed last |
 * | `documents/KIND/NAMESPACE/NAME.json` | a document as it was last seen |
 * | `revisions/NAMESPACE/NAME/N.json`, `newest.json` | revisions of an application, and the name of the newest |
 * | `clusters/XX/NAME.json` | a registered cluster |
 * | `picks/XX.json` | recorded picks of placements |
 * | `bundles/XX/NAME/state.json`, `bundle/` | what a cluster was sent: its commits, and the very tree of its channel ref |
 * | `guarded.json`, `approvals.json`, `problems.json` | what waits, what was approved, what is wrong |
 *
 * XX spreads names over 256 folders, so that one change rewrites small trees only.
 */
export const spread = (name: string): string => digestOf(name).slice('sha256:'.length, 'sha256:'.length + 2);

/** A text as one path segment: whatever Git or a file system could trip over is percent-encoded. */
export function segment(text: string): string {
  const escaped = encodeURIComponent(text).replace(/[!'()*~]/g, hex);
  return escaped.startsWith('.') ? `%2E${escaped.slice(1)}` : escaped === '' ? '%' : escaped;
}

/** The text that a segment stands for. */
export function unsegment(part: string): string {
  return part === '%' ? '' : decodeURIComponent(part);
}

/** A key of parts joined with `/` as path segments. */
export function keySegments(key: string): string[] {
  return key.split('/').map(segment);
}

function hex(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

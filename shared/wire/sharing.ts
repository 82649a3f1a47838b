import { appKey } from './bundle.ts';
import { decode } from './codec.ts';
import { revisionPath } from './layout.ts';
import { bundleApp, revision as revisionSchema, type BundleApp, type Revision } from './revision.ts';

/**
 * Reads revision.json strictly. Applications that say the very same as in a revision that was read before are that one's
 * values: whatever holds of them was checked then, and nothing of them is kept twice. Throws WIRE_INVALID.
 */
export function decodeRevision(payload: Uint8Array, previous: Revision | null): Revision {
  // What is not as expected is read from the beginning, for the error that names the place.
  const shared = previous === null ? null : decodeShared(payload, previous);
  return shared ?? decode(revisionSchema, payload, revisionPath);
}

function decodeShared(payload: Uint8Array, previous: Revision): Revision | null {
  const value = parsed(payload);
  const list = value?.['apps'];
  if (value === null || !Array.isArray(list)) return null;
  const rest = revisionSchema.safeParse({ ...value, apps: [] });
  if (!rest.success) return null;
  const known = new Map(previous.apps.map((app) => [appKey(app), app]));
  const apps: BundleApp[] = [];
  for (const one of list as readonly unknown[]) {
    const app = sameApp(one, known) ?? bundleApp.safeParse(one).data;
    if (app === undefined) return null;
    apps.push(app);
  }
  return { ...rest.data, apps };
}

function parsed(payload: Uint8Array): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
    return isMembers(value) ? value : null;
  } catch {
    return null;
  }
}

function sameApp(value: unknown, known: ReadonlyMap<string, BundleApp>): BundleApp | undefined {
  if (!isMembers(value)) return undefined;
  const app = known.get(`${String(value['namespace'])}/${String(value['name'])}`);
  return app !== undefined && isSame(value, app) ? app : undefined;
}

function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((one, at) => isSame(one, b[at]));
  if (!isMembers(a) || !isMembers(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && isSame(a[key], b[key]));
}

function isMembers(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

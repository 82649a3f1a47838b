import type { Digest } from '../../../shared/lib/canonical.ts';
import type { Position } from '../../model/delivery.ts';
import type { Inventory } from '../../model/inventory.ts';
import type { ObjectId } from '../../../shared/model/object.ts';
import type { BundleApp } from '../../../shared/wire/revision.ts';
import { copiesOf, type Copies, type ObjectOf } from './copies.ts';
import { flooredScaler, mixedTraffic, type Derived, type MixedTraffic } from './mixed.ts';
import { withoutJobs } from './jobs.ts';
import type { Contents } from './parts.ts';
import { switchedServices, type SwitchedService } from './services.ts';

/** What the two contents of a delivery are read from. */
export interface Ingredients {
  readonly objectOf: ObjectOf;
  /** Keeps a text that was made of signed ones, so that it can be applied. */
  readonly keep: (digest: Digest, bytes: Uint8Array) => void;
}

/** What of the cluster the contents depend on. */
export interface Standing {
  /** Pods that served when the delivery arrived, by component. */
  readonly totals: Totals;
  readonly inventory: Inventory;
}

/** Pods that served when the delivery arrived, by component. */
type Totals = Position['totals'];

interface Read {
  readonly copies: Copies;
  readonly mixed: readonly MixedTraffic[];
  readonly services: readonly SwitchedService[];
}

// Reading both contents costs their texts: once for each application of a bundle.
const known = new WeakMap<BundleApp, Read>();

/** Both contents of an application's delivery, as the cluster stands; null while a text that decides is not at hand. */
export function contentsOf(app: BundleApp, ingredients: Ingredients, { totals, inventory }: Standing): Contents | null {
  const { from } = app;
  if (from === undefined) return null;
  const read = known.get(app) ?? readBoth(app, ingredients);
  if (read === null) return null;
  known.set(app, read);
  const floored = flooredOf(read.copies, ingredients, totals);
  if (floored === null) return null;
  const both = read.services.flatMap((one) => one.both ?? []);
  for (const { object, bytes } of [...read.mixed, ...both, ...floored.values()]) ingredients.keep(object.digest, bytes);
  return { app, from: withoutJobs(from, app.delivery?.steps ?? [], inventory), ...read, floored };
}

function readBoth(app: BundleApp, { objectOf }: Ingredients): Read | null {
  if (app.from === undefined) return null;
  const copies = copiesOf(app.from, app, objectOf);
  const mixed = mixedTraffic(app.from, app, objectOf);
  if (copies === null || mixed === null) return null;
  const services = switchedServices({ from: app.from, to: app, components: copies.components }, objectOf);
  return services === null ? null : { copies, mixed, services };
}

function flooredOf(
  { components, scalers }: Copies,
  { objectOf }: Ingredients,
  totals: Totals,
): ReadonlyMap<ObjectId, Derived> | null {
  const floored = new Map<ObjectId, Derived>();
  for (const { name, old } of components) {
    const total = totals[name] ?? 0;
    for (const id of old) {
      const scaler = scalers.get(id);
      if (scaler === undefined || total === 0) continue;
      const made = flooredScaler(scaler, Math.ceil(total / old.length), objectOf);
      if (made === null) return null;
      floored.set(scaler.id, made);
    }
  }
  return floored;
}

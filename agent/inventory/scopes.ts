import type { VerifiedBundle } from '../model/bundle.ts';
import type { Inventory } from '../model/inventory.ts';
import type { Kube } from '../model/kube.ts';
import { kindsOf, locateBundle, locateInventory, scopesOf, type Located, type Scopes } from '../model/scopes.ts';
import { withReadsApart } from '../model/reads.ts';
import { kindFacts } from '../../shared/model/kinds.ts';

/** What reading scopes needs of the agent. */
export interface ScopePorts {
  readonly kube: Kube;
  readonly signal: AbortSignal;
}

/** A bundle with the ids that objects have on this cluster, and what gives others the same. */
export interface Here extends Located {
  readonly inventory: (inventory: Inventory) => Inventory;
  readonly located: (bundle: VerifiedBundle) => VerifiedBundle;
}

/** Corrects the ids of a bundle by the discovery that is at hand: a hub can only guess the scope of custom kinds. */
export async function locate(ports: ScopePorts, pulled: VerifiedBundle, recorded: Inventory): Promise<Here> {
  const bundle = withReadsApart(pulled);
  const scopes = await readScopes(ports, bundle, recorded);
  const inventory = (one: Inventory) => locateInventory(one, scopes);
  const known = inventory(recorded);
  const located = (one: VerifiedBundle) => locateBundle(withReadsApart(one), scopes, known).bundle;
  return { ...locateBundle(bundle, scopes, known), inventory, located };
}

/** Where the server does not say now, what the inventory shows counts: an id that was right once stays right. */
async function readScopes({ kube, signal }: ScopePorts, bundle: VerifiedBundle, inventory: Inventory): Promise<Scopes> {
  const custom = [...kindsOf(bundle, inventory)].filter((kind) => kindFacts(kind).scope === null);
  if (custom.length === 0) return new Map();
  const resources = await kube.resources(signal).catch(() => []);
  return scopesOf(custom, resources, inventory);
}

import type { GitObject, Oid } from '../../shared/lib/git/object.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import { bundleObjects } from '../../shared/wire/bundle.ts';
import type { Crash } from '../contract/store/suite.ts';
import { SluiceError } from '../../shared/errors.ts';
import { changesBetween, withChanges } from '../../hub/model/changes.ts';
import type { State } from '../../hub/model/state.ts';
import type { Base, Store, View } from '../../hub/model/store.ts';
import { readerOf } from '../../hub/run/rehearsal/objects.ts';

/** A store that several writers share in memory, begun with a state. */
export interface MemoryDatabase {
  /** Opens it as one more writer; with `crash`, its next commit dies there. */
  readonly open: (crash?: Crash) => Store;
}

/** Begins a database. What its bundles had published before is not known to it. */
export function memoryDatabase(first: State): MemoryDatabase {
  let view = viewOf(first);
  const objects = new Map<Oid, GitObject>();
  const past = new Map<string, Set<ObjectId>>();
  const remember = ({ bundles }: State): void => {
    for (const { cluster, revision } of bundles.values()) {
      const key = `${cluster} ${revision.registration}`;
      const ids = past.get(key) ?? new Set();
      for (const { id } of [...bundleObjects(revision), ...revision.retired]) ids.add(id);
      past.set(key, ids);
    }
  };
  remember(first);
  const open = (crash?: Crash): Store => ({
    read: () => Promise.resolve(view),
    commit: async ({ base, changes, objects: added = [], before }) => {
      await before;
      if (base !== view.base) throw new SluiceError('LEDGER_RACED', 'somebody else wrote to the store in between');
      const next = withChanges(view, changes);
      if (Object.keys(changesBetween(view, next)).length === 0) return view;
      if (crash === 'before the commit point') throw new Error('killed');
      for (const object of added) objects.set(object.oid, object);
      view = viewOf({ ...next, number: view.number + 1 });
      remember(view);
      if (crash === 'after the commit point') throw new Error('killed');
      return view;
    },
    published: (cluster, registration, ids) => {
      const known = past.get(`${cluster} ${registration}`);
      return Promise.resolve(new Set([...ids].filter((id) => known?.has(id) === true)));
    },
    objects: readerOf(objects),
  });
  return { open };
}

/** A database with one writer. */
export function memoryStore(first: State): Store {
  return memoryDatabase(first).open();
}

/** A state as a store would answer it. */
export function viewOf(state: State): View {
  return { ...state, base: `commit ${state.number}` as Base };
}

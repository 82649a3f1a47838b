import type { Mutant } from './mutants.ts';

const written = 'test/unit/hub/store/ledger/write.test.ts';
const volumes = 'test/unit/hub/store/ledger/cut.test.ts';
const edits = 'test/unit/hub/model/tree-edit.test.ts';

/** Bugs of the store: what a commit writes is not what the state says, or costs what the fleet costs. */
export const storeMutants: readonly Mutant[] = [
  {
    bug: 'a new volume of the ledger forgets what the volumes before it published',
    file: 'hub/store/ledger/history.ts',
    find: 'for (const id of listedIds(objects, commit.tree, question.registration)) past.known.add(id);',
    replace: 'return units.commit;',
    tests: [volumes],
  },
  {
    bug: 'a commit after the one that closed its volume of the ledger is taken',
    file: 'hub/store/ledger/chain.ts',
    find: 'isClosing(parent.message)',
    replace: 'false',
    tests: [volumes],
  },
  {
    bug: 'a writer appends to a closed volume of the ledger',
    file: 'hub/store/ledger/ledger.ts',
    find: 'if (current.isClosed) {',
    replace: "if (current.isClosed && commit.message === '') {",
    tests: [volumes],
  },
  {
    bug: 'packs of an old volume of the ledger are deleted before they are in the archive',
    file: 'hub/store/packs/keep.ts',
    find: 'await aside(before.map(({ name }) => name));',
    replace: 'void aside;',
    tests: [volumes],
  },
  {
    bug: 'a volume of the ledger is taken although it follows another one than is here',
    file: 'hub/store/ledger/cut.ts',
    find: 'if (body === undefined || sha256Of(body) !== note.after.sha256) {',
    replace: 'if (body !== undefined && sha256Of(body) !== note.after.sha256) {',
    tests: [volumes],
  },
  {
    bug: 'a folder that a commit left nothing in stays in the ledger',
    file: 'hub/model/tree-edit.ts',
    find: 'if (entries.size === 0) return null;',
    replace: '',
    tests: [edits, written],
  },
  {
    bug: 'the file of an entry that went stays in the ledger, and is read again after a restart',
    file: 'hub/store/slices/slice.ts',
    find: '...gone.map(({ path }): FileEdit => ({ path, gone: true })),',
    replace: '',
    tests: [written],
  },
  {
    bug: 'a recorded pick that changes takes those along that share its file',
    file: 'hub/store/slices/picks.ts',
    find: 'shards.has(spread(key))',
    replace: 'change.has(key)',
    tests: [written],
  },
  {
    bug: 'a join writes the name of every cluster once for each placement that takes all',
    file: 'hub/place/deployment.ts',
    find: "clusters.length === 0 || clusterSelector?.pick === 'all' ? null",
    replace: 'clusters.length === 0 ? null',
    tests: ['test/unit/hub/place/kept.test.ts'],
  },
  {
    bug: 'a relabel that leaves a placement without clusters moves it to where another one runs',
    file: 'hub/place/kept.ts',
    find: ' && !isTaken(cluster)',
    replace: '',
    tests: ['test/unit/hub/place/kept.test.ts'],
  },
  {
    bug: 'an application leaves all of its clusters when the label that placed it is gone from them',
    file: 'hub/place/kept.ts',
    find: 'if (revisions.includes(revision)) return true;',
    replace: '',
    tests: ['test/unit/hub/place/kept.test.ts'],
  },
  {
    bug: 'of changes that are committed together, one does not see what those before it made',
    file: 'hub/run/group.ts',
    find: 'state = withChanges(state, more);',
    replace: '',
    tests: ['test/unit/hub/run/group.test.ts', 'test/property/hub/registry.test.ts'],
  },
  {
    bug: 'one change that cannot be written takes those along that waited with it',
    file: 'hub/run/group.ts',
    find: 'const mayBeOne = group.length > 1 && blamesOne.has(asSluiceError(error).code);',
    replace: 'const mayBeOne = false;',
    tests: ['test/unit/hub/run/group.test.ts'],
  },
  {
    bug: 'a hub that starts with a new key leaves lists that the old one signed until they are due',
    file: 'hub/publish/freshness.ts',
    find: 'return countSigners(payloadTypes.freshness, payload, signatures, [hubKey]) > 0',
    replace: 'return hubKey !== signatures.payloadType',
    tests: ['test/unit/hub/publish/freshness.test.ts'],
  },
  {
    bug: 'a revoked cluster is vouched for until its list is due',
    file: 'hub/publish/freshness.ts',
    find: 'if (refused.some(isListed)) return 0;',
    replace: '',
    tests: ['test/unit/hub/publish/freshness.test.ts'],
  },
  {
    bug: 'changes of the registry that lead to no bundle leave a pack each, until no file can be opened any more',
    file: 'hub/run/loop.ts',
    find: 'onState: tidying.after(parts.onState)',
    replace: 'onState: parts.onState',
    tests: ['test/unit/hub/run/loop.test.ts'],
  },
  {
    bug: 'a change that ends after close tidies stores that are closed',
    file: 'hub/run/tidying.ts',
    find: 'if (!isClosed) cancel',
    replace: 'cancel',
    tests: ['test/unit/hub/run/loop.test.ts'],
  },
  {
    bug: 'a disk that does not keep what was written is found by a cluster',
    file: 'hub/store/packs/pack-folder.ts',
    find: 'if (!hasBytes(`${temporary}-pack`, pack) || !hasBytes(`${temporary}-idx`, index)) {',
    replace: 'if (false) {',
    tests: ['test/unit/hub/store/packs/store.test.ts'],
  },
  {
    bug: 'a clone that is damaged while the hub runs stays so until the next start',
    file: 'shared/adapters/git/clone.ts',
    find: '    if (isNamed || oid === clone.tip?.commit) clone.damaged ??= oid;',
    replace: '    if (oid === "") clone.damaged = isNamed ? oid : null;',
    tests: ['test/faults/git.repository.test.ts'],
  },
  {
    bug: 'a clone whose origin lacks an object is fetched again by every pass',
    file: 'shared/adapters/git/clone.ts',
    find: 'if (damaged === null || tip?.mended.has(damaged) === true) return;',
    replace: 'if (damaged === null) return;',
    tests: ['test/faults/git.repository.test.ts'],
  },
];

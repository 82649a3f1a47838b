/** A bug that was put in on purpose, and the tests of which one at least must find it. */
export interface Mutant {
  /** The bug, in words. */
  readonly bug: string;
  readonly file: string;
  /** Text of the source, which must be there exactly once, and what replaces it. */
  readonly find: string;
  readonly replace: string;
  readonly tests: readonly string[];
}

const agent = (name: string) => `test/unit/agent/${name}`;
const safety = agent('safety.test.ts');
const crash = agent('crash.test.ts');
const verify = agent('channel/verify');
const prune = agent('prune');
const passes = agent('pass.test.ts');
const phases = 'test/property/agent/phases.test.ts';
const fetches = 'test/faults/git.channel.test.ts';

/** The bugs of this field's incidents, each of which would cost somebody a night (safety.md). */
export const mutants: readonly Mutant[] = [
  {
    bug: 'delete what is merely absent from the bundle, named by nobody',
    file: 'agent/prune/decide.ts',
    find: 'const candidates = absent.filter((entry) => retired.has(entry.id));',
    replace: 'const candidates = absent;',
    tests: [prune, safety],
  },
  {
    bug: 'delete while the channel cannot be read',
    file: 'agent/channel/mode.ts',
    find: 'stopDeletes: fault === null ? null : `the channel cannot be read: ${fault.message}`,',
    replace: 'stopDeletes: null,',
    tests: [safety, passes],
  },
  {
    bug: 'delete by a bundle that is not fresh',
    file: 'agent/channel/mode.ts',
    find: 'return { mayChange: isStarted, stopDeletes: stale, hold: isStarted ? null : stale };',
    replace: 'return { mayChange: true, stopDeletes: null, hold: null };',
    tests: [safety, passes],
  },
  {
    bug: 'delete objects of an application whose other objects could not be applied',
    file: 'agent/prune/decide.ts',
    find: "if (fault !== undefined && fault.digest !== null)\n      incomplete.set(entry.app, 'an object of its application is not applied');",
    replace: '',
    tests: [safety, passes],
  },
  {
    bug: 'delete protected kinds without an approval',
    file: 'agent/prune/decide.ts',
    find: 'if (isProtected(entry.id) && !approved.has(entry.id))',
    replace: 'if (isProtected(entry.id) && !approved.has(entry.id) && input.now < 0)',
    tests: [prune],
  },
  {
    bug: 'no limit of deletions in a day',
    file: 'shared/model/limits.ts',
    find: 'return Math.max(10, Math.floor(objects * 0.2));',
    replace: 'return Math.max(10, objects);',
    tests: [prune, safety],
  },
  {
    bug: 'send requests to an API server inside a range of NO_PROXY to the proxy',
    file: 'shared/adapters/http/proxy.ts',
    find: "if (entry.includes('/')) return isInRange(entry, host);",
    replace: "if (entry.includes('/')) return false;",
    tests: ['test/integration/kube'],
  },
  {
    bug: 'delete a CustomResourceDefinition, and all its objects, without an approval',
    file: 'shared/model/kinds.ts',
    find: "definitions: { 'apiextensions.k8s.io/CustomResourceDefinition': { ...inCluster, ...guarded } },",
    replace: "definitions: { 'apiextensions.k8s.io/CustomResourceDefinition': inCluster },",
    tests: ['test/unit/shared/model'],
  },
  {
    bug: 'write first, and put it into the inventory afterwards',
    file: 'agent/pass.ts',
    find: 'if (start.isNew) await record(agent, facts, start);',
    replace: '',
    tests: [crash],
  },
  {
    bug: 'forget the survivors of a failed delete',
    file: 'agent/prune/run.ts',
    find: 'if (removed.isGone) next.delete(entry.id);',
    replace: 'next.delete(entry.id);',
    tests: [crash, safety],
  },
  {
    bug: 'delete whatever has the name now, without looking at its UID',
    file: 'agent/prune/remove.ts',
    find: 'return entry.uid === null ? entry.nonce === live.nonce : entry.uid === live.uid;',
    replace: 'return entry.nonce !== live.uid;',
    tests: [safety, passes],
  },
  {
    bug: 'delete what carries another owner annotation',
    file: 'agent/prune/remove.ts',
    find: 'const isOurs = meta.registration === context.registration && isRecorded(entry, meta);',
    replace: 'const isOurs = isRecorded(entry, meta);',
    tests: [safety, passes],
  },
  {
    bug: 'take over an object of somebody else that has the wanted name',
    file: 'agent/apply/apply.ts',
    find: "const mayAdopt = object.metadata.annotations?.[owner.adopt] === 'true';",
    replace: 'const mayAdopt = true;',
    tests: [safety, passes],
  },
  {
    bug: 'take an object of another registration that asks to be adopted',
    file: 'agent/apply/apply.ts',
    find: 'if (mayAdopt && (holder === undefined || holder === context.registration)) {',
    replace: 'if (mayAdopt) {',
    tests: [safety, passes],
  },
  {
    bug: 'accept an older bundle',
    file: 'agent/channel/verify/verify.ts',
    find: 'if (next.epoch < mark.epoch || next.generation < mark.generation) {',
    replace: 'if (next.epoch < mark.epoch) {',
    tests: [verify],
  },
  {
    bug: 'accept a second bundle of the same generation',
    file: 'agent/channel/verify/verify.ts',
    find: 'if (next.generation === mark.generation && next.revisionDigest !== mark.revisionDigest) {',
    replace: 'if (next.generation === -1) {',
    tests: [verify],
  },
  {
    bug: 'accept a bundle that nobody signed',
    file: 'agent/channel/verify/verify.ts',
    find: 'if (countSigners(payloadTypes.revision, file.payload, sigs, root.hubs.keys) === 0) {',
    replace: 'if (sigs.signatures.length === 0) {',
    tests: [verify],
  },
  {
    bug: 'count a signature that was made for another purpose',
    file: 'shared/wire/envelope.ts',
    find: 'if (sigs.payloadType !== type) return 0;',
    replace: 'type = sigs.payloadType as PayloadType;',
    tests: ['test/unit/shared', verify],
  },
  {
    bug: "accept another cluster's bundle whose name merely begins like ours",
    file: 'agent/channel/verify/verify.ts',
    find: '.find((key) => revision[key] !== identity[key]);',
    replace: '.find((key) => !revision[key].startsWith(identity[key].slice(0, 4)));',
    tests: [verify],
  },
  {
    bug: 'order bundles by the clock and not by their generation',
    file: 'agent/channel/verify/verify.ts',
    find: 'fresh: Math.max(now, trust.timeFloor) <= until,',
    replace: 'fresh: now <= until,',
    tests: [verify],
  },
  {
    bug: 'take the approval of one change for another',
    file: 'agent/channel/verify/verify.ts',
    find: 'if (approval !== undefined && approved.get(approval)?.has(id) !== true) {',
    replace: 'if (approval !== undefined && !approved.has(approval)) {',
    tests: [verify],
  },
  {
    bug: 'take a list of refs that was cut off for a short list',
    file: 'shared/adapters/git/refs.ts',
    find: 'return exactly(untilFlush(answerPackets(response.body)), wanted);',
    replace:
      'return exactly(answerPackets(response.body).flatMap((one) => (one instanceof Buffer ? [lineOf(one)] : [])), wanted);',
    tests: [fetches, 'test/unit/shared'],
  },
  {
    bug: 'read a channel without our ref as an empty bundle',
    file: 'agent/channel/git.ts',
    find: "throw new SluiceError('NOT_FOUND', 'the channel has no such ref', { subject: ref });",
    replace: "return '';",
    tests: [fetches],
  },
  {
    bug: 'write after the lease has run out',
    file: 'agent/kube/lease/fence.ts',
    find: "if (!options.isHeld()) throw new SluiceError('LEASE_LOST',",
    replace: "if (options.isHeld === undefined) throw new SluiceError('LEASE_LOST',",
    tests: [agent('kube/lease'), safety],
  },
  {
    bug: 'give a revision weight that has no ready endpoints',
    file: 'agent/rollout/routing.ts',
    find: '    if (!hasEndpoints(observed, service))\n      return { revision, why: `${nameOf(service)} has no ready endpoints`, isFailed: false };',
    replace: '',
    tests: [phases, passes, safety],
  },
  {
    bug: 'count a workload as ready by what it was before this content',
    file: 'agent/rollout/readiness.ts',
    find: "  if (observed.entries.get(id)?.applied !== digests.get(id)) return not('not applied yet');",
    replace: '',
    tests: [phases, passes, safety],
  },
  {
    bug: 'scale down before all that is wanted is ready',
    file: 'agent/rollout/plan.ts',
    find: 'return isSettled && (isReady || isFree) ? wanted.value : live.spec;',
    replace: 'return wanted.value;',
    tests: [phases, passes, safety],
  },
  {
    bug: 'decide one pass by two moments',
    file: 'agent/pass.ts',
    find: 'const planned = { at, inventory,',
    replace: 'const planned = { at: deps.clock.monotonic(), inventory,',
    tests: [agent('pass.single-clock-read.test.ts')],
  },
  {
    bug: 'publish that an application has no objects any more',
    file: 'hub/plan/guards.ts',
    find: "const code = isEmptied ? 'EMPTY_RENDER' : ids.some(isProtected) ? 'PROTECTED_DELETE' : null;",
    replace: "const code = ids.some(isProtected) ? 'PROTECTED_DELETE' : null;",
    tests: ['test/unit/hub/plan'],
  },
  {
    bug: 'publish the deletion of most of a cluster',
    file: 'shared/model/limits.ts',
    find: 'return Math.max(10, Math.floor(objects * 0.2));',
    replace: 'return Math.max(10, objects);',
    tests: ['test/unit/hub/plan'],
  },
  {
    bug: 'delete what a rewritten history does not have',
    file: 'hub/validate/missing.ts',
    find: 'const waiting = snapshot.descends\n',
    replace: 'const waiting = snapshot.descends || snapshot.commit !== null\n',
    tests: ['test/unit/hub/validate'],
  },
  {
    bug: 'delete what is in a file that does not parse',
    file: 'hub/validate/missing.ts',
    find: 'validated.fleet.frozen.has(seenId(seen)) || brokenPaths.has(seen.place.path);',
    replace: 'validated.fleet.frozen.has(seenId(seen));',
    tests: ['test/unit/hub/validate'],
  },
  {
    bug: 'delete a cluster with its document',
    file: 'hub/validate/missing.ts',
    find: 'const kept = [...broken, ...clusters, ...waiting];',
    replace: 'const kept = [...broken, ...waiting];',
    tests: ['test/unit/hub/validate'],
  },
  {
    bug: 'delete what runs of an application that another stage holds',
    file: 'hub/model/hold.ts',
    find: "return holdKinds[by].keeps === 'content';",
    replace: 'return by === null;',
    tests: ['test/unit/hub/plan', 'test/unit/hub/model'],
  },
  {
    bug: 'tell after a restart that everything that is held began just now',
    file: 'hub/model/hold-memory.ts',
    find: 'before: last ?? recallHolds(found, state)',
    replace: 'before: last ?? recallHolds([], state)',
    tests: ['test/unit/hub/model'],
  },
  {
    bug: 'show a report that is older than the one before',
    file: 'hub/collect/reports.ts',
    find: 'if (last !== undefined && report.sequence <= last.report.sequence) {',
    replace: 'if (last !== undefined && report.sequence === last.report.sequence) {',
    tests: ['test/unit/hub/collect'],
  },
  {
    bug: 'move a ref of a channel that somebody else moved',
    file: 'hub/publish/publish.ts',
    find: 'const stopped = next.filter(({ cluster }) => isDiverged(view.bundles.get(cluster), refs));',
    replace: 'const stopped = next.filter(() => refs.size < 0);',
    tests: ['test/unit/hub/publish'],
  },
  {
    bug: 'the API gives an agent the bundle of another cluster',
    file: 'hub/server/access.ts',
    find: "found.kind === 'admin' || found.record.name === cluster;",
    replace: 'true;',
    tests: ['test/unit/hub/api'],
  },
  {
    bug: 'the API runs an operation without a check of its caller',
    file: 'hub/server/routes/register.ts',
    find: '    checkAccess(route.access, context, request);\n    const input',
    replace: '    const input',
    tests: ['test/unit/hub/api'],
  },
  {
    bug: 'the API takes every agent for the administrator',
    file: 'hub/server/access.ts',
    find: "if (found.kind === 'admin') return found;",
    replace: 'return found;',
    tests: ['test/unit/hub/api'],
  },
  {
    bug: 'the API remembers a credential longer than it is valid',
    file: 'hub/server/auth.ts',
    find: 'proved.expires <= now || ',
    replace: '',
    tests: ['test/unit/hub/server/auth.test.ts'],
  },
  {
    bug: 'the API answers more than its schema says',
    file: 'hub/status/cluster.ts',
    find: '    name: record.name,\n',
    replace: '    name: record.name,\n    agentKey: record.agentKey,\n',
    tests: ['test/unit/hub/api'],
  },
  {
    bug: 'a glob follows each of its ways by itself, so that one pattern stops the hub',
    file: 'hub/model/glob.ts',
    find: '      if (seen.has(place)) continue;\n',
    replace: '',
    tests: ['test/unit/hub/model/glob.test.ts'],
  },
  {
    bug: 'the Git endpoint looks at one want as often as it is asked for',
    file: 'hub/server/git/view.ts',
    find: 'return [...new Set(values.map(oidAt))];',
    replace: 'return values.map(oidAt);',
    tests: ['test/unit/hub/server/git'],
  },
  {
    bug: 'the Git endpoint sends an agent the history of its bundle',
    file: 'hub/server/git/negotiate.ts',
    find: 'return { ...request, depth: 1 };',
    replace: 'return request;',
    tests: ['test/unit/hub/server/git'],
  },
  {
    bug: 'the Git endpoint shows a cluster what was published to another registration of its name',
    file: 'hub/server/routes/git.ts',
    find: 'bundles.get(name)?.revision.registration === registration;',
    replace: 'bundles.has(name);',
    tests: ['test/unit/hub/api'],
  },
  {
    bug: 'answer a report with a member that released agents refuse',
    file: 'shared/wire/formats/v1/report.ts',
    find: 'Buffer.from(JSON.stringify({ sequence, wantEnvelope }))',
    replace: 'Buffer.from(JSON.stringify({ format: 1, sequence, wantEnvelope }))',
    tests: ['test/golden/wire'],
  },
  {
    bug: 'read a document of the wire in another format than the one that it says',
    file: 'shared/wire/formats/format.ts',
    find: 'at(numberOf(value) ?? lowest, subject)',
    replace: 'at(lowest, subject)',
    tests: ['test/unit/shared/wire/formats'],
  },
  {
    bug: 'leave a bundle in a format that its agent does not read any more',
    file: 'hub/plan/format.ts',
    find: 'previous !== null && previous.format > bundleFormat(record).number',
    replace: 'previous === null',
    tests: ['test/unit/hub/plan/format.test.ts'],
  },
  {
    bug: 'publish again and again while two agents of a cluster take turns',
    file: 'hub/registry/reads.ts',
    find: '< noRaiseMs',
    replace: '< 0',
    tests: ['test/unit/hub/registry/reads.test.ts'],
  },
];

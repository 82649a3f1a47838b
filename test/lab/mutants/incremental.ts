import type { Mutant } from './mutants.ts';

const full = 'test/property/hub/incremental.test.ts';

/** Bugs in what a pass of the hub keeps of the one before: each is an input that is forgotten. */
export const incrementalMutants: readonly Mutant[] = [
  {
    bug: 'a cluster is taken for planned although its agent says other things',
    file: 'hub/plan/unchanged.ts',
    find: 'return [registration, accepted, settled, conditions, apps, retired];',
    replace: 'return [registration];',
    tests: ['test/unit/hub/plan/unchanged.test.ts'],
  },
  {
    bug: 'what is rendered is kept although it would be made from other values',
    file: 'hub/render/render.ts',
    find: 'before.from.every((value, index) => value === from[index])',
    replace: 'true',
    tests: ['test/unit/hub/render/memory.test.ts'],
  },
  {
    bug: 'what failed to render is not tried again',
    file: 'hub/render/render.ts',
    find: "const isLasting = rendered.holds.every(({ by }) => by !== 'render');",
    replace: 'const isLasting = true;',
    tests: ['test/unit/hub/render'],
  },
  {
    bug: 'the documents in force are kept although a change of them was approved',
    file: 'hub/intake.ts',
    find: 'const isLasting = unrendered.size === 0 && kept.holds.every(({ change }) => change === undefined);',
    replace: 'const isLasting = true;',
    tests: [full, 'test/unit/hub/intake.test.ts'],
  },
  {
    bug: 'the documents in force are kept although the state says others',
    file: 'hub/intake.ts',
    find: 'const from = [snapshot, validated, documents, broken, revisions,',
    replace: 'const from = [snapshot, validated, broken,',
    tests: [full, 'test/unit/hub/intake.test.ts'],
  },
  {
    bug: 'a placement is kept although what it asks for was picked',
    file: 'hub/place/place.ts',
    find: 'return [targets, picks, localCluster, provisional, ...recorded];',
    replace: 'return [targets, localCluster, provisional, ...recorded];',
    tests: ['test/unit/hub/place', full],
  },
  {
    bug: 'a placement that has a problem is kept, whatever runs',
    file: 'hub/place/kept-placement.ts',
    find: 'if (placed.problems.length === 0 && placed.holds.length === 0) known.set',
    replace: 'known.set',
    tests: ['test/unit/hub/place', full],
  },
  {
    bug: 'all assignments are kept although a document puts its revision elsewhere',
    file: 'hub/place/kept-placement.ts',
    find: 'before.parts.every((part, index) => part === parts[index])',
    replace: 'true',
    tests: ['test/unit/hub/place', full],
  },
  {
    bug: 'a unit of a delivery is kept although its agent reported',
    file: 'hub/deliver/facts.ts',
    find: 'const seen = [record, received, last?.app,',
    replace: 'const seen = [record, last?.app,',
    tests: [full],
  },
  {
    bug: 'a unit of a delivery is kept although another stage holds it',
    file: 'hub/deliver/facts.ts',
    find: 'listening.since, labels, found.hold, part];',
    replace: 'listening.since, labels, part];',
    tests: [full, 'test/unit/hub/deliver/facts.test.ts'],
  },
  {
    bug: 'where a unit stands is kept although it fell silent or its time is over',
    file: 'hub/deliver/kept-standing.ts',
    find: 'before.at <= now && now < before.until',
    replace: 'now > 0',
    tests: [full, 'test/unit/hub/deliver'],
  },
  {
    bug: 'where a unit stands is kept although it was given the content',
    file: 'hub/deliver/kept-standing.ts',
    find: 'before?.given === given && before.part',
    replace: 'before?.part',
    tests: [full, 'test/unit/hub/deliver'],
  },
  {
    bug: 'the holds of a pass are taken for those before it',
    file: 'hub/model/hold-memory.ts',
    find: 'a.every((hold, index) => hold === b[index])',
    replace: 'b.length > 0',
    tests: [full, 'test/unit/hub/model'],
  },
  {
    bug: 'what a cluster offers is kept although its agent reports another thing',
    file: 'hub/registry/capabilities.ts',
    find: 'return [documents.get(name), reports.get(name)?.report.agent,',
    replace: 'return [documents.get(name),',
    tests: ['test/unit/hub/registry/capabilities.test.ts'],
  },
  {
    bug: 'a cluster is kept although its agent reports another version of Kubernetes',
    file: 'hub/registry/targets.ts',
    find: 'before.doc === doc && before.version === named.version',
    replace: 'before.doc === doc',
    tests: ['test/unit/hub/registry/targets.test.ts'],
  },
  {
    bug: 'an application is judged by the content that was published before',
    file: 'hub/plan/judged.ts',
    find: 'if (before?.revision === revision) return before.unit;',
    replace: 'if (before !== undefined) return before.unit;',
    tests: ['test/unit/hub/plan/judged.test.ts'],
  },
];

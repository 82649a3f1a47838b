import { describe, expect, it } from 'vitest';
import { changedOf, changedSince, fleetThen } from '../../../../hub/deliver/fleet.ts';
import type { Reports } from '../../../../hub/model/reports.ts';
import type { BundleApp, Revision } from '../../../../shared/wire/revision.ts';
import { registrationOf } from '../../../fixtures/hub/facts.ts';
import { bundleApp, enrolledCluster, published, received, reportOf, stateOf } from '../../../fixtures/hub/status.ts';

const [web, api] = [bundleApp('web'), bundleApp('api')];
const records = ['a', 'b'].map((name) => enrolledCluster(name));
const b = published('b', [web]);
const reported = received(reportOf(b, []));
const a = published('a', [web, api]);
const fleet = (at = a, reports: Reports = new Map([['b', reported]]), own = records) =>
  fleetThen({ state: stateOf(own, [at, b]), reports });
const before = fleet();
/** The bundle of `a` with other members: what is not among these is the very same. */
const later = (revision: Partial<Revision>) => fleet({ ...a, revision: { ...a.revision, ...revision } });
const [ownWeb, ownApi] = a.revision.apps as [BundleApp, BundleApp];

describe('what changed of a fleet', () => {
  it.each<[what: string, now: ReturnType<typeof fleet>, web: string[], api: string[], any: string[]]>([
    ['nothing', fleet(undefined, new Map(before.reports)), [], [], []],
    ['a bundle that has the same of all', later({ generation: 9 }), [], [], ['a']],
    ['a bundle that has another content of one', later({ apps: [{ ...ownWeb }, ownApi] }), ['a'], [], ['a']],
    ['a bundle that one has left', later({ apps: [ownWeb] }), [], ['a'], ['a']],
    ['a bundle that one is new in', later({ apps: [ownWeb, ownApi, bundleApp('new')] }), [], [], ['a']],
    ['a bundle of another registration', later({ registration: registrationOf('z') }), ['a'], ['a'], ['a']],
    ['a report', fleet(undefined, new Map([['b', { ...reported }]])), ['b'], ['b'], ['b']],
    ['a record', fleet(undefined, before.reports, [enrolledCluster('a'), records[1]!]), ['a'], ['a'], ['a']],
  ])('%s', (_, now, ofWeb, ofApi, any) => {
    expect([...changedOf('default/web', before, now)]).toEqual(ofWeb);
    expect([...changedOf('default/api', before, now)]).toEqual(ofApi);
    expect([...changedSince(before, now)]).toEqual(any);
    // And on the way back.
    expect([...changedOf('default/web', now, before)]).toEqual(ofWeb);
    expect([...changedOf('default/api', now, before)]).toEqual(ofApi);
  });
});

import { describe, expect, it } from 'vitest';
import { countRows, rowsOf, type ChangeRow, type Moment } from '../../../hub/rows.ts';
import { remains } from '../../../hub/deliver/begin.ts';
import type { FoundHold } from '../../../hub/model/hold.ts';
import type { SeenDocument } from '../../../hub/model/seen-documents.ts';
import type { State } from '../../../hub/model/state.ts';
import { digestOf } from '../../../shared/lib/canonical.ts';
import { deliveryOf } from '../../fixtures/hub/deliveries.ts';
import { bundleApp, enrolledCluster, published, stateOf } from '../../fixtures/hub/status.ts';

const repository = 'https://git.example/config.git';
const web = bundleApp('web', { digest: digestOf('web 1') });
const newWeb = bundleApp('web', { digest: digestOf('web 2') });
const db = bundleApp('db', { digest: digestOf('db') });

const application = (image: string): SeenDocument => ({
  kind: 'Application',
  key: 'default/web',
  place: { path: 'web.yaml', line: 1, column: 1 },
  value: { image },
  missing: null,
});
const newest = (name: string | null): Pick<State, 'revisions'> => ({
  revisions: { revisions: new Map(), newest: new Map(name === null ? [] : [['default/web', name]]) },
});
const held = (facts: Partial<FoundHold> = {}): FoundHold => ({
  app: 'default/web',
  cluster: 'prod',
  by: 'render',
  reason: 'web-v2: no image',
  ...facts,
});
const change = {
  change: digestOf('change'),
  code: 'MASS_DELETE' as const,
  cluster: 'prod',
  app: null,
  generation: 8,
  ids: [],
  since: '2026-03-01T12:00:00.000Z',
};

/** A moment with the cluster `prod`; what is not given is the same in all moments. */
function moment(facts: Partial<State> = {}, holds: readonly FoundHold[] = []): Moment {
  return { state: stateOf([enrolledCluster('prod')], [], { source: { repository, commit: 'c1' }, ...facts }), holds };
}

/** `from -> to (reason)` for every row, under what it is about. */
const lines = (rows: readonly ChangeRow[]): string[] =>
  rows.map(({ subject, from, to, reason }) => {
    const { kind, ...about } = subject;
    const short = (text: string | null) => (text === null ? '-' : text.slice(0, 14));
    return `${kind} ${Object.values(about).join(' ')}: ${short(from)} -> ${short(to)} (${reason})`;
  });

const running = deliveryOf('default/web', 17);
const same = bundleOf(7, web);
const known = { documents: [application('a')], ...newest('web-v1'), bundles: same };

describe('the rows of a pass', () => {
  it.each<[string, Moment, Moment, string[]]>([
    ['nothing changed', moment(known, [held()]), moment(known, [held()]), []],
    [
      'the first commit was processed',
      moment({ source: null }),
      moment(),
      [`source ${repository}: - -> c1 (it was processed)`],
    ],
    [
      'another commit was processed',
      moment(),
      moment({ source: { repository, commit: 'c2' } }),
      [`source ${repository}: c1 -> c2 (it was processed)`],
    ],
    [
      'a commit of another repository was processed',
      moment({ source: { repository: 'https://git.example/old.git', commit: 'c9' } }),
      moment(),
      [`source ${repository}: - -> c1 (it was processed)`],
    ],
    [
      'a document came',
      moment(),
      moment({ documents: [application('a')] }),
      [`document Application default/web: - -> ${digestOf('{"image":"a"}').slice(0, 14)} (commit c1)`],
    ],
    ['a document moved to another file', moment(known), moment({ ...known, documents: [movedTo('b.yaml')] }), []],
    ['the same document was read again', moment(known), moment({ ...known, documents: [application('a')] }), []],
    [
      'a document was removed',
      moment(known),
      moment({ ...known, documents: [] }),
      [`document Application default/web: ${digestOf('{"image":"a"}').slice(0, 14)} -> - (commit c1)`],
    ],
    [
      'a revision was recorded',
      moment(newest('web-v1')),
      moment(newest('web-v2')),
      ['revision default/web: web-v1 -> web-v2 (commit c1)'],
    ],
    [
      'a document returned to an older revision',
      moment(newest('web-v2')),
      moment(newest('web-v1')),
      ['revision default/web: web-v2 -> web-v1 (commit c1)'],
    ],
    [
      'a cluster got its first bundle',
      moment(),
      moment({ bundles: same }),
      [
        'bundle prod: - -> 7 (1 application changed)',
        `app default/web prod: - -> ${web.digest.slice(0, 14)} (generation 7)`,
      ],
    ],
    [
      'one application of two changed, and one went',
      moment({ bundles: bundleOf(7, web, db) }),
      moment({ bundles: bundleOf(8, newWeb) }),
      [
        'bundle prod: 7 -> 8 (2 applications changed)',
        `app default/db prod: ${db.digest.slice(0, 14)} -> - (generation 8)`,
        `app default/web prod: ${web.digest.slice(0, 14)} -> ${newWeb.digest.slice(0, 14)} (generation 8)`,
      ],
    ],
    [
      'a bundle was signed again',
      moment({ bundles: same }),
      moment({ bundles: bundleOf(8, web) }),
      ['bundle prod: 7 -> 8 (labels, retired objects or the signing key changed)'],
    ],
    [
      'a cluster is decommissioned',
      moment({ bundles: same }),
      moment({ bundles: new Map([['prod', published('prod', [], { generation: 8, decommission: 'delete' })]]) }),
      [
        'bundle prod: 7 -> 8 (decommission: delete)',
        `app default/web prod: ${web.digest.slice(0, 14)} -> - (generation 8)`,
      ],
    ],
    [
      'an application was removed that a delivery was under way of',
      moment({ deliveries: new Map([['default/web', running]]) }),
      moment({ deliveries: new Map(remains(running).map((one) => [one.app, one])) }),
      [],
    ],
    ['a cluster was removed from the registry', moment({ bundles: same }), moment({ clusters: new Map() }), []],
    [
      'a cluster offers something else',
      moment({ clusters: offering({ ingress: true }) }),
      moment({ clusters: offering({ istio: true }) }),
      [
        'capability prod istio: - -> offered (the cluster offers it)',
        'capability prod ingress: offered -> - (the cluster offers it no more)',
      ],
    ],
    ['a label of a cluster changed', moment(), moment({ clusters: offering({ ingress: true }) }), []],
    ['a hold began', moment(), moment({}, [held()]), ['hold default/web prod render: - -> held (web-v2: no image)']],
    ['a hold ended', moment({}, [held()]), moment(), ['hold default/web prod render: held -> - (web-v2: no image)']],
    ['the reason of a hold changed', moment({}, [held()]), moment({}, [held({ reason: 'web-v3: no image' })]), []],
    [
      'a hold moved to another stage',
      moment({}, [held()]),
      moment({}, [held({ by: 'limit', reason: 'too large' })]),
      [
        'hold default/web prod render: held -> - (web-v2: no image)',
        'hold default/web prod limit: - -> held (too large)',
      ],
    ],
    [
      'another change waits for approval',
      moment({}, [held({ by: 'guard', reason: '11 objects', change })]),
      moment({}, [held({ by: 'guard', reason: '12 objects', change: { ...change, change: digestOf('more') } })]),
      ['hold default/web prod guard: held -> - (11 objects)', 'hold default/web prod guard: - -> held (12 objects)'],
    ],
    [
      'the guard of the past of a cluster tells its change in other words',
      moment({}, [held({ app: null, by: 'guard', reason: '11 objects would be deleted', change })]),
      moment({}, [held({ app: null, by: 'guard', reason: 'MASS_DELETE: 11 objects wait for approval', change })]),
      [],
    ],
    [
      'an application and a deployment of one name are broken',
      moment({}, [held({ by: 'document', cluster: null, reason: 'Application default/web is broken' })]),
      moment({}, [
        held({ by: 'document', cluster: null, reason: 'Application default/web is broken' }),
        held({ by: 'document', cluster: null, reason: 'ApplicationDeployment default/web is broken' }),
      ]),
      ['hold default/web  document: - -> held (ApplicationDeployment default/web is broken)'],
    ],
    [
      'two documents without an application are broken',
      moment(),
      moment({}, [
        held({ app: null, cluster: null, by: 'document', reason: 'TraitDefinition default/a is broken' }),
        held({ app: null, cluster: null, by: 'document', reason: 'TraitDefinition default/b is broken' }),
      ]),
      [
        'hold   document: - -> held (TraitDefinition default/a is broken)',
        'hold   document: - -> held (TraitDefinition default/b is broken)',
      ],
    ],
  ])('when %s', (_, before, after, expected) => {
    expect(lines(rowsOf(before, after))).toEqual(expected);
  });

  it('are counted for the log', () => {
    const rows = rowsOf(
      moment({ bundles: bundleOf(7, web, db) }, [held()]),
      moment({ bundles: bundleOf(8, newWeb) }, [held({ cluster: 'far' }), held({ cluster: 'near' })]),
    );
    expect(countRows(rows)).toEqual({ clusters: 1, applications: 2, held: 2, released: 1 });
  });
});

function bundleOf(generation: number, ...apps: Parameters<typeof published>[1]): State['bundles'] {
  return new Map([['prod', published('prod', apps, { generation })]]);
}

function movedTo(path: string): SeenDocument {
  return { ...application('a'), place: { path, line: 1, column: 1 } };
}

function offering(capabilities: { readonly ingress?: true; readonly istio?: true }): State['clusters'] {
  return new Map([['prod', enrolledCluster('prod', { capabilities })]]);
}

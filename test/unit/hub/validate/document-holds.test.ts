import { describe, expect, it } from 'vitest';
import type { Digest } from '../../../../shared/lib/canonical.ts';
import type { SeenDocument } from '../../../../hub/model/seen-documents.ts';
import type { Problem } from '../../../../hub/model/source.ts';
import { documentHolds, type HeldDocuments } from '../../../../hub/validate/document-holds.ts';

const nothing: HeldDocuments = { frozen: new Set(), clusters: [], waiting: [], problems: [] };
const place = { path: 'a.yaml', line: 3, column: 1 };
const seen = (kind: string, name: string, missing: SeenDocument['missing'] = null): SeenDocument => ({
  kind,
  key: `default/${name}`,
  place,
  value: {},
  missing,
});
const since = '2026-03-01T12:00:00.000Z';
const gone = (change: Digest, unread?: string) => ({ change, since, ...(unread !== undefined && { unread }) });
const problem = (app: string | undefined, severity: Problem['severity'], message: string): Problem => ({
  code: 'DOCUMENT_INVALID',
  severity,
  message,
  ...(app !== undefined && { app }),
});

describe('the holds of documents', () => {
  it('are none where nothing is kept', () => {
    expect(documentHolds({ ...nothing, problems: [problem('default/a', 'error', 'm')] })).toEqual([]);
  });

  it('are broken documents by name, then clusters, then those that wait by change', () => {
    const holds = documentHolds({
      frozen: new Set(['Cluster default/b', 'Application default/a', 'Cluster default/c', 'Application default/w']),
      clusters: [seen('Cluster', 'c')],
      waiting: [seen('Application', 'w', gone('sha256:b')), seen('TraitDefinition', 't', gone('sha256:a'))],
      problems: [],
    });
    expect(holds.map(({ app, cluster, reason }) => [app, cluster, reason])).toEqual([
      ['default/a', null, 'Application default/a is broken: its last whole version, if there is one, stays in force'],
      [null, 'b', 'Cluster default/b is broken: its last whole version, if there is one, stays in force'],
      [null, 'c', 'the document of cluster c is gone: the cluster stays as it is'],
      [null, null, 'TraitDefinition default/t is missing, and no commit removed it: it stays as it is'],
      ['default/w', null, 'Application default/w is missing, and no commit removed it: it stays as it is'],
    ]);
  });

  it('of a broken application tell its errors, and nothing of others', () => {
    const errors = [problem('default/a', 'error', 'one'), problem('default/a', 'error', 'two')];
    const others = [
      problem('default/a', 'warning', 'w'),
      problem('default/b', 'error', 'b'),
      problem(undefined, 'error', 'file'),
    ];
    const [hold] = documentHolds({
      ...nothing,
      frozen: new Set(['Application default/a']),
      problems: [...errors, ...others],
    });
    expect(hold?.problems).toEqual(errors);
    const [definition] = documentHolds({
      ...nothing,
      frozen: new Set(['TraitDefinition default/a']),
      problems: errors,
    });
    expect(definition?.problems).toEqual([]);
  });

  it('say where a document was seen last, and what to do', () => {
    const waiting = [
      seen('Application', 'a', gone('sha256:a')),
      seen('TraitDefinition', 't', gone('sha256:b', 'x.yaml is UTF-16')),
    ];
    const holds = documentHolds({ ...nothing, clusters: [seen('Cluster', 'c')], waiting });
    const problems = holds.flatMap(({ problems: told = [] }) => told);
    expect(problems.map(({ severity, code, place: at, app, hint }) => [severity, code, at, app, hint])).toEqual([
      ['warning', 'SOURCE_REWOUND', place, undefined, 'bring it back, or run: sluice-hub cluster remove c'],
      ['warning', 'SOURCE_REWOUND', place, 'default/a', 'bring it back, or run: sluice-hub approve sha256:a'],
      [
        'warning',
        'SOURCE_REWOUND',
        place,
        undefined,
        'mend that, leave it out with `exclude`, or run: sluice-hub approve sha256:b',
      ],
    ]);
    expect(problems.at(-1)?.message).toBe('TraitDefinition default/t stays as it was last seen: x.yaml is UTF-16');
  });

  it('of one change carry it with all of its documents', () => {
    const waiting = [
      seen('Application', 'b', gone('sha256:x')),
      seen('ApplicationDeployment', 'a', gone('sha256:x')),
      seen('Application', 'c', gone('sha256:y')),
    ];
    const changes = documentHolds({ ...nothing, waiting }).map(({ change }) => change);
    expect(changes.map((change) => change?.change)).toEqual(['sha256:x', 'sha256:x', 'sha256:y']);
    expect(changes[0]).toEqual({
      change: 'sha256:x',
      code: 'SOURCE_REWOUND',
      cluster: null,
      app: null,
      generation: 0,
      ids: ['core.oam.dev/Application/default/b', 'core.oam.dev/ApplicationDeployment/default/a'],
      since,
    });
  });
});

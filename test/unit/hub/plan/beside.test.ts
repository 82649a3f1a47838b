import { describe, expect, it } from 'vitest';
import { besideOthers } from '../../../../hub/plan/beside.ts';
import { entryOf } from '../../../../hub/plan/entry.ts';
import { appKey } from '../../../../shared/wire/bundle.ts';
import { formats } from '../../../../shared/wire/formats.ts';
import type { RenderedApp, RenderedObject, Treatment } from '../../../../hub/model/rendered.ts';
import type { State } from '../../../../hub/model/state.ts';
import {
  app,
  heldBack,
  id,
  object,
  planFor,
  published,
  record,
  report,
  reports,
  sent,
  start,
  step,
} from '../../../fixtures/hub/plan.ts';

/** `db!` goes with its application, `db!!` never, `x+` is shared, `x?` is only read; all else is an object as others are. */
function treated(text: string): RenderedObject {
  const [, name = '', mark = ''] = /^(.*?)(!*|\+|\?)$/.exec(text) ?? [];
  const treatments: Readonly<Record<string, Treatment>> = {
    '!': { keep: 'appDeleted' },
    '!!': { keep: 'never' },
    '+': { isShared: true },
    '?': { policies: [{ type: 'read-only' }] },
  };
  const made = object(`ConfigMap/${name}`, { data: { of: name } });
  const treatment = treatments[mark];
  return treatment === undefined ? made : { ...made, treatment };
}

/** `shop: web db!, blog: x+` */
const rendered = (text: string): RenderedApp[] =>
  text === ''
    ? []
    : text.split(', ').map((one) => {
        const [name = '', objects = ''] = one.split(': ');
        return app(
          name,
          objects
            .split(' ')
            .filter((each) => each !== '')
            .map(treated),
        );
      });

/** The hub reads format 2 of its agent. */
const fresh: State = { ...start, clusters: new Map([['one', { ...record, reads: { revision: 2 } }]]) };
const names = (ids: readonly { readonly id: string }[]): string => ids.map((one) => one.id.split('/').at(-1)).join(' ');

/** What the cluster is sent: `shop: web keeps db(appDeleted)`, then what goes and what is let go of. */
function lines(state: State): string[] {
  const { apps, retired } = sent(state);
  return [
    ...apps.map(({ name, objects: all, kept = [] }) => {
      const objects = all.map((one) => ({ id: `${one.id}${one.policies === undefined ? '' : '?'}` }));
      const keeps = kept.map(({ id: one, until }) => `${names([{ id: one }])}(${until})`).join(' ');
      return `${name}: ${names(objects)}${keeps === '' ? '' : ` keeps ${keeps}`}`;
    }),
    ...retired.map((one) => `${one.how ?? 'delete'} ${names([one])}`),
  ];
}

describe('objects that stay although their application has them no more', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['are named while it has them', ['shop: web db!'], ['shop: db web keeps db(appDeleted)']],
    ['2.22 stay once it has them no more', ['shop: web db!', 'shop: web'], ['shop: web keeps db(appDeleted)']],
    ['stay as it changes', ['shop: web db!', 'shop: web', 'shop: web new'], ['shop: new web keeps db(appDeleted)']],
    ['go where nothing keeps them', ['shop: web db', 'shop: web'], ['shop: web', 'delete db']],
    ['2.22 are its own again when it has them again', ['shop: web db!', 'shop: web', 'shop: web db'], ['shop: db web']],
    ['go with it', ['shop: web db!, blog: a', 'shop: web, blog: a', 'blog: a'], ['blog: a', 'delete db', 'delete web']],
    ['go with it at once', ['shop: web db!, blog: a', 'blog: a'], ['blog: a', 'delete db', 'delete web']],
    [
      'are let go of where they never go',
      ['shop: web db!!, blog: a', 'shop: web, blog: a', 'blog: a'],
      ['blog: a', 'release db', 'delete web'],
    ],
    ['are let go of at once', ['shop: web db!!, blog: a', 'blog: a'], ['blog: a', 'release db', 'delete web']],
    [
      'are those of another application that has them since',
      ['shop: web db!!, blog: a', 'blog: a db', 'blog: a'],
      ['blog: a', 'delete db', 'delete web'],
    ],
  ])('%s', (_, steps, expected) => {
    const state = steps.reduce((last, text) => step(last, rendered(text)), fresh);
    expect(lines(state).sort()).toEqual([...expected].sort());
  });

  it('is said of the application', () => {
    const state = ['shop: web db!', 'shop: web'].reduce((last, text) => step(last, rendered(text)), fresh);
    expect(sent(state).apps[0]!.notes).toEqual([
      'ConfigMap db is kept although the application has it no more: until the application is deleted',
    ]);
    expect(planFor(state, rendered('shop: web')).next).toEqual([]);
  });

  it('are explained', () => {
    const state = ['shop: web db!', 'shop: web'].reduce((last, text) => step(last, rendered(text)), fresh);
    const known = report(2, { retired: { settled: [], survivors: [], unexplained: [id('ConfigMap/db')] } });
    const facts = { reports: reports(known), published: new Map([['one', new Set([id('ConfigMap/db')])]]) };
    expect(planFor(state, rendered('shop: web'), facts).next).toEqual([]);
  });

  it('stay where the application is held', () => {
    const state = ['shop: web db!', 'shop: web'].reduce((last, text) => step(last, rendered(text)), fresh);
    const held = planFor(state, rendered('blog: a'), { holds: [heldBack('default/shop', null)] });
    expect(lines(published(state, held))).toEqual(['blog: a', 'shop: web keeps db(appDeleted)']);
  });

  it('go, or are let go of, with the cluster', () => {
    const state = step(fresh, rendered('shop: web db! data!!'));
    const leaving = { ...record, reads: { revision: 2 }, decommission: 'delete' } as const;
    const gone = step({ ...state, clusters: new Map([['one', leaving]]) }, []);
    expect(lines(gone).sort()).toEqual(['delete db', 'delete web', 'release data']);
  });

  it('are not promised to an agent that cannot be told', () => {
    const { next, problems } = planFor(start, rendered('shop: web db!, blog: a'));
    expect(next[0]!.revision.apps.map(({ name }) => name)).toEqual(['blog']);
    expect(problems.map(({ code, app: unit }) => `${code} ${unit}`)).toEqual(['AGENT_TOO_OLD default/shop']);
  });
});

describe('an object that several applications share', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['is written by the first', ['a: one x+, b: two x+'], ['a: one x', 'b: two keeps x(appDeleted)']],
    [
      'stays with the one that has it',
      ['b: two x+', 'a: one x+, b: two x+'],
      ['a: one keeps x(appDeleted)', 'b: two x'],
    ],
    ['2.25 is the next one its, when that one goes', ['a: one x+, b: two x+', 'b: two x+'], ['b: two x', 'delete one']],
    ['stays while another one keeps it', ['a: one x+, b: two x+', 'a: one, b: two x+'], ['a: one', 'b: two x']],
    [
      'is of no concern to one that has it no more',
      ['a: one x+, b: two x+', 'a: one x+, b: two'],
      ['a: one x', 'b: two'],
    ],
    [
      'goes with the last',
      ['a: one x+, b: two x+', 'b: two x+', 'c: z'],
      ['c: z', 'delete one', 'delete two', 'delete x'],
    ],
    ['is in three', ['a: x+, b: two x+, c: x+'], ['a: x', 'b: two keeps x(appDeleted)', 'c:  keeps x(appDeleted)']],
  ])('%s', (_, steps, expected) => {
    const state = steps.reduce((last, text) => step(last, rendered(text)), fresh);
    expect(lines(state).sort()).toEqual([...expected].sort());
    const last = steps.at(-1) ?? '';
    expect(planFor(state, rendered(last)).next).toEqual([]);
  });

  it('is taken where one of the two does not share it', () => {
    const { problems } = planFor(fresh, rendered('a: one x, b: two x+'));
    expect(problems.map(({ code, app: unit }) => `${code} ${unit}`)).toEqual(['NAME_TAKEN default/b']);
  });

  it('stays when its writer goes while the other is held', () => {
    const state = step(fresh, rendered('a: one x+, b: two x+, c: z'));
    const next = published(
      state,
      planFor(state, rendered('b: two x+, c: z'), { holds: [heldBack('default/b', null)] }),
    );
    expect(lines(next).sort()).toEqual(['b: two keeps x(appDeleted)', 'c: z', 'delete one']);
    expect(lines(step(next, rendered('b: two x+, c: z'))).sort()).toEqual(['b: two x', 'c: z', 'delete one']);
  });

  it('stays shared while its writer is held', () => {
    const state = step(fresh, rendered('a: one x+, b: two x+'));
    const next = planFor(state, rendered('b: two more x+'), { holds: [heldBack('default/a', null)] });
    expect(next.problems).toEqual([]);
    expect(lines(published(state, next))).toEqual(['a: one x', 'b: more two keeps x(appDeleted)']);
  });

  it('has a content that counts, and is said where another one wants something else', () => {
    const wanting = (name: string, data: Record<string, string>): RenderedApp =>
      app(name, [
        {
          ...object('ConfigMap/x', { data, metadata: { name: 'x', namespace: 'default', labels: { of: name } } }),
          treatment: { isShared: true },
        },
      ]);
    const entries = new Map(
      [
        wanting('a', { one: '1', two: '2' }),
        wanting('b', { one: '1', two: '3' }),
        wanting('c', { one: '1', two: '2' }),
      ].map((one) => [appKey(one), entryOf(one, formats.revision.at(2))] as const),
    );
    const found = besideOthers(entries, { previous: null, held: new Set(), format: formats.revision.at(2) });
    expect([...found.values()].map((one) => one.app.notes)).toEqual([
      [],
      ['ConfigMap x is shared: default/a writes it; it differs here in data.two, which does not count'],
      ['ConfigMap x is shared: default/a writes it'],
    ]);
  });
});

describe('an object that an application only reads', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['says so', ['a: one x?'], ['a: one x?']],
    ['is let go of when it is wanted no more', ['a: one x?', 'a: one'], ['a: one', 'release x']],
    ['is let go of with its application', ['a: one x?, b: two', 'b: two'], ['b: two', 'delete one', 'release x']],
    ['is not deleted where it was its own', ['a: one x', 'a: one x?'], ['a: one x?']],
    ['is let go of although it was its own', ['a: one x', 'a: one x?', 'a: one'], ['a: one', 'release x']],
    ['is in the one that writes it', ['a: one x?, b: two x'], ['a: one', 'b: two x']],
    ['is in the one that writes it from now on', ['a: one x?', 'a: one x?, b: two x'], ['a: one', 'b: two x']],
    ['stays when the one that wrote it goes', ['a: one x?, b: two x', 'a: one x?'], ['a: one x?', 'delete two']],
    ['is in the first of those that read it', ['a: one x?, b: two x?'], ['a: one x?', 'b: two']],
  ])('%s', (_, steps, expected) => {
    const state = steps.reduce((last, text) => step(last, rendered(text)), fresh);
    expect(lines(state).sort()).toEqual([...expected].sort());
    expect(planFor(state, rendered(steps.at(-1) ?? '')).next).toEqual([]);
  });

  it('is told to each that reads it', () => {
    const observe = [{ id: id('ConfigMap/x'), fields: ['/data'] }];
    const asking = rendered('a: one x?, b: two x?').map((one) => ({ ...one, observe }));
    const state = published(fresh, planFor(fresh, asking));
    expect(sent(state).apps.map((one) => [one.objects.length, one.observe])).toEqual([
      [2, observe],
      [1, observe],
    ]);
  });

  it('is in the one that wrote it while that is held', () => {
    const state = step(fresh, rendered('a: one x?, b: two x'));
    const next = planFor(state, rendered('a: one more x?'), { holds: [heldBack('default/b', null)] });
    expect(next.problems).toEqual([]);
    expect(lines(published(state, next))).toEqual(['a: more one', 'b: two x']);
    expect(sent(published(state, next)).apps[0]!.notes).toEqual(['ConfigMap x is only read here: it is in default/b']);
  });
});

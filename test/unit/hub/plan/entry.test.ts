import { describe, expect, it } from 'vitest';
import { entryOf as entryIn } from '../../../../hub/plan/entry.ts';
import type { RenderedApp } from '../../../../hub/model/rendered.ts';
import { digestOf } from '../../../../shared/lib/canonical.ts';
import { encode } from '../../../../shared/wire/codec.ts';
import { formats } from '../../../../shared/wire/formats.ts';
import { app, id, object } from '../../../fixtures/hub/plan.ts';

const entryOf = (rendered: RenderedApp) => entryIn(rendered, formats.revision.at(1));
const refused = (code: string, subject: string) =>
  expect.objectContaining({ code, data: expect.objectContaining({ subject }) as unknown }) as Error;

describe('the entry of a unit in a bundle', () => {
  it('has its objects by path, each with the digest of its bytes', () => {
    const objects = [object('Secret/b'), object('ConfigMap/a')];
    const { app: entry, files } = entryOf(app('web', objects));
    expect(entry.objects.map((one) => one.id)).toEqual([id('ConfigMap/a'), id('Secret/b')]);
    expect(entry.objects.map(({ path }) => path)).toEqual([...files!.keys()].sort());
    const bytes = encode(objects[1]!.object);
    expect([entry.objects[0]?.digest, files!.get(entry.objects[0]!.path)]).toEqual([digestOf(bytes), bytes]);
  });

  it('has its revisions in their order, each with what it owns, sorted', () => {
    const rendered = app('web', ['ConfigMap/b@web-v2', 'ConfigMap/a@web-v2', 'Secret/shared'], {
      revisions: ['web-v2', 'web-v1'],
    });
    expect(entryOf(rendered).app.revisions).toEqual([
      { name: 'web-v2', objects: [id('ConfigMap/a'), id('ConfigMap/b')] },
      { name: 'web-v1', objects: [] },
    ]);
  });

  it.each<[rule: string, change: object, isSame: boolean]>([
    ['does not depend on its commit', { source: 'c2' }, true],
    ['does not depend on the cluster', { cluster: 'two' }, true],
    ['depends on its notes', { notes: ['n'] }, false],
    ['depends on its selector', { selector: { a: 'b' } }, false],
    ['depends on its deadline', { progressDeadlineSeconds: 60 }, false],
    ['depends on its revisions', { revisions: ['web-v1'] }, false],
  ])('has a digest that %s', (_, change, isSame) => {
    const one = entryOf(app('web', ['ConfigMap/a']));
    expect(entryOf(app('web', ['ConfigMap/a'], change)).app.digest === one.app.digest).toBe(isSame);
  });

  it('is encoded once for one list of objects, and says its commit anew', () => {
    const rendered = app('web', ['ConfigMap/a']);
    const one = entryOf(rendered);
    expect(entryOf(rendered)).toBe(one);
    expect(entryOf({ ...rendered, cluster: 'two' })).toBe(one);
    const moved = entryOf({ ...rendered, source: 'c2' });
    expect([moved.app.source, moved.files === one.files]).toEqual(['c2', true]);
    expect(entryOf({ ...rendered, cluster: 'two', source: 'c2' })).toBe(moved);
    expect(entryOf({ ...rendered, notes: ['n'] }).app.notes).toEqual(['n']);
  });

  it('is refused where two objects have one path', () => {
    const rendered = app('web', [object('ConfigMap/a'), object('ConfigMap/a', { data: { a: '1' } })]);
    expect(() => entryOf(rendered)).toThrow(refused('OBJECT_INVALID', id('ConfigMap/a')));
  });

  it('is refused where an object is too large, by one byte', () => {
    const sized = (length: number) => app('web', [object('ConfigMap/a', { data: { a: 'x'.repeat(length) } })]);
    const most = 1024 * 1024 - encode(object('ConfigMap/a', { data: { a: '' } }).object).length;
    expect(entryOf(sized(most)).app.objects).toHaveLength(1);
    expect(() => entryOf(sized(most + 1))).toThrow(refused('LIMIT_EXCEEDED', id('ConfigMap/a')));
  });
});

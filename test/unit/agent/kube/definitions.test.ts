import { describe, expect, it } from 'vitest';
import { isDefined } from '../../../../agent/kube/definitions.ts';
import type { Session } from '../../../../agent/kube/session.ts';
import { SluiceError } from '../../../../shared/errors.ts';

const { signal } = new AbortController();
const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const apis = '/apis/apiregistration.k8s.io/v1/apiservices';

/** A server with these definitions (by name, with the kind of each), API services (with what they are), and resources by path. */
function session(
  kinds: Readonly<Record<string, string>>,
  services: Readonly<Record<string, object>> = {},
  documents: Readonly<Record<string, object>> = {},
) {
  const asked: string[] = [];
  const list = (names: object) => ({
    metadata: {},
    items: Object.keys(names).map((name) => ({ metadata: { name } })),
  });
  const json: Session['json'] = async ({ path: whole }) => {
    await Promise.resolve();
    const path = whole.split('?')[0]!;
    const name = path.split('/').at(-1)!;
    asked.push(name);
    if (path === crds) return list(kinds);
    if (path === apis) return list(services);
    if (path.startsWith(crds) && name in kinds) return { metadata: { name }, spec: { names: { kind: kinds[name] } } };
    if (path.startsWith(apis) && name in services) return { metadata: { name }, ...services[name] };
    if (path in documents) return documents[path];
    throw new SluiceError('NOT_FOUND', name);
  };
  return { session: { json } as Session, asked };
}
const service = (status: string) => ({
  spec: { service: { name: 's' } },
  status: { conditions: [{ type: 'Available', status }] },
});
const widget = { group: 'agg.example.com', kind: 'Widget' };

describe('a kind that is not served', () => {
  it.each<[what: string, kinds: Record<string, string>, services: Record<string, object>, isDefined: boolean]>([
    ['nothing defines', {}, {}, false],
    ['a definition defines', { 'widgets.agg.example.com': 'Widget' }, {}, true],
    [
      'only the definition of another kind of its group is there for',
      { 'gadgets.agg.example.com': 'Gadget' },
      {},
      false,
    ],
    ['only the definition of another group is there for', { 'widgets.example.com': 'Widget' }, {}, false],
    ['an API server of its own serves, which is down', {}, { 'v1.agg.example.com': service('False') }, true],
    ['an API server of its own would serve, and does not', {}, { 'v1.agg.example.com': service('True') }, false],
  ])('that %s', async (_, kinds, services, expected) => {
    expect(await isDefined(session(kinds, services).session, widget, signal)).toBe(expected);
  });

  const itself = { 'v1.agg.example.com': { spec: { service: null } } };
  const resources = (...kinds: string[]) => ({ resources: kinds.map((kind) => ({ kind, name: `${kind}s` })) });
  it.each<[what: string, documents: Record<string, object>, isDefined: boolean]>([
    ['with other kinds', { '/apis/agg.example.com/v1': resources('Gadget') }, false],
    ['with this kind after all', { '/apis/agg.example.com/v1': resources('Gadget', 'Widget') }, true],
    ['without a resource', { '/apis/agg.example.com/v1': resources() }, true],
    ['in words of its own', { '/apis/agg.example.com/v1': { status: 'ok' } }, true],
    ['not at all', {}, true],
  ])('of a group that the API server itself serves, which answers %s', async (_, documents, expected) => {
    expect(await isDefined(session({}, itself, documents).session, widget, signal)).toBe(expected);
  });

  it.each<[what: string, documents: Record<string, object>, isDefined: boolean]>([
    ['with other kinds', { '/api/v1': resources('Node') }, false],
    ['without a resource', { '/api/v1': {} }, true],
    ['not at all', {}, true],
  ])('of the core, which answers %s', async (_, documents, expected) => {
    const secret = { group: '', kind: 'Secret' };
    expect(await isDefined(session({}, {}, documents).session, secret, signal)).toBe(expected);
  });

  it('is not defined by an API server of its own where the cluster has none', async () => {
    const { session: all } = session({});
    const json: Session['json'] = async (ask) => {
      if (ask.path.startsWith(apis)) throw new SluiceError('KIND_UNKNOWN', '404 page not found');
      return all.json(ask);
    };
    expect(await isDefined({ ...all, json }, widget, signal)).toBe(false);
  });

  it('is not proved to be gone while definitions cannot be asked for', async () => {
    const json = () => Promise.reject(new SluiceError('KIND_UNKNOWN', '404 page not found'));
    await expect(isDefined({ json } as unknown as Session, widget, signal)).rejects.toMatchObject({
      code: 'KIND_UNKNOWN',
    });
  });

  it('costs the reading of its own group alone', async () => {
    const { session: server, asked } = session({ 'a.b.c': 'A', 'widgets.agg.example.com': 'Widget' });
    await isDefined(server, widget, signal);
    expect(asked).toEqual(['customresourcedefinitions', 'widgets.agg.example.com']);
  });
});

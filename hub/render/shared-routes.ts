import { oncePerValue } from '../../shared/lib/memo.ts';
import { appKey } from '../../shared/wire/bundle.ts';
import type { Work } from '../../shared/lib/slices.ts';
import { isMap, listAt, mapAt, valueAt } from '../model/json-map.ts';
import type { KubeObject } from '../../shared/model/object.ts';
import type { RenderedApp } from '../model/rendered.ts';

/** Two Ingresses of one cluster that lead one host and path. */
export interface SharedRoute {
  readonly cluster: string;
  /** The unit that comes second, by name. */
  readonly app: string;
  readonly message: string;
}

/** What looking at an object costs, in units of a slice. */
const objectUnits = 0.05;

/** The hosts and paths that two Ingresses of a cluster and class both lead, as work: which of the two serves, nothing says. */
export function* findingSharedRoutes(apps: readonly RenderedApp[]): Work<readonly SharedRoute[]> {
  const leaders = new Map<string, { readonly object: KubeObject; readonly app: string }>();
  const shared: SharedRoute[] = [];
  for (const rendered of apps) {
    yield objectUnits * (1 + rendered.objects.length);
    const { cluster } = rendered;
    const app = appKey(rendered);
    const routes = rendered.objects.flatMap(({ object }) => routesOf(object).map((route) => ({ route, object })));
    for (const { route, object } of routes) {
      const key = `${cluster} ${route}`;
      const first = leaders.get(key);
      if (first === undefined) leaders.set(key, { object, app });
      else if (first.object !== object) shared.push({ cluster, app, message: words(route, object, first) });
    }
  }
  return shared;
}

function words(
  route: string,
  object: KubeObject,
  { object: other, app }: { readonly object: KubeObject; readonly app: string },
): string {
  const [, host = '', path = ''] = route.split(' ');
  return `Ingress ${object.metadata.name} leads ${host}${path}, and so does Ingress ${other.metadata.name} of ${app}`;
}

/** True where objects lead any host: most applications have none that do. */
export const leadsHosts = oncePerValue((objects: RenderedApp['objects']): boolean =>
  objects.some(({ object }) => routesOf(object).length > 0),
);

/** `class host path` of every rule of an Ingress. */
function routesOf(object: KubeObject): readonly string[] {
  if (object.kind !== 'Ingress' || !object.apiVersion.startsWith('networking.k8s.io/')) return [];
  const written = valueAt(object, 'spec', 'ingressClassName');
  const annotated = object.metadata.annotations?.['kubernetes.io/ingress.class'];
  const name = typeof written === 'string' ? written : (annotated ?? '-');
  return listAt(object, 'spec', 'rules').flatMap((rule) => {
    const given = isMap(rule) ? rule['host'] : undefined;
    const host = typeof given === 'string' && given !== '' ? given : '*';
    return listAt(mapAt(rule, 'http'), 'paths').map((path) => {
      const text = isMap(path) && typeof path['path'] === 'string' ? path['path'] : '/';
      return `${name} ${host} ${text}`;
    });
  });
}

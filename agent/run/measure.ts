import { asSluiceError } from '../../shared/errors.ts';
import { numberIn } from '../../shared/model/condition.ts';
import type { Http, HttpRequest } from '../../shared/ports/http.ts';
import type { Measure } from '../model/measure.ts';

/** What an answer may have, and how long it may take. */
const limits: HttpRequest['limits'] = { maxBytes: 262_144, idleMs: 10_000, totalMs: 10_000 };

/**
 * Asks servers of metrics by the API of Prometheus, of the addresses that this site allows and of no others. A deployment that comes over the channel could
 * otherwise have the agent reach all that is near it.
 */
export function openMeasure(http: Pick<Http, 'request'>, allow: readonly string[]): Measure {
  return async (address, query, signal) => {
    const base = URL.parse(address);
    if (base === null || !/^https?:$/.test(base.protocol))
      return { missing: `${address} is not an http(s):// address` };
    if (!isAllowed(base, allow)) {
      return {
        missing: `this site does not allow ${base.origin} for analyses: add it to analysis.allow of the agent's chart`,
      };
    }
    const url = new URL(base.href);
    url.search = '';
    url.pathname = `${pathOf(url)}/api/v1/query`;
    url.searchParams.set('query', query);
    try {
      const { status, body } = await http.request({ method: 'GET', url: url.href, signal, limits });
      if (status !== 200) return { missing: `${base.host} answered with status ${status}` };
      return numberIn(JSON.parse(body.toString('utf8')));
    } catch (error) {
      return { missing: `${base.host}: ${asSluiceError(error).message}` };
    }
  };
}

/** True for an address of the list, and for what is below one. */
function isAllowed(url: URL, allow: readonly string[]): boolean {
  return allow.some((entry) => {
    const known = URL.parse(entry);
    if (known?.origin !== url.origin || url.username !== '' || url.password !== '') return false;
    return pathOf(url) === pathOf(known) || pathOf(url).startsWith(`${pathOf(known)}/`);
  });
}

function pathOf({ pathname }: URL): string {
  return pathname.replace(/\/+$/, '');
}

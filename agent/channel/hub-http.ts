import type { Http } from '../../shared/ports/http.ts';
import { agentReads, parseReads, readsHeader, type Reads } from '../../shared/wire/reads.ts';

/** HTTP for requests to the hub alone. */
export interface HubHttp extends Http {
  /** What the hub's last answer said of reports: the highest format that it reads (1 before the first), and that it lacks ours. */
  readonly hubReads: () => Pick<Reads, 'report' | 'whole'>;
}

/** Requests of `http` that say which formats this agent reads, and answers that say it of the hub (`Sluice-Reads`). */
export function hubHttp(http: Http): HubHttp {
  let reads = parseReads(undefined);
  const headers = (given: Readonly<Record<string, string>> = {}) => ({ ...given, [readsHeader]: agentReads });
  return {
    request: async (request) => {
      const response = await http.request({ ...request, headers: headers(request.headers) });
      reads = parseReads(response.headers[readsHeader]);
      return response;
    },
    events: (request) => http.events({ ...request, headers: headers(request.headers) }),
    hubReads: () => reads,
  };
}

import type { Http } from '../../shared/ports/http.ts';
import { agentReads, parseReads, readsHeader } from '../../shared/wire/reads.ts';

/** HTTP for requests to the hub alone. */
export interface HubHttp extends Http {
  /** The highest report format that the hub reads, as its last answer said; 1 before the first. */
  readonly reportFormat: () => number;
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
    reportFormat: () => reads.report,
  };
}

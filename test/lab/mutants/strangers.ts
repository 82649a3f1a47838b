import type { Mutant } from './mutants.ts';

const reach = 'test/unit/agent/site/reach.test.ts';
const server = 'test/unit/hub/server';

/** Bugs that let strangers in, or let what they say do harm (docs/threat-model.md). */
export const strangerMutants: readonly Mutant[] = [
  {
    bug: 'a terminal obeys what an agent or a document says',
    file: 'shared/adapters/cli.ts',
    find: 'paint: (text) => void stdout.write(printableToned(text)),',
    replace: 'paint: (text) => void stdout.write(text),',
    tests: ['test/unit/shared/adapters/cli.test.ts'],
  },
  {
    bug: 'the message of an agent begins lines of its own in the status table',
    file: 'hub/status/table.ts',
    find: 'const view = withPrintableLines(raw);',
    replace: 'const view = raw;',
    tests: ['test/unit/hub/status/table.test.ts'],
  },
  {
    bug: 'an id that an agent makes up costs a walk through the whole history again',
    file: 'hub/store/ledger/history.ts',
    find: 'pasts.set(key, past);',
    replace: '',
    tests: ['test/unit/hub/store/ledger/history.test.ts'],
  },
  {
    bug: 'connections of agents are cut like those of strangers',
    file: 'hub/server/connections.ts',
    find: 'proved: (connection) => forget(keyOf(connection), peerOf(connection)),',
    replace: 'proved: () => undefined,',
    tests: [`${server}/connections.test.ts`],
  },
  {
    bug: 'the metrics are open to every peer of a proxy',
    file: 'hub/server/access.ts',
    find: 'knowsMetricsToken(context, request) ? null :',
    replace: "request.ip === '127.0.0.1' || knowsMetricsToken(context, request) ? null :",
    tests: [`${server}/access.test.ts`, 'test/unit/hub/api/routes.test.ts'],
  },
  {
    bug: 'a credential that is refused is not counted',
    file: 'hub/server/server.ts',
    find: 'if (isRefusal(error) && hasCredential(request))',
    replace: 'if (status < 0)',
    tests: ['test/unit/hub/api/routes.test.ts'],
  },
  {
    bug: 'a clock that differs is told to be a key that is unknown',
    file: 'hub/server/auth.ts',
    find: "throw skewed(Math.max(late, early), late >= 0 ? 'behind' : 'ahead of');",
    replace: 'throw refused();',
    tests: [`${server}/auth.test.ts`],
  },
  {
    bug: 'a credential is used until the moment that it runs out',
    file: 'agent/identity/credential.ts',
    find: 'left > credentialMs.left && left <= credentialMs.life',
    replace: 'left > 0 && left <= credentialMs.life',
    tests: ['test/unit/agent/identity/credential.test.ts'],
  },
  {
    bug: 'a credential of before the clock was set back is used again',
    file: 'agent/identity/credential.ts',
    find: 'left > credentialMs.left && left <= credentialMs.life',
    replace: 'left > credentialMs.left',
    tests: ['test/unit/agent/identity/credential.test.ts'],
  },
  {
    bug: 'a bundle from the future is not said',
    file: 'agent/run/report.ts',
    find: 'isAhead(Date.parse(outcome.bundle.revision.issuedAt), now)',
    replace: 'isAhead(0, now)',
    tests: ['test/unit/agent/run/loop.test.ts'],
  },
  {
    bug: 'a bundle may run a privileged pod',
    file: 'agent/agent.ts',
    find: 'offLimits(object.id, app, settings) ?? contentObjection(object),',
    replace: 'offLimits(object.id, app, settings),',
    tests: [reach],
  },
  {
    bug: 'a bundle may write into kube-system',
    file: 'agent/site/filter.ts',
    find: 'return namespaceObjection(id, settings) ?? writeObjection(settings.impersonation, app);',
    replace: 'return writeObjection(settings.impersonation, app);',
    tests: [reach],
  },
  {
    bug: 'an error of the evaluator repeats the values of properties',
    file: 'hub/cue/hidden-values.ts',
    find: 'return template.includes(quoted ?? whole) ? whole : hidden;',
    replace: 'return whole;',
    tests: ['test/unit/hub/cue/engine.test.ts'],
  },
  {
    bug: 'the report repeats a Secret that a webhook put into its refusal',
    file: 'agent/apply/apply.ts',
    find: 'said : withoutSecrets(said, context.text(task.digest));',
    replace: 'said : said;',
    tests: ['test/unit/agent/apply/hidden.test.ts'],
  },
  {
    bug: 'a packet of no length is read again and again',
    file: 'shared/lib/git/pkt-line.ts',
    find: "if (length < 4) throw refuse('foreign');",
    replace: "if (length < 0) throw refuse('foreign');",
    tests: ['test/property/fuzz.test.ts'],
  },
  {
    bug: 'what a proxy answers for a list is an empty list',
    file: 'agent/kube/read.ts',
    find: 'Array.isArray(items) || items === null;',
    replace: "items === undefined || typeof items === 'object';",
    tests: ['test/unit/agent/kube/read.test.ts'],
  },
];

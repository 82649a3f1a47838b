import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { chartFolder, charts, chartValues, readmeOf, type ChartName } from '../../config/chartdocs.ts';
import { chartText, helm, helmBinary } from '../../integration/charts/helm.ts';

const join = 'join=sluice1.eyJhIjoxfQ';
const source = ['source.url=https://git.example.com/team/config.git', 'publicUrl=https://sluice.example.com'];
const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----';

/** Releases whose objects are kept: chart, name, and what is set. */
const releases: readonly (readonly [ChartName, string, readonly string[]])[] = [
  ['agent', 'namespaced', [join]],
  ['agent', 'scoped', [join, 'rbac.profile=scoped']],
  ['agent', 'cluster-admin', [join, 'rbac.profile=cluster-admin']],
  ['agent', 'joined-before', []],
  [
    'agent',
    'tenants',
    [
      join,
      'namespaces={shop,blog},impersonation.enabled=true,rbac.deleteClaims=true',
      'impersonation.serviceAccounts.shop=deployer,impersonation.defaultServiceAccount=sluice',
    ],
  ],
  [
    'agent',
    'tenants-scoped',
    [
      join,
      'rbac.profile=scoped,impersonation.enabled=true',
      'impersonation.serviceAccounts.shop=deployer,impersonation.defaultServiceAccount=sluice',
    ],
  ],
  [
    'agent',
    'everything',
    [
      'existingSecret=our-join,reach.systemNamespaces=true,reach.hosts=true,namespaces={shop,blog},createNamespaces=true,rbac.secrets=true,rbac.deleteClaims=true',
      'rbac.extraRules[0].apiGroups={example.com},rbac.extraRules[0].resources={widgets},rbac.extraRules[0].verbs={get}',
      `channel.existingSecret=git,ca.pem=${pem}`,
      'proxy.https=http://proxy:3128,proxy.none=.example.com,networkPolicy.ports={443,3128}',
      'imagePullSecrets[0].name=registry,extraLabels.team=edge,podAnnotations.a=b,priorityClassName=high',
      'nodeSelector.kubernetes\\.io/os=linux,tolerations[0].key=edge,tolerations[0].operator=Exists',
      `image.digest=sha256:${'a'.repeat(64)}`,
    ],
  ],
  ['hub', 'default', source],
  [
    'hub',
    'everything',
    [
      ...source,
      'source.branch=main,source.paths={apps/**},source.existingSecret=git,webhook.existingSecret=hook,metrics.existingSecret=metrics',
      'keys.existingSecret=keys,tls.existingSecret=tls,ca.existingConfigMap=ca,localCluster=home',
      'ingress.enabled=true,ingress.host=sluice.example.com,ingress.tlsSecret=tls,ingress.className=nginx',
      'effects.allow={hooks.slack.com,prometheus.monitoring:9090},effects.secrets={slack}',
      'persistence.storageClass=fast,networkPolicy.from[0].ipBlock.cidr=10.0.0.0/8,extraLabels.team=edge',
    ],
  ],
  [
    'hub',
    'remotes',
    [
      ...source,
      'channel.url=https://git.example.com/c.git,channel.existingSecret=channel-git',
      'ledger.url=https://git.example.com/l.git,ledger.existingSecret=ledger-git,ledger.keySecret=hub-key',
      'persistence.enabled=false',
    ],
  ],
  ['hub', 'trial', [...source, 'persistence.enabled=false']],
];

describe.skipIf(helmBinary === null)('the charts', () => {
  it.each(releases)('of %s, %s, make these objects', async (chart, name, settings) => {
    const text = await chartText(chart, 'sluice-system', ...settings.flatMap((setting) => ['--set', setting]));
    await expect(text).toMatchFileSnapshot(`${chart}-${name}.yaml`);
  });

  it.each(charts)('of %s passes helm lint --strict', async (chart) => {
    const settings = chart === 'hub' ? source.flatMap((setting) => ['--set', setting]) : [];
    const answer = await helm('lint', '--strict', '--namespace', 'sluice-system', chartFolder(chart), ...settings);
    expect(answer.stdout).toContain('0 chart(s) failed');
    expect(answer.status).toBe(0);
  });

  const refusals: readonly (readonly [ChartName, readonly string[], RegExp])[] = [
    ['agent', ['unknown=1'], /additional properties 'unknown' not allowed/],
    ['agent', ['rbac.unknown=1'], /additional properties 'unknown' not allowed/],
    ['agent', ['resources.limits.gpus=1'], /additional properties 'gpus' not allowed/],
    ['agent', ['tolerations[0].keys=a'], /additional properties 'keys' not allowed/],
    ['agent', ['rbac.profile=admin'], /'namespaced', 'scoped', 'cluster-admin'/],
    ['agent', ['runAsUser=0'], /minimum: got 0, want 10,?001/],
    ['agent', ['join=https://hub'], /join/],
    ['agent', ['proxy.https=http://user:password@proxy'], /proxy/],
    ['agent', ['namespaces={Shop}'], /at '\/namespaces\/0'/],
    ['agent', ['namespaces={sluice-system}'], /never applies into its own namespace/],
    ['agent', [join, 'existingSecret=a'], /not with both/],
    ['agent', ['extraLabels.app\\.kubernetes\\.io/name=other'], /app\.kubernetes\.io\/name/],
    ['agent', ['extraLabels.team=a b'], /extraLabels/],
    ['hub', [...source, 'extraLabels.helm\\.sh/chart=other'], /helm\.sh\/chart/],
    ['agent', ['podAnnotations.sluice\\.dev/join-checksum=x'], /join-checksum/],
    ['agent', ['impersonation.enabled=true'], /without them no application may be written/],
    ['agent', ['impersonation.defaultServiceAccount=a'], /names accounts but is not enabled/],
    [
      'agent',
      ['impersonation.enabled=true,impersonation.defaultServiceAccount=a,rbac.profile=cluster-admin'],
      /not do everything themselves/,
    ],
    ['agent', ['impersonation.enabled=true,impersonation.serviceAccounts.Shop=a'], /Shop/],
    ['agent', ['impersonation.enabled=true,impersonation.serviceAccounts.shop=a:b'], /impersonation/],
    ['hub', source.slice(0, 1), /`publicUrl` is required/],
    ['hub', source.slice(1), /`source.url` is required/],
    ['hub', ['source.url=https://user:token@host/r.git'], /source.url|source\/url/],
    ['hub', [...source, 'channel.url=https://h/a.git,ledger.url=https://h/a.git'], /two repositories, never one/],
    ['hub', [...source, 'effects.allow={https://hooks.slack.com}'], /effects/],
    ['hub', [...source, 'effects.secrets={../slack}'], /effects/],
    ['hub', [...source, 'persistence.sise=1Gi'], /additional properties 'sise' not allowed/],
  ];
  it.each(refusals)('of %s refuse %j', async (chart, settings, words) => {
    const answer = await helm(
      ...['template', 'release', chartFolder(chart), '--namespace', 'sluice-system'],
      ...settings.flatMap((setting) => ['--set', setting]),
    );
    expect(answer.status).not.toBe(0);
    expect(answer.stderr).toMatch(words);
  });
});

describe.each(charts)('the values of the chart of the %s', (chart) => {
  it('are the table of its README: `npm run charts` writes it', async () => {
    expect(await readFile(`${chartFolder(chart)}/README.md`, 'utf8')).toBe(await readmeOf(chart));
  });

  it('are those that the schema knows, and each object of the schema is closed', async () => {
    const schema = JSON.parse(await readFile(`${chartFolder(chart)}/values.schema.json`, 'utf8')) as Schema;
    const described = (await chartValues(chart)).map(({ path }) => path);
    const known = leavesOf(schema, []).filter((path) => path !== 'global');
    expect([...described].sort()).toEqual(known.sort());
    expect(openObjects(schema, '#')).toEqual([]);
  });
});

interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly $defs?: Readonly<Record<string, Schema>>;
}

/** What a user may set: members are followed where the chart describes them one by one. */
function leavesOf({ properties }: Schema, path: readonly string[]): string[] {
  const isWhole = properties === undefined || path.join('.') === 'resources';
  if (isWhole) return [path.join('.')];
  return Object.entries(properties).flatMap(([name, part]) => leavesOf(part, [...path, name]));
}

/** Objects that take any member; rules of NetworkPolicies and `global` are Kubernetes' and Helm's to check. */
function openObjects(schema: Schema, path: string): string[] {
  const isOpen = schema.type === 'object' && schema.additionalProperties === undefined;
  const isTheirs = /\/(global|extraEgress\/items|from\/items)$/.test(path);
  const parts = { ...schema.properties, ...schema.$defs, ...(schema.items === undefined ? {} : { items: schema.items }) };
  return [
    ...(isOpen && !isTheirs ? [path] : []),
    ...Object.entries(parts).flatMap(([name, part]) => openObjects(part, `${path}/${name}`)),
  ];
}

import { describe, expect, it } from 'vitest';
import { fixedFieldHint, writeHint } from '../../../../agent/apply/hints.ts';

describe('what to do about a field that cannot be changed', () => {
  it.each<[id: string, message: string, hint: string | null]>([
    [
      'batch/Job/shop/migrate',
      'Job.batch "migrate" is invalid: spec.template: Invalid value: {}: field is immutable',
      'kubectl delete job.batch/migrate -n shop, and it is made again',
    ],
    [
      '/Service/shop/web',
      'Service "web" is invalid: spec.clusterIPs[0]: Invalid value: []: may not change once set',
      'kubectl delete service/web -n shop, and',
    ],
    [
      'apps/StatefulSet/shop/db',
      'StatefulSet.apps "db" is invalid: spec: Forbidden: updates to statefulset spec for fields other than \'replicas\' are forbidden',
      '--cascade=orphan',
    ],
    [
      '/PersistentVolumeClaim/shop/data',
      'spec: Forbidden: spec is immutable after creation except resources.requests',
      'another name, and move the data',
    ],
    [
      '/PersistentVolumeClaim/shop/data',
      'spec.resources.requests.storage: Forbidden: field can not be less than status.capacity',
      'put the old size back',
    ],
    [
      'rbac.authorization.k8s.io/ClusterRoleBinding//x',
      'roleRef: Invalid value: {}: cannot change roleRef',
      'clusterrolebinding.rbac.authorization.k8s.io/x, and',
    ],
    [
      '/Pod/shop/p',
      'spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`',
      'pod/p -n shop',
    ],
    ['/ConfigMap/shop/a', 'data: Invalid value: must be a string', null],
    ['/ConfigMap/shop/a', 'admission webhook "x" denied the request: no', null],
  ])('%s: %s', (id, message, hint) => {
    expect(fixedFieldHint(id, message)).toEqual(hint === null ? null : expect.stringContaining(hint));
  });
});

describe('what to do about an object that may not be written', () => {
  const lacks = (what: string): string =>
    `${what} "x" is forbidden: User "agent" cannot patch resource "${what}" in API group ""`;

  it.each<[string, Parameters<typeof writeHint>, RegExp | null]>([
    ['a Secret', ['FORBIDDEN', '/Secret/shop/x', lacks('secrets')], /`rbac\.secrets` and `namespaces` of its chart/],
    ['another kind', ['FORBIDDEN', '/ConfigMap/shop/x', lacks('configmaps')], /`rbac\.profile` or `rbac\.extraRules`/],
    ['a quota', ['FORBIDDEN', '/ConfigMap/shop/x', 'configmaps "x" is forbidden: exceeded quota: full'], null],
    [
      'a fixed field',
      ['OBJECT_REJECTED', '/Service/shop/x', 'spec.clusterIPs: may not change once set'],
      /kubectl delete/,
    ],
    ['what is down', ['UNAVAILABLE', '/ConfigMap/shop/x', lacks('configmaps')], null],
  ])('is told where it helps: %s', (_, refusal, hint) => {
    if (hint === null) expect(writeHint(...refusal)).toBeNull();
    else expect(writeHint(...refusal)).toMatch(hint);
  });
});

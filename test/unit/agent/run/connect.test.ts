import { describe, expect, it } from 'vitest';
import { kubeconfigPath } from '../../../../agent/run/connect.ts';

describe('the kubeconfig of an agent', () => {
  const own = '/home/me/.kube/config';
  const pod = { KUBERNETES_SERVICE_HOST: '10.0.0.1' };
  it.each([
    ['the one that the option names', 'given', { ...pod, KUBECONFIG: 'named' }, own, '/here/given'],
    ['else the one that KUBECONFIG names', undefined, { ...pod, KUBECONFIG: 'named' }, own, '/here/named'],
    ["else the pod's service account", undefined, pod, own, null],
    ["else the user's own", undefined, {}, own, own],
    ["the user's own when KUBECONFIG is empty", undefined, { KUBECONFIG: '' }, own, own],
    ['none where there is nothing', undefined, {}, null, null],
  ])('is %s', (_, option, env, user, expected) => {
    expect(kubeconfigPath(option, { env, path: (text) => `/here/${text}` }, user)).toBe(expected);
  });
});

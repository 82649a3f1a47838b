import { describe, expect, it } from 'vitest';
import { joinSteps } from '../../../../hub/cli/join-steps.ts';

const feed = { url: 'sluice+https://sluice.example.com', hub: 'https://sluice.example.com' };
const lineOf = (file: string) => joinSteps(file, feed).split('\n')[1];

describe('what to do with a join file', () => {
  it('is one helm line, or an agent as a process', () => {
    expect(joinSteps('edge-1.join', feed)).toBe(`next, in that cluster:
  helm install sluice-agent charts/agent --namespace sluice-system --create-namespace --set-file join=edge-1.join
or from a machine that reaches it:
  sluice-agent run --kubeconfig KUBECONFIG --join-file edge-1.join
`);
  });

  it.each([
    ['/tmp/a b/edge.join', "--set-file 'join=/tmp/a b/edge.join'"],
    ["it's.join", `--set-file 'join=it'\\''s.join'`],
    // Helm would read two settings.
    ['a,b.join', "--set-file 'join=a\\,b.join'"],
    ['$HOME.join', "--set-file 'join=$HOME.join'"],
  ])('can be pasted into a shell although the file is called %s', (file, words) => {
    expect(lineOf(file)).toContain(words);
  });

  it('says which token an agent needs that pulls from a Git host', () => {
    const text = joinSteps('a.join', { url: 'https://git.example.com/channel.git', hub: 'https://sluice.example.com' });
    expect(text).toContain('note: it pulls from https://git.example.com/channel.git; give it a token');
    expect(text).toContain('--set channel.existingSecret=NAME');
  });

  it('warns of an address that only this machine reaches', () => {
    const near = { url: 'sluice+http://127.0.0.1:8080', hub: 'http://127.0.0.1:8080' };
    expect(joinSteps('a.join', near)).toContain('which only this machine reaches');
    expect(joinSteps('a.join', feed)).not.toContain('note:');
  });
});
